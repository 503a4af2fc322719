"""Keyset paging: a page costs the same at the start and in the middle of a million rows."""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

#: Counts of long lists stop here and read «hơn 1.000».
COUNT_CAP = 1_000


T = TypeVar("T")
#: Ours are much shorter; JSON of any depth fits into more.
LONGEST_CURSOR = 2_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows and the cursors of its neighbours (None: there is no such page)."""

    items: Sequence[T]
    next_cursor: str | None = None
    previous_cursor: str | None = None


def encode(values: Sequence[Any]) -> str:
    """The sort key of a row as a short text for an address."""
    plain = [
        {"t": value.isoformat()}
        if isinstance(value, dt.datetime)
        else {"d": value.isoformat()}
        if isinstance(value, dt.date)
        else value
        for value in values
    ]
    return (
        base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


def decode(cursor: str, length: int) -> tuple[Any, ...] | None:
    """The sort key of a cursor, or None when the text is not one of ours (the first page is then
    shown).
    """
    if len(cursor) > LONGEST_CURSOR:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != length:
            return None
        return tuple(_value(value) for value in values)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _value(value: Any) -> Any:
    """A value that both databases can compare with a column; whatever else somebody wrote into an
    address is an error.
    """
    if isinstance(value, dict):
        return _moment(value["t"]) if "t" in value else dt.date.fromisoformat(value["d"])
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError("not a sort key")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("no database counts so far")
    if isinstance(value, str) and (
        "\x00" in value or not value.isascii() and _has_surrogate(value)
    ):
        raise ValueError("not a text")
    return value


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    # A zone may carry the first or the last day of the calendar out of it.
    return moment.astimezone(dt.UTC)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _fits(value: Any, column: Any) -> bool:
    """Is this of the kind that the column holds?"""
    kind = (
        column.type.impl_instance
        if isinstance(column.type, sa.types.TypeDecorator)
        else column.type
    ).python_type
    return type(value) is kind or (isinstance(value, str) and issubclass(kind, str))


def keyset(
    query: sa.Select[Any],
    *,
    columns: Sequence[Any],
    descending: bool,
    size: int,
    after: str | None = None,
    before: str | None = None,
) -> tuple[sa.Select[Any], bool]:
    """Order, cut and limit a query by these columns, all in one direction, the last one unique.

    Returns the query for size + 1 rows and whether they come backwards (a page before a cursor).
    """
    cursor = decode(after or before or "", len(columns))
    if cursor is not None and not all(
        _fits(value, column) for value, column in zip(cursor, columns, strict=True)
    ):
        cursor = None
    backwards = bool(before and not after and cursor)
    downwards = descending != backwards
    if cursor is not None:
        key = sa.tuple_(*columns)
        bound = sa.tuple_(
            *(sa.literal(value, column.type) for value, column in zip(cursor, columns, strict=True))
        )
        query = query.where(key < bound if downwards else key > bound)
    order = [column.desc() if downwards else column.asc() for column in columns]
    return query.order_by(*order).limit(size + 1), backwards


def page_of(
    rows: Sequence[T],
    *,
    size: int,
    key: Any,
    backwards: bool,
    after: str | None = None,
    before: str | None = None,
) -> Page[T]:
    """The rows of keyset() as a page. `key` gives a row's sort key."""
    more = len(rows) > size
    shown = list(rows[:size])
    if backwards:
        shown.reverse()
    if not shown:
        return Page(shown)
    has_next = more if not backwards else True
    has_previous = more if backwards else decode(after or "", len(key(shown[0]))) is not None
    return Page(
        shown,
        encode(key(shown[-1])) if has_next else None,
        encode(key(shown[0])) if has_previous else None,
    )
