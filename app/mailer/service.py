"""Every change to the outbox: queueing, the runner's claims and acknowledgements, staff's
decisions, forgetting.
"""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.audit import service as audit
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Refused
from app.kernel.links import Ref
from app.mailer import identity
from app.mailer.address import address_key, checked_address, checked_header, checked_subject
from app.mailer.models import DeliveryEvent, OutboxMessage
from app.mailer.states import FLOW, Delivery, Happening

#: A message is given up after this many tries and not before this long.
MAX_TRIES = 10
GIVE_UP_AFTER = dt.timedelta(days=3)
_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(hours=24)
#: Addresses and texts of finished messages are removed after so long; subject and history stay.
KEEP_DAYS = 90
#: No caller has a reason for more; a longer text is a mistake of ours.
_TEXT_LIMIT = 500_000


#: How the kinds of mails about accounts of staff begin.
_WARNINGS = "account-"
#: Set together with every state in which a message waits no more.
_ENDED: dict[str, None] = {"available_at": None, "waiting_since": None}


class Claim(NamedTuple):
    """A message that this runner alone may send until the lock ends."""

    id: int
    attempt: int
    owner: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    message_id: str
    written_at: dt.datetime
    waiting_since: dt.datetime


def queue(
    *,
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str,
    about: Ref | None,
    dedupe_key: str,
    headers: Mapping[str, str] | None = None,
) -> OutboxMessage:
    """Add a mail to one address, in the caller's transaction: rolled back, it is never sent. One
    statement.

    A second call with the same `dedupe_key` changes nothing and returns the first message. A `kind`
    that begins with «restricted-» (khiếu nại, tố cáo) must carry no text of the submission; staff
    screens then show the subject only. Links in the text are built from the configured public
    address by the caller. Raises FieldError("email") for an address that is none, HeaderError for a
    line break or NUL in subject or headers.
    """
    address = checked_address(to)
    now = clock.now()
    values = {
        "kind": kind,
        "to_address": address,
        "address_key": address_key(address),
        "subject": checked_subject(subject),
        "text": _body(text),
        "html": _body(html),
        "headers": {name: checked_header(name, value) for name, value in (headers or {}).items()},
        "message_id": identity.new_message_id(),
        "about_kind": about.kind if about else None,
        "about_id": about.id if about else None,
        "dedupe_key": dedupe_key,
        "state": Delivery.READY,
        "attempts": 0,
        "available_at": now,
        "created_at": now,
        "waiting_since": now,
    }
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    insert = (
        dialect.insert(OutboxMessage)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    made = db.session.scalars(insert.returning(OutboxMessage)).one_or_none()
    return (
        made
        or db.session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.dedupe_key == dedupe_key)
        ).one()
    )


def _body(text: str) -> str:
    if len(text) > _TEXT_LIMIT:
        raise ValueError("a mail this long is a mistake")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\x00", ""))


def sent_today(to: str, kinds: Collection[str]) -> int:
    """How many messages of these kinds were queued for this mailbox in the last 24 hours, whatever
    became of them.

    Other spellings of the same mailbox (+suffix, dots, capitals) count. For callers that hold to
    the cap of three a day to an address that nobody has confirmed yet.
    """
    since = clock.now() - dt.timedelta(hours=24)
    query = sa.select(sa.func.count()).where(
        OutboxMessage.address_key == address_key(to),
        OutboxMessage.created_at > since,
        OutboxMessage.kind.in_(sorted(kinds)),
    )
    return db.session.scalar(query) or 0


def due(now: dt.datetime) -> tuple[Any, ...]:
    """The conditions that make a message due: it waits, its time has come, and nobody is sending
    it.
    """
    free = sa.or_(OutboxMessage.locked_until.is_(None), OutboxMessage.locked_until < now)
    return OutboxMessage.available_at <= now, free


def claim(owner: str) -> Claim | None:
    """Take the message that has been due longest, or None. The caller commits before it sends."""
    now = clock.now()
    chosen = (
        sa.select(OutboxMessage.id)
        .where(*due(now))
        .order_by(OutboxMessage.available_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    change = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == chosen.scalar_subquery())
        .values(
            locked_by=owner,
            locked_until=now + dt.timedelta(seconds=identity.lease_seconds()),
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(
            OutboxMessage.id,
            OutboxMessage.attempts.label("attempt"),
            OutboxMessage.locked_by.label("owner"),
            OutboxMessage.to_address.label("to"),
            OutboxMessage.subject,
            OutboxMessage.text,
            OutboxMessage.html,
            OutboxMessage.headers,
            OutboxMessage.message_id,
            OutboxMessage.created_at.label("written_at"),
            OutboxMessage.waiting_since,
        )
    )
    row = db.session.execute(change, execution_options={"synchronize_session": False}).one_or_none()
    return Claim(**row._asdict()) if row else None


def wait_after(attempt: int) -> dt.timedelta:
    """How long to wait after this try: 1 minute, three times as long each time, at
    most 24 hours.
    """
    return min(_FIRST_WAIT * int(3 ** min(attempt - 1, 10)), _LONGEST_WAIT)


def acknowledge(claim: Claim) -> bool:
    """The mail server took it.

    False: somebody else holds the message now, and nothing was changed.
    """
    now = clock.now()
    return _settle(claim, "send", Happening.SENT, None, sent_at=now, last_error=None, **_ENDED)


def defer(claim: Claim, reason: str) -> bool:
    """Not now: again after a wait, or given up after MAX_TRIES over GIVE_UP_AFTER."""
    now = clock.now()
    if claim.attempt >= MAX_TRIES and now - claim.waiting_since >= GIVE_UP_AFTER:
        return _settle(claim, "give_up", Happening.GIVEN_UP, reason, last_error=reason, **_ENDED)
    return _settle(
        claim,
        "defer",
        Happening.DEFERRED,
        reason,
        last_error=reason,
        available_at=now + wait_after(claim.attempt),
    )


def reject(claim: Claim, reason: str) -> bool:
    """The mail server refuses it for good."""
    return _settle(claim, "reject", Happening.REJECTED, reason, last_error=reason, **_ENDED)


def _settle(claim: Claim, move: str, what: Happening, detail: str | None, **values: Any) -> bool:
    change = (
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.id == claim.id,
            OutboxMessage.locked_by == claim.owner,
            OutboxMessage.attempts == claim.attempt,
        )
        .values(state=FLOW.next(Delivery.READY, move), locked_by=None, locked_until=None, **values)
        .returning(OutboxMessage.id)
    )
    if (
        db.session.execute(change, execution_options={"synchronize_session": False}).one_or_none()
        is None
    ):
        return False
    db.session.add(
        DeliveryEvent(message_id=claim.id, what=what, attempt=claim.attempt, detail=detail)
    )
    db.session.flush()
    return True


def resend(message: OutboxMessage, *, actor_id: int | None, actor: str) -> None:
    """Send it again, with the same Message-ID and all its tries before it.

    Raises Refused while it is being sent, while it waits for its first try, or when its text has
    been removed.
    """
    _check_free(message)
    if message.forgotten_at is not None:
        raise Refused(
            _("Nội dung thư này đã được xóa theo quy định lưu trữ nên không gửi lại được.")
        )
    message.state = FLOW.next(message.state, "resend")
    message.attempts = 0
    message.available_at = message.waiting_since = clock.now()
    message.locked_by = message.locked_until = None
    _note(message, Happening.RESENT, "mailer:message:resent", actor_id, actor)


def may_be_dropped(message: OutboxMessage) -> bool:
    """Mails about accounts warn people of what somebody does to them: nobody holds those back."""
    return not message.kind.startswith(_WARNINGS)


def cancel(message: OutboxMessage, *, actor_id: int | None, actor: str) -> None:
    """Drop a message that waits. Raises Refused while it is being sent, when it does not wait, or
    when it warns the owner of an account.
    """
    if not may_be_dropped(message):
        raise Refused(_("Thư báo về tài khoản không bỏ được: chủ tài khoản phải được biết."))
    _check_free(message)
    message.state = FLOW.next(message.state, "cancel")
    message.available_at = message.waiting_since = None
    message.locked_by = message.locked_until = None
    _note(message, Happening.CANCELLED, "mailer:message:cancelled", actor_id, actor)


def _check_free(message: OutboxMessage) -> None:
    # Read again and kept: a runner may have taken it since the page was opened.
    db.session.refresh(message, with_for_update=True)
    if message.locked_until is not None and message.locked_until > clock.now():
        raise Refused(_("Thư này đang được gửi. Hãy tải lại trang sau một phút."))


def _note(
    message: OutboxMessage, what: Happening, tag: str, actor_id: int | None, actor: str
) -> None:
    message.history.append(DeliveryEvent(what=what, actor=actor[:200]))
    db.session.flush()
    audit.record(
        tag,
        actor_id=actor_id,
        actor=actor,
        about=Ref("mail", message.id),
        data={"kind": message.kind},
    )


_FORGOTTEN = {"to_address": "", "address_key": "", "text": "", "html": "", "headers": {}}


def forget() -> None:
    """Remove addresses and texts of messages written more than KEEP_DAYS ago; what still waits is
    left alone.
    """
    before = clock.now() - dt.timedelta(days=KEEP_DAYS)
    old = (
        OutboxMessage.forgotten_at.is_(None),
        OutboxMessage.created_at < before,
        OutboxMessage.available_at.is_(None),
    )
    db.session.execute(
        sa.update(OutboxMessage).where(*old).values(**_FORGOTTEN, forgotten_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def forget_about(about: Ref) -> None:
    """Remove addresses, subjects and texts of everything written about this thing; what still waits
    is not sent.
    """
    _empty(OutboxMessage.about_kind == about.kind, OutboxMessage.about_id == about.id)


def forget_naming(kind: str, words: str) -> None:
    """The same for mails of one kind whose text holds these words: for a mail that tells of several
    things, by their codes.
    """
    _empty(OutboxMessage.kind == kind, OutboxMessage.text.contains(words, autoescape=True))


def _empty(*mine: sa.ColumnElement[bool]) -> None:
    options = {"synchronize_session": False}
    stopped = (
        sa.update(OutboxMessage)
        .where(*mine, OutboxMessage.available_at.is_not(None))
        .values(
            state=FLOW.next(Delivery.READY, "cancel"), locked_by=None, locked_until=None, **_ENDED
        )
    )
    db.session.execute(stopped, execution_options=options)
    emptied = (
        sa.update(OutboxMessage)
        .where(*mine)
        .values(**_FORGOTTEN, subject=_("(đã xóa)"), forgotten_at=clock.now())
    )
    db.session.execute(emptied, execution_options=options)
    db.session.expire_all()
