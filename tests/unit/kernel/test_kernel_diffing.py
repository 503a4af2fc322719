"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.diffing import changes


def test_masked_number_is_one_change() -> None:
    assert changes(
        "điện thoại 0905123456, xin hỏi", "điện thoại [đã ẩn: số điện thoại], xin hỏi"
    ) == [
        ("same", "điện thoại "),
        ("del", "0905123456,"),
        ("ins", "[đã ẩn: số điện thoại],"),
        ("same", " xin hỏi"),
    ]


def test_equal_texts_have_no_change() -> None:
    assert changes("một hai", "một hai") == [("same", "một hai")]
    assert changes("", "") == []


def test_long_texts_are_compared_by_lines() -> None:
    old = "một hai ba\n" * 2_000
    assert changes(old, old + "bốn\n")[-1] == ("ins", "bốn\n")


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_read_from_the_changes(old: str, new: str) -> None:
    pieces = changes(old, new)
    assert "".join(text for kind, text in pieces if kind != "ins") == old
    assert "".join(text for kind, text in pieces if kind != "del") == new
