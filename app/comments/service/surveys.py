"""Answers to the guiding questions: what may be kept, and clearing an open answer so that everybody
may read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit import moving as audit_moving
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.queries.surveys import OpenAnswer, questions_of
from app.comments.service import moving
from app.comments.states import SurveyKind
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.text import clean

TEXT_MAX = 2_000


@dataclass(frozen=True, slots=True)
class SurveyGiven:
    """What somebody answered to one question: numbers of options from 0, the step of a scale from
    1, or a text.
    """

    choices: tuple[int, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Was the question left out? Nobody has to answer."""
        return not self.choices and not self.text


def field_of(question: SurveyQuestion) -> str:
    """The name under which forms carry the answer; errors stand beside it."""
    return f"cau_{question.id}"


def checked(
    consultation_id: int, given: Mapping[int, SurveyGiven]
) -> list[tuple[SurveyQuestion, SurveyGiven]]:
    """The answers that can be kept, cleaned, those left out dropped. Raises FieldError beside the
    question.

    `given` is keyed by the question's id; an id of another consultation is refused.
    """
    filled = {
        number: SurveyGiven(answer.choices, clean(answer.text)) for number, answer in given.items()
    }
    filled = {number: answer for number, answer in filled.items() if not answer.is_empty}
    if not filled:
        return []
    questions = {row.id: row for row in questions_of(consultation_id)}
    if filled.keys() - questions.keys():
        raise FieldError(
            "survey", _("Câu hỏi gợi ý đã thay đổi. Hãy trả lời lại các câu hỏi gợi ý.")
        )
    return [
        (row, _checked(row, filled[number]))
        for number, row in questions.items()
        if number in filled
    ]


def _checked(question: SurveyQuestion, given: SurveyGiven) -> SurveyGiven:
    if question.kind is SurveyKind.OPEN:
        if len(given.text) > TEXT_MAX:
            raise FieldError(field_of(question), _("Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn."))
        return SurveyGiven(text=given.text)
    choices = tuple(sorted(set(given.choices)))
    if not choices or not set(choices) <= set(allowed(question)):
        raise FieldError(field_of(question), _("Hãy chọn một mục trong danh sách."))
    if question.kind is not SurveyKind.MANY and len(choices) > 1:
        raise FieldError(field_of(question), _("Câu này chỉ chọn một mục."))
    return SurveyGiven(choices)


def allowed(question: SurveyQuestion) -> range:
    """The numbers that an answer may name."""
    return (
        range(1, question.steps + 1)
        if question.kind is SurveyKind.SCALE
        else range(len(question.options))
    )


def keep(comment: Comment, answers: Sequence[tuple[SurveyQuestion, SurveyGiven]]) -> None:
    """Write the checked answers down with their comment."""
    for question, given in answers:
        db.session.add(
            SurveyAnswer(
                question_id=question.id,
                comment_id=comment.id,
                choices=list(given.choices),
                text=given.text,
            )
        )


def clear(
    found: OpenAnswer, *, text: str, show: bool, actor: Actor, seen_revision: int | None
) -> None:
    """An officer has read an open answer: it may be shown with this wording, or not at all.

    Raises Forbidden, Stale, Refused when its sender does not allow it, FieldError for an empty
    wording.
    """
    answer, comment = found.answer, found.comment
    if not actor.has(P.COMMENT_MODERATE):
        raise Forbidden(_("Bạn không có quyền kiểm duyệt câu trả lời này."))
    audit_moving.check_revision(comment, seen_revision)
    text = clean(text)
    if show and not found.may_be_shown:
        raise Refused(
            _("Người gửi không đồng ý công khai, hoặc góp ý này không được tính trong hồ sơ.")
        )
    if show and not text:
        raise FieldError("text", _("Hãy nhập nội dung khi công khai."))
    if len(text) > TEXT_MAX:
        raise FieldError("text", _("Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn."))
    answer.public_text = text if show else ""
    # The answer has no revision of its own: two officers at once are told apart by the comment's.
    comment.updated_at = now()
    db.session.flush()
    note = _("Công khai câu trả lời tự do.") if show else _("Không công khai câu trả lời tự do.")
    moving.write_comment_log(comment, "redact", actor, from_stage=comment.stage, note=note)
    moving.record_comment(comment, "redact", actor, {"survey_answer": answer.id, "shown": show})
    publication.bump()
