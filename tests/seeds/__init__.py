"""Tests of the articles and golden questions that a new clone starts from."""
