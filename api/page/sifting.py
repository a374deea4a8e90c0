"""Reads what the address of the list of articles asks for, and writes the address of its next page."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from api.schemas import ArticleParameters, Search

ON_A_PAGE = 50
FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """The fields of the form as they were sent: "" where they are empty. Other parameters do not count."""

    q: str = ""
    outlet: str = ""
    from_: str = ""
    to: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, parameters: QueryParams) -> Self:
        """From the address of the page."""
        one = {name: parameters.get(name, "").strip() for name in ("q", "outlet", "to", "cursor")}
        return cls(from_=parameters.get("from", "").strip(), **one)

    @property
    def is_filtered(self) -> bool:
        """Whether not all articles are meant."""
        return any((self.outlet, self.from_, self.to))

    def to_parameters(self) -> ArticleParameters:
        """As `GET /v1/articles` has them. Raises `ValidationError`."""
        return ArticleParameters.model_validate(self._days() | self._outlets() | _given(cursor=self.cursor))

    def to_search(self) -> Search | None:
        """As `POST /v1/search` has it, None where no words are looked for. Raises `ValidationError`."""
        if not self.q:
            return None
        filters = self._outlets() | ({"published": days} if (days := self._days()) else {})
        return Search.model_validate({"question": self.q, "limit": FOUND, "filters": filters})

    def address(self, cursor: str | None = None) -> str:
        """The address of the same list, from a cursor on."""
        fields = [
            ("q", self.q),
            ("outlet", self.outlet),
            ("from", self.from_),
            ("to", self.to),
            ("cursor", cursor or ""),
        ]
        given = urlencode([(name, value) for name, value in fields if value])
        return f"/articles?{given}" if given else "/articles"

    def _days(self) -> dict[str, Any]:
        return _given(**{"from": self.from_, "to": self.to})

    def _outlets(self) -> dict[str, Any]:
        return {"outlet": [self.outlet]} if self.outlet else {}


def _given(**fields: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
