"""Serves answers over HTTP."""
