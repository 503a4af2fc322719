"""What `flask demo load` makes: a whole office at work, with every stage, clock and mail state
somewhere.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import demo as accounts
from app.accounts.models import User
from app.accounts.vault import vault
from app.audit import service as audit
from app.audit.models import AuditRecord
from app.devtools import demo
from app.devtools.demo import plan
from app.devtools.demo.emptying import empty_tables
from app.extensions import db
from app.kernel.clock import local, now
from app.kernel.links import Ref
from app.mailer import queries as mails
from app.mailer.models import OutboxMessage
from app.mailer.states import Delivery
from app.questions.models import Question, QuestionLog
from app.questions.queries import public, staff, surroundings
from app.questions.service import publishing
from app.questions.states import ANSWERED_STAGES, Classification, Stage, Visibility
from app.submissions import redaction
from app.submissions.models import Submission
from app.submissions.service import pin_of
from app.workdays.clock import ClockState


@pytest.fixture(scope="module")
def office(shared_app: Flask, make_app: Any, database_url: str) -> Iterator[Flask]:
    """An app of its own with the sample data loaded, for tests that only read; emptied after the
    last of them.
    """
    app = make_app(database_url=database_url, demo=True)
    with app.app_context():
        loaded = demo.load()
        assert (loaded.fresh, loaded.questions, loaded.published, loaded.example[-6:]) == (
            True,
            64,
            43,
            "000014",
        )
        db.session.commit()
    yield app
    with app.app_context():
        empty_tables()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def inside(office: Flask) -> Iterator[Flask]:
    with office.app_context():
        yield office
        db.session.rollback()


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


def test_every_question_of_the_list_is_there_under_its_number(inside: Flask) -> None:
    titles = {
        question.submission.code[-6:]: question.submission.title for question in all_questions()
    }
    assert titles == {f"000{one.seq}": one.title for one in plan.questions()}


def test_every_stage_is_there(inside: Flask) -> None:
    assert stages() == EXPECTED_STAGES
    assert Counter(question.visibility for question in all_questions()) == {
        Visibility.PRIVATE: 19,
        Visibility.PUBLIC: 43,
        Visibility.SCHEDULED: 1,
        Visibility.HIDDEN: 1,
    }


def test_the_public_reads_forty_three(inside: Flask) -> None:
    assert len(public.latest(100)) == 43
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(public.public(Question.id).subquery())
        )
        == 43
    )
    assert public.tombstone(numbered(51).submission.code)
    found = public.public_search("ổ gà trước cổng trường")
    assert found[0].code == numbered(15).submission.code


def test_what_the_public_reads_names_nobody_and_has_no_gaps(inside: Flask) -> None:
    for question in all_questions():
        if question.visibility is Visibility.PUBLIC:
            title, body = publishing.document_of(question)
            assert not redaction.find(f"{title}\n{body}"), question.submission.code
            assert "{" not in body
            assert not publishing.obstacles(question) or question.stage is Stage.ASSIGNED


def test_answers_took_as_long_as_the_list_says(inside: Flask) -> None:
    days = {one.seq: one.days for one in plan.questions()}
    for question in all_questions():
        if question.answered_at is not None:
            assert question.took_days == days[question.submission.code[-3:]], (
                question.submission.code
            )


def test_clocks_are_in_every_state(inside: Flask) -> None:
    late = staff.clock_of(numbered(24))
    assert (late.state, late.days_left) == (ClockState.OVERDUE, -2)
    soon = staff.clock_of(numbered(54))
    assert (soon.state, soon.days_left) == (ClockState.DUE_SOON, 1)
    assert staff.clock_of(numbered(50)).state is ClockState.PAUSED
    assert staff.clock_of(numbered(61)).state is ClockState.RUNNING
    assert staff.clock_of(numbered(9)).late is False


def test_time_runs_forward(inside: Flask) -> None:
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


def test_the_record_is_whole(inside: Flask) -> None:
    assert audit.verify() == []
    assert audit.head()[0] > 300


def test_a_denunciation_stays_out_of_sight(inside: Flask) -> None:
    question = numbered(47)
    assert question.classification is Classification.DENUNCIATION
    assert question.stage is Stage.REFUSED
    assert question.submission.restricted
    assert mails.messages_about(Ref("question", question.id)) == []
    assert [row.move for row in staff.log_of(question)][-2:] == ["open_restricted", "refuse"]


def test_the_private_answer_is_private(inside: Flask) -> None:
    question = numbered(35)
    assert question.stage in ANSWERED_STAGES
    assert question.visibility is Visibility.PRIVATE
    assert publishing.obstacles(question)


def test_special_turns(inside: Flask) -> None:
    assert numbered(9).extra_days == 5
    reopened = numbered(23)
    assert (reopened.stage, reopened.visibility) == (Stage.ASSIGNED, Visibility.PUBLIC)
    assert reopened.reopened_at is not None
    assert numbered(57).merged_into_id == numbered(14).id
    assert (numbered(44).transfer or {})["name"].startswith("Thuế cơ sở")
    waiting = publishing.open_request(numbered(59))
    assert waiting is not None
    assert waiting.act.value == "refuse"
    scheduled = numbered(58).publish_at
    assert scheduled is not None
    assert scheduled > now()
    assert [report.question_id for report, _code, _title in staff.open_reports()] == [
        numbered(41).id
    ]
    assert [line.done for line in staff.progress_of(numbered(2))] == [True]
    promised = {
        version.promised_on
        for number in (11, 14, 19)
        if (version := staff.version_of(numbered(number)))
    }
    assert all(day is not None and local(now()).date() < day for day in promised)


def test_ratings(inside: Flask) -> None:
    assert Counter(question.rating for question in all_questions() if question.rating) == {
        3: 22,
        2: 6,
        1: 3,
    }


def test_mails_have_long_been_delivered_but_for_a_few(inside: Flask) -> None:
    states = Counter(db.session.scalars(sa.select(OutboxMessage.state)))
    assert states.pop(Delivery.SENT) > 200
    assert states == {Delivery.READY: 2, Delivery.DEFERRED: 1, Delivery.REJECTED: 1}
    assert mails.silence(now()) is None
    for row in db.session.execute(sa.select(OutboxMessage.created_at, OutboxMessage.sent_at)):
        assert row.sent_at is None or row.created_at <= row.sent_at <= now()


def test_pictures_belong_to_answers(inside: Flask) -> None:
    answer = public.public_one(numbered(12).submission.code)
    assert answer is not None
    assert len(surroundings.public_extras(answer).files) == 2


def test_eight_people_sign_in_and_nobody_else(inside: Flask) -> None:
    people = list(db.session.scalars(sa.select(User)))
    may = {
        user.username
        for user in people
        if vault().verify_password(user.password_hash, accounts.PASSWORD)
    }
    assert (
        may
        == {username for username, _roles in demo.demo_accounts()}
        == {account.username for account in accounts.ACCOUNTS}
    )
    assert all(user.is_demo for user in people)
    assert all(user.password_hash is None for user in people if user.username not in may)


def test_the_sender_s_side_of_the_example_opens(office: Flask) -> None:
    with office.app_context():
        question = numbered(14)
        pin = demo.example_pin(str(office.secret_key))
        assert pin == pin_of(str(office.secret_key), question.submission.idempotency_key)


def test_loading_again_changes_nothing(inside: Flask) -> None:
    before = audit.head()
    assert demo.load() == demo.Loaded(False, 64, 43)
    assert audit.head() == before
