"""Opening with code and PIN, redacting, erasing."""

import contextlib
import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.extensions import db
from app.kernel import throttle
from app.kernel.errors import FieldError, NotFound, TooMany
from app.mailer.models import OutboxMessage
from app.submissions import service
from app.submissions.models import Submission, SubmissionToken
from app.submissions.service import Received
from app.submissions.states import Channel, Consent, TokenPurpose
from tests.factories import sending
from tests.factories.accounts import make_user
from tests.factories.statements import StatementCounter

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
    return sending.receive(**{**defaults, **values})


# Code and PIN -----------------------------------------------------------------------------------
def unlock(
    app: Flask, code: str, pin: str, address: str = "one", contact: str = ""
) -> Submission | None:
    secret = str(app.secret_key)
    return service.unlock(
        code=code, pin=pin, address_key=address, secret_key=secret, contact=contact
    )


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
    ):
        assert unlock(ctx, code, pin, address=uuid.uuid4().hex) is None


@pytest.mark.parametrize(
    ("code", "pin", "field"),
    [
        ("", "482913", "code"),
        ("xin chào", "482913", "code"),
        ("AS-2026-000001", "", "pin"),
        ("AS-2026-000001", "48291", "pin"),
        ("AS-2026-000001", "không nhớ", "pin"),
    ],
)
def test_a_slip_of_the_hand_is_said_and_counts_for_nothing(
    ctx: Flask, code: str, pin: str, field: str
) -> None:
    with pytest.raises(FieldError) as slip:
        unlock(ctx, code, pin)
    assert slip.value.field == field
    assert db.session.scalar(sa.select(sa.func.count()).select_from(throttle.ThrottleEvent)) == 0


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


def guess(app: Flask, code: str, pin: str, times: int) -> None:
    """Wrong PINs, each from another place."""
    for _ in range(times):
        assert unlock(app, code, wrong(pin), address=uuid.uuid4().hex) is None


def test_five_wrong_pins_of_strangers_keep_nobody_outside(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    guess(ctx, code, pin, 5)
    for _ in range(5):
        assert unlock(ctx, code, wrong(pin), address="neighbour") is None
    # From elsewhere, and from the very place.
    for address in ("own", "neighbour"):
        assert unlock(ctx, code, pin, address=address) is received.submission


@pytest.mark.parametrize(
    ("left", "typed"),
    [
        ({"phone": "0912345678", "email": "an@example.vn"}, "0912 345 678"),
        ({"phone": "0912345678", "email": "an@example.vn"}, "+84 912 345 678"),
        ({"phone": "0912345678", "email": "an@example.vn"}, " An@Example.vn "),
        ({"email": "an@example.vn"}, "an@example.vn"),
        ({"email": None, "channel": Channel.COUNTER}, "nguyen thi an"),
    ],
)
def test_after_thirty_guesses_at_a_code_only_its_sender_gets_on(
    ctx: Flask, left: dict[str, Any], typed: str
) -> None:
    received, other = receive(ctx, **left), receive(ctx)
    code, pin = received.submission.code, received.pin
    with time_machine.travel(START, tick=False):
        guess(ctx, code, pin, 30)
        for secret in (pin, wrong(pin)):
            # Right or wrong: the same, and nothing is tried.
            with pytest.raises(service.ContactNeeded):
                unlock(ctx, code, secret, address="own")
        for contact in ("0999 999 999", "khac@example.vn", "Nguyễn Thị Ân hai", "—"):
            assert unlock(ctx, code, pin, address="stranger", contact=contact) is None
        assert unlock(ctx, code, wrong(pin), address="own", contact=typed) is None
        assert unlock(ctx, code, pin, address="own", contact=typed) is received.submission
        # Other codes are not touched.
        assert unlock(ctx, other.submission.code, other.pin, address="x") is other.submission
    with time_machine.travel(START + dt.timedelta(days=1, seconds=1), tick=False):
        assert unlock(ctx, code, pin, address="later") is received.submission


def test_a_name_is_no_contact_where_a_better_one_was_left(ctx: Flask) -> None:
    received = receive(ctx)
    guess(ctx, received.submission.code, received.pin, 30)
    assert (
        unlock(ctx, received.submission.code, received.pin, contact=received.submission.name)
        is None
    )


def test_somebody_who_knows_the_contact_does_not_guess_for_ever(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    guess(ctx, code, pin, 30)
    for number in range(30):
        assert unlock(ctx, code, wrong(pin), f"n-{number}", "an@example.vn") is None
    with pytest.raises(TooMany):
        unlock(ctx, code, pin, "own", "an@example.vn")
    # The link of a mail needs no PIN.
    token = service.new_track_token(received.submission, secret_key=str(ctx.secret_key))
    found = service.find_token(token, TokenPurpose.TRACK, secret_key=str(ctx.secret_key))
    assert found[1] is received.submission


def test_twenty_failures_from_one_place_and_more_is_asked_there(ctx: Flask) -> None:
    received = receive(ctx)
    for number in range(20):
        assert unlock(ctx, f"AS-2026-9{number:05d}", "000000") is None
    code, pin = received.submission.code, received.pin
    with pytest.raises(service.ContactNeeded):
        unlock(ctx, code, pin)
    assert unlock(ctx, code, pin, contact="an@example.vn") is received.submission
    assert unlock(ctx, code, pin, address="elsewhere") is received.submission


def test_guessing_over_all_codes_from_everywhere_is_braked_and_told(ctx: Flask) -> None:
    make_user("quantri", roles=(Role.ADMINISTRATOR,))
    received = [receive(ctx) for _ in range(3)]
    code, pin = received[0].submission.code, received[0].pin
    with time_machine.travel(START, tick=False):
        tried = 0
        for number in range(300):
            with contextlib.suppress(service.ContactNeeded):
                unlock(ctx, f"AS-2026-9{number % 100:05d}", "000000", address=uuid.uuid4().hex)
                tried += 1
        assert tried == 100
        told = db.session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.kind == "guessing-alert")
        ).all()
        assert [mail.to_address for mail in told] == ["quantri@anson.example"]
        assert "100 lần nhập sai mã PIN" in told[0].text
        assert "khóa" in told[0].text
        with pytest.raises(service.ContactNeeded):
            unlock(ctx, code, pin, address="own")
        assert unlock(ctx, code, pin, "own", "an@example.vn") is received[0].submission
    with time_machine.travel(START + dt.timedelta(days=1, seconds=1), tick=False):
        assert unlock(ctx, code, pin, address="own") is received[0].submission


def test_only_a_machine_waits_and_it_is_told_how_long(ctx: Flask) -> None:
    received = receive(ctx)
    with time_machine.travel(START, tick=False):
        for number in range(30):
            contact = "0999999999" if number >= 20 else ""
            assert unlock(ctx, f"AS-2026-9{number:05d}", "000000", contact=contact) is None
        with pytest.raises(TooMany) as told:
            unlock(ctx, received.submission.code, received.pin, contact="an@example.vn")
        assert told.value.retry_after == 60


def test_success_forgets_the_failures_of_the_code(ctx: Flask) -> None:
    received = receive(ctx)
    code, pin = received.submission.code, received.pin
    for round_ in range(2):
        guess(ctx, code, pin, 29)
        assert unlock(ctx, code, pin, address=f"own-{round_}") is received.submission


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
