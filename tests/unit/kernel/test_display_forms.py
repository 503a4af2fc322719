"""Ways back that stay on this site; dates and numbers in Vietnamese form; days on a calendar in Hà
Nội.
"""

import datetime as dt

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from app.kernel import clock, display

LATE = dt.datetime(2026, 12, 31, 17, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/", "/"),
        ("/hoi-dap?q=đất&nam=2026", "/hoi-dap?q=đất&nam=2026"),
        ("/a//b", "/a//b"),
        ("/?ve=https://evil.example", "/?ve=https://evil.example"),
        (None, "/"),
        ("", "/"),
        ("hoi-dap", "/"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/a\\b", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example", "/"),
        ("http:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tevil", "/"),
        ("/\t/evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        (" /hoi-dap", "/"),
        ("/hoi dap", "/"),
        ("/a\x00b", "/"),
        ("/a\x7fb", "/"),
        ("/a\x85b", "/"),
        ("/a\u2028b", "/"),
    ],
)
def test_ways_back(path: str | None, safe: str) -> None:
    assert display.safe_path(path) == safe


def test_the_way_back_may_have_another_default() -> None:
    assert display.safe_path("//evil.example", "/can-bo") == "/can-bo"


@given(st.text(), st.sampled_from(["", "/", "//", "/\\", "\\", "http:", "/\t"]))
def test_a_way_back_never_leaves_the_site(text: str, start: str) -> None:
    safe = display.safe_path(start + text)
    assert safe.startswith("/")
    assert safe[1:2] not in {"/", "\\"}
    assert not any(char in iri_to_uri(safe) for char in "\\\r\n\t ")


def test_dates_and_times_are_those_of_hanoi() -> None:
    assert display.vi_date(LATE) == "01/01/2027"
    assert display.vi_datetime(LATE) == "00:30 01/01/2027"
    assert display.vi_date(dt.date(2026, 3, 5)) == "05/03/2026"
    assert display.vi_date(None) == display.vi_datetime(None) == ""


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (2_656_026, 0, "2.656.026"),
        (2.75, 1, "2,8"),
        (-1234.5, 2, "-1.234,50"),
        (0, 0, "0"),
        (None, 0, ""),
    ],
)
def test_numbers(value: float | None, digits: int, text: str) -> None:
    assert display.vi_number(value, digits) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "1 KB"), (319_488, "312 KB"), (2_516_582, "2,4 MB")]
)
def test_sizes_of_files(size: int, text: str) -> None:
    assert display.file_size(size) == text


def test_a_day_begins_in_hanoi() -> None:
    with time_machine.travel(LATE, tick=False):
        assert clock.now() == LATE
        assert clock.now().tzinfo is dt.UTC
        assert clock.today() == dt.date(2027, 1, 1)
    assert clock.local_date(LATE - dt.timedelta(minutes=31)) == dt.date(2026, 12, 31)
    assert clock.start_of_day(dt.date(2027, 1, 1)) == dt.datetime(2026, 12, 31, 17, tzinfo=dt.UTC)
    assert clock.local(LATE).utcoffset() == dt.timedelta(hours=7)
