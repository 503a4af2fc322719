"""What may be kept of answers to guiding questions, and who clears open answers."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access.permissions import Role
from app.comments.models import Comment, CommentLog, SurveyAnswer, SurveyQuestion
from app.comments.queries.surveys import OpenAnswer, answer_in, in_words, scale_labels
from app.comments.service.surveys import SurveyGiven, checked, clear
from app.comments.states import SurveyKind
from app.consultations.models import Consultation
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.submissions.states import Consent
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation


def ask(
    consultation: Consultation, kind: SurveyKind, options: list[str] | None = None
) -> SurveyQuestion:
    row = SurveyQuestion(
        consultation_id=consultation.id, kind=kind, text="Hỏi?", options=options or []
    )
    db.session.add(row)
    db.session.flush()
    return row


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (SurveyKind.ONE, SurveyGiven((1,)), SurveyGiven((1,))),
        (SurveyKind.MANY, SurveyGiven((2, 0, 2)), SurveyGiven((0, 2))),
        (SurveyKind.SCALE, SurveyGiven((5,)), SurveyGiven((5,))),
        (SurveyKind.OPEN, SurveyGiven((), " một\u200b ý "), SurveyGiven(text="một ý")),
        (SurveyKind.ONE, SurveyGiven((0,), "thừa"), SurveyGiven((0,))),
    ],
)
def test_answers_that_are_kept(
    ctx: Flask, kind: SurveyKind, given: SurveyGiven, kept: SurveyGiven
) -> None:
    consultation = make_consultation()
    question = ask(consultation, kind, ["a", "b", "c"])
    assert checked(consultation.id, {question.id: given}) == [(question, kept)]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (SurveyKind.ONE, SurveyGiven((3,))),
        (SurveyKind.ONE, SurveyGiven((0, 1))),
        (SurveyKind.ONE, SurveyGiven((-1,))),
        (SurveyKind.ONE, SurveyGiven(text="chữ")),
        (SurveyKind.MANY, SurveyGiven((0, 9))),
        (SurveyKind.SCALE, SurveyGiven((0,))),
        (SurveyKind.SCALE, SurveyGiven((6,))),
        (SurveyKind.OPEN, SurveyGiven(text="x" * 2_001)),
    ],
)
def test_answers_that_are_refused(ctx: Flask, kind: SurveyKind, given: SurveyGiven) -> None:
    consultation = make_consultation()
    question = ask(consultation, kind, ["a", "b", "c"])
    with pytest.raises(FieldError) as error:
        checked(consultation.id, {question.id: given})
    assert error.value.field == f"cau_{question.id}"


def test_nobody_has_to_answer(ctx: Flask) -> None:
    assert checked(make_consultation().id, {}) == []


def opened(**columns: object) -> OpenAnswer:
    consultation = make_consultation()
    comment = make_comment(consultation, **columns)  # type: ignore[arg-type]
    answer = SurveyAnswer(
        question_id=ask(consultation, SurveyKind.OPEN).id,
        comment_id=comment.id,
        text="Gọi 0987654321",
    )
    db.session.add(answer)
    db.session.commit()
    found = answer_in(consultation, answer.id)
    assert found is not None
    return found


def test_clearing_shows_and_takes_back(ctx: Flask) -> None:
    found, moderator = opened(), make_user(roles=[Role.MODERATOR])
    before, revision = publication.current(), found.comment.revision
    clear(found, text="Gọi cho tôi", show=True, actor=moderator, seen_revision=revision)
    assert found.answer.public_text == "Gọi cho tôi"
    assert publication.current() > before
    with pytest.raises(Stale):
        clear(found, text="Khác", show=True, actor=moderator, seen_revision=revision)
    clear(found, text="", show=False, actor=moderator, seen_revision=found.comment.revision)
    assert found.answer.public_text == ""
    assert [row.move for row in db.session.scalars(sa.select(CommentLog))] == ["redact", "redact"]


def test_who_may_not_clear(ctx: Flask) -> None:
    with pytest.raises(Forbidden):
        clear(
            opened(), text="x", show=True, actor=make_user(roles=[Role.OFFICER]), seen_revision=None
        )


@pytest.mark.parametrize(
    "columns",
    [{"consent": Consent.PRIVATE}, {"late": True}, {"visibility": Visibility.ERASED}],
    ids=["private", "late", "erased"],
)
def test_what_may_not_be_shown_is_not_cleared(ctx: Flask, columns: dict[str, object]) -> None:
    found = opened(**columns)
    with pytest.raises(Refused):
        clear(
            found, text="x", show=True, actor=make_user(roles=[Role.MODERATOR]), seen_revision=None
        )
    clear(found, text="x", show=False, actor=make_user(roles=[Role.MODERATOR]), seen_revision=None)


@pytest.mark.parametrize("text", ["", " \u200b", "x" * 2_001])
def test_wordings_that_cannot_be_shown(ctx: Flask, text: str) -> None:
    with pytest.raises(FieldError):
        clear(
            opened(),
            text=text,
            show=True,
            actor=make_user(roles=[Role.MODERATOR]),
            seen_revision=None,
        )


def test_answers_of_another_consultation_are_not_found(ctx: Flask) -> None:
    found = opened()
    assert answer_in(make_consultation(), found.answer.id) is None


def test_scales_in_words(ctx: Flask) -> None:
    consultation = make_consultation()
    assert scale_labels(ask(consultation, SurveyKind.SCALE, ["kém", "tốt"])) == [
        "1 – kém",
        "2",
        "3",
        "4",
        "5 – tốt",
    ]
    bare = ask(consultation, SurveyKind.SCALE)
    assert scale_labels(bare) == ["1", "2", "3", "4", "5"]
    assert in_words(bare, SurveyAnswer(choices=[], text="")) == ""
    gone = ask(consultation, SurveyKind.MANY, ["a", "b"])
    assert in_words(gone, SurveyAnswer(choices=[0, 7], text="")) == "a"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 0
