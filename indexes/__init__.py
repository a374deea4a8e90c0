"""Finds passages: reads articles, splits and encodes them, keeps them in builds, and retrieves from a build."""
