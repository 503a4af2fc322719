"""The chain of records and its head."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import triggers
from app.extensions import db

#: What the first record names as the hash before it.
GENESIS = "0" * 64


class AuditRecord(db.Model):
    """One thing that somebody did."""

    __tablename__ = "audit_record"
    __table_args__ = (
        sa.Index(None, "at", "id"),
        sa.Index(None, "tag", "at", "id"),
        sa.Index(None, "actor", "at", "id"),
        sa.Index(None, "about_kind", "about_id", "at", "id"),
    )

    #: Without gaps, given by the head: a missing number is a missing record.
    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[dt.datetime]
    #: What happened, such as question:answer:published.
    tag: Mapped[str] = mapped_column(sa.String(80))
    #: The account, without a foreign key: accounts stand above, and the record outlives them.
    actor_id: Mapped[int | None]
    #: The actor's name as it was then.
    actor: Mapped[str] = mapped_column(sa.String(200))
    about_kind: Mapped[str | None] = mapped_column(sa.String(40))
    about_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    #: Which key sealed the row (keys.py); empty: written before the record had keys.
    key_id: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    #: HMAC-SHA256 over all of the above in canonical JSON (chain.py).
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditHead(db.Model):
    """The end of the chain, moved by a trigger: without it, records cut off at the end would not be
    missed. One row.
    """

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    last_hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS)
    #: Time and key of the last record: time never goes back, and a change of keys is recorded.
    last_at: Mapped[dt.datetime | None]
    last_key: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    #: While true the database refuses every DELETE. The product never clears it; tests do, to empty
    #: the tables.
    sealed: Mapped[bool] = mapped_column(default=True)


# The triggers of the record name the head, so it is made first and emptied last.
AuditRecord.__table__.add_is_dependent_on(AuditHead.__table__)  # type: ignore[attr-defined]


@sa.event.listens_for(AuditRecord.__table__, "after_create")
def _make_triggers(table: sa.Table, connection: sa.Connection, **options: Any) -> None:
    triggers.create(connection)
