"""Codes of the second factor, without an app."""

import base64
import datetime as dt

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import totp

KEY = "k" * 40
MOMENT = dt.datetime(2026, 11, 24, 2, 0, 10, tzinfo=dt.UTC)
SECRET = totp.derive_secret(KEY, 1, "seed")


def test_the_published_vector_of_the_rfc() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert totp.code_at(secret, dt.datetime.fromtimestamp(59, dt.UTC)) == "287082"
    assert totp.code_at(secret, dt.datetime.fromtimestamp(1111111109, dt.UTC)) == "081804"


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_one_step_early_or_late_is_right_and_no_more(seconds: int, accepted: bool) -> None:
    code = totp.code_at(SECRET, MOMENT + dt.timedelta(seconds=seconds))
    step = totp.matching_step(SECRET, code, MOMENT)
    assert (step is not None) == accepted
    if accepted:
        assert step == int(MOMENT.timestamp()) // 30 + seconds // 30


def test_the_secret_depends_on_key_person_and_seed() -> None:
    variants = {
        totp.derive_secret(key, person, seed)
        for key in ("a" * 40, "b" * 40)
        for person in (1, 2)
        for seed in ("x", "y")
    }
    assert len(variants) == 8
    assert len(base64.b32decode(SECRET)) == 20


def test_the_address_for_the_app_is_understood_by_a_reader_of_such_addresses() -> None:
    parsed = pyotp.parse_uri(
        totp.address_for_app(SECRET, username="lanhdao", issuer="UBND xã An Sơn")
    )
    assert (parsed.secret, parsed.name, parsed.issuer) == (SECRET, "lanhdao", "UBND xã An Sơn")


def test_recovery_codes_are_ten_different_ones_without_look_alikes() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert len(code) == 11
        assert not set(code) & set("01ilo")
        assert totp.normal_code(code) == code


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("123 456", "123456"),
        ("K7MFQ 3XHTD", "k7mfq-3xhtd"),
        ("k7mfq3xhtd", "k7mfq-3xhtd"),
        (" 12-34-56 ", "123456"),
        ("1234567", "12345-67"),
    ],
)
def test_people_type_codes_as_they_like(typed: str, normal: str) -> None:
    assert totp.normal_code(typed) == normal


@given(st.text())
def test_anything_can_be_typed(typed: str) -> None:
    assert totp.matching_step(SECRET, totp.normal_code(typed), MOMENT) in (
        None,
        *range(58_000_000, 60_000_000),
    )


def test_a_grouped_secret_is_the_same_secret() -> None:
    grouped = totp.grouped(SECRET)
    assert grouped.replace(" ", "") == SECRET
    assert {len(group) for group in grouped.split(" ")} == {4}
