"""The fields that WTForms lacks."""

import datetime as dt
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import Optional as OptionalValidator

from app.kernel import forms

NEEDED = "Hãy chọn ngày."


class Sample(Form):
    day = forms.VietnameseDateField(validators=[forms.Needed(NEEDED)])
    until = forms.VietnameseDateField(validators=[OptionalValidator()])
    name = forms.LineField(validators=[forms.length_between(3, 10, "ngắn", "dài")])
    text = forms.TextField()


def filled(**values: str) -> Any:
    return Sample(MultiDict(values))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5/3/2026", dt.date(2026, 3, 5)),
        ("05/03/2026", dt.date(2026, 3, 5)),
        (" 24-11-2026 ", dt.date(2026, 11, 24)),
        ("24.11.2026", dt.date(2026, 11, 24)),
        ("2026-11-24", dt.date(2026, 11, 24)),
        ("29/2/2028", dt.date(2028, 2, 29)),
        ("24/\u200b11/2026", dt.date(2026, 11, 24)),
    ],
)
def test_dates_as_people_write_them(typed: str, day: dt.date) -> None:
    form = filled(day=typed)
    assert form.validate()
    assert form.day.data == day
    assert form.day._value() == typed


@pytest.mark.parametrize(
    "typed",
    [
        "29/2/2026",
        "31/4/2026",
        "11/24/2026",
        "5/3/26",
        "hôm nay",
        "0",
        "5/3",
        "1/1/10000",
        "2026/11/24",
        "5//3/2026",
    ],
)
def test_what_is_no_date_is_said_and_shown_again(typed: str) -> None:
    form = filled(day=typed)
    assert not form.validate()
    assert form.day.data is None
    assert form.day.errors == ["Hãy nhập ngày dạng 24/11/2026."]
    assert form.day._value() == typed


@pytest.mark.parametrize("typed", ["", "   "])
def test_an_empty_date_is_missed_only_where_it_is_needed(typed: str) -> None:
    form = filled(day=typed, until=typed)
    assert not form.validate()
    assert form.day.errors == [NEEDED]
    assert list(form.until.errors) == []
    assert form.until.data is None


def test_a_date_from_the_database_is_shown_in_vietnamese_form() -> None:
    assert Sample(day=dt.date(2026, 3, 5)).day._value() == "05/03/2026"
    assert Sample().day._value() == ""


@given(st.text())
def test_any_text_is_a_date_or_an_error(typed: str) -> None:
    form = filled(day=typed)
    assert form.validate() is (form.day.data is not None)


def test_lines_and_texts_are_cleaned() -> None:
    form = filled(
        name="  " + unicodedata.normalize("NFD", "Nguyễn") + "\n An\u202e ",
        text="một\r\n\r\n\r\n\r\nhai \x00",
    )
    assert form.name.data == "Nguyễn An"
    assert form.text.data == "một\n\nhai"
    assert Sample(MultiDict({"day": "1/1/2026"})).name.data == ""


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("", []),
        ("ab", ["ngắn"]),
        ("abc", []),
        ("a" * 10, []),
        ("a" * 11, ["dài"]),
        (" ab ", ["ngắn"]),
    ],
)
def test_lengths_are_those_of_the_cleaned_text(name: str, errors: list[str]) -> None:
    form = filled(day="1/1/2026", name=name)
    form.validate()
    assert list(form.name.errors) == errors
