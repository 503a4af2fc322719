"""Chúng tôi đã hỏi · Bà con đã nói · Chúng tôi đã làm: written by people, published only with an
issued table.
"""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit import moving
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.queries.public import RESULT_DAYS
from app.consultations.service import core
from app.consultations.service.lifecycle import due
from app.consultations.states import Stage
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.events import emit
from app.kernel.text import clean
from app.results import policy as results_policy
from app.results.events import ResultReminder
from app.results.queries import tables
from app.results.service import issuing, points
from app.results.service.replies import personal_data

TEXT_MAX = 10_000
FIELDS = ("asked", "heard", "done")


def save(
    consultation: Consultation,
    *,
    asked: str,
    heard: str,
    done: str,
    actor: Actor,
    seen_revision: int | None,
) -> None:
    """Keep the three texts; nothing is required yet. After publication each change is one of a
    public text, and logged.

    Raises Forbidden, Stale and FieldError.
    """
    if not (policy.may_edit(actor, consultation) or results_policy.may_issue(actor, consultation)):
        raise Forbidden(_("Bạn không có quyền soạn trang kết quả ở bước này."))
    moving.check_revision(consultation, seen_revision)
    texts = {name: clean(text) for name, text in zip(FIELDS, (asked, heard, done), strict=True)}
    for name, text in texts.items():
        if len(text) > TEXT_MAX:
            raise FieldError(name, _("Nội dung dài quá %(n)s ký tự. Hãy rút gọn.", n="10.000"))
        if hits := personal_data(text):
            raise FieldError(
                name,
                _(
                    "Có thể còn thông tin cá nhân: %(what)s. Hãy che hoặc bỏ đi.",
                    what=", ".join(hits[:3]),
                ),
            )
        if not text and consultation.stage is Stage.ANSWERED:
            raise FieldError(name, _("Trang kết quả đã công bố nên không để trống mục này."))
    consultation.result_asked, consultation.result_heard, consultation.result_done = (
        texts[name] for name in FIELDS
    )
    consultation.updated_at = now()
    points.note(consultation, "result", actor)
    publication.bump()


def obstacles(consultation: Consultation) -> list[str]:
    """Why the result cannot be published now; empty when it can."""
    found = []
    if not (consultation.result_asked and consultation.result_heard and consultation.result_done):
        found.append(_("Hãy viết đủ ba mục: Chúng tôi đã hỏi, Bà con đã nói, Chúng tôi đã làm."))
    if tables.newest_issue(consultation.id) is None:
        found.append(_("Hãy phát hành bảng tổng hợp trước khi công bố kết quả."))
    elif not issuing.is_current(consultation):
        found.append(
            _("Có ý mới hoặc bảng đang được mở để sửa. Hãy phát hành lại bảng trước khi công bố.")
        )
    return found


def publish(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> None:
    """Publish what was asked, said and done, with the issued table.

    Raises Forbidden, Stale and Refused.
    """
    core.guard(consultation, "publish_result", actor=actor, seen_revision=seen_revision)
    if found := obstacles(consultation):
        raise Refused(found[0])
    publish_result(consultation, actor=actor, seen_revision=seen_revision, note=note)


#: Days after closing at which staff are reminded that the result is missing.
REMINDERS = (15, RESULT_DAYS)


def remind_due() -> int:
    """Emit a ResultReminder for each closed consultation without a result, at 15 and 30 days;
    returns how many.
    """
    sent = 0
    for consultation in due(
        Consultation.stage == Stage.CLOSED,
        Consultation.closes_on <= today() - dt.timedelta(days=REMINDERS[0]),
        Consultation.reminded_days < REMINDERS[-1],
        sa.or_(
            Consultation.reminded_days < REMINDERS[0],
            Consultation.closes_on <= today() - dt.timedelta(days=REMINDERS[-1]),
        ),
    ):
        assert consultation.closes_on is not None
        passed = (today() - consultation.closes_on).days
        # After a stop of the runner the later reminder stands for both.
        days = max(step for step in REMINDERS if step <= passed)
        # Without the ORM: nobody's open page becomes stale by it.
        db.session.execute(
            sa.update(Consultation)
            .where(Consultation.id == consultation.id)
            .values(reminded_days=days, updated_at=Consultation.updated_at)
            .execution_options(synchronize_session=False)
        )
        emit(ResultReminder(consultation, days))
        sent += 1
    return sent


def publish_result(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> Consultation:
    """Publish what was asked, said and done. Whether a table was issued is checked by who calls
    this.

    Raises Forbidden, Stale and Refused.
    """
    core.guard(consultation, "publish_result", actor=actor, seen_revision=seen_revision)
    consultation.result_published_at = now()
    return core.move(consultation, "publish_result", actor=actor, note=note, public_note=True)
