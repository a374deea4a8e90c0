"""Tests of the whole, from articles to answers."""
