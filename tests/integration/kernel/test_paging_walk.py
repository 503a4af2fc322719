"""Walking a list by cursors on the database of the run: every row once, forwards and backwards,
with equal sort keys and noise.
"""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import StatementError

from app.extensions import db
from app.kernel import paging
from app.kernel.throttle import ThrottleEvent

START = dt.datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=dt.UTC)
COLUMNS = (ThrottleEvent.at, ThrottleEvent.id)


@pytest.fixture
def rows(ctx: Flask) -> list[int]:
    # Three of each moment, so that only the number tells them apart.
    db.session.add_all(
        [
            ThrottleEvent(
                scope="trang", key=str(number), at=START + dt.timedelta(seconds=number // 3)
            )
            for number in range(25)
        ]
    )
    db.session.add_all(
        [ThrottleEvent(scope="khac", key=str(number), at=START) for number in range(10)]
    )
    db.session.commit()
    return list(
        db.session.scalars(
            sa.select(ThrottleEvent.id).where(ThrottleEvent.scope == "trang").order_by(*COLUMNS)
        )
    )


def page(descending: bool, size: int, **where: str | None) -> paging.Page[Any]:
    query = sa.select(ThrottleEvent.at, ThrottleEvent.id).where(ThrottleEvent.scope == "trang")
    query, backwards = paging.keyset(
        query, columns=COLUMNS, descending=descending, size=size, **where
    )
    return paging.page_of(
        db.session.execute(query).all(),
        size=size,
        key=lambda row: (row.at, row.id),
        backwards=backwards,
        **where,
    )


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [1, 4, 5, 24, 25, 26])
def test_every_row_comes_once_in_both_directions(
    rows: list[int], descending: bool, size: int
) -> None:
    wanted = rows[::-1] if descending else rows
    pages = [page(descending, size)]
    assert pages[0].previous_cursor is None
    while pages[-1].next_cursor:
        pages.append(page(descending, size, after=pages[-1].next_cursor))
    assert [row.id for found in pages for row in found.items] == wanted
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(page(descending, size, before=back[-1].previous_cursor))
    # The first page that is reached backwards may be short or missing, and nothing is shown twice.
    assert [row.id for found in reversed(back) for row in found.items] == wanted


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "WzFd",
        paging.encode(("x", 1)),
        paging.encode((1, 1)),
        paging.encode((START, "x")),
        paging.encode((START.date(), 1)),
        "W" * 3_000,
    ],
)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_cursor_that_is_not_of_this_list_shows_the_first_page(
    rows: list[int], cursor: str, direction: str
) -> None:
    found = page(True, 5, **{direction: cursor})
    assert [row.id for row in found.items] == rows[:-6:-1]


def test_the_edges_of_time_are_cursors_too(rows: list[int]) -> None:
    earliest, latest = (
        dt.datetime.min.replace(tzinfo=dt.UTC),
        dt.datetime.max.replace(tzinfo=dt.UTC),
    )
    assert [
        row.id for row in page(True, 2, after=paging.encode((latest, 2**63 - 1))).items
    ] == rows[:-3:-1]
    assert list(page(True, 2, after=paging.encode((earliest, 1))).items) == []


def test_a_time_without_a_zone_never_reaches_the_database(ctx: Flask) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        db.session.scalars(
            sa.select(ThrottleEvent.id).where(ThrottleEvent.at > dt.datetime(2026, 1, 1))  # noqa: DTZ001
        ).all()
    db.session.rollback()
