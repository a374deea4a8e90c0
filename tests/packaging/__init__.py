"""Tests of the repository itself: its layout, its dependencies, its habits."""
