"""The outbox and the history of its messages."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.kernel import clock
from app.mailer.states import Delivery, Happening

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DUE = sa.text("available_at IS NOT NULL")
_WAITING = sa.text("waiting_since IS NOT NULL")
_REMEMBERED = sa.text("forgotten_at IS NULL")


class OutboxMessage(db.Model):
    """One mail to one address."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index(
            "ix_outbox_message_due", "available_at", "id", sqlite_where=_DUE, postgresql_where=_DUE
        ),
        sa.Index(
            "ix_outbox_message_waiting",
            "waiting_since",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        sa.Index(
            "ix_outbox_message_remembered",
            "created_at",
            sqlite_where=_REMEMBERED,
            postgresql_where=_REMEMBERED,
        ),
        sa.Index(None, "state", "id"),
        sa.Index(None, "address_key", "created_at", "id"),
        sa.Index(None, "about_kind", "about_id", "id"),
        sa.CheckConstraint(
            "(state IN ('ready', 'deferred')) = (available_at IS NOT NULL)", name="waiting_has_time"
        ),
        sa.CheckConstraint(
            "(available_at IS NULL) = (waiting_since IS NULL)", name="waiting_is_whole"
        ),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_has_time"),
        sa.CheckConstraint("(locked_by IS NULL) = (locked_until IS NULL)", name="lock_is_whole"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    #: Which mail it is, such as question-receipt; «restricted-…» marks mails about khiếu nại and tố
    #: cáo.
    kind: Mapped[str] = mapped_column(sa.String(64))
    to_address: Mapped[str] = mapped_column(sa.String(254))
    #: The address without what lets one mailbox have many spellings, for the daily cap.
    address_key: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    #: Further headers by name.
    headers: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    #: Fixed for ever, so that a mail server can fold what had to be sent twice.
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    about_kind: Mapped[str | None] = mapped_column(sa.String(40))
    about_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: A second message with this key is never made.
    dedupe_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    state: Mapped[Delivery] = mapped_column(default=Delivery.READY)
    #: Tries since it was queued or sent again by staff.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Not before this moment; empty when it waits no more, so that the index of what is due holds
    #: nothing else.
    available_at: Mapped[dt.datetime | None] = mapped_column(default=clock.now)
    #: The runner that is sending it now …
    locked_by: Mapped[str | None] = mapped_column(sa.String(64))
    #: … and until when; afterwards another may try.
    locked_until: Mapped[dt.datetime | None]
    #: The mail server's last refusal or the kind of error, without secrets.
    last_error: Mapped[str | None] = mapped_column(sa.String(300))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    #: When it was queued, or sent again by staff, last; empty when it waits no more.
    waiting_since: Mapped[dt.datetime | None] = mapped_column(default=clock.now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    #: When address and text were removed (retention, erasure).
    forgotten_at: Mapped[dt.datetime | None]

    history: Mapped[list["DeliveryEvent"]] = relationship(order_by="DeliveryEvent.id")


class DeliveryEvent(db.Model):
    """One line of a message's history."""

    __tablename__ = "delivery_event"
    __table_args__ = (sa.Index(None, "message_id", "id"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox_message.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    what: Mapped[Happening]
    #: Which try it was; 0 for what staff did.
    attempt: Mapped[int] = mapped_column(default=0)
    #: What the mail server said.
    detail: Mapped[str | None] = mapped_column(sa.String(300))
    #: Who, when it was a person.
    actor: Mapped[str | None] = mapped_column(sa.String(200))
