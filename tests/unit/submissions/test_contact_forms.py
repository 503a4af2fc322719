"""Telephone numbers and addresses, as typed and as kept."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import FieldError
from app.submissions.contact import normal_email, normal_phone, readable_phone


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("(0912) 345-678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("+84 (0) 912 345 678", "0912345678"),
        ("0084 912345678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0253 3555 000", "02533555000"),
        ("0843456789", "0843456789"),
        ("024 3825 1234", "02438251234"),
        ("\u00a00912\u2009345\u2009678\u200b", "0912345678"),
        ("+1 650 253 0000", "+16502530000"),
    ],
)
def test_numbers_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal_phone(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "chưa đúng"),
        ("12345", "chưa đúng"),
        ("091234567", "chưa đúng"),
        ("09123456789", "chưa đúng"),
        ("0612345678", "chưa đúng"),
        ("gọi tôi", "chỉ gồm chữ số"),
        ("0912345678x", "chỉ gồm chữ số"),
        ("09١٢٣٤٥٦٧٨", "chỉ gồm chữ số"),
        ("01234567890", "10 chữ số"),
        ("+84", "chưa đúng"),
    ],
)
def test_what_is_no_number_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(FieldError, match=sentence) as caught:
        normal_phone(typed)
    assert caught.value.field == "phone"


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_field_error(typed: str) -> None:
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        try:
            kept = normal_phone(typed)
        except FieldError:
            return
        assert re.fullmatch(r"\+?[0-9]{8,15}", kept)
        assert normal_phone(kept) == kept


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True), st.sampled_from([" ", ".", "-", ""]))
def test_the_same_number_in_any_spelling(number: str, between: str) -> None:
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        for typed in (
            number,
            f"+84{number[1:]}",
            between.join([number[:4], number[4:7], number[7:]]),
        ):
            assert normal_phone(typed) == number
        assert normal_phone(readable_phone(number)) == number


def test_addresses() -> None:
    assert normal_email("  an@Example.VN ") == "an@example.vn"
    for wrong in (
        "an",
        "an@",
        "a@b, c@d",
        "An <an@example.vn>",
        "an@example.vn\nBcc: x@example.vn",
    ):
        with pytest.raises(FieldError):
            normal_email(wrong)


def test_numbers_are_shown_in_groups() -> None:
    assert readable_phone("0912345678") == "0912 345 678"
    assert readable_phone("+16502530000") == "+16502530000"
    assert readable_phone(None) == ""
