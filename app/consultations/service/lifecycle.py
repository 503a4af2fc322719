"""The moves of a consultation: scheduling, opening and closing by the clock, extending, hiding,
publishing, archiving.

The stage itself is changed by core.move alone.
"""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import moving
from app.consultations import rules
from app.consultations.models import Consultation
from app.consultations.queries import dossier
from app.consultations.queries import rules as rule_table
from app.consultations.queries.public import closing_moment
from app.consultations.service import checklist, core
from app.consultations.service.editing import Facts, Meeting, create, edit
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import now, start_of_day, today
from app.kernel.display import vi_date
from app.kernel.errors import FieldError, Refused
from app.workdays import queries as workdays

#: How many the clock moves in one transaction; the next minute takes the rest.
_BATCH = 50


# Posting
# --------------------------------------------------------------------------------------------------
def schedule(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> Consultation:
    """Post it: stamp the moment from which the days are counted, and open it at once when its first
    day has come.

    Raises Forbidden, Stale, and Refused with what is missing or with the reason why its time is too
    short.
    """
    core.guard(consultation, "schedule", actor=actor, seen_revision=seen_revision)
    if missing := [check.message for check in checklist.of(consultation) if check.stops]:
        raise Refused(" ".join(missing))
    assert consultation.opens_on is not None
    assert consultation.closes_on is not None
    found = rules.last_day(
        workdays.calendar(), today(), consultation.wanted_closes_on or consultation.closes_on
    )
    consultation.closes_on, consultation.wanted_closes_on = (
        found.day,
        found.wanted if found.wanted != found.day else None,
    )
    consultation.posted_at = now()
    consultation.first_closes_on = consultation.extended_at = None
    details = {
        "posted_at": consultation.posted_at.isoformat(),
        "title": consultation.title,
        "opens_on": consultation.opens_on.isoformat(),
        "closes_on": consultation.closes_on.isoformat(),
        "days": found.days,
        "dossier": dossier.fingerprints(consultation.id),
    }
    core.move(
        consultation,
        "schedule",
        actor=actor,
        visibility=Visibility.PUBLIC,
        note=note,
        public_note=True,
        details=details,
    )
    if consultation.opens_on <= today():
        _open(consultation)
    return consultation


def unschedule(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, reason: str
) -> Consultation:
    """Take it back before it opens. Its address stays its own, since people may have written it
    down.

    Raises Forbidden, Stale and Refused (no reason, or its first day has come).
    """
    core.guard(consultation, "unschedule", actor=actor, seen_revision=seen_revision)
    reason = moving.need_text(reason, _("Hãy viết lý do rút về bản nháp."))
    if consultation.opens_on is None or consultation.opens_on <= today():
        raise Refused(_("Đã đến ngày mở nên không rút về bản nháp được nữa."))
    return core.move(
        consultation, "unschedule", actor=actor, visibility=Visibility.PRIVATE, note=reason
    )


# The clock
# --------------------------------------------------------------------------------------------------
def _open(consultation: Consultation) -> None:
    assert consultation.opens_on is not None
    assert consultation.posted_at is not None
    consultation.opened_at = max(start_of_day(consultation.opens_on), consultation.posted_at)
    core.move(consultation, "open", actor=SYSTEM, public_note=True)


def due(*conditions: sa.ColumnElement[bool]) -> Sequence[Consultation]:
    query = sa.select(Consultation).where(*conditions).order_by(Consultation.id).limit(_BATCH)
    return db.session.scalars(query.with_for_update(skip_locked=True)).all()


def open_due() -> int:
    """Open what was scheduled for today or earlier; returns how many. Harmless when run twice."""
    found = due(Consultation.stage == Stage.SCHEDULED, Consultation.opens_on <= today())
    for consultation in found:
        _open(consultation)
    return len(found)


def close_due() -> int:
    """Close what had its last day before today; returns how many. Harmless when run twice."""
    found = due(Consultation.stage == Stage.OPEN, Consultation.closes_on < today())
    for consultation in found:
        assert consultation.closes_on is not None
        consultation.closed_at = closing_moment(consultation.closes_on)
        core.move(consultation, "close", actor=SYSTEM, public_note=True)
    return len(found)


# While it is open and afterwards
# --------------------------------------------------------------------------------------------------
def extend(
    consultation: Consultation,
    *,
    actor: Actor,
    seen_revision: int | None,
    closes_on: dt.date,
    reason: str,
) -> Consultation:
    """Give people more time, once. The new last day is moved past days off.

    Raises Forbidden, Stale, FieldError (no reason, a day that is no extension) and Refused (over,
    or extended before).
    """
    core.guard(consultation, "extend", actor=actor, seen_revision=seen_revision)
    if consultation.extended_at is not None:
        raise Refused(_("Cuộc lấy ý kiến này đã gia hạn một lần."))
    old = consultation.closes_on
    if old is None or old < today():
        raise Refused(_("Đã hết hạn lấy ý kiến nên không gia hạn được nữa."))
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise FieldError(
            "reason",
            _("Hãy viết lý do gia hạn, tối đa 500 ký tự. Mọi người đều đọc được lý do này."),
        )
    found = rules.last_day(workdays.calendar(), rule_table.posted_on(consultation), closes_on)
    if found.day <= old:
        raise FieldError("closes_on", _("Ngày đóng mới phải sau ngày %(day)s.", day=vi_date(old)))
    if (found.day - old).days > rules.LONGEST_DAYS:
        raise FieldError("closes_on", _("Không gia hạn quá một năm."))
    consultation.first_closes_on, consultation.closes_on = old, found.day
    consultation.wanted_closes_on = found.wanted if found.wanted != found.day else None
    consultation.extended_at, consultation.extension_reason = now(), reason
    details = {"old": old.isoformat(), "new": found.day.isoformat()}
    return core.move(
        consultation, "extend", actor=actor, note=reason, public_note=True, details=details
    )


def hide(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, reason: str
) -> Consultation:
    """Take it off the public pages; its address then says so.

    Raises Forbidden, Stale and Refused.
    """
    core.guard(consultation, "hide", actor=actor, seen_revision=seen_revision)
    reason = moving.need_text(reason, _("Hãy viết lý do gỡ."))[:500]
    if consultation.visibility is not Visibility.PUBLIC:
        raise Refused(_("Cuộc lấy ý kiến này không còn công khai."))
    consultation.hidden_reason = reason
    return core.move(consultation, "hide", actor=actor, visibility=Visibility.HIDDEN, note=reason)


def unhide(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, reason: str = ""
) -> Consultation:
    """Show it again. Raises Forbidden, Stale and Refused."""
    core.guard(consultation, "unhide", actor=actor, seen_revision=seen_revision)
    if consultation.visibility is not Visibility.HIDDEN:
        raise Refused(_("Cuộc lấy ý kiến này đang công khai."))
    consultation.hidden_reason = ""
    return core.move(consultation, "unhide", actor=actor, visibility=Visibility.PUBLIC, note=reason)


def archive(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> Consultation:
    """Put it away; it stays readable. Raises Forbidden, Stale and Refused."""
    core.guard(consultation, "archive", actor=actor, seen_revision=seen_revision)
    return core.move(consultation, "archive", actor=actor, note=note)


__all__ = [
    "Facts",
    "Meeting",
    "archive",
    "close_due",
    "create",
    "edit",
    "extend",
    "hide",
    "open_due",
    "schedule",
    "unhide",
    "unschedule",
]
