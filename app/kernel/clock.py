"""The one place that asks what time it is. Times are stored in UTC and counted in Hà Nội."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen", default=None)


def now() -> dt.datetime:
    """This moment, aware, in UTC."""
    return _frozen.get() or dt.datetime.now(dt.UTC)


@contextlib.contextmanager
def frozen(moment: dt.datetime) -> Iterator[None]:
    """Inside, it is this moment: demo data and imports tell of what happened earlier.

    `moment` is aware.
    """
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment on a clock in Hà Nội."""
    return moment.astimezone(HANOI)


def today() -> dt.date:
    """The date in Hà Nội."""
    return local(now()).date()


def local_date(moment: dt.datetime) -> dt.date:
    """The date in Hà Nội on which this moment falls."""
    return local(moment).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """Midnight in Hà Nội at the start of the day, in UTC."""
    return dt.datetime.combine(day, dt.time(), HANOI).astimezone(dt.UTC)
