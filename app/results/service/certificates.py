"""Giấy chứng nhận lấy ý kiến: what was posted, when, and what came back, frozen under one hash that
goes into the audit chain.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit import moving
from app.comments.models import Comment
from app.consultations.models import Consultation, ConsultationLog, DossierItem
from app.consultations.service import core
from app.consultations.states import MOVE_LABELS
from app.drafts.models import Clause, DraftVersion
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.files.runtime import runtime
from app.kernel.clock import now, today
from app.kernel.display import vi_datetime
from app.kernel.errors import Forbidden
from app.kernel.links import Ref
from app.organisation import queries as organisation
from app.results import policy, tabling
from app.results.models import Certificate
from app.results.queries import tables as queries
from app.results.queries.points import in_file
from app.results.service import tables
from app.results.writers import docx_certificate
from app.submissions.models import Submission

_BATCH = 500
_PIECE = 256 * 1024
#: What is named one by one in the log that people read; everything is in the hash.
_EVENTS = frozenset(
    {
        "schedule",
        "unschedule",
        "open",
        "extend",
        "close",
        "hide",
        "unhide",
        "dossier",
        "meeting",
        "issue",
        "unlock",
        "publish_result",
    }
)


def make(consultation: Consultation, *, actor: Actor, seen_revision: int | None) -> Certificate:
    """Freeze the facts, keep the document, put the hash into the chain. Another one later is
    another number.

    Raises Forbidden and Stale.
    """
    if not policy.may_issue(actor, consultation):
        raise Forbidden(
            _("Bạn không có quyền lập giấy chứng nhận, hoặc cuộc lấy ý kiến chưa hết hạn.")
        )
    moving.check_revision(consultation, seen_revision)
    db.session.execute(
        sa.select(Consultation.id).where(Consultation.id == consultation.id).with_for_update()
    )
    last = db.session.scalar(
        sa.select(sa.func.max(Certificate.number)).where(
            Certificate.consultation_id == consultation.id
        )
    )
    content = facts(consultation)
    made = Certificate(
        consultation_id=consultation.id,
        number=(last or 0) + 1,
        created_at=now(),
        created_by=actor.id,
        content=content,
        sha256=hash_of(content),
    )
    db.session.add(made)
    db.session.flush()
    buffer = io.BytesIO()
    docx_certificate.write(buffer, content, sha256=made.sha256)
    file = files.keep_made(
        buffer.getvalue(), f"Giấy chứng nhận lấy ý kiến {consultation.code}-{made.number}.docx"
    )
    files.claim([file.key], Ref("certificate", made.id))
    core.note_change(
        consultation,
        "certificate",
        actor,
        note=str(made.number),
        data={"number": made.number, "sha256": made.sha256},
    )
    return made


def hash_of(content: Any) -> str:
    """SHA-256 over the canonical JSON."""
    return hashlib.sha256(tabling.canonical(content).encode()).hexdigest()


def facts(consultation: Consultation) -> dict[str, Any]:
    """Everything that the certificate says, as it is now. Dates as people read them, in Hà Nội."""
    agency, signature = organisation.agency(), tables.signature_of(consultation)
    upto = (
        db.session.scalar(
            sa.select(sa.func.max(ConsultationLog.id)).where(
                ConsultationLog.consultation_id == consultation.id
            )
        )
        or 0
    )
    return {
        "code": consultation.code,
        "title": consultation.title,
        "agency": agency.name,
        "parent": agency.parent_name,
        "place": agency.place_name,
        "day": today().isoformat(),
        "authority": signature.authority,
        "signer": signature.name,
        **dates(consultation),
        "counts": asdict(queries.counts(consultation.id)),
        "public": consultation.public_count,
        "meetings": [asdict(line) for line in queries.meetings(consultation.id)],
        #: Not counted for each consultation yet.
        "views": None,
        "dossier": dossier(consultation.id),
        "versions": versions(consultation.id),
        "comments": comments(consultation.id),
        "log": log(consultation.id, upto),
        "events": events(consultation.id, upto),
        "tables": [
            {
                "number": row.number,
                "issued_at": vi_datetime(row.issued_at),
                "rows": row.row_count,
                "sha256": row.sha256,
            }
            for row in reversed(queries.issues(consultation.id))
        ],
    }


def dates(consultation: Consultation) -> dict[str, str]:
    """The dates that have to be provable."""

    def day(value: Any) -> str:
        return value.strftime("%d/%m/%Y") if value else ""

    return {
        "posted_at": vi_datetime(consultation.posted_at),
        "opens_on": day(consultation.opens_on),
        "closes_on": day(consultation.closes_on),
        "first_closes_on": day(consultation.first_closes_on),
        "extension_reason": consultation.extension_reason,
        "notice_number": consultation.notice_number,
        "posting_place": consultation.posting_place,
    }


def dossier(consultation_id: int) -> list[dict[str, Any]]:
    """Every file of the dossier with the hash of what lies in the store now, not of what the row
    says.
    """
    query = (
        sa.select(DossierItem.title, StoredFile.name, StoredFile.blob)
        .join(
            StoredFile,
            sa.and_(StoredFile.owner_kind == "dossier", StoredFile.owner_id == DossierItem.id),
        )
        .where(DossierItem.consultation_id == consultation_id)
        .order_by(DossierItem.position, DossierItem.id, StoredFile.id)
    )
    return [
        {"title": row.title, "name": row.name, "sha256": content_hash(row.blob)}
        for row in db.session.execute(query)
    ]


def content_hash(blob: str) -> str:
    """SHA-256 of a content in the store, read in pieces; empty when it is not there."""
    try:
        with runtime().storage.open(blob) as content:
            made = hashlib.sha256()
            while piece := content.read(_PIECE):
                made.update(piece)
            return made.hexdigest()
    except FileNotFoundError:
        return ""


def versions(consultation_id: int) -> list[dict[str, Any]]:
    """Every published version of the draft with the hash of its words."""
    query = (
        sa.select(DraftVersion)
        .where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
        )
        .order_by(DraftVersion.number)
    )
    return [
        {
            "number": row.number,
            "published_at": vi_datetime(row.published_at),
            "sha256": digest(_clauses(row.id)),
        }
        for row in db.session.scalars(query).all()
    ]


def _clauses(version_id: int) -> Iterator[Any]:
    query = sa.select(Clause.anchor, Clause.kind, Clause.label, Clause.heading, Clause.text).where(
        Clause.version_id == version_id
    )
    return (list(row) for row in db.session.execute(query.order_by(Clause.position)))


def digest(lines: Iterable[Any]) -> str:
    """SHA-256 over lines of canonical JSON."""
    made = hashlib.sha256()
    for line in lines:
        made.update(tabling.canonical(line).encode() + b"\n")
    return made.hexdigest()


def comments(consultation_id: int) -> dict[str, Any]:
    """All comments in the file as they came: how many, one hash over all, a short one for each, so
    that a changed one is named.
    """
    whole, each = hashlib.sha256(), {}
    for code, line in comment_lines(consultation_id):
        text = tabling.canonical(line).encode()
        whole.update(text + b"\n")
        each[code] = hashlib.sha256(text).hexdigest()[:16]
    return {"n": len(each), "sha256": whole.hexdigest(), "each": each}


def comment_lines(consultation_id: int) -> Iterator[tuple[str, list[Any]]]:
    """(code, what must never change) of each comment in the file, 500 at a time.

    Redaction is no change: the original counts.
    """
    last = 0
    while True:
        query = (
            sa.select(
                Comment.id,
                Submission.code,
                Submission.body,
                Submission.received_at,
                Submission.channel,
                Comment.stance,
                Comment.sender_kind,
                Comment.organisation_name,
                Comment.proposed_text,
                Comment.people,
                Comment.meeting_id,
            )
            .join(Submission, Submission.id == Comment.submission_id)
            .where(Comment.consultation_id == consultation_id, *in_file(), Comment.id > last)
            .order_by(Comment.id)
            .limit(_BATCH)
        )
        rows = db.session.execute(query).all()
        if not rows:
            return
        for row in rows:
            _id, code, body, received_at, *rest = row
            yield code, [code, body, vi_datetime(received_at), *rest]
        last = rows[-1].id


def log(consultation_id: int, upto: int) -> dict[str, Any]:
    """The log up to this row: how many rows and one hash."""
    rows = list(_log_rows(consultation_id, upto))
    return {
        "n": len(rows),
        "upto": upto,
        "sha256": digest(
            [vi_datetime(row.at), row.actor, row.move, row.to_stage, row.note] for row in rows
        ),
    }


def _log_rows(consultation_id: int, upto: int) -> Iterable[ConsultationLog]:
    query = sa.select(ConsultationLog).where(
        ConsultationLog.consultation_id == consultation_id, ConsultationLog.id <= upto
    )
    return db.session.scalars(
        query.order_by(ConsultationLog.id).execution_options(yield_per=_BATCH)
    )


def events(consultation_id: int, upto: int) -> list[dict[str, str]]:
    """The steps that people look for, in words."""
    with force_locale("vi"):
        return [
            {
                "at": vi_datetime(row.at),
                "what": str(MOVE_LABELS.get(row.move, row.move)),
                "actor": row.actor.replace("system", "Hệ thống"),
            }
            for row in _log_rows(consultation_id, upto)
            if row.move in _EVENTS
        ]
