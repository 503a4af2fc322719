"""The factory makes rows that agree, for every stage and every visibility."""

import pytest
from flask import Flask

from app.questions.queries import public, staff
from app.questions.states import Classification, Stage, Visibility
from app.submissions import service as submissions
from tests.factories.questions import make_question, make_unseen, pin


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_can_be_made(app: Flask, stage: Stage) -> None:
    with app.app_context():
        question = make_question(stage=stage)
        assert question.stage is stage
        assert staff.log_of(question)[-1].to_stage is stage


@pytest.mark.parametrize("visibility", Visibility)
def test_every_visibility_can_be_made(app: Flask, visibility: Visibility) -> None:
    with app.app_context():
        question = make_question(stage=Stage.ANSWERED, visibility=visibility)
        assert question.visibility is visibility
        assert (public.public_one(question.submission.code) is not None) is (
            visibility is Visibility.PUBLIC
        )
        assert public.tombstone(question.submission.code) is (
            visibility in {Visibility.HIDDEN, Visibility.ERASED}
        )


@pytest.mark.parametrize(
    "stage", [Stage.RECEIVED, Stage.ASSIGNED, Stage.NEEDS_INFO, Stage.REFUSED, Stage.TRANSFERRED]
)
def test_a_complaint_can_be_made(app: Flask, stage: Stage) -> None:
    with app.app_context():
        question = make_question(stage=stage, classification=Classification.COMPLAINT)
        assert (question.stage, question.classification) == (stage, Classification.COMPLAINT)


def test_values_are_readable_after_the_context(app: Flask) -> None:
    with app.app_context():
        question = make_question(visibility=Visibility.PUBLIC)
    assert question.submission.code.startswith("AS-")
    assert question.version_id is not None


def test_the_pin_opens_it(app: Flask) -> None:
    with app.app_context():
        question = make_question()
        secret = str(app.secret_key)
        found = submissions.unlock(
            code=question.submission.code, pin=pin(question), address_key="a", secret_key=secret
        )
        assert found is not None
        assert found.id == question.submission_id


def test_the_unseen_are_unseen(app: Flask) -> None:
    with app.app_context():
        made = make_unseen("Dấu-mốc-ẩn")
        assert len(made) > len(Stage)
        assert public.latest(50) == []
