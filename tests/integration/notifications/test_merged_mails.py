"""A private answer reaches its own asker and nobody else, whatever was merged and when."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.kernel.errors import FieldError
from app.kernel.links import Ref
from app.mailer.models import OutboxMessage
from app.questions import policy
from app.questions.models import Question, QuestionLog
from app.questions.service import answering, triage
from app.questions.states import Classification, RefusalReason, Stage, Visibility
from app.submissions.states import Consent
from tests.factories.questions import ANSWER, cast, make_question, walk_question

SECRET = "Gia đình bà được trợ cấp 5.400.000 đồng mỗi tháng vì bệnh hiểm nghèo."
THEIRS = replace(ANSWER, short=SECRET)


def told(question: Question) -> str:
    """Everything that was mailed about this question."""
    about = Ref("question", question.id)
    query = sa.select(OutboxMessage).where(
        OutboxMessage.about_kind == about.kind, OutboxMessage.about_id == about.id
    )
    return "\n".join(f"{mail.subject}\n{mail.text}" for mail in db.session.scalars(query))


def merge(question: Question, other: Question) -> None:
    triage.merge(question, actor=cast().moderator, seen_revision=question.revision, other=other)


def approve(question: Question) -> None:
    answering.approve(
        question,
        actor=cast().approver,
        seen_revision=question.revision,
        solo_office=False,
    )


def asked(stage: Stage = Stage.RECEIVED, **wanted: object) -> Question:
    return walk_question(stage=stage, email="nguoi-hoi@example.vn", phone=None, **wanted)


@pytest.mark.parametrize("stage", [Stage.ASSIGNED, Stage.IN_REVIEW, Stage.ANSWERED])
def test_nothing_is_merged_into_what_is_answered_privately(ctx: Flask, stage: Stage) -> None:
    private = asked(stage, consent=Consent.PRIVATE, answer=THEIRS)
    second = asked()
    with pytest.raises(FieldError, match="chỉ dành cho người đã gửi") as caught:
        merge(second, private)
    assert caught.value.field == "other"
    assert (second.stage, second.merged_into_id) == (Stage.RECEIVED, None)
    assert SECRET not in told(second)


def test_whoever_was_merged_before_it_became_private_gets_an_answer_of_their_own(
    ctx: Flask,
) -> None:
    first, second = asked(Stage.IN_REVIEW, answer=THEIRS), asked()
    merge(second, first)
    triage.tighten(first, consent=Consent.PRIVATE, name_display=None)
    approve(first)
    assert SECRET in told(first)
    assert SECRET not in told(second)
    assert (second.stage, second.merged_into_id) == (Stage.RECEIVED, None)
    moves = db.session.scalars(
        sa.select(QuestionLog.move).where(QuestionLog.question_id == second.id)
    )
    assert list(moves)[-1] == "split"


def test_what_may_be_public_goes_to_both(ctx: Flask) -> None:
    first, second = asked(Stage.IN_REVIEW, answer=THEIRS), asked()
    merge(second, first)
    approve(first)
    assert SECRET in told(second)
    assert second.stage is Stage.DUPLICATE


def test_a_refusal_of_a_private_question_is_its_senders_alone(ctx: Flask) -> None:
    first, second = asked(Stage.ASSIGNED), asked()
    merge(second, first)
    triage.tighten(first, consent=Consent.PRIVATE, name_display=None)
    triage.refuse(
        first,
        actor=cast().moderator,
        seen_revision=first.revision,
        reason=RefusalReason.UNCLEAR,
        text="Hồ sơ bệnh án của bà chưa đủ.",
    )
    assert "bệnh án" in told(first)
    assert "bệnh án" not in told(second)
    assert second.stage is Stage.RECEIVED


@pytest.mark.parametrize(
    ("wanted", "may"),
    [
        ({}, True),
        ({"consent": Consent.PRIVATE}, False),
        ({"classification": Classification.COMPLAINT}, False),
        ({"visibility": Visibility.PUBLIC}, True),
        ({"visibility": Visibility.HIDDEN}, False),
        ({"visibility": Visibility.ERASED}, False),
    ],
)
def test_what_an_addressee_may_read(ctx: Flask, wanted: dict[str, object], may: bool) -> None:
    answered, asker = make_question(**wanted), make_question()
    assert policy.may_read_answer(asker, answered) is may
    assert policy.may_read_answer(answered, answered)


def test_a_moderator_takes_two_apart_again(ctx: Flask) -> None:
    first, second = asked(Stage.ASSIGNED), asked()
    merge(second, first)
    triage.split(second, actor=cast().moderator, seen_revision=second.revision)
    assert (second.stage, second.merged_into_id) == (Stage.RECEIVED, None)
