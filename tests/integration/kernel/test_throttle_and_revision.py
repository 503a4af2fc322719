"""Counting tries in sliding windows, and the revision that every publication raises."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.extensions import db
from app.kernel import publication, throttle
from app.kernel.errors import TooMany

NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def check(limit: int) -> None:
    throttle.check("pin", "k", limit=limit, within=HOUR, message="Hãy đợi.")


def test_tries_count_within_their_window_scope_and_key(ctx: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for scope, key in (("pin", "k"), ("pin", "k"), ("pin", "khac"), ("mail", "k")):
            throttle.note(scope, key)
        assert throttle.count("pin", "k", within=HOUR) == 2
        check(3)
        with pytest.raises(TooMany, match="Hãy đợi") as refusal:
            check(2)
        assert refusal.value.retry_after == 3_600
        clock.move_to(NOON + HOUR)
        assert throttle.count("pin", "k", within=HOUR) == 0
        assert throttle.count("pin", "k", within=DAY) == 2
        check(2)


@pytest.mark.parametrize(
    ("limits", "minutes"),
    [
        ([(3, HOUR), (5, DAY)], None),
        ([(2, HOUR), (5, DAY)], 60),
        ([(3, HOUR), (4, DAY)], 4 * 60),
        ([(3, HOUR)], None),
    ],
)
def test_several_windows_at_once(
    ctx: Flask, limits: list[tuple[int, dt.timedelta]], minutes: int | None
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for hours in (20, 10, 0, 0):
            clock.move_to(NOON - hours * HOUR)
            throttle.note("ask", "k")
        if minutes is None:
            throttle.check_windows("ask", "k", limits=limits, message="Hãy đợi.")
        else:
            with pytest.raises(TooMany) as refusal:
                throttle.check_windows("ask", "k", limits=limits, message="Hãy đợi.")
            assert refusal.value.retry_after == minutes * 60


def test_a_success_forgets_and_a_day_deletes(ctx: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        throttle.note("pin", "a")
        throttle.note("pin", "b")
        throttle.clear("pin", "a")
        assert [throttle.count("pin", key, within=DAY) for key in "ab"] == [0, 1]
        clock.move_to(NOON + dt.timedelta(hours=23))
        assert throttle.purge() == 0
        clock.move_to(NOON + dt.timedelta(hours=25))
        assert throttle.purge() == 1


def test_tries_of_a_future_that_never_came_count_for_nothing_and_go(ctx: Flask) -> None:
    with time_machine.travel(NOON + 500 * DAY, tick=False):
        for _ in range(5):
            throttle.note("pin", "k")
    with time_machine.travel(NOON, tick=False):
        assert throttle.count("pin", "k", within=DAY) == 0
        check(1)
        throttle.pace("pin", "k", free=1, first=9, longest=9, within=HOUR, message="Hãy đợi.")
        throttle.note("pin", "k")
        assert throttle.purge() == 5
        assert throttle.count("pin", "k", within=DAY) == 1


def test_forty_addresses_of_one_line_are_one_key() -> None:
    keys = {throttle.address_key("k" * 32, f"2001:db8:1:2::{number:x}") for number in range(40)}
    assert len(keys) == 1
    assert throttle.address_key("k" * 32, "2001:db8:1:3::1") not in keys


def test_an_address_is_nobody_the_next_day() -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 16, 59, tzinfo=dt.UTC), tick=False) as clock:
        today = throttle.address_key("k" * 32, "203.0.113.5")
        assert today == throttle.address_key("k" * 32, "203.0.113.5")
        assert today != throttle.address_key("k" * 32, "203.0.113.6")
        clock.move_to(dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC))
        assert today != throttle.address_key("k" * 32, "203.0.113.5")


def test_the_revision_rises_with_the_transaction(ctx: Flask) -> None:
    assert publication.current() == 0
    publication.bump()
    publication.bump()
    assert publication.current() == 2
    db.session.rollback()
    assert publication.current() == 0
    publication.bump()
    db.session.commit()
    assert publication.current() == 1
    assert (
        db.session.scalar(sa.select(sa.func.count()).select_from(publication.PublicationRevision))
        == 1
    )


def test_first_publications_at_once_do_not_trip_over_each_other(app: Flask) -> None:
    barrier, errors = threading.Barrier(8), []

    def publish() -> None:
        barrier.wait()
        try:
            with app.app_context():
                publication.bump()
                db.session.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with app.app_context():
        assert publication.current() == 8
