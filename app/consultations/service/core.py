"""The one writer of a consultation's and of a comment's stage, and what every change shares: log
row, record, revision check.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import service as audit
from app.consultations import policy
from app.consultations.events import ConsultationMoved
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.queries import public as gate
from app.consultations.states import FLOW, Stage, Visibility
from app.extensions import db
from app.kernel import fulltext, publication
from app.kernel.clock import now
from app.kernel.errors import Forbidden, Refused, Stale
from app.kernel.events import emit
from app.kernel.links import Ref
from app.kernel.text import clean

NOTE_MAX = 2000


def ref(consultation: Consultation) -> Ref:
    """The reference by which other features know this consultation."""
    return Ref("consultation", consultation.id)


def check_revision(thing: Any, seen_revision: int | None) -> None:
    """Raise Stale when somebody changed the thing since the officer's page was made (None: not an
    officer's page).
    """
    if seen_revision is not None and thing.revision != seen_revision:
        raise Stale(
            _(
                "Người khác vừa thay đổi mục này sau khi bạn mở trang. Hãy xem lại bản mới rồi "
                "làm tiếp."
            )
        )


def need_text(text: str, message: str) -> str:
    """The cleaned reason, or Refused when there is none."""
    text = clean(text)
    if not text:
        raise Refused(message)
    return text


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
def write_log(
    consultation: Consultation,
    move: str,
    actor: Actor,
    *,
    from_stage: Stage | None = None,
    note: str = "",
    public: bool = False,
) -> None:
    """Add one row to the consultation's log."""
    db.session.add(
        ConsultationLog(
            consultation_id=consultation.id,
            actor_id=actor.id,
            actor=actor.full_name,
            move=move,
            from_stage=from_stage,
            to_stage=consultation.stage,
            note=note[:NOTE_MAX],
            public=public,
        )
    )


def record(
    consultation: Consultation, move: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Put an act into the hash-chained record: a consultation's posting, dates and texts have to be
    provable afterwards.
    """
    audit.record(
        f"consultation:{move}",
        actor_id=actor.id,
        actor=actor.full_name,
        about=ref(consultation),
        data=data,
    )


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


def guard(
    consultation: Consultation, name: str, *, actor: Actor, seen_revision: int | None
) -> None:
    """Refuse before anything is changed: who, from which page, from which stage.

    Raises Forbidden when a person may not, Stale when the page was old, Refused when the table has
    no such move from here.
    """
    if actor is not SYSTEM and not policy.may_ever(actor, name):
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    check_revision(consultation, seen_revision)
    FLOW.next(consultation.stage, name)


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
    guard(consultation, name, actor=actor, seen_revision=None)
    before = consultation.stage
    consultation.stage = FLOW.next(before, name)
    if visibility is not None:
        consultation.visibility = visibility
    consultation.updated_at = now()
    db.session.flush()
    write_log(consultation, name, actor, from_stage=before, note=note, public=public_note)
    record(
        consultation,
        name,
        actor,
        {"from": before.value, "to": consultation.stage.value, **(details or {})},
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
