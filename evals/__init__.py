"""Scores answers against golden questions and public data sets."""
