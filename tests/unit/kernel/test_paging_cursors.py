"""Cursors are ours or nothing: whatever somebody writes into the address shows the first page."""

import base64
import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from app.extensions import UTCDateTime
from app.kernel import paging

TABLE = sa.Table(
    "row",
    sa.MetaData(),
    sa.Column("at", UTCDateTime()),
    sa.Column("id", sa.Integer),
    sa.Column("name", sa.String),
)
COLUMNS = (TABLE.c.at, TABLE.c.id)
MOMENT = dt.datetime(2026, 11, 24, 3, 4, 5, 678901, tzinfo=dt.UTC)


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@given(
    st.lists(
        st.one_of(
            st.integers(-(2**63), 2**63 - 1),
            st.text(
                st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20
            ),
            st.dates(),
            st.datetimes(timezones=st.just(dt.UTC)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_cursor_gives_back_the_sort_key(key: list[Any]) -> None:
    assert paging.decode(paging.encode(key), len(key)) == tuple(key)


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_nothing(text: str) -> None:
    found = paging.decode(text, 2)
    assert found is None or len(found) == 2


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_cursor_or_nothing(value: Any) -> None:
    found = paging.decode(cursor(json.dumps(value)), 1)
    assert found is None or isinstance(found[0], str | int | dt.date)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[1]",
        "[1,2,3]",
        "[null,1]",
        "[true,1]",
        "[1.5,1]",
        "[[],1]",
        '[{"x":1},1]',
        '[{"t":"hôm nay"},1]',
        '[{"t":5},1]',
        '[{"t":"2026-01-01T00:00:00"},1]',
        '[{"t":"0001-01-01T00:00:00+23:59"},1]',
        '[{"d":"2026-02-30"},1]',
        "[9223372036854775808,1]",
        "[-9223372036854775809,1]",
        r'["\u0000",1]',
        r'["\ud800",1]',
        "[" * 3_000,
        '["' + "a" * 2_000 + '",1]',
    ],
)
def test_cursors_that_are_not_ours(text: str) -> None:
    assert paging.decode(cursor(text), 2) is None


@pytest.mark.parametrize("key", [["x", 1], [1, 1], [MOMENT, "x"], [MOMENT.date(), 1], [1, MOMENT]])
def test_a_cursor_of_another_list_shows_the_first_page(key: list[Any]) -> None:
    query, backwards = paging.keyset(
        sa.select(TABLE), columns=COLUMNS, descending=True, size=2, before=paging.encode(key)
    )
    assert not backwards
    assert query.whereclause is None


@pytest.mark.parametrize(
    ("descending", "direction", "comparison", "order"),
    [
        (True, "after", "<", "DESC"),
        (True, "before", ">", "ASC"),
        (False, "after", ">", "ASC"),
        (False, "before", "<", "DESC"),
    ],
)
def test_the_query_compares_the_whole_key_and_takes_one_row_more(
    descending: bool, direction: str, comparison: str, order: str
) -> None:
    where = {direction: paging.encode((MOMENT, 7))}
    query, backwards = paging.keyset(
        sa.select(TABLE.c.id), columns=COLUMNS, descending=descending, size=20, **where
    )
    text = " ".join(
        str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})).split()
    )
    assert text.startswith(f'SELECT "row".id FROM "row" WHERE ("row".at, "row".id) {comparison} (')
    assert text.endswith(
        f'ORDER BY "row".at {order}, "row".id {order} LIMIT 21 OFFSET 0'
    ) or text.endswith(f'ORDER BY "row".at {order}, "row".id {order} LIMIT 21')
    assert backwards is (direction == "before")


def keys_of(page: paging.Page[int]) -> tuple[list[int], bool, bool]:
    return list(page.items), page.previous_cursor is not None, page.next_cursor is not None


def key(row: int) -> tuple[int]:
    return (row,)


def test_pages_know_their_neighbours() -> None:
    known = paging.encode((9,))
    make = paging.page_of
    assert keys_of(make([1, 2, 3], size=2, key=key, backwards=False)) == ([1, 2], False, True)
    assert keys_of(make([1, 2], size=2, key=key, backwards=False)) == ([1, 2], False, False)
    assert keys_of(make([1, 2, 3], size=2, key=key, backwards=False, after=known)) == (
        [1, 2],
        True,
        True,
    )
    assert keys_of(make([1], size=2, key=key, backwards=False, after=known)) == ([1], True, False)
    assert keys_of(make([3, 2, 1], size=2, key=key, backwards=True, before=known)) == (
        [2, 3],
        True,
        True,
    )
    assert keys_of(make([3, 2], size=2, key=key, backwards=True, before=known)) == (
        [2, 3],
        False,
        True,
    )
    assert keys_of(make([], size=2, key=key, backwards=False, after=known)) == ([], False, False)


def test_a_cursor_that_is_not_ours_has_no_page_before_it() -> None:
    assert keys_of(
        paging.page_of([1, 2], size=2, key=key, backwards=False, after="không phải")
    ) == ([1, 2], False, False)
