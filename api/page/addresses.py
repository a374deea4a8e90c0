"""Writes the addresses of pages."""

from urllib.parse import quote


def article_address(article_id: str, start: int | None = None, end: int | None = None) -> str:
    """The page of an article; with a place, that place is marked, by the browser alone where no script runs."""
    path = f"/articles/{quote(article_id, safe='', errors='replace')}"
    return path if start is None else f"{path}?c={start}-{end}#c={start}-{end}"
