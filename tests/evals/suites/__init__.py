"""Tests of reading data sets."""
