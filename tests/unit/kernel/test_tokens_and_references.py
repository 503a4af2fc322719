"""Secrets, references and happenings."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import events, links, logs, tokens
from app.kernel.links import Ref, Resolved

KEY = "khoa-cua-ban-cai-dat-nay-dai-hon-32-ky-tu"


def test_tokens_are_long_different_and_fit_an_address() -> None:
    made = {tokens.new_token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(re.fullmatch(r"[\w-]{22}", token) for token in made)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_a_hash_depends_on_key_and_parts(parts: list[str]) -> None:
    made = tokens.keyed_hash(KEY, *parts)
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert made == tokens.keyed_hash(KEY, *parts)
    assert made != tokens.keyed_hash(KEY + "x", *parts)
    assert made != tokens.keyed_hash(KEY, *parts, "")


def test_parts_do_not_run_into_each_other() -> None:
    assert tokens.keyed_hash(KEY, "ab", "c") != tokens.keyed_hash(KEY, "a", "bc")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(min_value=1, max_value=12))
def test_a_pin_is_the_same_every_time(code: str, length: int) -> None:
    pin = tokens.digits(KEY, "pin", code, length=length)
    assert len(pin) == length
    assert pin.isdigit()
    assert pin == tokens.digits(KEY, "pin", code, length=length)


def test_pins_differ() -> None:
    assert (
        len({tokens.digits(KEY, "pin", f"AS-2026-{number:06d}") for number in range(1_000)}) > 990
    )


def test_comparing_secrets() -> None:
    assert tokens.same("bí mật", "bí mật")
    assert not tokens.same("bí mật", "bí mât")
    assert not tokens.same("", "x")


@pytest.mark.parametrize("ref", [Ref("question", 12), Ref("a:b", 0)])
def test_a_reference_reads_back_what_it_wrote(ref: Ref) -> None:
    assert Ref.parse(str(Ref("question", 12))) == Ref("question", 12)
    assert str(ref).endswith(f":{ref.id}")


@pytest.mark.parametrize("text", ["question", "question:", "question:x", ""])
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Ref.parse(text)


def test_references_are_resolved_by_their_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_resolvers", {})
    links.register(
        "thing",
        lambda number: Resolved(f"Mục {number}", f"/muc/{number}", None) if number < 10 else None,
    )
    assert links.resolve(Ref("thing", 3)) == Resolved("Mục 3", "/muc/3", None)
    assert links.resolve(Ref("thing", 10)) is None
    assert links.resolve(Ref("nothing", 1)) is None


@dataclass
class Happened:
    seen: list[str]


@dataclass
class HappenedElsewhere(Happened):
    """A kind of its own: listeners of the base are not told."""


def test_listeners_are_told_in_order_and_an_error_stops_everything() -> None:
    assert not events.LISTENERS[Happened]
    events.emit(Happened([]))

    @events.on(Happened)
    def first(event: Happened) -> None:
        event.seen.append("first")

    @events.on(Happened)
    def second(event: Happened) -> None:
        event.seen.append("second")
        raise LookupError

    @events.on(Happened)
    def third(event: Happened) -> None:
        event.seen.append("third")

    event, other = Happened([]), HappenedElsewhere([])
    with pytest.raises(LookupError):
        events.emit(event)
    events.emit(other)
    assert event.seen == ["first", "second"]
    assert other.seen == []
    assert events.LISTENERS[Happened]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("GET /xac-nhan/AbC-12_x?a=1", "GET /xac-nhan/…?a=1"),
        ("/dat-lai-mat-khau/xyz/", "/dat-lai-mat-khau/…/"),
        ("/hoi-dap/AS-2026-000001", "/hoi-dap/AS-2026-000001"),
        ("một\r\nhai", "một\\r\\nhai"),
    ],
)
def test_logs_hold_no_secrets_and_one_line(line: str, masked: str) -> None:
    assert logs.mask(line) == masked
