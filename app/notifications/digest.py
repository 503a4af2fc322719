"""What is written to staff at 07:30 on working days, never at night and never on a holiday."""

import datetime as dt
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.access import P
from app.accounts import queries as accounts
from app.accounts.models import User
from app.audit import service as audit
from app.audit.queries import as_mark
from app.extensions import db
from app.jobs.registry import periodic
from app.kernel.clock import today
from app.kernel.db import reading
from app.kernel.display import vi_date
from app.kernel.links import Ref
from app.notifications import mails, service
from app.notifications.consultations import waiting_lines
from app.notifications.questions import to_staff
from app.organisation import queries as organisation
from app.organisation.models import Unit
from app.questions.models import IS_OPEN, AnswerVersion, ProgressNote, Question
from app.questions.states import ANSWERED_STAGES, Classification, Outcome, Stage, Visibility
from app.workdays import queries as workdays

#: «Sắp đến hạn»: due within so many working days.
SOON_DAYS = 2
#: A mail about a damaged record lists so many of its faults.
_PROBLEMS = 20


def _line(question: Question) -> str:
    # No title: a digest is about many questions, and the erasure of one would not find its words
    # here.
    return f"{question.submission.code} · {vi_date(question.due_on)}".rstrip(" ·")


def _open_questions() -> list[Question]:
    query = sa.select(Question).where(
        IS_OPEN,
        Question.visibility != Visibility.ERASED,
        Question.classification == Classification.ORDINARY,
    )
    return list(db.session.scalars(query.order_by(Question.sort_on, Question.id)))


def _promised(day: dt.date) -> dict[int | None, list[str]]:
    """Promises to citizens that fall on or before this day and have not been reported as done."""
    done = sa.exists().where(
        ProgressNote.question_id == Question.id,
        ProgressNote.done,
        ProgressNote.at >= AnswerVersion.approved_at,
    )
    query = (
        sa.select(Question, AnswerVersion.promised_on)
        .join(AnswerVersion, AnswerVersion.id == Question.version_id)
        .where(
            AnswerVersion.outcome == Outcome.IN_PROGRESS, AnswerVersion.promised_on <= day, ~done
        )
        .where(Question.stage.in_(ANSWERED_STAGES), Question.visibility != Visibility.ERASED)
        .order_by(AnswerVersion.promised_on, Question.id)
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for question, promised_on in db.session.execute(query):
        found[question.unit_id].append(f"{question.submission.code} · {vi_date(promised_on)}")
    return found


@periodic("digest-units", at="07:30", only_working_days=True, not_after="11:00")
def digest() -> None:
    """To each unit: overdue, due soon, waiting for approval, promised for today.

    To those who assign: comments that wait, too.
    """
    day = today()
    soon_until = workdays.calendar().add_working_days(day, SOON_DAYS)
    units = {unit.id: unit for unit in organisation.active_units()}
    # What belongs to no unit, or to one that is no more, is for those who assign.
    groups: dict[Unit | None, dict[str, list[str]]] = defaultdict(
        lambda: {"late": [], "soon": [], "waiting": [], "promised": [], "comments": []}
    )
    for question in _open_questions():
        group = groups[units.get(question.unit_id or 0)]
        if question.due_on is not None and question.due_on < day:
            group["late"].append(_line(question))
        elif question.due_on is not None and question.due_on <= soon_until:
            group["soon"].append(_line(question))
        if question.stage is Stage.IN_REVIEW:
            group["waiting"].append(_line(question))
    for unit_id, lines in _promised(day).items():
        groups[units.get(unit_id or 0)]["promised"] += lines
    if comments := waiting_lines():
        groups[None]["comments"] = comments
    for unit, group in groups.items():
        if any(group.values()):
            _send_digest(unit, group, day)


def _send_digest(unit: Unit | None, group: dict[str, list[str]], day: dt.date) -> None:
    name = unit.name if unit else organisation.agency().name
    if unit and unit.email:
        addresses = [unit.email]
    else:
        people: list[User] = accounts.officers_of(unit.id) if unit else []
        addresses = [
            person.email for person in people or accounts.with_permission(P.QUESTION_MODERATE)
        ]
    about = Ref("unit", unit.id) if unit else None
    context: dict[str, Any] = {"unit": name, "day": vi_date(day), **group}
    for address in addresses:
        mails.send(
            "staff-digest",
            to=address,
            about=about,
            key=f"{day}:{unit.id if unit else 0}:{address}",
            **context,
        )


@periodic("digest-overdue", at="07:35", only_working_days=True, not_after="11:00")
def overdue() -> None:
    """To the head of the unit, once, on the first working day after the due date."""
    heads: dict[int, list[User]] = defaultdict(list)
    for user in accounts.with_permission(P.QUESTION_EXTEND):
        if user.unit_id is not None:
            heads[user.unit_id].append(user)
    for question in _open_questions():
        if (
            question.due_on is not None
            and question.due_on < today()
            and question.unit_id is not None
        ):
            for head in heads[question.unit_id]:
                to_staff(
                    "staff-overdue",
                    question,
                    head.email,
                    key=f"{question.submission.code}:{question.due_on}",
                )


@periodic(
    "digest-record",
    at="07:40",
    only_working_days=True,
    not_after="11:00",
    lease_minutes=60,
    label=_l("Kiểm tra nhật ký, lập mốc và gửi người giám sát"),
)
def record() -> None:
    """To those who may read the record: is it whole, and its newest mark, to be kept elsewhere."""
    with reading():
        problems = audit.verify()
    audit.mark()
    db.session.commit()  # the file of marks holds committed ones only
    audit.keep_marks()
    row = audit.last_mark()
    if row is None:
        return
    mark = as_mark(row)
    for user in accounts.with_permission(P.AUDIT_READ):
        mails.send(
            "staff-record",
            to=user.email,
            about=None,
            # Once for each mark; every day when something is wrong.
            key=f"{today() if problems else mark.number}:{user.email}",
            day=vi_date(today()),
            problems=problems[:_PROBLEMS],
            number=mark.number,
            records=mark.records,
            mark=mark.written,
            record=mark.record,
            path=f"/can-bo/he-thong/nhat-ky/moc/{mark.id}",
        )


@periodic("follow-forget", every_minutes=60)
def forget_unconfirmed() -> None:
    """Addresses that never confirmed are not kept."""
    service.forget_unconfirmed()
