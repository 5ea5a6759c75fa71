"""The state of a list as its address carries it: filters, search, sort, columns, page. Nothing else is remembered,
so that a view can be linked, saved and gone back to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from quell.desks.house.board import Board
from quell.registry.reading.listing import Ask, Column, Listing, columns_of

# Sets of subjects that were found by identity are kept in the session: a name never stands in an address.
FOUND = "lists_found"
_ANY = "any"


@dataclass(frozen=True)
class State:
    """What is looked at of a list."""

    listing: Listing
    q: str = ""
    found: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1

    @classmethod
    def read(cls, listing: Listing, given: QueryDict) -> State:
        """Read an address; what cannot be meant is passed over, since an address may be old."""
        filters: dict[str, tuple[str, ...]] = {}
        for column in listing.columns:
            values = _values(column, given)
            if values is not None:
                filters[column.name] = values
            elif "f" in given and column.name in listing.filters:
                # The form was sent with nothing ticked: what the list itself would leave out is wanted too.
                filters[column.name] = ()
        # What the list does by itself need not be said.
        for name, values in listing.filters.items():
            if set(filters.get(name, ())) == set(values):
                del filters[name]
        page = given.get("page", "")
        columns = tuple(
            name
            for text in given.getlist("columns")
            for name in text.split(",")
            if listing.column(name) is not None
        )
        if set(columns) == {each.name for each in listing.columns if each.shown}:
            columns = ()
        return cls(
            listing=listing,
            q=(given.get("q") or given.get("id") or "").strip()[:150],
            found=given.get("found", "")[:40],
            sort=_sort(listing, given.get("sort", "")),
            columns=tuple(dict.fromkeys(columns)),
            filters=filters,
            page=int(page) if page.isdigit() and len(page) < 7 else 1,  # noqa: PLR2004 - nobody leafs to a million
        )

    def query(self, *, page: bool = False) -> str:
        """The address again, without the question mark."""
        pairs: list[tuple[str, str]] = []
        if self.q:
            pairs.append(("q", self.q))
        if self.found:
            pairs.append(("found", self.found))
        for name, values in self.filters.items():
            column = self.listing.column(name)
            if column is not None:
                pairs.extend(_pairs(column, values))
        if self.sort and self.sort != self.listing.sort:
            pairs.append(("sort", self.sort))
        if self.columns:
            pairs.append(("columns", ",".join(self.columns)))
        if page and self.page > 1:
            pairs.append(("page", str(self.page)))
        return urlencode(pairs)

    def at(self, page: int) -> str:
        """The address of another page."""
        return "?" + replace(self, page=page).query(page=True)

    def sorted_by(self, column: Column) -> str:
        """The address sorted by this column: the other way round where it is already."""
        now = self.sort or self.listing.sort
        return "?" + replace(self, sort=column.name if now != column.name else f"-{column.name}").query()

    def without(self, name: str) -> str:
        """The address without one filter, or without the search (q, found)."""
        if name == "q":
            return "?" + replace(self, q="").query()
        if name == "found":
            return "?" + replace(self, found="").query()
        kept = {each: values for each, values in self.filters.items() if each != name}
        if name in self.listing.filters:
            kept[name] = ()
        return "?" + replace(self, filters=kept).query()

    def ask(self, request: HttpRequest, board: Board) -> Ask:
        """What is asked of the list."""
        return Ask(
            outbreak=board.outbreak_id,
            now=board.now,
            zone=board.zone,
            by=request.user.get_username(),
            desks=board.desks,
            columns=self.columns,
            sort=self.sort,
            prefix=self.q,
            among=found_by_identity(request, self.found) if self.found else None,
            filters=self.filters,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.found or any(any(values) for values in self.in_force.values()))

    @property
    def changed(self) -> bool:
        """Whether anything is left out, or taken in, otherwise than the list does by itself."""
        return bool(self.q or self.found or self.filters)

    @property
    def in_force(self) -> Mapping[str, tuple[str, ...]]:
        """The filters that hold, those of the list itself among them."""
        return {**self.listing.filters, **self.filters}


def found_by_identity(request: HttpRequest, key: str) -> tuple[str, ...]:
    """The subjects that somebody found by identity in this session; none where that is over."""
    kept = request.session.get(FOUND) or {}
    return tuple(kept.get(key) or ())


def chosen(state: State, ask: Ask) -> list[tuple[Column, bool]]:
    """Every column, and whether it is shown."""
    shown = {column.name for column in columns_of(state.listing, ask)}
    return [(column, column.name in shown) for column in state.listing.columns]


def _sort(listing: Listing, text: str) -> str:
    column = listing.column(text.lstrip("-"))
    return text if column is not None and column.sorts and text.count("-") <= 1 else ""


def _values(column: Column, given: QueryDict) -> tuple[str, ...] | None:
    """The values of a filter; () where it was cleared on purpose, None where nothing is said of it."""
    name = column.name
    if column.filter in {"days", "numbers"}:
        first, last = given.get(f"{name}_from", ""), given.get(f"{name}_to", "")
        good = (_bound(column, first), _bound(column, last))
        return good if any(good) else None
    if not column.filter or name not in given:
        return None
    said = [each.strip()[:200] for each in given.getlist(name) if each.strip()]
    if said == [_ANY]:
        return ()
    if column.filter == "choice":
        said = [each for each in said if each in column.choices]
    elif column.filter == "yes":
        said = [each for each in said if each in {"yes", "no"}][:1]
    elif column.filter in {"tree", "same"}:
        said = said[:1]
    return tuple(said) or None


def _bound(column: Column, text: str) -> str:
    try:
        if column.filter == "days":
            return date.fromisoformat(text).isoformat() if text else ""
        number = float(text) if text else None
    except ValueError:
        return ""
    return "" if number is None or abs(number) > 1e6 else f"{number:g}"  # noqa: PLR2004 - nothing here is so large


def _pairs(column: Column, values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if column.filter in {"days", "numbers"}:
        for end, value in zip(("from", "to"), values, strict=False):
            if value:
                yield f"{column.name}_{end}", value
        return
    if not values:
        yield column.name, _ANY
    for value in values:
        yield column.name, value
