"""`flask demo scale`: many rows quickly, in the shape of real ones."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.devtools.demo.scale import scale
from app.extensions import db
from app.kernel.clock import now
from app.questions.models import AnswerVersion, Question
from app.questions.queries import public, staff
from app.questions.service import publishing
from app.questions.states import Stage, Visibility
from app.submissions.models import Submission
from tests.factories.questions import make_question


@pytest.fixture
def bare(make_app: Any, database_url: str, app: Flask) -> Iterator[Flask]:
    other = make_app(database_url=database_url, demo=True)
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_two_thousand(bare: Flask) -> None:
    result = bare.test_cli_runner().invoke(args=["demo", "scale", "--questions", "2000"])
    assert result.exit_code == 0, result.output
    assert "2.000" in result.output
    with bare.app_context():
        stages = Counter(db.session.scalars(sa.select(Question.stage)))
        assert stages[Stage.ANSWERED] + stages[Stage.CLOSED] == 1_940
        assert (stages[Stage.RECEIVED], stages[Stage.ASSIGNED], stages[Stage.WITHDRAWN]) == (
            25,
            25,
            10,
        )
        assert Counter(db.session.scalars(sa.select(Question.visibility))) == {
            Visibility.PUBLIC: 1_940,
            Visibility.PRIVATE: 60,
        }
        assert (
            len(
                {
                    row[0]
                    for row in db.session.execute(
                        sa.select(sa.extract("year", Question.published_at))
                    )
                    if row[0]
                }
            )
            >= 5
        )
        assert max(db.session.scalars(sa.select(Submission.received_at))) <= now()


def test_every_answer_belongs_to_its_question_and_is_found(bare: Flask) -> None:
    with bare.app_context():
        scale(300, answered_share=0.9)
        wrong = (
            sa.select(sa.func.count())
            .select_from(Question)
            .join(AnswerVersion, AnswerVersion.id == Question.version_id)
        )
        assert db.session.scalar(wrong.where(AnswerVersion.question_id != Question.id)) == 0
        newest = public.latest(1)[0]
        assert newest.code in {row.code for row in public.public_search(newest.title)}
        question = staff.by_code(newest.code)
        assert publishing.obstacles(question) == []
        assert [row.move for row in staff.log_of(question)] == ["receive"]


def test_what_was_there_goes_on(bare: Flask) -> None:
    with bare.app_context():
        scale(50)
        made = make_question()
        number = made.submission.code
        again = scale(50, answered_share=0.0)
        assert (again.answered, again.open) == (0, 50)
        codes = list(db.session.scalars(sa.select(Submission.code)))
        assert len(codes) == len(set(codes)) == 101
        assert make_question().submission.code not in {*codes, number}
