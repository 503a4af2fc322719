"""What a step left behind: events, rows of the log, records of the audit, mails.

For tests that say exactly what a move does.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import sqltypes

from app.audit.models import AuditRecord
from app.extensions import db
from app.kernel import publication
from app.kernel.events import on
from app.mailer.models import OutboxMessage
from app.questions.events import (
    ContentReported,
    ProgressAdded,
    QuestionMoved,
    QuestionReceived,
    SecondPersonAsked,
)
from app.questions.models import Question, QuestionLog

_listening: list[list[Any]] = []


@on(QuestionReceived, QuestionMoved, SecondPersonAsked, ProgressAdded, ContentReported)
def _note(event: Any) -> None:
    for seen in _listening:
        seen.append(event)


@dataclass
class Traces:
    """Filled when the block ends."""

    events: list[Any] = field(default_factory=list)
    log: list[QuestionLog] = field(default_factory=list)
    records: list[AuditRecord] = field(default_factory=list)
    mails: list[OutboxMessage] = field(default_factory=list)
    #: How often something public changed.
    bumps: int = 0

    @property
    def moves(self) -> list[str]:
        return [event.move for event in self.events if isinstance(event, QuestionMoved)]

    @property
    def steps(self) -> list[str]:
        return [row.move for row in self.log]

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in self.records]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the mails, sorted."""
        return sorted(mail.kind for mail in self.mails)

    def mail(self, kind: str) -> OutboxMessage:
        """The only mail of this kind."""
        (found,) = [mail for mail in self.mails if mail.kind == kind]
        return found


def _last(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.max(model.id))) or 0


def _since(model: Any, last: int) -> list[Any]:
    return list(db.session.scalars(sa.select(model).where(model.id > last).order_by(model.id)))


@contextlib.contextmanager
def traces() -> Iterator[Traces]:
    """Everything that happens inside the block, whatever question it is about."""
    found = Traces()
    before = [
        (name, model, _last(model))
        for name, model in (
            ("log", QuestionLog),
            ("records", AuditRecord),
            ("mails", OutboxMessage),
        )
    ]
    revision = publication.current()
    _listening.append(found.events)
    try:
        yield found
    finally:
        _listening.remove(found.events)
    db.session.flush()
    for name, model, last in before:
        setattr(found, name, _since(model, last))
    found.bumps = publication.current() - revision


def values_of(question: Question) -> dict[str, Any]:
    """The stored row, for «nothing changed»."""
    with db.session.no_autoflush:
        row = db.session.execute(
            sa.select(Question.__table__).where(Question.__table__.c.id == question.id)
        ).one()
    return dict(row._mapping)


def outbox() -> list[OutboxMessage]:
    """Every mail, oldest first."""
    return _since(OutboxMessage, 0)


def where_it_stands(marker: str) -> list[str]:
    """table.column of every place in the whole database that still holds the marker, whatever the
    column's type.
    """
    found = []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(
                column.type,
                sqltypes.LargeBinary | sqltypes.Integer | sqltypes.Boolean | sqltypes.Date,
            ):
                continue
            text = sa.func.lower(sa.cast(column, sa.Text))
            # JSON may hold the letters as \\uXXXX: markers in tests are plain ASCII.
            if db.session.scalar(
                sa.select(sa.func.count()).select_from(table).where(text.contains(marker.lower()))
            ):
                found.append(f"{table.name}.{column.name}")
    return found
