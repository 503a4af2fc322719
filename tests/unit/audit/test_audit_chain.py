"""How records are hashed, and how cells of the export are made harmless."""

import csv
import datetime as dt
import enum
import hashlib
import hmac
import io
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit import chain, tags
from app.kernel.sheets import safe_cell

AT = dt.datetime(2026, 11, 24, 1, 14, 5, 123456, dt.UTC)
FIELDS: dict[str, Any] = {
    "number": 7,
    "at": AT,
    "tag": "question:answer:published",
    "actor_id": 3,
    "actor": "Nguyễn Thị Ân",
    "about_kind": "question",
    "about_id": 12,
    "data": {"code": "AS-2026-000123"},
    "previous_hash": "a" * 64,
}


class Colour(enum.StrEnum):
    RED = "red"


def test_the_hash_is_the_same_everywhere() -> None:
    # Written out: a change of the canonical form would make every kept chain look forged.
    canonical = (
        '[7,"2026-11-24T01:14:05.123456+00:00","question:answer:published",3,"Nguyễn Thị '
        'Ân","question",12,'
        '{"code":"AS-2026-000123"},"' + "a" * 64 + '"]'
    )
    assert chain.digest(**FIELDS) == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("number", 8),
        ("at", AT + dt.timedelta(microseconds=1)),
        ("tag", "question:answer:hidden"),
        ("actor_id", None),
        ("actor", "Nguyễn Thị An"),
        ("about_kind", "comment"),
        ("about_id", 13),
        ("data", {"code": "AS-2026-000124"}),
        ("previous_hash", "b" * 64),
    ],
)
def test_every_field_is_part_of_the_hash(name: str, other: Any) -> None:
    assert chain.digest(**{**FIELDS, name: other}) != chain.digest(**FIELDS)


def test_a_key_makes_it_an_hmac() -> None:
    # Written out as well: kept records must stay verifiable by other tools.
    canonical = (
        '[7,"2026-11-24T01:14:05.123456+00:00","question:answer:published",3,"Nguyễn Thị '
        'Ân","question",12,'
        '{"code":"AS-2026-000123"},"' + "a" * 64 + '","0123456789ab"]'
    )
    keyed = chain.digest(**FIELDS, key_id="0123456789ab", secret="s" * 64)
    assert keyed == hmac.new(b"s" * 64, canonical.encode(), hashlib.sha256).hexdigest()
    assert keyed != chain.digest(**FIELDS, key_id="0123456789ab", secret="t" * 64)
    assert keyed != chain.digest(**FIELDS, key_id="0123456789ac", secret="s" * 64)


def test_a_mark_can_be_computed_with_any_tool() -> None:
    made = chain.mark_digest(number=2, records=7, last_hash="a" * 64, previous="b" * 64)
    assert made == hashlib.sha256(f"2 7 {'a' * 64} {'b' * 64}".encode()).hexdigest()


def test_the_zone_of_the_clock_does_not_matter() -> None:
    there = AT.astimezone(dt.timezone(dt.timedelta(hours=7)))
    assert chain.digest(**{**FIELDS, "at": there}) == chain.digest(**FIELDS)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_plain_data_stays_as_it_is(data: dict[str, Any]) -> None:
    assert chain.plain(chain.plain(data)) == chain.plain(data)


def test_dates_enums_and_sets_become_plain() -> None:
    data = {
        "due": dt.date(2026, 11, 24),
        "at": AT,
        "colour": Colour.RED,
        "roles": frozenset({"b", "a"}),
        "pair": (1, 2),
    }
    assert chain.plain(data) == {
        "due": "2026-11-24",
        "at": "2026-11-24T01:14:05.123456+00:00",
        "colour": "red",
        "roles": ["a", "b"],
        "pair": [1, 2],
    }


def test_no_data_is_an_empty_object() -> None:
    assert chain.plain(None) == {}


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot stand in an audit record"):
        chain.plain({"thing": object()})
    with pytest.raises(ValueError, match="not JSON compliant"):
        chain.plain({"number": math.nan})


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r=", "＝", "＋", "－", "＠", " =", "\x00="]
)
def test_no_cell_begins_a_formula(start: str) -> None:
    assert safe_cell(f"{start}cmd|'/c calc'!A1").startswith("'")


def test_ordinary_cells_are_untouched() -> None:
    assert [safe_cell(value) for value in ("Nguyễn Văn A", 12, -3, None, "a=b", "AS-2026-1")] == [
        "Nguyễn Văn A",
        "12",
        "-3",
        "",
        "a=b",
        "AS-2026-1",
    ]


@given(st.text())
def test_cells_survive_being_read_again(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(text), "end"])
    buffer.seek(0)
    read = next(csv.reader(buffer, strict=True))
    assert read[1] == "end"
    assert read[0].lstrip()[:1] not in set("=+-@＝＋－＠")


def test_tags_have_words() -> None:
    tags.declare("test:thing:done", "Đã làm")
    assert tags.label("test:thing:done") == "Đã làm"
    assert tags.label("test:thing:unknown") == "test:thing:unknown"
