"""Reading the outbox: what staff see, what the runner asks, and whether the mail
has fallen silent.
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.extensions import db
from app.kernel import logs, paging
from app.kernel.errors import NotFound
from app.kernel.links import Ref
from app.kernel.paging import COUNT_CAP
from app.mailer import service
from app.mailer.address import address_key
from app.mailer.models import OutboxMessage
from app.mailer.states import Delivery

PAGE_SIZE = 50
#: So long may mails wait while none leaves, before staff are warned.
SILENCE = dt.timedelta(hours=24)
RESTRICTED = "restricted-"
_ABOUT_LIMIT = 200

#: The tabs of the screen, by their name in the address.
TABS: dict[str, Any] = {
    "cho-gui": OutboxMessage.state == Delivery.READY,
    "tam-hoan": OutboxMessage.state == Delivery.DEFERRED,
    "bi-tra-lai": OutboxMessage.state == Delivery.REJECTED,
    "da-bo": OutboxMessage.state.in_([Delivery.DEAD, Delivery.CANCELLED]),
    "da-gui": OutboxMessage.state == Delivery.SENT,
}
_PIN = re.compile(r"(\bPIN\b\D{0,40})\d(?:[ .-]?\d){3,9}", re.IGNORECASE)
_SECRET_IN_LINK = re.compile(r"(https?://\S*?/)(?=[\w-]*[A-Z_])[\w-]{20,}")


@dataclass(frozen=True, slots=True)
class Silence:
    """Mails wait, and none has left for a day."""

    waiting_since: dt.datetime


def anything_due(now: dt.datetime) -> bool:
    """Is a message due?"""
    return bool(db.session.scalar(sa.select(sa.exists().where(*service.due(now)))))


def silence(now: dt.datetime) -> Silence | None:
    """The warning that something waits for more than a day and nothing has left in that time, or
    None. Two statements.
    """
    oldest = db.session.scalar(sa.select(sa.func.min(OutboxMessage.waiting_since)))
    if oldest is None or oldest > now - SILENCE:
        return None
    left = db.session.scalar(sa.select(sa.exists().where(OutboxMessage.sent_at > now - SILENCE)))
    return None if left else Silence(oldest)


def messages_about(ref: Ref) -> list[OutboxMessage]:
    """The mails written about this thing, oldest first;

    `state` has its words in `states.LABELS`.
    """
    query = sa.select(OutboxMessage).where(
        OutboxMessage.about_kind == ref.kind, OutboxMessage.about_id == ref.id
    )
    return list(db.session.scalars(query.order_by(OutboxMessage.id).limit(_ABOUT_LIMIT)))


class Written(NamedTuple):
    """What there is to know of a mail for whoever must not write it twice."""

    dedupe_key: str
    to_address: str
    created_at: dt.datetime


def written_about(ref: Ref, *, kinds: Collection[str], to: Collection[str]) -> list[Written]:
    """The mails of these kinds about this thing to these addresses. One statement."""
    query = sa.select(
        OutboxMessage.dedupe_key, OutboxMessage.to_address, OutboxMessage.created_at
    ).where(
        OutboxMessage.about_kind == ref.kind,
        OutboxMessage.about_id == ref.id,
        OutboxMessage.kind.in_(sorted(kinds)),
        OutboxMessage.to_address.in_(sorted(set(to))),
    )
    return [Written(*row) for row in db.session.execute(query)]


def message(number: int) -> OutboxMessage:
    """One message. Raises NotFound."""
    found = db.session.get(OutboxMessage, number)
    if found is None:
        raise NotFound
    return found


def counts() -> dict[str, int]:
    """How many messages each tab holds, counted up to COUNT_CAP + 1. One statement."""
    capped = [
        sa.select(sa.func.count())
        .select_from(sa.select(OutboxMessage.id).where(condition).limit(COUNT_CAP + 1).subquery())
        .scalar_subquery()
        for condition in TABS.values()
    ]
    return dict(zip(TABS, db.session.execute(sa.select(*capped)).one(), strict=True))


def page(
    tab: str, *, after: str | None = None, before: str | None = None
) -> paging.Page[OutboxMessage]:
    """One page of a tab, newest first."""
    query, backwards = paging.keyset(
        sa.select(OutboxMessage).where(TABS[tab]),
        columns=(OutboxMessage.id,),
        descending=True,
        size=PAGE_SIZE,
        after=after,
        before=before,
    )
    rows = db.session.scalars(query).all()
    return paging.page_of(
        rows,
        size=PAGE_SIZE,
        key=lambda row: (row.id,),
        backwards=backwards,
        after=after,
        before=before,
    )


def to_address(address: str) -> Sequence[OutboxMessage]:
    """The latest mails to this mailbox, however it is spelt, newest first."""
    query = sa.select(OutboxMessage).where(OutboxMessage.address_key == address_key(address))
    return db.session.scalars(
        query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc()).limit(PAGE_SIZE)
    ).all()


def is_restricted(found: OutboxMessage) -> bool:
    """Is it about a khiếu nại or tố cáo? Then nobody reads more than its subject here."""
    return found.kind.startswith(RESTRICTED)


def readable_text(found: OutboxMessage) -> str | None:
    """The text for staff: none of a restricted or forgotten message, PINs and secret links covered.

    Whoever reads mails here must not be able to act as the citizen, or to set a colleague's
    password.
    """
    if is_restricted(found) or found.forgotten_at is not None:
        return None
    lines = (logs.mask(line) for line in found.text.split("\n"))
    return _SECRET_IN_LINK.sub(r"\1…", _PIN.sub(r"\1••••••", "\n".join(lines)))
