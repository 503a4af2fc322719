"""Opening with code and PIN, redacting, erasing."""

import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.extensions import db
from app.kernel.db import StatementCounter
from app.kernel.errors import FieldError, NotFound, TooMany
from app.submissions import service
from app.submissions.models import Submission, SubmissionToken
from app.submissions.service import Received
from app.submissions.states import Consent, TokenPurpose
from tests.factories.accounts import make_user

START = dt.datetime(2026, 6, 15, 2, 0, tzinfo=dt.UTC)


def receive(app: Flask, **values: Any) -> Received:
    defaults: dict[str, Any] = {
        "secret_key": str(app.secret_key),
        "kind": "question",
        "prefix": "AS",
        "idempotency_key": uuid.uuid4().hex,
        "body": "Xe thu gom rác không vào ngõ 5 thôn Đông đã hai tuần nay.",
        "name": "Nguyễn Thị Ân",
        "email": "an@example.vn",
        "consent": Consent.PUBLISH,
    }
    return service.receive(**{**defaults, **values})


# Code and PIN -----------------------------------------------------------------------------------
def unlock(app: Flask, code: str, pin: str, address: str = "one") -> Submission | None:
    return service.unlock(code=code, pin=pin, address_key=address, secret_key=str(app.secret_key))


def wrong(pin: str) -> str:
    return str((int(pin) + 1) % 10**6).zfill(6)


def test_code_and_pin_open_it_however_they_are_typed(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    for typed_code, typed_pin in (
        (code, pin),
        (f" {code.lower()} ", f"{pin[:3]} {pin[3:]}"),
        (code.replace("-", "- "), "-".join(pin)),
    ):
        assert unlock(ctx, typed_code, typed_pin) is received.submission


def test_wrong_code_and_wrong_pin_give_the_same(ctx: Flask) -> None:
    received, other = receive(ctx), receive(ctx)
    for code, pin in (
        (received.submission.code, wrong(received.pin)),
        ("AS-2026-999999", received.pin),
        (other.submission.code, received.pin if received.pin != other.pin else wrong(other.pin)),
        ("", ""),
        (received.submission.code, ""),
    ):
        assert unlock(ctx, code, pin, address=uuid.uuid4().hex) is None


def test_wrong_code_and_wrong_pin_cost_the_same_statements(ctx: Flask) -> None:
    received = receive(ctx)
    db.session.commit()
    counts = []
    for code, pin in (
        (received.submission.code, wrong(received.pin)),
        ("AS-2026-999999", received.pin),
    ):
        db.session.expire_all()
        with StatementCounter(db.engine) as counter:
            unlock(ctx, code, pin)
        counts.append([statement.split()[0] for statement in counter.statements])
    assert counts[0] == counts[1]


def test_five_failures_on_one_code_close_it_for_an_hour_wherever_they_come_from(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    with time_machine.travel(START, tick=False):
        for number in range(5):
            assert unlock(ctx, code, wrong(pin), address=f"address-{number}") is None
        with pytest.raises(TooMany) as told:
            unlock(ctx, code, pin, address="another")
        assert told.value.retry_after == 3_600
        # Other codes stay open.
        other = receive(ctx)
        assert unlock(ctx, other.submission.code, other.pin, address="another") is other.submission
    with time_machine.travel(START + dt.timedelta(hours=1, seconds=1), tick=False):
        assert unlock(ctx, code, pin) is received.submission


def test_ten_failures_from_one_address_close_the_door(ctx: Flask) -> None:
    received = receive(ctx)
    for number in range(10):
        assert unlock(ctx, f"AS-2026-9{number:05d}", "000000") is None
    with pytest.raises(TooMany):
        unlock(ctx, received.submission.code, received.pin)
    assert (
        unlock(ctx, received.submission.code, received.pin, address="elsewhere")
        is received.submission
    )


def test_success_forgets_the_failures_of_the_code(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    for _round in range(2):
        for number in range(4):
            assert unlock(ctx, code, wrong(pin), address=f"{_round}-{number}") is None
        assert unlock(ctx, code, pin, address="own") is received.submission


def test_an_erased_submission_is_not_opened(ctx: Flask) -> None:
    received = receive(ctx)
    service.erase(received.submission)
    assert unlock(ctx, received.submission.code, received.pin) is None


# Redaction --------------------------------------------------------------------------------------
def redact(submission: Submission, **values: Any) -> None:
    defaults = {
        "title": submission.title,
        "body": submission.body,
        "reason": "",
        "actor_id": make_user().id,
    }
    service.redact(submission, **{**defaults, **values})


def test_unchanged_text_needs_no_reason_and_changed_text_does(ctx: Flask) -> None:
    submission = receive(ctx).submission
    redact(submission)
    assert (submission.public_body, submission.redaction_reason) == (submission.body, None)
    for changes in ({"body": "Khác hẳn."}, {"title": "Khác hẳn"}):
        with pytest.raises(FieldError) as told:
            redact(submission, reason=" ", **changes)
        assert told.value.field == "redaction_reason"
    redact(
        submission,
        body="Ngõ … có rác <b>lâu</b>.\n\nXem https://example.vn nhé.",
        reason="Che số ngõ.",
    )
    assert submission.redaction_reason == "Che số ngõ."
    assert submission.public_html == (
        "<p>Ngõ … có rác &lt;b&gt;lâu&lt;/b&gt;.</p><p>Xem"
        ' <a href="https://example.vn" rel="nofollow noopener">https://example.vn</a> nhé.</p>'
    )
    assert submission.redacted_at is not None


@pytest.mark.parametrize(
    ("field", "values"), [("public_title", {"title": " "}), ("public_body", {"body": "\u200b"})]
)
def test_something_has_to_be_left(ctx: Flask, field: str, values: dict[str, str]) -> None:
    submission = receive(ctx).submission
    with pytest.raises(FieldError) as told:
        redact(submission, reason="Che.", **values)
    assert told.value.field == field
    assert submission.public_body is None


# Erasing ----------------------------------------------------------------------------------------
def test_erasing_leaves_the_code_and_nothing_else_of_the_sender(ctx: Flask) -> None:
    received = receive(ctx, phone="0912345678", spam={"points": 2, "reasons": ["x"]})
    submission, code = received.submission, received.submission.code
    redact(submission)
    service.erase(submission)
    db.session.commit()
    assert (submission.code, submission.title, submission.body, submission.name) == (
        code,
        "",
        "",
        "",
    )
    gone = ("phone", "email", "public_title", "public_body", "public_html", "redaction_reason")
    assert {getattr(submission, name) for name in gone} == {None}
    assert (submission.spam_reasons, submission.erased_at is not None) == ([], True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SubmissionToken)) == 0
    for token, purpose in (
        (received.confirm_token, TokenPurpose.CONFIRM),
        (received.track_token, TokenPurpose.TRACK),
    ):
        with pytest.raises(NotFound):
            service.find_token(token or "", purpose, secret_key=str(ctx.secret_key))


def test_the_database_refuses_a_sender_whom_nobody_can_reach(ctx: Flask) -> None:
    submission = receive(ctx).submission
    submission.email = None
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
