"""Counting tries, in the database, so that every process sees them: wrong PINs, wrong passwords,
mails asked for.

A key never holds an address or a name: callers pass a keyed hash, which for network addresses
changes every day.
"""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
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


def address_key(secret_key: str, address: str) -> str:
    """A network address as a hash that nobody can follow from one day to the next."""
    return keyed_hash(secret_key, "address", today().isoformat(), address)


def count(scope: str, key: str, *, within: dt.timedelta) -> int:
    """How many tries of this key count now."""
    query = sa.select(sa.func.count()).where(
        ThrottleEvent.scope == scope, ThrottleEvent.key == key, ThrottleEvent.at > now() - within
    )
    return db.session.scalar(query) or 0


def check(scope: str, key: str, *, limit: int, within: dt.timedelta, message: str) -> None:
    """Raise TooMany when the limit is reached."""
    if count(scope, key, within=within) >= limit:
        raise TooMany(message, retry_after_minutes=max(1, int(within.total_seconds() // 60)))


def check_windows(
    scope: str, key: str, *, limits: Sequence[tuple[int, dt.timedelta]], message: str
) -> None:
    """Raise TooMany when one of several limits (number, window) is reached; one statement for all
    of them.
    """
    moment = now()
    most, longest = (
        max(limit for limit, _within in limits),
        max(within for _limit, within in limits),
    )
    query = sa.select(ThrottleEvent.at).where(
        ThrottleEvent.scope == scope, ThrottleEvent.key == key, ThrottleEvent.at > moment - longest
    )
    times = db.session.scalars(query.order_by(ThrottleEvent.at.desc()).limit(most)).all()
    for limit, within in limits:
        if sum(at > moment - within for at in times) >= limit:
            raise TooMany(message, retry_after_minutes=max(1, int(within.total_seconds() // 60)))


def note(scope: str, key: str) -> None:
    """Count one try."""
    db.session.add(ThrottleEvent(scope=scope, key=key, at=now()))
    db.session.flush()


def clear(scope: str, key: str) -> None:
    """Forget the tries of this key, after a success."""
    db.session.execute(
        sa.delete(ThrottleEvent).where(ThrottleEvent.scope == scope, ThrottleEvent.key == key)
    )


def purge() -> int:
    """Delete what no window reaches any more; returns how many rows."""
    result = db.session.execute(
        sa.delete(ThrottleEvent).where(ThrottleEvent.at < now() - dt.timedelta(days=1))
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
