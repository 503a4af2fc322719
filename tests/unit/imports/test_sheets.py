"""Workbooks of every format that offices send: the same table comes out of each."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.imports import child, sheets
from app.imports.protocol import Unreadable
from app.imports.tables import Column, open_table

FOLDER = Path(__file__).resolve().parents[2] / "factories" / "tables"
FORMATS = ("xlsx", "xls", "ods", "xlsb")
COLUMNS = (
    Column("name", "Hạng mục", required=True),
    Column("planned", "Diện tích kế hoạch (ha)", required=True),
    Column("existing", "Diện tích hiện trạng (ha)"),
    Column("uses", "Sử dụng vào loại đất", spread=True),
    Column("place", "Địa điểm"),
    Column("day", "Ngày"),
    Column("share", "Tỷ lệ"),
    Column("yes", "Có"),
)


def read(path: Path) -> dict[int, dict[str, str]]:
    return {line.number: line.values for line in open_table(path, COLUMNS).lines()}


@pytest.fixture(params=FORMATS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rows(kind: str) -> dict[int, dict[str, str]]:
    return read(FOLDER / f"danh-muc.{kind}")


def test_rows_keep_their_numbers_and_the_sheet_that_is_shown_comes_first(
    rows: dict[int, dict[str, str]],
) -> None:
    """Also where the first sheet is hidden and has a header of its own, and the table begins in the
    second row and column.
    """
    assert {number: row["name"] for number, row in rows.items()} == {
        6: "Đường thôn Trung",
        7: "Kênh nội đồng",
        8: "Chợ An Sơn",
        9: "Trường «A» & nhà\nvăn hóa",
    }


def test_figures_dates_and_shares(rows: dict[int, dict[str, str]]) -> None:
    assert [row["planned"] for row in rows.values()] == ["12,6", "4,2", "2", "20000"]
    assert rows[6]["existing"] == "3,75"
    assert rows[6]["uses"] == "LUC 8,85"
    assert rows[7]["uses"] == "HNK 4,2"
    assert (rows[6]["day"], rows[7]["day"]) == ("24/11/2026", "01/12/2026")
    assert (rows[6]["share"], rows[7]["share"]) == ("0,125", "1")


def test_truths(rows: dict[int, dict[str, str]], kind: str) -> None:
    """OpenDocument keeps them as figures."""
    assert (rows[6]["yes"], rows[7]["yes"]) == (("1", "0") if kind == "ods" else ("x", ""))


def test_what_is_merged_over_rows_stands_in_each(
    rows: dict[int, dict[str, str]], kind: str
) -> None:
    """An .xlsb does not tell: the hint at the file control says so."""
    places = [row["place"] for row in rows.values()]
    second = "" if kind == "xlsb" else "xã Tân Hội"
    assert places == ["xã Tân Hội", second, "xã Hòa Lợi", "xã Hòa Lợi"]


def test_an_error_is_no_empty_cell(rows: dict[int, dict[str, str]], kind: str) -> None:
    """An .xls or .xlsb does not tell: the hint says so as well."""
    found = (rows[8]["existing"], rows[9]["uses"])
    assert found == (("", "") if kind in {"xls", "xlsb"} else ("#N/A", "LUC #DIV/0!"))


def test_an_error_beyond_the_last_filled_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Hạng mục", "Diện tích kế hoạch (ha)", "Địa điểm"])
    book.worksheets[0].append(["A", 1])
    book.worksheets[0]["C2"] = "#REF!"
    book.worksheets[0]["C4"] = "#N/A"
    book.worksheets[0]["CZ2"] = "#N/A"
    book.save(tmp_path / "a.xlsx")
    assert {number: row["place"] for number, row in read(tmp_path / "a.xlsx").items()} == {
        2: "#REF!",
        4: "#N/A",
    }


def test_a_row_of_noughts_is_no_empty_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Hạng mục", "Diện tích kế hoạch (ha)"], [], [None, 0], ["A", False]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    assert {number: row["planned"] for number, row in read(tmp_path / "a.xlsx").items()} == {
        3: "0",
        4: "",
    }


def test_sheets_of_pictures_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Biểu đồ", 0)
    book.worksheets[0].append(["Hạng mục"])
    book.save(tmp_path / "a.xlsx")
    (only,) = sheets.sheets(tmp_path / "a.xlsx")
    assert list(only.rows) == [(1, ["Hạng mục"])]


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_half_a_file_is_unreadable(tmp_path: Path, kind: str, keep: float) -> None:
    """Also where the library gives up in its own way, which is no Exception."""
    whole = (FOLDER / f"danh-muc.{kind}").read_bytes()
    path = tmp_path / "a"
    path.write_bytes(whole[: int(len(whole) * keep)])
    (end,) = child.messages("app.works.reader", path, {})
    assert "hỏng hoặc có mật khẩu" in end.get("error", "") or "Panic" in end.get("crash", "")


def test_the_markup_of_a_sheet_that_is_broken_is_unreadable(tmp_path: Path) -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(FOLDER / "danh-muc.xlsx") as source,
        zipfile.ZipFile(target, "w") as made,
    ):
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, content[:600] if name.endswith("sheet2.xml") else content)
    (tmp_path / "a").write_bytes(target.getvalue())
    with pytest.raises(Unreadable):
        read(tmp_path / "a")
