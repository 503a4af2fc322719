"""Issuing the table: numbered, hashed, its points locked; a correction is another issue with its
reason and its changes.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit import moving
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.service import core
from app.extensions import db
from app.jobs.service import enqueue
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.text import clean, clean_line, fold, nfc
from app.results import policy, tabling
from app.results.models import Point, ResultRow, ResultTable
from app.results.queries import points as point_queries
from app.results.queries import tables as queries
from app.results.service import points, tables
from app.results.tabling import Head, Signature

FILES_JOB = "consultation-result-files"
REASON_MAX = 1_000
#: Rows written in one statement.
_BATCH = 500
#: What of a row is compared with the issue before.
_COMPARED = ("group", "subject", "text", "decision", "reply", "changed_where")


def _guard(consultation: Consultation, actor: Actor, seen_revision: int | None) -> None:
    if not policy.may_issue(actor, consultation):
        raise Forbidden(
            _("Bạn không có quyền phát hành bảng tổng hợp, hoặc cuộc lấy ý kiến chưa hết hạn.")
        )
    moving.check_revision(consultation, seen_revision)


def is_open(consultation: Consultation) -> bool:
    """Was a table issued, and has somebody opened it again for a correction since?"""
    newest = queries.newest_issue(consultation.id)
    return newest is not None and _locked(consultation.id, newest.number) < newest.row_count


def _locked(consultation_id: int, number: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(Point)
        .where(Point.consultation_id == consultation_id, Point.issued_number == number)
    )
    return db.session.scalar(query) or 0


def is_current(consultation: Consultation) -> bool:
    """Does the newest issue hold every point of the file, and nothing else?"""
    newest = queries.newest_issue(consultation.id)
    if newest is None:
        return False
    progress = point_queries.progress(consultation)
    locked = _locked(consultation.id, newest.number)
    return progress.comments_without == 0 and progress.points == locked == newest.row_count


def issue(
    consultation: Consultation,
    *,
    actor: Actor,
    seen_revision: int | None,
    signature: Signature | None = None,
    reason: str = "",
) -> ResultTable:
    """Issue the table as it stands: content and hash kept for ever, every point and reply in it
    locked, files by a job.

    Raises Forbidden, Stale, FieldError (a correction needs its reason) and Refused with the first
    thing that is missing.
    """
    _guard(consultation, actor, seen_revision)
    # Of two who press the button at the same moment the later one waits here, and then finds
    # everything locked.
    db.session.execute(
        sa.select(Consultation.id).where(Consultation.id == consultation.id).with_for_update()
    )
    points.make_points(consultation)
    before = queries.newest_issue(consultation.id)
    reason = clean(reason)[:REASON_MAX]
    if before is not None and is_current(consultation):
        raise Refused(
            _("Bảng đã phát hành và chưa có gì thay đổi. Muốn sửa, hãy bấm «Phát hành lại» trước.")
        )
    if before is not None and not reason:
        raise FieldError(
            "reason", _("Hãy ghi lý do phát hành lại; mọi người đều đọc được lý do này.")
        )
    if problems := tables.missing(consultation).problems:
        raise Refused(problems[0])
    return _issue(
        consultation,
        before,
        signature or tables.signature_of(consultation),
        reason if before else "",
        actor,
    )


def _issue(
    consultation: Consultation,
    before: ResultTable | None,
    signature: Signature,
    reason: str,
    actor: Actor,
) -> ResultTable:
    number = before.number + 1 if before else 1
    table = tables.build(consultation, signature=_cleaned(signature), issue=number, reason=reason)
    made = ResultTable(
        consultation_id=consultation.id,
        number=number,
        issued_at=now(),
        issued_by=actor.id,
        issued_name=actor.full_name,
        reason=reason,
        content=table.head.data(),
        sha256="",
        row_count=table.head.counts.points,
    )
    db.session.add(made)
    db.session.flush()
    _keep_rows(made, consultation.id, table)
    made.sha256 = tabling.digest(made.content, queries.issued_rows(made.id))
    made.changes = changes(before.id, made.id) if before else []
    _lock(made)
    core.write_log(
        consultation,
        "issue",
        actor,
        from_stage=consultation.stage,
        note=reason or str(number),
        public=True,
    )
    core.record(
        consultation,
        "issue",
        actor,
        {"number": number, "sha256": made.sha256, "rows": made.row_count},
    )
    enqueue(FILES_JOB, {"table": made.id})
    publication.bump()
    return made


def _cleaned(signature: Signature) -> Signature:
    lines = [clean_line(line)[:120] for line in signature.authority if clean_line(line)]
    return Signature(clean_line(signature.number)[:60], lines[:4], clean_line(signature.name)[:120])


def _keep_rows(made: ResultTable, consultation_id: int, table: tables.Table) -> None:
    counted = tables.checked(
        (row for _id, row in queries.table_rows(consultation_id)), table.head.counts
    )
    ids = queries.ordered_ids(consultation_id)
    values: list[dict[str, Any]] = []
    for row, point_id in zip(counted, ids, strict=True):
        text = "\n".join(
            str(part)
            for part in (row.group, row.subject, row.text, row.result, row.reply, row.changed_where)
        )
        values.append(
            {
                "table_id": made.id,
                "position": row.number,
                "anchor": row.anchor,
                "point_id": point_id,
                "data": row.data(),
                "search_text": f"{fold(text)}\n{nfc(text).lower()}",
            }
        )
        if len(values) == _BATCH:
            db.session.execute(sa.insert(ResultRow), values)
            values = []
    if values:
        db.session.execute(sa.insert(ResultRow), values)


def _lock(made: ResultTable) -> None:
    db.session.flush()
    mine = sa.select(ResultRow.point_id).where(ResultRow.table_id == made.id)
    points.update_where(Point.id.in_(mine), issued_number=made.number)


def changes(before_id: int, after_id: int) -> list[dict[str, Any]]:
    """What differs between two issues, row by row: [{"row", "anchor", "what", "before", "after"}].

    «what» is added, removed, or the name of the field that changed.
    """
    old = {data["anchor"]: data for data in queries.issued_rows(before_id)}
    found: list[dict[str, Any]] = []
    for data in queries.issued_rows(after_id):
        was = old.pop(data["anchor"], None)
        if was is None:
            found.append(_change(data, "added", "", data["text"]))
            continue
        found += [
            _change(data, name, _value(was, name), _value(data, name))
            for name in _COMPARED
            if was[name] != data[name]
        ]
    found += [_change(was, "removed", was["text"], "") for was in old.values()]
    return found


def _change(data: Mapping[str, Any], what: str, before: str, after: str) -> dict[str, Any]:
    return {
        "row": data["number"],
        "anchor": data["anchor"],
        "what": what,
        "before": before,
        "after": after,
    }


def _value(data: Mapping[str, Any], name: str) -> str:
    return tabling.decision_words(data[name]) if name == "decision" else str(data[name])


def unlock(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, reason: str
) -> None:
    """«Phát hành lại»: open the points of the newest issue for a correction. What was issued stays
    as it is.

    Raises Forbidden, Stale and Refused (no reason, nothing issued, open already).
    """
    _guard(consultation, actor, seen_revision)
    reason = moving.need_text(reason, _("Hãy ghi lý do phát hành lại."))[:REASON_MAX]
    newest = queries.newest_issue(consultation.id)
    if newest is None:
        raise Refused(_("Chưa có bảng nào được phát hành."))
    if _locked(consultation.id, newest.number) == 0:
        raise Refused(_("Bảng đã được mở để sửa. Sửa xong, hãy bấm «Phát hành»."))
    points.update_where(Point.consultation_id == consultation.id, issued_number=None)
    points.note(consultation, "unlock", actor, reason, {"number": newest.number})


def reason_given(consultation: Consultation) -> str:
    """Why the table was opened last, for the form of the next issue."""
    query = (
        sa.select(ConsultationLog.note)
        .where(ConsultationLog.consultation_id == consultation.id, ConsultationLog.move == "unlock")
        .order_by(ConsultationLog.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or ""


def facts(consultation: Consultation, head: Head) -> dict[str, str]:
    """What the three texts of the result begin with, computed; people write the rest."""
    c = head.counts
    said = tabling.count_lines(head)
    changed = sum(c.decisions.get(key, 0) for key in ("accepted", "partly_accepted"))
    return {
        "asked": f"Chúng tôi đã hỏi ý kiến bà con về {consultation.title}.",
        "heard": "\n".join(said[:-1]).removeprefix("1. "),
        "done": f"{said[-1].removeprefix('2. ')} Dự thảo được sửa theo {tabling.number(changed)} "
        f"ý.",
    }
