"""Setting up the guiding questions: at most ten, locked as soon as somebody has answered one."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import moving
from app.comments.models import SurveyAnswer, SurveyQuestion
from app.comments.states import SurveyKind
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.service import core
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from app.kernel.text import clean_line

MOST_QUESTIONS = 10
FEWEST_OPTIONS, MOST_OPTIONS, OPTION_MAX = 2, 12, 200
LEAST_STEPS, MOST_STEPS = 3, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a guiding question says."""

    kind: SurveyKind
    text: str
    hint: str = ""
    #: Labels to choose from; of a scale the labels of its two ends, or none.
    options: Sequence[str] = ()
    #: Steps of a scale.
    steps: int = 5


def questions_of(consultation: Consultation) -> Sequence[SurveyQuestion]:
    """The guiding questions in order."""
    query = sa.select(SurveyQuestion).where(SurveyQuestion.consultation_id == consultation.id)
    return db.session.scalars(query.order_by(SurveyQuestion.position, SurveyQuestion.id)).all()


def question_of(consultation: Consultation, question_id: int) -> SurveyQuestion:
    """The guiding question of this consultation. Raises NotFound."""
    query = sa.select(SurveyQuestion).where(
        SurveyQuestion.id == question_id, SurveyQuestion.consultation_id == consultation.id
    )
    found: SurveyQuestion | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def is_locked(consultation: Consultation) -> bool:
    """Has somebody answered? Then a change would give the answer another meaning."""
    answered = sa.exists().where(SurveyAnswer.question_id == SurveyQuestion.id)
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(SurveyQuestion.consultation_id == consultation.id, answered)
            )
        )
    )


def add(
    consultation: Consultation, asked: Asked, *, actor: Actor, seen_revision: int | None = None
) -> SurveyQuestion:
    """One more question at the end.

    Raises Forbidden, Stale, Refused (locked, or ten already) and FieldError.
    """
    _check(consultation, actor, seen_revision)
    present = questions_of(consultation)
    if len(present) >= MOST_QUESTIONS:
        raise Refused(_("Mỗi cuộc lấy ý kiến có tối đa %(n)s câu hỏi gợi ý.", n=MOST_QUESTIONS))
    position = max((question.position for question in present), default=0) + 1
    question = SurveyQuestion(consultation_id=consultation.id, position=position, **_checked(asked))
    db.session.add(question)
    _changed(consultation, actor, {"add": question.text})
    return question


def edit(
    consultation: Consultation,
    question: SurveyQuestion,
    asked: Asked,
    *,
    actor: Actor,
    seen_revision: int | None = None,
) -> SurveyQuestion:
    """Change what it says. Raises Forbidden, Stale, Refused (locked) and FieldError."""
    _check(consultation, actor, seen_revision)
    for name, value in _checked(asked).items():
        setattr(question, name, value)
    _changed(consultation, actor, {"edit": question.text})
    return question


def move(
    consultation: Consultation,
    question: SurveyQuestion,
    *,
    actor: Actor,
    up: bool,
    seen_revision: int | None = None,
) -> None:
    """One place up or down; at the end of the list nothing happens.

    Raises Forbidden, Stale and Refused.
    """
    _check(consultation, actor, seen_revision)
    rows = list(questions_of(consultation))
    here = rows.index(question)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for number, row in enumerate(rows, start=1):
        row.position = number
    _changed(consultation, actor, {"order": [row.text for row in rows]})


def remove(
    consultation: Consultation,
    question: SurveyQuestion,
    *,
    actor: Actor,
    seen_revision: int | None = None,
) -> None:
    """Take it out. Raises Forbidden, Stale and Refused."""
    _check(consultation, actor, seen_revision)
    text = question.text
    db.session.delete(question)
    _changed(consultation, actor, {"remove": text})


def _check(consultation: Consultation, actor: Actor, seen_revision: int | None) -> None:
    if actor is not SYSTEM and not policy.may_edit(actor, consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa nội dung này."))
    moving.check_revision(consultation, seen_revision)
    if is_locked(consultation):
        raise Refused(_("Đã có người trả lời nên câu hỏi gợi ý không sửa được nữa."))


def _checked(asked: Asked) -> dict[str, object]:
    """The columns. Raises FieldError."""
    text, hint = clean_line(asked.text), clean_line(asked.hint)
    _need(0 < len(text) <= 500, "text", _("Hãy viết câu hỏi, tối đa 500 ký tự."))
    _need(len(hint) <= 500, "hint", _("Hãy viết tối đa %(n)s ký tự.", n=500))
    options = [option for option in map(clean_line, asked.options) if option]
    _need(
        all(len(option) <= OPTION_MAX for option in options),
        "options",
        _("Mỗi lựa chọn tối đa %(n)s ký tự.", n=OPTION_MAX),
    )
    _need(len(set(options)) == len(options), "options", _("Có hai lựa chọn giống nhau."))
    if asked.kind in {SurveyKind.ONE, SurveyKind.MANY}:
        enough = FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS
        _need(
            enough,
            "options",
            _(
                "Hãy nhập từ %(low)s đến %(high)s lựa chọn, mỗi dòng một lựa chọn.",
                low=FEWEST_OPTIONS,
                high=MOST_OPTIONS,
            ),
        )
    elif asked.kind is SurveyKind.SCALE:
        _need(
            len(options) in {0, 2},
            "options",
            _("Mức độ cần hai dòng: nhãn của mức thấp nhất và của mức cao nhất; hoặc để trống."),
        )
        _need(
            LEAST_STEPS <= asked.steps <= MOST_STEPS,
            "steps",
            _("Hãy chọn từ %(low)s đến %(high)s mức.", low=LEAST_STEPS, high=MOST_STEPS),
        )
    else:
        options = []
    steps = asked.steps if asked.kind is SurveyKind.SCALE else 5
    return {"kind": asked.kind, "text": text, "hint": hint, "options": options, "steps": steps}


def _need(condition: bool, field: str, message: str) -> None:
    if not condition:
        raise FieldError(field, message)


def _changed(consultation: Consultation, actor: Actor, data: dict[str, object]) -> None:
    consultation.updated_at = now()
    core.note_change(consultation, "survey", actor, data=data)
