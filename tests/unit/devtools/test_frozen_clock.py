"""Turning the clock back for demo data: everything that asks what time it is gets the same answer,
and only inside.
"""

import datetime as dt

import pytest

from app.kernel import clock
from app.kernel.clock import HANOI, frozen

MOMENT = dt.datetime(2026, 2, 16, 23, 30, tzinfo=HANOI)


def test_inside_it_is_that_moment() -> None:
    with frozen(MOMENT):
        assert clock.now() == MOMENT
        assert clock.today() == dt.date(2026, 2, 16)
        with frozen(MOMENT + dt.timedelta(hours=1)):
            assert clock.today() == dt.date(2026, 2, 17)
        assert clock.now() == MOMENT
    assert clock.now() > MOMENT


def test_an_error_inside_sets_it_going_again() -> None:
    def fail() -> None:
        with frozen(MOMENT):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert clock.now() > MOMENT
