"""Sheets and parcels: as lists write them, as people type them, and whatever else
may stand there.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.text import fold
from app.works.parcels import (
    LARGEST_PARCEL,
    LARGEST_SHEET,
    MOST_ROWS,
    Parcels,
    parse_list,
    parse_number,
    parse_typed,
)

SHEETS = st.integers(1, 300)
PARCELS = st.integers(1, 9_999)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tờ 07: thửa 118", [(7, 118, 118)]),
        ("Tờ 12: thửa 41-46", [(12, 41, 46)]),
        ("Tờ 03, 04, 09", [(3, None, None), (4, None, None), (9, None, None)]),
        ("Tờ 15: thửa 22, 23", [(15, 22, 22), (15, 23, 23)]),
        ("Tờ 15: thửa 22,23", [(15, 22, 22), (15, 23, 23)]),
        ("Tuyến dài 4,1 km", []),
        ("Theo nhu cầu đăng ký", []),
        ("", []),
        (
            "Tờ 07: thửa 118; Tờ 08: thửa 5, 6; Tờ 9",
            [(7, 118, 118), (8, 5, 5), (8, 6, 6), (9, None, None)],
        ),
        (
            "tờ bản đồ số 7, thửa đất số 118 (1 phần), 119a và 120/2",
            [(7, 118, 118), (7, 119, 119), (7, 120, 120)],
        ),
        ("Thửa 118 tờ 07; thửa 5 tờ 08", [(7, 118, 118), (8, 5, 5)]),
        ("Tờ 07: 118, 119", [(7, 118, 118), (7, 119, 119)]),
        ("7/118, 7/119", [(7, 118, 118), (7, 119, 119)]),
        ("Tờ 05: thửa 46–41", [(5, 41, 46)]),
        ("Tờ 16: thửa 1 đến 4", [(16, 1, 4)]),
        ("Tờ 1-3", [(1, None, None), (2, None, None), (3, None, None)]),
        ("Tờ 07: thửa 118, 0,15 ha, tuyến dài 2 km", [(7, 118, 118)]),
        ("Tờ 07: 1 phần thửa 118", [(7, 118, 118)]),
        ("Tờ 07: thửa 118 và thửa 120", [(7, 118, 118), (7, 120, 120)]),
        ("TO 07: THUA 118", [(7, 118, 118)]),
        ("Tổ 3, thôn Đông", []),
        ("tô 5 thửa", []),
        ("thửa 118", []),
        ("Tờ 0: thửa 5", []),
        ("Tờ 99999: thửa 5", []),
        ("Tờ 7: thửa 118, 118", [(7, 118, 118)]),
    ],
)
def test_lists_as_offices_write_them(
    text: str, found: list[tuple[int, int | None, int | None]]
) -> None:
    assert [tuple(row) for row in parse_list(text)] == found


def test_a_list_of_everything_is_cut() -> None:
    assert len(parse_list("Tờ " + ", ".join(str(number) for number in range(1, 900)))) == MOST_ROWS
    assert len(parse_list("Tờ 1-9999")) == 100


@given(
    st.dictionaries(
        SHEETS, st.lists(st.tuples(PARCELS, st.integers(0, 20)), max_size=6), min_size=1, max_size=5
    )
)
def test_what_is_written_is_read(rows: dict[int, list[tuple[int, int]]]) -> None:
    def ranges(parcels: list[tuple[int, int]]) -> str:
        return ", ".join(
            f"{first}-{first + more}" if more else str(first) for first, more in parcels
        )

    text = "; ".join(
        f"Tờ {sheet:02d}" + (f": thửa {ranges(parcels)}" if parcels else "")
        for sheet, parcels in rows.items()
    )
    expected = list(
        dict.fromkeys(
            itertools.chain.from_iterable(
                [Parcels(sheet, first, first + more) for first, more in parcels] or [Parcels(sheet)]
                for sheet, parcels in rows.items()
            )
        )
    )
    assert parse_list(text) == expected
    # Without marks, in capitals, with other blanks: the same.
    assert (
        parse_list(fold(text))
        == parse_list(text.upper())
        == parse_list(text.replace(" ", "  "))
        == expected
    )


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for row in parse_list(text):
        assert 1 <= row.sheet <= LARGEST_SHEET
        assert (row.first is None) == (row.last is None)
        assert row.first is None or row.last is None or 1 <= row.first <= row.last <= LARGEST_PARCEL
    typed = parse_typed(text)
    assert typed.sheet is None or 1 <= typed.sheet <= LARGEST_SHEET
    assert typed.parcel is None or 1 <= typed.parcel <= LARGEST_PARCEL
    parse_number(text)


@given(st.text(alphabet="tờothửua 0123456789,;:/-–()đến.", max_size=120))
def test_no_text_of_these_letters_breaks_it(text: str) -> None:
    assert all(row.sheet for row in parse_list(text))
    parse_typed(text)


def test_holds() -> None:
    assert Parcels(12, 41, 46).holds(46)
    assert not Parcels(12, 41, 46).holds(47)
    assert not Parcels(12).holds(41)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("tờ 07 thửa 118", (7, 118, "")),
        ("to 7 thua 118", (7, 118, "")),
        ("TỜ 7 THỬA 118", (7, 118, "")),
        ("7/118", (7, 118, "")),
        ("118 tờ 7", (7, 118, "")),
        ("118, tờ 7", (7, 118, "")),
        ("thửa 118 tờ 7", (7, 118, "")),
        ("tờ bản đồ số 07, thửa đất số 118", (7, 118, "")),
        ("to7 thua118", (7, 118, "")),
        ("thửa 118a tờ 7", (7, 118, "")),
        ("thửa 118", (None, 118, "")),
        ("tờ 7", (7, None, "")),
        ("Tân Hội tờ 7 thửa 118", (7, 118, "Tân Hội")),
        ("thua 118, to 7 xa Tan Hoi", (7, 118, "xa Tan Hoi")),
        ("tổ 7 thôn Đông", (None, None, "tổ 7 thôn Đông")),
        ("Kênh N8 - N12", (None, None, "Kênh N8 - N12")),
        ("đường 7/118 cũ", (None, None, "đường 7/118 cũ")),
        ("tờ 999999 thửa 5", (None, 5, "")),
        ("", (None, None, "")),
        ("İİ tờ 7", (7, None, "i̇i̇")),
    ],
)
def test_what_people_type(text: str, typed: tuple[int | None, int | None, str]) -> None:
    assert tuple(parse_typed(text)) == typed


@given(
    SHEETS,
    PARCELS,
    st.sampled_from(
        [
            "tờ {s} thửa {p}",
            "to {s} thua {p}",
            "{s}/{p}",
            "{p} tờ {s}",
            "thửa {p} tờ {s}",
            "Tờ số {s:02d}, thửa số {p}",
        ]
    ),
)
def test_every_way_of_typing_means_the_same(sheet: int, parcel: int, pattern: str) -> None:
    assert tuple(parse_typed(pattern.format(s=sheet, p=parcel))) == (sheet, parcel, "")


@pytest.mark.parametrize(
    ("text", "number"),
    [("07", 7), ("tờ 7", 7), ("118a", 118), ("", None), ("bảy", None), ("0", None), ("٣", None)],
)
def test_a_box_for_one_number(text: str, number: int | None) -> None:
    assert parse_number(text) == number
    assert parse_number("70000", LARGEST_SHEET) is None
