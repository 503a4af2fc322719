"""Numbers that come from outside: plain digits that fit, or none at all."""

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from app.kernel.office_forms import seen_number, seen_of
from app.kernel.text import int_of
from app.kernel.web import Number

#: What Python or a database trips over: digits of other scripts and styles, signs, length.
ODD = [
    "",
    "²",
    "１２",
    "١٢",
    "৩",
    "Ⅻ",
    "-1",
    "+1",
    "1.0",
    "1e3",
    " 1",
    "1_000",
    "9" * 30,
    "9" * 5_000,
]


@pytest.mark.parametrize("typed", ODD)
def test_what_is_no_number(typed: str) -> None:
    assert int_of(typed) is None
    assert seen_number(typed) == -1
    assert seen_of([f"{typed}:1", f"1:{typed}"]) == {}


def test_what_is_one() -> None:
    assert [int_of(typed) for typed in ("0", "007", "2147483647", 12, None)] == [
        0,
        7,
        2147483647,
        12,
        None,
    ]
    assert int_of("2147483648") is None
    assert int_of("12", most=11) is None


def test_ticked_rows_say_which_revision_was_seen() -> None:
    assert seen_of(["4:2", "9:1", "x:1", "7", "", "4:3"]) == {4: 3, 9: 1}


@pytest.mark.parametrize("typed", [*ODD[1:9], "9" * 19, "9" * 30])
def test_an_address_with_no_number_is_no_page(typed: str) -> None:
    routes = Map([Rule("/x/<int:number>", endpoint="x")], converters={"int": Number}).bind("h")
    with pytest.raises(NotFound):
        routes.match(f"/x/{typed}")
    assert routes.match("/x/12") == ("x", {"number": 12})
