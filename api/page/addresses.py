"""Reads what the address of the reader's page asks for, and writes the addresses of articles."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from starlette.datastructures import QueryParams

from api.schemas import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of the form as they were sent: "" and () where they are empty. Other parameters do not count."""

    q: str = ""
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    from_: str = ""
    to: str = ""
    mode: str = ""
    limit: str = ""

    @classmethod
    def read(cls, parameters: QueryParams) -> Self:
        """From the address of the page."""
        one = {name: parameters.get(name, "").strip() for name in ("from", "to", "mode", "limit")}
        return cls(
            q=parameters.get("q", "").strip(),
            outlets=_names(parameters, "outlet"),
            authors=_names(parameters, "author"),
            from_=one["from"],
            to=one["to"],
            mode=one["mode"],
            limit=one["limit"],
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the question and the mode is given."""
        return any((self.outlets, self.authors, self.from_, self.to, self.limit))

    def to_ask(self) -> Ask:
        """The question in `quotes` mode: it is answered while the reader waits for the page. Raises `ValidationError`."""
        days = {name: value for name, value in (("from", self.from_), ("to", self.to)) if value}
        body: dict[str, Any] = {
            "question": self.q,
            "mode": "quotes",
            "filters": {
                "outlet": list(self.outlets),
                "author": list(self.authors),
                **({"published": days} if days else {}),
            },
        }
        if self.limit:
            body["limit"] = int(self.limit) if self.limit.isascii() and self.limit.isdecimal() else self.limit
        return Ask.model_validate(body)


def _names(parameters: QueryParams, name: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in parameters.getlist(name) if value.strip())


def article_address(article_id: str, start: int | None = None, end: int | None = None) -> str:
    """The page of an article; with a place, that place is marked, by the browser alone where no script runs."""
    path = f"/articles/{quote(article_id, safe='', errors='replace')}"
    return path if start is None else f"{path}?c={start}-{end}#c={start}-{end}"
