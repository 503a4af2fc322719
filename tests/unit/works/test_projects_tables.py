"""Tables as offices make them: titles above, two-line headers, merged cells, encodings, decimal signs."""

import contextlib
import datetime as dt
import re
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import sheets
from app.imports.figures import NotANumber, decimal_of
from app.imports.protocol import REASON_COLUMN, Unreadable
from app.imports.tables import Column, cell_text, decoded, is_numbering, open_table
from app.works import reader

COLUMNS = (
    Column("name", "Hạng mục", ("Tên công trình",), required=True),
    Column("planned", "Diện tích kế hoạch (ha)", required=True),
    Column("uses", "Sử dụng vào loại đất", spread=True),
    Column("place", "Địa điểm"),
)


def book(path: Path, rows: list[list[Any]], *merges: str, sheets: int = 0) -> Path:
    made = openpyxl.Workbook()
    for number in range(sheets):
        made.create_sheet(f"Trống {number}", 0)
    sheet = made.worksheets[-1]
    for row in rows:
        sheet.append(row)
    for area in merges:
        sheet.merge_cells(area)
    made.save(path)
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def tones_apart(content: str) -> str:
    """As Windows-1258 writes it: tones after their letters, the other marks within them."""

    def char(composed: str) -> str:
        base, *marks = unicodedata.normalize("NFD", composed)
        tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
        return unicodedata.normalize(
            "NFC", base + "".join(mark for mark in marks if mark not in tones)
        ) + "".join(tones)

    return "".join(char(one) for one in unicodedata.normalize("NFC", content))


def values(path: Path, columns: tuple[Column, ...] = COLUMNS) -> list[dict[str, str]]:
    return [line.values for line in open_table(path, columns).lines()]


def test_titles_the_numbering_row_and_blank_rows_are_left_out(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["BIỂU 10/CH"],
            ["DANH MỤC CÔNG TRÌNH, DỰ ÁN"],
            [],
            ["STT", "HẠNG MỤC", "Diện tích kế hoạch (ha)", "Địa điểm (đến cấp xã)", "Cột lạ"],
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            [1, "Đường A", 12.6, "xã Tân Hội", "x"],
            [None, None, None, None, None],
            ["STT", "HẠNG MỤC", "Diện tích kế hoạch (ha)", "Địa điểm (đến cấp xã)", "Cột lạ"],
            [2, "Kênh B", "3,75", "xã Long Thạnh", None],
        ],
        "A2:E2",
        sheets=2,
    )
    table = open_table(path, COLUMNS)
    lines = list(table.lines())
    assert [(line.number, line.values["name"], line.values["planned"]) for line in lines] == [
        (6, "Đường A", "12,6"),
        (9, "Kênh B", "3,75"),
    ]
    assert table.unknown == ["STT", "Cột lạ"]
    assert table.found == {"name", "planned", "place"}
    assert lines[0].cells["Cột lạ"] == "x"


def test_a_header_of_two_lines_with_merged_cells(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["Hạng mục", "Diện tích", None, "Sử dụng vào loại đất", None, None, "Địa điểm"],
            [None, "kế hoạch (ha)", "ghi chú", "LUC", "HNK", "CLN", None],
            ["Đường A", 12.6, None, 5.9, "-", 1.6, "xã Tân Hội"],
            ["Kênh B", 3, None, None, None, None, None],
        ],
        "A1:A2",
        "B1:C1",
        "D1:F1",
        "G1:G2",
    )
    assert values(path) == [
        {"name": "Đường A", "planned": "12,6", "uses": "LUC 5,9; CLN 1,6", "place": "xã Tân Hội"},
        {"name": "Kênh B", "planned": "3", "uses": "", "place": ""},
    ]


def test_a_header_of_two_lines_in_a_text_file(tmp_path: Path) -> None:
    path = text(
        tmp_path / "a.csv",
        "Hạng mục;Diện tích kế hoạch (ha);Sử dụng vào loại đất;;Địa điểm\n;;LUC;HNK;\nĐường A;12,60;5,90;6,70;xã Tân Hội\n",
    )
    assert values(path) == [
        {"name": "Đường A", "planned": "12,60", "uses": "LUC 5,90; HNK 6,70", "place": "xã Tân Hội"}
    ]


def test_what_is_merged_over_rows_stands_in_each(tmp_path: Path) -> None:
    rows = [
        ["Hạng mục", "Diện tích kế hoạch (ha)", "Địa điểm"],
        ["A", 1, "xã Tân Hội"],
        ["B", 2],
        ["C", 3],
        ["D", 4, "xã Hòa Lợi"],
    ]
    path = book(tmp_path / "a.xlsx", rows, "C2:C4", "A6:C6")
    assert [row["place"] for row in values(path)] == ["xã Tân Hội"] * 3 + ["xã Hòa Lợi"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("utf-16", "\t"),
        ("cp1258", ";"),
        ("utf-8", "|"),
        ("utf-16-le", ";"),
    ],
)
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = (
        ["Hạng mục", "Diện tích kế hoạch (ha)", "Địa điểm"],
        ["Đường tránh", "12.60", "xã Tân Hội"],
    )
    content = "\r\n".join(delimiter.join(line) for line in lines)
    path = tmp_path / "a.csv"
    if encoding == "cp1258":
        content = tones_apart(content)
    path.write_bytes((b"\xff\xfe" if encoding == "utf-16-le" else b"") + content.encode(encoding))
    assert values(path) == [{"name": "Đường tránh", "planned": "12.60", "place": "xã Tân Hội"}]


def test_a_file_that_names_its_delimiter(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "sep=;\nHạng mục;Diện tích kế hoạch (ha)\nĐường A, B;12,60\n")
    (line,) = open_table(path, COLUMNS).lines()
    assert (line.number, line.values["name"]) == (3, "Đường A, B")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0rest", "hỏng hoặc có mật khẩu"),
        (b"PK\x03\x04 not a book", "bảng tính"),
        ("Một,Hai\n1,2\n".encode(), "dòng tiêu đề"),
        ("Hạng mục,Địa điểm\nA,B\n".encode(), "Diện tích kế hoạch (ha)"),
        (b"a\x00b\x00c", "chữ trong tệp"),
        (b"\xff\xfea", "chữ trong tệp"),
        (b"\xd2\xff\xfe\xd2 " + bytes(range(0x80, 0xA0)), "chữ trong tệp"),
        (b"", "dòng tiêu đề"),
        ("Hạng mục,Diện tích kế hoạch (ha)\n".encode() + b'"' + b"x" * 200_000, "CSV"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=re.escape(words)):
        values(path)


def test_more_merged_areas_than_anybody_needs_are_not_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_MERGES", 1)
    rows = [
        ["Hạng mục", "Diện tích kế hoạch (ha)", "Địa điểm"],
        ["A", 1, "xã Tân Hội"],
        ["B", 2],
        ["C", 3],
    ]
    path = book(tmp_path / "a.xlsx", rows, "C2:C3", "A3:A4")
    assert [row["place"] for row in values(path)] == ["xã Tân Hội", "xã Tân Hội", ""]


def test_merged_cells_beyond_what_is_filled(tmp_path: Path) -> None:
    rows = [["Hạng mục", "Diện tích kế hoạch (ha)"], ["A", 1], ["B", 2]]
    path = book(tmp_path / "a.xlsx", rows, "H1:K1", "J2:J3", "A50:A60")
    assert [row["name"] for row in values(path)] == ["A", "B"]


def test_a_book_of_empty_sheets(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        values(book(tmp_path / "a.xlsx", []))


def test_the_file_of_refused_rows_comes_back_mended(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [["Hạng mục", "Diện tích kế hoạch (ha)", REASON_COLUMN], ["A", 1, "vì sao"]],
    )
    table = open_table(path, COLUMNS)
    assert table.mended
    assert table.unknown == []
    (line,) = table.lines()
    assert line.cells == {"Hạng mục": "A", "Diện tích kế hoạch (ha)": "1"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["(1)", "(2)", "(3)"], True),
        (["A", "B", "1", "2", "3=1+2"], True),
        (["1", "2", "(3)=(1)-(2)", ""], True),
        (["1", "2"], False),
        (["1", "Đường", "3"], False),
        (["1", "5", "9"], False),
        (["A", "B", "C"], False),
    ],
)
def test_the_numbering_row(cells: list[str], expected: bool) -> None:
    assert is_numbering(cells) is expected


def test_cells_as_text() -> None:
    pairs = [
        (None, ""), (True, "x"), (False, ""), (7, "7"), (21.4, "21,4"), (2026.0, "2026"), (2.0999999999999996, "2,1"), (100.0, "100"),
        (dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC), "24/11/2026"), (dt.date(2026, 11, 24), "24/11/2026"), (dt.time(8, 30), "08:30"), (" a\u200b ", "a"),
    ]  # fmt: skip
    assert [cell_text(value) for value, _text in pairs] == [text for _value, text in pairs]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("21,40", "21.40"), ("21.40", "21.40"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,5 ha", "1234.5"), ("0", "0"),
        ("0.150", "0.150"), ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("-2,10", "-2.10"), ("5.", "5"), ("12 m2", "12"),
        ("1.234.567,89", "1234567.89"), ("1234.567", "1234.567"),
    ],
)  # fmt: skip
def test_figures_as_people_write_them(typed: str, value: str) -> None:
    assert decimal_of(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", " ", "-", "–"])
def test_no_figure(typed: str) -> None:
    assert decimal_of(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["abc", "1,2,3", "1.2.3", "1.234", "12.34,56", "1,2.3.4", "1e5", "NaN", "=1+1", "1" * 40, "١٢"],
)
def test_not_a_figure(typed: str) -> None:
    with pytest.raises(NotANumber):
        decimal_of(typed)


@given(st.decimals(min_value=0, max_value=9_999_999, places=2))
def test_vietnamese_figures_come_back(value: Decimal) -> None:
    written = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert decimal_of(written) == value


@given(st.text(max_size=40))
def test_no_text_breaks_figures(typed: str) -> None:
    with contextlib.suppress(NotANumber):
        decimal_of(typed)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        decoded(data)


# Biểu 10/CH -------------------------------------------------------------------------------------
def test_groups_totals_and_numbers_instead_of_codes(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["STT", "Hạng mục", "Mã loại đất", "Diện tích kế hoạch (ha)", "Tình trạng"],
            ["I", "Công trình giao thông"],
            [1.1, "Đường A", "DGT", 12.6, "carry"],
            ["II. Thủy lợi"],
            [2.1, "Kênh B", "DTL", 3.75, "Chuyển tiếp 2025"],
            [None, "Tổng cộng", None, 16.35],
        ],
    )
    messages = list(reader.read(path, {}))
    rows = [message["row"]["raw"] for message in messages if "row" in message]
    assert [(row["code"], row["name"], row["group_name"], row["note"]) for row in rows] == [
        ("1,1", "Đường A", "Công trình giao thông", "Chuyển tiếp"),
        ("2,1", "Kênh B", "Thủy lợi", "Chuyển tiếp 2025"),
    ]


def test_a_long_list_tells_how_far_it_is(tmp_path: Path) -> None:
    content = "code,hang_muc,ma_dat,dt_ke_hoach_ha\n" + "".join(
        f"C{number},Đường,DGT,1\n" for number in range(501)
    )
    messages = list(reader.read(text(tmp_path / "a.csv", content), {}))
    assert {"progress": [500, 0]} in messages
    assert sum("row" in message for message in messages) == 501
