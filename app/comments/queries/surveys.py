"""The guiding questions of a consultation, what was answered to them, and what of it everybody may
read after closing.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.states import CommentStage, SurveyKind
from app.consultations.models import Consultation
from app.consultations.queries.public import COLUMNS, PublicConsultation, public
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel.paging import Page, keyset, page_of
from app.submissions.models import Submission
from app.submissions.states import Consent

#: Open answers on one public page.
OPEN_SHOWN = 200
PAGE = 50
#: Units of a chart's drawing that a bar of everybody takes.
WIDEST = 330
_LETTERS = "abcdeghiklmnopqrstuvxy"


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer and how many chose it. `share` is of those who answered this question, 0 to 1."""

    #: What stands beside the bar: the letter of an option (a, b, c), or the step of a scale.
    number: str
    label: str
    count: int
    share: float

    @property
    def percent(self) -> str:
        """The share in Vietnamese form: 33,3%."""
        return f"{self.share * 100:.1f}%".replace(".", ",")

    @property
    def width(self) -> int:
        """How long the bar is drawn, of at most WIDEST."""
        return round(self.share * WIDEST)


@dataclass(frozen=True, slots=True)
class Tally:
    """One question and what came back: bars for choices and scales, texts for open questions."""

    question: SurveyQuestion
    #: People who answered it.
    answered: int
    bars: Sequence[Bar] = ()
    #: Of a scale; None without answers.
    mean: float | None = None
    texts: Sequence[str] = ()

    @property
    def mean_words(self) -> str:
        """The mean in Vietnamese form: 3,4."""
        return "" if self.mean is None else f"{self.mean:.1f}".replace(".", ",")

    @property
    def in_words(self) -> str:
        """What the picture shows, for those who do not see it."""
        return "; ".join(f"{bar.label}: {bar.percent}" for bar in self.bars)


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """One open answer with its comment, for the officer who looks at it before it is shown."""

    answer: SurveyAnswer
    comment: Comment

    @property
    def may_be_shown(self) -> bool:
        """Does its sender allow it, and does it belong to the file?"""
        sent = self.comment
        in_file = (
            sent.stage is CommentStage.RECEIVED
            and not sent.late
            and sent.visibility is not Visibility.ERASED
        )
        return in_file and sent.submission.consent is Consent.PUBLISH


def questions_of(consultation_id: int) -> list[SurveyQuestion]:
    """The guiding questions in order, at most ten."""
    query = sa.select(SurveyQuestion).where(SurveyQuestion.consultation_id == consultation_id)
    return list(db.session.scalars(query.order_by(SurveyQuestion.position, SurveyQuestion.id)))


def answers_of(comment_id: int) -> dict[int, SurveyAnswer]:
    """What one sender answered, by the question's id."""
    rows = db.session.scalars(sa.select(SurveyAnswer).where(SurveyAnswer.comment_id == comment_id))
    return {row.question_id: row for row in rows}


def in_words(question: SurveyQuestion, answer: SurveyAnswer) -> str:
    """One answer as a person reads it: the labels chosen, the step of the scale, the text."""
    if question.kind is SurveyKind.OPEN:
        return answer.text
    if question.kind is SurveyKind.SCALE:
        return f"{answer.choices[0]}/{question.steps}" if answer.choices else ""
    return ", ".join(
        str(question.options[number]) for number in answer.choices if number < len(question.options)
    )


def _counted() -> list[sa.ColumnElement[bool]]:
    """Only what belongs to the file counts: verified, in time, neither rubbish nor withdrawn."""
    return [Comment.stage == CommentStage.RECEIVED, Comment.late.is_(False)]


def with_questions(slug: str) -> tuple[PublicConsultation, list[SurveyQuestion]] | None:
    """The public consultation at this address with its guiding questions, in one statement;

    None when it is not public.
    """
    query = public(*COLUMNS, SurveyQuestion).outerjoin(
        SurveyQuestion, SurveyQuestion.consultation_id == Consultation.id
    )
    rows = db.session.execute(
        query.where(Consultation.slug == slug).order_by(SurveyQuestion.position, SurveyQuestion.id)
    ).all()
    if not rows:
        return None
    return PublicConsultation(*rows[0][:-1]), [row[-1] for row in rows if row[-1] is not None]


def tallies(consultation_id: int, questions: Sequence[SurveyQuestion]) -> list[Tally]:
    """Every question with its answers counted; open answers as far as an officer has cleared them
    and their senders allow it.

    One statement, however many people answered.
    """
    if not questions:
        return []
    counted: dict[int, dict[tuple[int, ...], int]] = {}
    texts: dict[int, list[str]] = {}
    for question_id, words, count in db.session.execute(_answers(consultation_id)):
        if count is None:
            texts.setdefault(question_id, []).append(words)
        else:
            counted.setdefault(question_id, {})[tuple(json.loads(words))] = count
    return [_tally(row, counted.get(row.id, {}), texts.get(row.id, [])) for row in questions]


def _answers(consultation_id: int) -> Any:
    """(question, choices, how many chose just these), and (question, cleared text, None) of open
    answers, newest first.
    """
    # PostgreSQL compares no JSON, so that the choices are grouped as the text they were written as.
    choices = sa.cast(SurveyAnswer.choices, sa.Text)
    counts = (
        sa.select(SurveyAnswer.question_id, choices.label("words"), sa.func.count().label("chosen"))
        .join(Comment, Comment.id == SurveyAnswer.comment_id)
        .where(Comment.consultation_id == consultation_id, *_counted())
        .group_by(SurveyAnswer.question_id, choices)
    )
    newest = (
        sa.select(
            SurveyAnswer.question_id,
            SurveyAnswer.public_text.label("words"),
            sa.cast(sa.null(), sa.Integer).label("chosen"),
        )
        .join(Comment, Comment.id == SurveyAnswer.comment_id)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Comment.consultation_id == consultation_id,
            *_counted(),
            Comment.visibility != Visibility.ERASED,
            Submission.consent == Consent.PUBLISH,
            SurveyAnswer.public_text != "",
        )
        .order_by(SurveyAnswer.id.desc())
        .limit(OPEN_SHOWN)
        .subquery()
    )
    return sa.union_all(counts, sa.select(*newest.c))


def _tally(
    question: SurveyQuestion, counted: Mapping[tuple[int, ...], int], texts: Sequence[str]
) -> Tally:
    answered = sum(counted.values())
    if question.kind is SurveyKind.OPEN:
        return Tally(question, answered, texts=texts)
    chosen: Counter[int] = Counter()
    for choices, count in counted.items():
        for number in choices:
            chosen[number] += count
    if question.kind is SurveyKind.SCALE:
        mean = sum(step * count for step, count in chosen.items()) / answered if answered else None
        return Tally(
            question, answered, _bars(scale_labels(question), chosen, answered, first=1), mean
        )
    return Tally(
        question,
        answered,
        _bars([str(label) for label in question.options], chosen, answered, first=0),
    )


def _bars(
    labels: Sequence[str], chosen: Mapping[int, int], answered: int, *, first: int
) -> list[Bar]:
    return [
        Bar(
            str(number) if first else _LETTERS[number % len(_LETTERS)],
            label if first else f"{_LETTERS[number % len(_LETTERS)]}) {label}",
            chosen.get(number, 0),
            chosen.get(number, 0) / answered if answered else 0.0,
        )
        for number, label in enumerate(labels, start=first)
    ]


def scale_labels(question: SurveyQuestion) -> list[str]:
    """The steps of a scale from 1 on, with the words of its two ends."""
    ends = [str(label) for label in question.options[:2]] + ["", ""]
    labels = [str(step) for step in range(1, question.steps + 1)]
    labels[0] = f"1 – {ends[0]}" if ends[0] else labels[0]
    labels[-1] = f"{question.steps} – {ends[1]}" if ends[1] else labels[-1]
    return labels


def open_answers(
    question_id: int, *, after: str | None = None, before: str | None = None
) -> Page[OpenAnswer]:
    """All open answers to one question, newest first, for the office."""
    columns: tuple[Any, ...] = (SurveyAnswer, Comment)
    query = (
        sa.select(*columns)
        .join(Comment, Comment.id == SurveyAnswer.comment_id)
        .where(SurveyAnswer.question_id == question_id, SurveyAnswer.text != "")
    )
    query, backwards = keyset(
        query, columns=[SurveyAnswer.id], descending=True, size=PAGE, after=after, before=before
    )
    rows = [OpenAnswer(answer, comment) for answer, comment in db.session.execute(query)]
    return page_of(
        rows,
        size=PAGE,
        key=lambda row: (row.answer.id,),
        backwards=backwards,
        after=after,
        before=before,
    )


def answer_in(consultation: Consultation, answer_id: int) -> OpenAnswer | None:
    """The answer with this id, if it belongs to this consultation."""
    query = (
        sa.select(SurveyAnswer, Comment)
        .join(Comment, Comment.id == SurveyAnswer.comment_id)
        .where(SurveyAnswer.id == answer_id, Comment.consultation_id == consultation.id)
    )
    row = db.session.execute(query).first()
    return OpenAnswer(row[0], row[1]) if row else None
