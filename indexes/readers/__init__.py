"""Readers: the formats in which articles come. `reading` is the way in."""
