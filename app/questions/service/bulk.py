"""The same step for many questions: a preview of what changes, one transaction, undo for ten
minutes.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.accounts.models import User
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import DomainError, Refused, Stale
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.models import BulkAction, Question
from app.questions.service import triage
from app.questions.service.core import record, set_due, write_log
from app.questions.states import FLOW, Classification, Stage

UNDO_MINUTES = 10
BULK_MAX = 100
_KEPT = ("stage", "topic_id", "unit_id", "officer_id", "working_days", "spam_at")


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """What to do with all of them: assign, classify or mark_spam."""

    move: str
    unit: Unit | None = None
    officer: User | None = None
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What would happen to one question; `problem` says why it cannot."""

    question: Question
    before: str
    after: str
    problem: str = ""


def _chosen(ids: Sequence[int]) -> list[Question]:
    if len(ids) > BULK_MAX:
        raise Refused(_("Mỗi lần chọn nhiều nhất %(n)s câu hỏi.", n=BULK_MAX))
    rows = db.session.scalars(
        sa.select(Question).where(Question.id.in_(ids)).order_by(Question.sort_on, Question.id)
    )
    return list(rows)


def preview_bulk(ids: Sequence[int], choice: BulkChoice, *, actor: Actor) -> list[BulkLine]:
    """Exactly what would change, and which ones stand in the way. Nothing is changed."""
    return [_line(question, choice, actor) for question in _chosen(ids)]


def _line(question: Question, choice: BulkChoice, actor: Actor) -> BulkLine:
    if choice.move == "classify":
        before, after = _name(Topic, question.topic_id), choice.topic.name if choice.topic else ""
    else:
        before = _name(Unit, question.unit_id)
        after = choice.unit.name if choice.unit else ""
    return BulkLine(question, before, after, _problem(question, choice, actor))


def _problem(question: Question, choice: BulkChoice, actor: Actor) -> str:
    if choice.move == "classify":
        allowed = policy.may_classify(actor, question) and not policy.is_restricted(question)
    else:
        allowed = policy.may_ever(actor, question, choice.move)
    if not allowed:
        return str(_("Bạn không có quyền thực hiện bước này."))
    if choice.move != "classify" and not FLOW.allows(question.stage, choice.move):
        return str(_("Không làm được ở trạng thái hiện tại."))
    return ""


def _name(table: type[Topic] | type[Unit], number: int | None) -> str:
    name = db.session.scalar(sa.select(table.name).where(table.id == number)) if number else None
    return str(name or "—")


def run_bulk(seen: Mapping[int, int], choice: BulkChoice, *, actor: Actor) -> BulkAction:
    """Do it to all of them or to none. `seen` maps each question to the revision that the preview
    showed.

    Raises Refused, naming the question that cannot move.
    """
    questions = _chosen(list(seen))
    step = _step(choice, actor)
    items = []
    for question in questions:
        before = {name: getattr(question, name) for name in _KEPT}
        try:
            if question.revision != seen[question.id]:
                raise Stale(_("Người khác vừa thay đổi câu hỏi này."))
            if problem := _problem(question, choice, actor):
                raise Refused(problem)
            step(question)
        except DomainError as error:
            raise Refused(
                _(
                    "Chưa câu nào được thay đổi, vì %(code)s không làm được: %(why)s",
                    code=question.submission.code,
                    why=error.message,
                )
            ) from error
        db.session.flush()
        items.append({"id": question.id, "revision": question.revision, "before": _plain(before)})
    assert actor.id is not None
    bulk = BulkAction(actor_id=actor.id, move=choice.move, items=items)
    db.session.add(bulk)
    db.session.flush()
    return bulk


def _step(choice: BulkChoice, actor: Actor) -> Callable[[Question], object]:
    if choice.move == "assign" and choice.unit is not None:
        unit = choice.unit
        return lambda question: triage.assign(
            question, actor=actor, seen_revision=None, unit=unit, officer=choice.officer
        )
    if choice.move == "classify" and choice.topic is not None:
        topic = choice.topic
        return lambda question: triage.classify(
            question,
            actor=actor,
            seen_revision=question.revision,
            topic=topic,
            kind=question.kind,
            classification=Classification.ORDINARY,
        )
    if choice.move == "mark_spam":
        return lambda question: triage.mark_spam(question, actor=actor, seen_revision=None)
    raise Refused(_("Hãy chọn việc cần làm với các câu đã chọn."))


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in values.items()
    }


def undo_bulk(bulk: BulkAction, *, actor: Actor) -> None:
    """Put everything back as it was, within ten minutes, by whoever did it, unless somebody has
    gone on since.
    """
    if bulk.undone_at is not None:
        raise Refused(_("Thao tác này đã được hoàn tác."))
    if bulk.actor_id != actor.id:
        raise Refused(_("Chỉ người đã thực hiện mới hoàn tác được."))
    if now() - bulk.at > dt.timedelta(minutes=UNDO_MINUTES):
        raise Refused(_("Đã quá 10 phút nên không hoàn tác được nữa."))
    questions = {question.id: question for question in _chosen([item["id"] for item in bulk.items])}
    for item in bulk.items:
        question = questions[item["id"]]
        if question.revision != item["revision"]:
            raise Refused(
                _(
                    "Không hoàn tác được: %(code)s đã được xử lý tiếp.",
                    code=question.submission.code,
                )
            )
    for item in bulk.items:
        _restore(questions[item["id"]], item["before"], actor)
    bulk.undone_at = now()
    db.session.flush()


def _restore(question: Question, before: Mapping[str, object], actor: Actor) -> None:
    was = question.stage
    for name in _KEPT:
        value = before[name]
        if name == "stage":
            value = Stage(str(value))
        elif name == "spam_at" and isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        setattr(question, name, value)
    set_due(question)
    question.updated_at = now()
    db.session.flush()
    write_log(question, "undo", actor, from_stage=was)
    record(question, "undo", actor)
