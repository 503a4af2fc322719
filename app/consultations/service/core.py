"""The one writer of a consultation's and of a comment's stage, and what every change shares: log
row, record, revision check.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.access.actors import SYSTEM, Actor
from app.audit.moving import Mover
from app.consultations import policy
from app.consultations.events import ConsultationMoved
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.queries import public as gate
from app.consultations.states import FLOW, Stage, Visibility
from app.extensions import db
from app.kernel import fulltext, publication
from app.kernel.events import emit


def document_of(consultation: Consultation) -> tuple[str, str]:
    """Title and text for the full-text index."""
    return consultation.title, f"{consultation.code}\n{consultation.summary}"


def reindex(consultation: Consultation) -> None:
    """Bring the full-text index in line with what is public now, inside the transaction that
    changed it.
    """
    db.session.flush()
    if db.session.scalar(gate.public(sa.literal(1)).where(Consultation.id == consultation.id)):
        title, body = document_of(consultation)
        fulltext.put(ref(consultation), title=title, body=body)
    else:
        fulltext.remove(ref(consultation))


# Consultations
# --------------------------------------------------------------------------------------------------
# Its posting, dates and texts have to be provable afterwards: every act is recorded.
mover: Mover[Consultation] = Mover(
    "consultation",
    FLOW,
    ConsultationLog,
    lambda actor, _consultation, name: policy.may_ever(actor, name),
    trusted=(SYSTEM,),
    always_recorded=True,
)
ref, guard, write_log, record = mover.ref, mover.guard, mover.write_log, mover.record


def note_change(
    consultation: Consultation,
    what: str,
    actor: Actor,
    *,
    note: str = "",
    public: bool = False,
    data: Mapping[str, Any] | None = None,
) -> None:
    """An act that moves no stage: one log row, one record, and new public pages when the
    consultation is public.
    """
    db.session.flush()
    write_log(consultation, what, actor, from_stage=consultation.stage, note=note, public=public)
    record(consultation, what, actor, data)
    if consultation.visibility is Visibility.PUBLIC:
        reindex(consultation)
        publication.bump()


def move(
    consultation: Consultation,
    name: str,
    *,
    actor: Actor,
    visibility: Visibility | None = None,
    note: str = "",
    public_note: bool = False,
    details: Mapping[str, Any] | None = None,
) -> Consultation:
    """Take one step of the workflow: the only place where a consultation's stage or visibility
    changes.
    """

    def change(_before: Stage) -> None:
        if visibility is not None:
            consultation.visibility = visibility

    mover.step(
        consultation,
        name,
        actor=actor,
        change=change,
        note=note,
        public_note=public_note,
        data=details,
    )
    reindex(consultation)
    publication.bump()
    emit(ConsultationMoved(consultation, name, actor, note, details or {}))
    return consultation


def count(consultation_id: int, *, received: int = 0, public: int = 0, replied: int = 0) -> None:
    """Change the counters in one statement that leaves the revision alone, so that nobody's open
    page becomes stale.
    """
    db.session.execute(
        sa.update(Consultation)
        .where(Consultation.id == consultation_id)
        .values(
            received_count=Consultation.received_count + received,
            public_count=Consultation.public_count + public,
            replied_count=Consultation.replied_count + replied,
            updated_at=Consultation.updated_at,
        )
        .execution_options(synchronize_session=False)
    )


# Comments
# --------------------------------------------------------------------------------------------------
