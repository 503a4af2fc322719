"""Keeping what somebody sent: code, PIN, links, consent, and what is not accepted."""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from PIL import Image

from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.kernel.clock import HANOI, now
from app.kernel.errors import FieldError, NotFound
from app.kernel.links import Ref
from app.kernel.tokens import keyed_hash
from app.submissions import kinds, queries, service
from app.submissions.models import Submission, SubmissionToken
from app.submissions.service import Received
from app.submissions.states import Channel, Consent, NameDisplay, TokenPurpose
from tests.factories import sending

BODY = "Xe thu gom rác không vào ngõ 5 thôn Đông đã hai tuần nay."
START = dt.datetime(2026, 6, 15, 9, 0, tzinfo=HANOI)


def receive(app: Flask, **values: Any) -> Received:
    defaults: dict[str, Any] = {
        "secret_key": str(app.secret_key),
        "kind": "question",
        "prefix": "AS",
        "idempotency_key": uuid.uuid4().hex,
        "body": BODY,
        "name": "Nguyễn Thị Ân",
        "email": "an@example.vn",
        "consent": Consent.PRIVATE,
    }
    return sending.receive(**{**defaults, **values})


def find(
    app: Flask, token: str | None, purpose: TokenPurpose
) -> tuple[SubmissionToken, Submission]:
    return service.find_token(token or "", purpose, secret_key=str(app.secret_key))


@time_machine.travel(START, tick=False)
def test_what_is_kept(ctx: Flask) -> None:
    received = receive(
        ctx,
        body="  Dòng một\r\n\r\n\r\nDòng hai\u200b với nhiều   dấu cách và ký tự ẩn. ",
        title=" Rác\nở ngõ 5 ",
        name=" Nguyễn  Thị Ân ",
        phone="0912345678",
        language="en",
        spam={"points": 3, "reasons": ["link"]},
        name_display=NameDisplay.FULL,
        consent=Consent.PUBLISH,
    )
    row = received.submission
    assert row.body == "Dòng một\n\nDòng hai với nhiều dấu cách và ký tự ẩn."
    assert (row.title, row.name, row.language, row.phone) == (
        "Rác ở ngõ 5",
        "Nguyễn Thị Ân",
        "en",
        "0912345678",
    )
    assert (row.spam_points, row.spam_reasons, row.concern, row.restricted) == (
        3,
        ["link"],
        None,
        False,
    )
    assert (row.consent, row.consent_text, row.consent_at, row.name_display) == (
        Consent.PUBLISH,
        sending.TERMS.consent_text,
        START,
        NameDisplay.FULL,
    )
    assert (row.code, row.received_at, row.confirmed_at) == ("AS-2026-000001", START, START)
    assert (row.public_title, row.public_body, row.public_html) == (None, None, None)


def test_without_a_title_the_first_sentence_is_one(ctx: Flask) -> None:
    assert (
        receive(ctx, body="Ngõ 5 bị ngập sau mưa. Xin cho biết khi nào sửa cống.").submission.title
        == "Ngõ 5 bị ngập sau mưa"
    )


def test_what_looks_like_a_complaint_is_noted_as_advice(ctx: Flask) -> None:
    row = receive(
        ctx, body="Tôi làm đơn khiếu nại quyết định thu hồi đất của Ủy ban nhân dân xã."
    ).submission
    assert (row.concern, row.restricted) == ("complaint", False)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"body": "x" * 19}, "body"),
        ({"body": "x" * 5001}, "body"),
        ({"name": " \u200b "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": None}, "phone"),
        ({"email": ""}, "phone"),
        ({"idempotency_key": "x" * 15}, "idempotency_key"),
        ({"idempotency_key": "x" * 65}, "idempotency_key"),
    ],
)
def test_what_is_not_accepted(ctx: Flask, values: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as told:
        receive(ctx, **values)
    assert told.value.field == field
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


@pytest.mark.parametrize("size", [20, 5000])
def test_the_limits_themselves_are_accepted(ctx: Flask, size: int) -> None:
    row = receive(
        ctx, body="x" * size, name="x" * 120, title="t" * 400, idempotency_key="k" * 64
    ).submission
    assert (len(row.body), len(row.title)) == (size, 300)
    db.session.commit()


def test_the_pin_belongs_to_the_form_and_only_its_hash_is_kept(ctx: Flask) -> None:
    key = "k" * 32
    received = receive(ctx, idempotency_key=key)
    assert received.pin == service.pin_of(str(ctx.secret_key), key)
    assert received.pin not in received.submission.pin_hash
    assert received.submission.pin_hash == keyed_hash(
        str(ctx.secret_key), "pin", received.submission.code, received.pin
    )
    assert service.pin_of("another key of another house", key) != received.pin


def test_links_are_kept_as_hashes_for_one_purpose_each(ctx: Flask) -> None:
    received = receive(ctx)
    rows = {row.purpose: row for row in db.session.scalars(sa.select(SubmissionToken))}
    assert set(rows) == {TokenPurpose.CONFIRM, TokenPurpose.TRACK}
    assert {row.token_hash for row in rows.values()}.isdisjoint(
        {received.confirm_token, received.track_token}
    )
    assert find(ctx, received.confirm_token, TokenPurpose.CONFIRM)[1] is received.submission
    assert find(ctx, received.track_token, TokenPurpose.TRACK)[1] is received.submission
    for token, purpose in (
        (received.confirm_token, TokenPurpose.TRACK),
        (received.track_token, TokenPurpose.CONFIRM),
        ("falsch", TokenPurpose.TRACK),
    ):
        with pytest.raises(NotFound):
            find(ctx, token, purpose)


def test_who_gets_which_links(ctx: Flask) -> None:
    without = receive(ctx, email=None, phone="0912345678")
    assert (without.confirm_token, without.track_token) == (None, None)
    entered = receive(ctx, channel=Channel.COUNTER)
    assert (entered.confirm_token, entered.track_token is not None) == (None, True)
    both = receive(ctx, phone="0912345678")
    assert both.confirm_token is not None


def test_links_live_seven_days_and_a_year(ctx: Flask) -> None:
    with time_machine.travel(START, tick=False):
        received = receive(ctx)
        later = service.new_track_token(received.submission, secret_key=str(ctx.secret_key))
        again = service.new_confirm_token(received.submission, secret_key=str(ctx.secret_key))
    with time_machine.travel(START + dt.timedelta(days=7), tick=False):
        for token in (received.confirm_token, again):
            find(ctx, token, TokenPurpose.CONFIRM)
    with time_machine.travel(START + dt.timedelta(days=7, seconds=1), tick=False):
        for token in (received.confirm_token, again):
            with pytest.raises(NotFound):
                find(ctx, token, TokenPurpose.CONFIRM)
        find(ctx, later, TokenPurpose.TRACK)
        received.submission.confirmed_at = now()
        # «Đã xác nhận» is said to whoever opens an old link of a confirmed submission.
        find(ctx, received.confirm_token, TokenPurpose.CONFIRM)
    with time_machine.travel(START + dt.timedelta(days=365, seconds=1), tick=False):
        for token in (received.track_token, later):
            with pytest.raises(NotFound):
                find(ctx, token, TokenPurpose.TRACK)


def test_confirming_is_idempotent(ctx: Flask) -> None:
    with time_machine.travel(START, tick=False):
        received = receive(ctx)
        token, row = find(ctx, received.confirm_token, TokenPurpose.CONFIRM)
        assert service.confirm(token, row)
    with time_machine.travel(START + dt.timedelta(days=1), tick=False):
        assert not service.confirm(token, row)
    assert (row.confirmed_at, token.used_at) == (START, START)


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({}, False),
        ({"phone": "0912345678"}, False),
        ({"phone": "0912345678", "email": None}, False),
        ({"channel": Channel.COUNTER}, True),
        ({"channel": Channel.PHONE, "phone": "0912345678"}, True),
    ],
)
def test_whose_address_is_known(ctx: Flask, values: dict[str, Any], known: bool) -> None:
    received = receive(ctx, **values)
    assert service.address_is_known(received.submission) is known
    if received.confirm_token:
        service.confirm(*find(ctx, received.confirm_token, TokenPurpose.CONFIRM))
        db.session.flush()
        assert service.address_is_known(received.submission)


def test_files_become_the_submissions(ctx: Flask) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 160, 120)).save(stream, "JPEG")
    stream.seek(0)
    file = files.receive(stream, "ngo-5.jpg")
    row = receive(ctx, file_keys=[file.key]).submission
    assert [found.key for found in file_queries.of(Ref("submission", row.id))] == [file.key]


def test_reading_by_code_and_key(ctx: Flask) -> None:
    key = uuid.uuid4().hex
    row = receive(ctx, idempotency_key=key).submission
    assert queries.by_code(f" {row.code.lower()} ") is row
    assert queries.by_code("AS-2026-999999") is None
    assert queries.is_known(key)
    assert not queries.is_known(uuid.uuid4().hex)


def test_the_feature_that_handles_it(ctx: Flask) -> None:
    row = receive(ctx).submission
    assert kinds.kind_of(row).track
    with pytest.raises(sa.exc.IntegrityError):
        receive(ctx, kind="letter")


def test_an_error_of_the_database_that_is_no_double_is_not_swallowed(ctx: Flask) -> None:
    first = receive(ctx)
    db.session.commit()
    with pytest.raises(sa.exc.IntegrityError):
        receive(ctx, place_id=999_999)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
    assert first.submission.code


class Meanwhile(dict[str, Any]):
    """Spam marks that, while they are read, let the same form arrive a second time and be the
    faster one.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(points=0)
        self._act: Callable[[], object] | None = act

    def get(self, key: str, default: Any = None) -> Any:
        act, self._act = self._act, None
        if act:
            act()
        return super().get(key, default)


def test_the_slower_of_two_sendings_of_one_form_gets_what_the_faster_one_made(ctx: Flask) -> None:
    key, faster = uuid.uuid4().hex, list[Received]()
    slower = receive(
        ctx,
        idempotency_key=key,
        spam=Meanwhile(lambda: faster.append(receive(ctx, idempotency_key=key))),
    )
    assert slower.repeated
    assert slower.submission is faster[0].submission
    assert slower.pin == faster[0].pin
    # No number is lost either.
    assert receive(ctx).submission.code.endswith("000002")
