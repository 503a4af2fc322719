"""The same step for many questions: assign, classify, spam."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import Actor
from app.accounts.models import User
from app.desk.bulk import Bulk, moment, plain
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Refused
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.models import BulkAction, Question
from app.questions.service import triage
from app.questions.service.core import record, set_due, write_log
from app.questions.states import FLOW, Classification, Stage

_KEPT = ("stage", "topic_id", "unit_id", "officer_id", "working_days", "spam_at")


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """What to do with all of them: assign, classify or mark_spam."""

    move: str
    unit: Unit | None = None
    officer: User | None = None
    topic: Topic | None = None


def _name(table: type[Topic] | type[Unit], number: int | None) -> str:
    name = db.session.scalar(sa.select(table.name).where(table.id == number)) if number else None
    return str(name or "—")


class ManyQuestions(Bulk[Question, BulkChoice]):
    """Steps for many questions."""

    model, actions = Question, BulkAction
    order = (Question.sort_on, Question.id)
    thing, short = _l("câu hỏi"), _l("câu")

    def move(self, choice: BulkChoice) -> str:
        return choice.move

    def describe(self, thing: Question, choice: BulkChoice) -> tuple[str, str]:
        if choice.move == "classify":
            return _name(Topic, thing.topic_id), choice.topic.name if choice.topic else ""
        return _name(Unit, thing.unit_id), choice.unit.name if choice.unit else ""

    def problems(self, choice: BulkChoice, actor: Actor) -> Callable[[Question], str]:
        def problem(question: Question) -> str:
            if choice.move == "classify":
                allowed = policy.may_classify(actor, question) and not policy.is_restricted(
                    question
                )
            else:
                allowed = policy.may_ever(actor, question, choice.move)
            if not allowed:
                return str(_("Bạn không có quyền thực hiện bước này."))
            if choice.move != "classify" and not FLOW.allows(question.stage, choice.move):
                return str(_("Không làm được ở trạng thái hiện tại."))
            return ""

        return problem

    def step(self, choice: BulkChoice, actor: Actor) -> Callable[[Question], object]:
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

    def values(self, thing: Question) -> dict[str, Any]:
        return plain(thing, _KEPT)

    def restore(self, thing: Question, before: Mapping[str, Any], actor: Actor) -> None:
        was = thing.stage
        values = {**before, "stage": Stage(before["stage"]), "spam_at": moment(before["spam_at"])}
        for name in _KEPT:
            setattr(thing, name, values[name])
        set_due(thing)
        thing.updated_at = now()
        db.session.flush()
        write_log(thing, "undo", actor, from_stage=was)
        record(thing, "undo", actor)


many = ManyQuestions()
