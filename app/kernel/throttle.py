"""Counting tries, in the database, so that every process sees them: wrong PINs, wrong passwords,
mails asked for.

A key never holds an address or a name: callers pass a keyed hash, which for network addresses
changes every day. Rows from a future that never came (the clock stood wrong) count for nothing and
are deleted.
"""

import datetime as dt
import math
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db, network_of
from app.kernel.clock import now, today
from app.kernel.errors import TooMany
from app.kernel.tokens import keyed_hash


class ThrottleEvent(db.Model):
    """One try that counts against a limit. Rows older than a day are of no use and are deleted."""

    __tablename__ = "throttle_event"
    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(sa.String(32))
    key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime]
    __table_args__ = (sa.Index(None, "scope", "key", "at"), sa.Index(None, "at"))


#: How far the clocks of several machines may differ.
_SKEW = dt.timedelta(minutes=1)


def address_key(secret_key: str, address: str | None) -> str:
    """A place on the net as a hash that nobody can follow from one day to the next."""
    return keyed_hash(secret_key, "address", today().isoformat(), network_of(address))


def _times(scope: str, key: str, within: dt.timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    moment = now()
    return (
        ThrottleEvent.scope == scope,
        ThrottleEvent.key == key,
        ThrottleEvent.at > moment - within,
        ThrottleEvent.at <= moment + _SKEW,
    )


def count(scope: str, key: str, *, within: dt.timedelta) -> int:
    """How many tries of this key count now."""
    query = sa.select(sa.func.count()).where(*_times(scope, key, within))
    return db.session.scalar(query) or 0


def check(scope: str, key: str, *, limit: int, within: dt.timedelta, message: str) -> None:
    """Raise TooMany when the limit is reached."""
    check_windows(scope, key, limits=[(limit, within)], message=message)


def check_windows(
    scope: str, key: str, *, limits: Sequence[tuple[int, dt.timedelta]], message: str
) -> None:
    """Raise TooMany when one of several limits (number, window) is reached, saying when the next
    try will be taken; one statement for all of them.
    """
    most, longest = max(limit for limit, _ in limits), max(within for _, within in limits)
    refuse(recent(scope, key, within=longest, most=most), limits, message)


def recent(scope: str, key: str, *, within: dt.timedelta, most: int) -> Sequence[dt.datetime]:
    """When this key was counted lately, newest first."""
    query = sa.select(ThrottleEvent.at).where(*_times(scope, key, within))
    return db.session.scalars(query.order_by(ThrottleEvent.at.desc()).limit(most)).all()


def refuse(
    times: Sequence[dt.datetime], limits: Sequence[tuple[int, dt.timedelta]], message: str
) -> None:
    """Raise TooMany when these times, newest first, reach one of the limits."""
    moment = now()
    waits = [
        times[limit - 1] + within - moment
        for limit, within in limits
        if len(times) >= limit and times[limit - 1] > moment - within
    ]
    if waits:
        raise TooMany(message, retry_after=math.ceil(max(waits).total_seconds()))


def pace(
    scope: str,
    key: str,
    *,
    free: int,
    first: int,
    longest: int,
    within: dt.timedelta,
    message: str,
    before: int | None = None,
) -> None:
    """Slow down rather than close: the first `free` tries of the window cost nothing, then `first`
    seconds have to lie between two of them, then twice as many each time, up to `longest`.

    `before` leaves out the try with this number and later ones. Raises TooMany with the seconds
    that are left. Tries that are refused are not to be noted: asking again makes nothing longer.
    """
    query = sa.select(sa.func.count(), sa.func.max(ThrottleEvent.at)).where(
        *_times(scope, key, within), *([] if before is None else [ThrottleEvent.id < before])
    )
    tries, latest = db.session.execute(query).one()
    if tries < free:
        return
    wait = dt.timedelta(seconds=min(longest, first * 2 ** min(tries - free, 20)))
    if (left := latest + wait - now()) > dt.timedelta(0):
        raise TooMany(message, retry_after=math.ceil(left.total_seconds()))


def note(scope: str, key: str) -> int:
    """Count one try; returns its number, which later tries exceed."""
    event = ThrottleEvent(scope=scope, key=key, at=now())
    db.session.add(event)
    db.session.flush()
    return event.id


def clear(scope: str, key: str) -> None:
    """Forget the tries of this key, after a success."""
    db.session.execute(
        sa.delete(ThrottleEvent).where(ThrottleEvent.scope == scope, ThrottleEvent.key == key)
    )


def purge() -> int:
    """Delete what no window reaches any more or ever should; returns how many rows."""
    moment = now()
    result = db.session.execute(
        sa.delete(ThrottleEvent).where(
            sa.or_(
                ThrottleEvent.at < moment - dt.timedelta(days=1), ThrottleEvent.at > moment + _SKEW
            )
        )
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
