"""Everything public about a consultation, row by row, for whoever wants the data.

All of it through the gates.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.queries import public
from app.comments.queries.gate import public_comments
from app.comments.queries.public import CommentRecord
from app.comments.queries.surveys import in_words
from app.comments.states import SurveyKind
from app.consultations.models import Consultation
from app.extensions import db
from app.submissions.models import Submission

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class PublicSurveyAnswer:
    """What one sender answered to one guiding question, as far as it may be read."""

    code: str
    number: int
    question: str
    kind: SurveyKind
    #: Options chosen, the step of a scale, or the text.
    answer: str


def comments(consultation_id: int) -> Iterator[CommentRecord]:
    """Every comment that everybody may read, the most recently shown first; some hundreds are in
    memory at a time.
    """
    after: str | None = None
    while True:
        page = public.records(consultation_id, after=after, size=_AT_A_TIME)
        yield from page.items
        after = page.next_cursor
        if after is None:
            return


def survey_answers(consultation_id: int) -> Iterator[PublicSurveyAnswer]:
    """The answers to guiding questions that came with comments that everybody may read; open ones
    once an officer has looked.
    """
    query = (
        public_comments(Submission.code, SurveyQuestion, SurveyAnswer)
        .join(SurveyAnswer, SurveyAnswer.comment_id == Comment.id)
        .join(SurveyQuestion, SurveyQuestion.id == SurveyAnswer.question_id)
        .where(Consultation.id == consultation_id)
        .order_by(SurveyQuestion.position, SurveyQuestion.id, Comment.id)
        .execution_options(yield_per=_AT_A_TIME)
    )
    numbers: dict[int, int] = {}
    for code, question, answer in db.session.execute(query):
        number = numbers.setdefault(question.id, len(numbers) + 1)
        shown = (
            (answer.public_text or "")
            if question.kind is SurveyKind.OPEN
            else in_words(question, answer)
        )
        if shown:
            yield PublicSurveyAnswer(code, number, question.text, question.kind, shown)


__all__ = ["PublicSurveyAnswer", "comments", "survey_answers"]
