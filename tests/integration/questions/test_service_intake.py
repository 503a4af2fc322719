"""Taking a question in, twice at once too, and letting an unconfirmed one pass."""

import datetime as dt
import re
import threading
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.access.actors import CITIZEN
from app.extensions import db
from app.kernel.clock import HANOI, now
from app.kernel.db import Counter
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from app.mailer.models import OutboxMessage
from app.questions.events import QuestionReceived
from app.questions.models import Question, QuestionLog
from app.questions.queries import staff
from app.questions.service import intake, publishing, triage
from app.questions.states import QuestionKind, Stage, Visibility
from app.submissions import service as submissions
from app.submissions.models import Submission
from app.submissions.states import Channel, Consent, TokenPurpose
from tests.factories import sending
from tests.factories.accounts import make_user
from tests.factories.organisation import make_topic
from tests.factories.questions import BODY, cast, walk_question
from tests.factories.statements import StatementCounter
from tests.factories.traces import traces

MONDAY = dt.datetime(2026, 6, 15, 9, 0, tzinfo=HANOI)


def ask(app: Flask, **values: Any) -> intake.QuestionReceipt:
    defaults: dict[str, Any] = {
        "secret_key": str(app.secret_key),
        "prefix": "AS",
        "idempotency_key": uuid.uuid4().hex,
        "kind": QuestionKind.QUESTION,
        "body": BODY,
        "name": "Nguyễn Thị Ân",
        "phone": "0912345678",
        "consent": Consent.PUBLISH,
    }
    return sending.ask(**{**defaults, **values})


def numbers() -> list[str]:
    return list(db.session.scalars(sa.select(Submission.code).order_by(Submission.id)))


@time_machine.travel(MONDAY, tick=False)
def test_asking_leaves_one_row_one_log_line_one_event_and_the_receipt(ctx: Flask) -> None:
    with traces() as left:
        asked = ask(ctx, email="an@example.vn", topic=make_topic(answer_working_days=5))
    question = asked.question
    assert (question.stage, question.visibility, question.revision) == (
        Stage.RECEIVED,
        Visibility.PRIVATE,
        1,
    )
    assert question.submission.code == "AS-2026-000001"
    assert re.fullmatch(r"\d{6}", asked.pin)
    assert (question.received_on, question.working_days, question.due_on) == (
        dt.date(2026, 6, 15),
        5,
        dt.date(2026, 6, 22),
    )
    assert question.sort_on == question.due_on
    assert [
        (row.move, row.from_stage, row.to_stage, row.actor, row.public) for row in left.log
    ] == [("receive", None, Stage.RECEIVED, "citizen", True)]
    assert [type(event) for event in left.events] == [QuestionReceived]
    assert left.tags == []
    assert left.kinds == ["question-received"]
    assert left.bumps == 0


def test_without_a_topic_ten_working_days(ctx: Flask) -> None:
    assert ask(ctx).question.working_days == 10


@pytest.mark.parametrize(
    ("phone", "email", "stage", "confirmed"),
    [
        ("0912345678", None, Stage.RECEIVED, True),
        (None, "an@example.vn", Stage.UNVERIFIED, False),
        ("0912345678", "an@example.vn", Stage.RECEIVED, True),
    ],
)
def test_a_telephone_number_lets_it_in_and_an_address_alone_has_to_be_confirmed(
    ctx: Flask, phone: str | None, email: str | None, stage: Stage, confirmed: bool
) -> None:
    question = ask(ctx, phone=phone, email=email).question
    assert question.stage is stage
    assert (question.submission.confirmed_at is not None) is confirmed


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.WEB])
def test_what_an_officer_types_in_needs_no_contact_and_no_confirmation(
    ctx: Flask, channel: Channel
) -> None:
    officer = make_user(roles=[Role.MODERATOR])
    with traces() as left:
        asked = ask(ctx, phone=None, channel=channel, actor=officer)
    assert asked.question.stage is Stage.RECEIVED
    assert asked.question.submission.entered_by == officer.id
    assert left.tags == ["question:receive"]
    assert left.records[0].data == {"channel": channel.value}
    assert left.log[0].actor_id == officer.id


def test_the_same_form_twice_is_one_question_with_one_code_and_one_pin(ctx: Flask) -> None:
    key = uuid.uuid4().hex
    first = ask(ctx, idempotency_key=key)
    with traces() as left:
        second = ask(
            ctx, idempotency_key=key, body="Một câu khác hẳn câu trước, gửi lại cùng một mẫu."
        )
    assert (second.repeated, second.question.id, second.pin) == (True, first.question.id, first.pin)
    assert second.question.submission.body == BODY
    assert (left.events, left.log, left.mails) == ([], [], [])
    assert len(numbers()) == 1


def test_twenty_at_once_with_one_key_are_one_question(app: Flask) -> None:
    key, start = uuid.uuid4().hex, threading.Barrier(20)
    found: list[tuple[str, str, bool]] = []
    failed: list[BaseException] = []

    def send() -> None:
        try:
            with app.app_context():
                start.wait()
                asked = ask(app, idempotency_key=key, email="an@example.vn")
                db.session.commit()
                found.append((asked.question.submission.code, asked.pin, asked.repeated))
        except BaseException as error:  # told to the test below
            failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({row[:2] for row in found}) == 1
    assert [row[2] for row in found].count(False) == 1
    with app.app_context():
        for model in (Submission, Question, QuestionLog, OutboxMessage):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 1
        # The number that the losers took has been given back.
        assert db.session.scalars(sa.select(Counter.value)).one() == 1


def test_codes_are_without_gaps_even_when_many_ask_and_some_give_up(app: Flask) -> None:
    failed: list[BaseException] = []

    def send(number: int) -> None:
        try:
            with app.app_context():
                ask(app)
                if number % 3:
                    db.session.commit()
                else:
                    db.session.rollback()
        except BaseException as error:  # told to the test below
            failed.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with app.app_context():
        year = now().astimezone(HANOI).year
        assert sorted(numbers()) == [f"AS-{year}-{number:06d}" for number in range(1, 9)]


def test_each_year_begins_with_one(ctx: Flask) -> None:
    # 17:30 in Greenwich is half past midnight in Hà Nội: the new year has begun there.
    with time_machine.travel(dt.datetime(2026, 12, 31, 16, 30, tzinfo=dt.UTC), tick=False):
        assert ask(ctx).question.submission.code == "AS-2026-000001"
    with time_machine.travel(dt.datetime(2026, 12, 31, 17, 30, tzinfo=dt.UTC), tick=False):
        question = ask(ctx).question
        assert question.submission.code == "AS-2027-000001"
        assert question.received_on == dt.date(2027, 1, 1)


def test_what_cannot_be_accepted_takes_no_number(ctx: Flask) -> None:
    with pytest.raises(FieldError):
        ask(ctx, body="quá ngắn")
    assert ask(ctx).question.submission.code.endswith("000001")


def test_asking_costs_few_statements(ctx: Flask) -> None:
    ask(ctx, email="an@example.vn")
    db.session.commit()
    with StatementCounter(db.engine) as counter:
        ask(ctx, email="an@example.vn")
        db.session.commit()
    # Known key · number · submission · links · calendar · question · log · the mail's three.
    assert len(counter.statements) <= 12, "\n".join(counter.statements)


# Confirming -------------------------------------------------------------------------------------
def unverified(app: Flask, **values: Any) -> tuple[Question, str]:
    """A question that waits, and the secret in its mail."""
    with traces() as left:
        asked = ask(app, phone=None, email="an@example.vn", **values)
    return asked.question, left.events[0].confirm_token


def confirm(app: Flask, secret: str) -> bool:
    token, submission = submissions.find_token(
        secret, TokenPurpose.CONFIRM, secret_key=str(app.secret_key)
    )
    return intake.confirm_by_link(staff.by_submission_id(submission.id), token, submission)


def test_the_clock_starts_when_the_address_is_confirmed_and_the_mail_names_that_day(
    ctx: Flask,
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        question, secret = unverified(ctx)
        assert question.due_on == dt.date(2026, 6, 29)
    with time_machine.travel(MONDAY + dt.timedelta(days=2), tick=False), traces() as left:
        assert confirm(ctx, secret)
    assert (question.stage, question.received_on, question.due_on) == (
        Stage.RECEIVED,
        dt.date(2026, 6, 17),
        dt.date(2026, 7, 1),
    )
    assert question.submission.confirmed_at == MONDAY + dt.timedelta(days=2)
    assert (left.moves, left.steps, left.tags) == (["confirm"], ["confirm"], [])
    assert [(row.actor, row.public) for row in left.log] == [("citizen", True)]
    assert "01/07/2026" in left.mail("question-confirmed").text
    assert "29/06/2026" not in left.mail("question-confirmed").text


def test_confirming_again_changes_nothing(ctx: Flask) -> None:
    question, secret = unverified(ctx)
    confirm(ctx, secret)
    revision, moment = question.revision, question.submission.confirmed_at
    with traces() as left:
        assert not confirm(ctx, secret)
    assert (question.revision, question.submission.confirmed_at) == (revision, moment)
    assert (left.log, left.mails) == ([], [])


def test_a_second_link_of_a_question_that_came_with_a_telephone_number_is_noted_and_moves_nothing(
    ctx: Flask,
) -> None:
    with traces() as left:
        question = ask(ctx, email="an@example.vn").question
    assert not submissions.address_is_known(question.submission)
    assert not confirm(ctx, left.events[0].confirm_token)
    assert question.stage is Stage.RECEIVED
    assert submissions.address_is_known(question.submission)


@pytest.mark.parametrize("stage", [Stage.SPAM, Stage.WITHDRAWN])
def test_confirming_what_has_been_set_aside_does_not_bring_it_back(
    ctx: Flask, stage: Stage
) -> None:
    question, secret = unverified(ctx)
    if stage is Stage.SPAM:
        triage.mark_spam(question, actor=cast().moderator, seen_revision=question.revision)
    else:
        triage.withdraw(question)
    assert not confirm(ctx, secret)
    assert question.stage is stage


def test_an_erased_one_cannot_be_confirmed(ctx: Flask) -> None:
    question, secret = unverified(ctx)
    publishing.erase(question, actor=make_user(roles=[Role.ADMINISTRATOR]), reason="Theo yêu cầu.")
    with pytest.raises(NotFound):
        confirm(ctx, secret)


def test_an_officer_lets_it_in_after_a_call(ctx: Flask) -> None:
    with time_machine.travel(MONDAY, tick=False):
        question, _secret = unverified(ctx)
    people, later = cast(), MONDAY + dt.timedelta(days=1)
    with time_machine.travel(later, tick=False), traces() as left:
        intake.confirm_by_officer(
            question, actor=people.moderator, seen_revision=question.revision, note="Đã gọi lại."
        )
    assert (question.stage, question.received_on, question.due_on) == (
        Stage.RECEIVED,
        dt.date(2026, 6, 16),
        dt.date(2026, 6, 30),
    )
    assert question.submission.confirmed_at == later
    assert [(row.move, row.actor_id, row.note, row.public) for row in left.log] == [
        ("confirm", people.moderator.id, "Đã gọi lại.", False)
    ]
    assert left.tags == ["question:confirm"]
    assert left.kinds == ["question-confirmed"]


def test_letting_in_is_for_moderators_in_turn_and_with_a_fresh_page(ctx: Flask) -> None:
    question, people = walk_question(stage=Stage.UNVERIFIED), cast()
    with pytest.raises(Forbidden):
        intake.confirm_by_officer(
            question, actor=people.approver, seen_revision=question.revision, note=""
        )
    with pytest.raises(Stale):
        intake.confirm_by_officer(
            question, actor=people.moderator, seen_revision=question.revision - 1, note=""
        )
    received = walk_question(stage=Stage.RECEIVED)
    with pytest.raises(Refused):
        intake.confirm_by_officer(
            received, actor=people.moderator, seen_revision=received.revision, note=""
        )
    assert (question.stage, question.submission.confirmed_at) == (Stage.UNVERIFIED, None)


def test_the_citizen_is_nobody_with_an_account(ctx: Flask) -> None:
    question = ask(ctx).question
    assert staff.log_of(question)[0].actor_id is None
    assert staff.log_of(question)[0].actor == CITIZEN.full_name
