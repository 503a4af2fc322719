"""`flask demo load`: into an empty database only, on any day, afresh when asked, never where it is
not allowed.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.audit import service as audit
from app.audit.models import AuditRecord
from app.devtools import demo
from app.extensions import db
from app.kernel import fulltext
from app.kernel.clock import HANOI, now
from app.kernel.links import Ref
from app.organisation import queries as organisation
from app.organisation.models import AgencyLevel, AgencyProfile
from app.questions.models import Question, QuestionLog
from app.questions.queries import public, staff
from app.questions.states import ANSWERED_STAGES
from app.submissions.models import Submission


def all_questions() -> list[Question]:
    return list(db.session.scalars(sa.select(Question).join(Submission).order_by(Question.id)))


def numbered(number: int) -> Question:
    """The question with this number in the list."""
    pattern = f"AS-____-{number:06d}"
    return db.session.scalars(
        sa.select(Question).join(Submission).where(Submission.code.like(pattern))
    ).one()


def stages() -> Counter[str]:
    """How many questions stand where; answered and closed are one, since that depends on the
    holidays.
    """
    found: Counter[str] = Counter()
    for question in all_questions():
        found["answered" if question.stage in ANSWERED_STAGES else question.stage.value] += 1
    return found


EXPECTED_STAGES = {
    "answered": 45,
    "assigned": 5,
    "received": 4,
    "in_review": 2,
    "refused": 2,
    "duplicate": 1,
    "needs_info": 1,
    "spam": 1,
    "transferred": 1,
    "unverified": 1,
    "withdrawn": 1,
}


def assert_time_runs_forward() -> None:
    moment = now()
    received = [question.submission.received_at for question in all_questions()]
    assert received == sorted(received)
    assert received[-1] <= moment
    logged = db.session.execute(
        sa.select(QuestionLog.question_id, QuestionLog.at).order_by(
            QuestionLog.question_id, QuestionLog.id
        )
    ).all()
    assert logged == sorted(logged)
    assert max(at for _question, at in logged) <= moment
    recorded = list(db.session.scalars(sa.select(AuditRecord.at).order_by(AuditRecord.id)))
    assert recorded == sorted(recorded)


@pytest.fixture
def bare(make_app: Any, database_url: str, app: Flask) -> Iterator[Flask]:
    """Demo data allowed, nothing loaded yet."""
    other = make_app(database_url=database_url, demo=True)
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", *arguments])


def test_the_former_district(bare: Flask) -> None:
    result = run(bare, "load", "--profile", "huyen")
    assert result.exit_code == 0, result.output
    with bare.app_context():
        assert organisation.agency().level is AgencyLevel.DISTRICT
        assert len(organisation.active_units()) == 30
        assert stages() == EXPECTED_STAGES
        assert len(public.latest(100)) == 43
        assert audit.verify() == []


def test_fresh_empties_everything_first(bare: Flask) -> None:
    assert "64" in run(bare, "load").output
    with bare.app_context():
        db.session.execute(sa.update(AgencyProfile).values(name="Đã đổi tên"))
        fulltext.put(Ref("question", 999_999), title="chữ thừa còn sót", body="")
        db.session.commit()
        db.session.remove()
    assert "--fresh" in run(bare, "load").output
    result = run(bare, "load", "--fresh")
    assert result.exit_code == 0, result.output
    assert all(username in result.output for username, _roles in _names(bare))
    with bare.app_context():
        assert organisation.agency().name == "Ủy ban nhân dân xã An Sơn"
        assert stages() == EXPECTED_STAGES
        assert fulltext.search("question", "chữ thừa còn sót") == []
        assert audit.verify() == []


def _names(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return demo.demo_accounts()


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(dt.datetime(2027, 2, 8, 0, 4, tzinfo=HANOI), id="Tết, just after midnight"),
        pytest.param(dt.datetime(2026, 12, 28, 7, 59, tzinfo=HANOI), id="a Monday morning"),
    ],
)
def test_it_looks_fresh_on_any_day(bare: Flask, moment: dt.datetime) -> None:
    with time_machine.travel(moment, tick=False), bare.app_context():
        assert demo.load().published == 43
        db.session.commit()
        assert stages() == EXPECTED_STAGES
        assert staff.clock_of(numbered(24)).days_left == -2
        assert max(question.submission.received_at for question in all_questions()) <= now()
        assert_time_runs_forward()


def test_it_refuses_where_it_is_not_allowed(make_app: Any, database_url: str, app: Flask) -> None:
    production = {
        "environment": "production",
        "public_base_url": "https://anson.example",
        "trusted_hosts": "anson.example",
    }
    for overrides, word in ((production, "chính thức"), ({}, "LANGNGHE_DEMO")):
        other = make_app(database_url=database_url, **overrides)
        for arguments in (("load",), ("load", "--fresh"), ("scale", "--questions", "10")):
            result = run(other, *arguments)
            assert result.exit_code == 1
            assert word in result.output
        with other.app_context():
            assert demo.is_empty()
            db.session.remove()
            db.engine.dispose()
