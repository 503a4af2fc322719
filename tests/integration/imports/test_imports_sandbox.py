"""The child process around a reader: bounded in time, memory, rows and words, whatever the file
makes it do.
"""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.imports import child, sandbox
from app.imports.sandbox import Limits, Reading, ReadingFailed

READER = "tests.factories.naughty_reader"


def run(
    folder: Path,
    options: dict[str, Any],
    *,
    limits: Limits | None = None,
    seen: list[tuple[int, int]] | None = None,
) -> Reading:
    path = folder / "tep.csv"
    path.write_text("Nguyễn Văn A, 0912345678")
    notes = seen if seen is not None else []
    return sandbox.read(
        READER,
        path,
        options,
        folder=folder,
        limits=limits or Limits(),
        on_progress=lambda *step: notes.append(step),
    )


def failure(folder: Path, options: dict[str, Any], **limits: int) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as caught:
        run(folder, options, limits=Limits(**limits))
    return caught.value


def test_rows_refused_rows_and_the_file_as_a_whole_come_back(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = run(tmp_path, {"refuse": [5]}, seen=seen)
    assert (
        [row["number"] for row in found.rows] == [row["number"] for row in found.rows] == [1, 2, 3]
    )
    assert list(found.refused) == [
        {
            "row": 5,
            "cells": {"Tên": "=HYPERLINK(5)", "Diện tích": 5},
            "reasons": ["Diện tích không phải là số."],
        }
    ]
    assert (found.row_count, found.refused_count, found.meta["title"]) == (3, 1, "Danh mục")
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_no_setting_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_SECRET_KEY", "secret")
    assert "LANGNGHE_SECRET_KEY" not in run(tmp_path, {}).meta["environment"]


@pytest.mark.parametrize("act", ["never_end", "burn"])
def test_a_reader_that_never_ends_is_ended(tmp_path: Path, act: str) -> None:
    start = time.monotonic()
    error = failure(tmp_path, {"do": act}, wall_seconds=3, cpu_seconds=2)
    assert "quá nhiều thời gian" in error.message
    assert time.monotonic() - start < 15


def test_the_parent_ends_a_child_whose_own_clock_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_GRACE", -57)
    assert "quá nhiều thời gian" in failure(tmp_path, {"do": "never_end"}, wall_seconds=60).message


def test_a_reader_that_eats_memory_is_told_off(tmp_path: Path) -> None:
    assert "quá nhiều bộ nhớ" in failure(tmp_path, {"do": "eat"}, memory_mb=512).message


def test_a_killed_reader_is_no_success(tmp_path: Path) -> None:
    error = failure(tmp_path, {"do": "die"})
    assert "dừng giữa chừng" in error.message
    assert error.cause == "exit -9"


def test_an_error_says_where_and_never_quotes_the_file(tmp_path: Path) -> None:
    error = failure(tmp_path, {"do": "break"})
    assert "Không đọc được tệp" in error.message
    assert error.cause.startswith("KeyError (naughty_reader.py:")
    assert "0912345678" not in error.cause


def test_the_reader_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    assert failure(tmp_path, {"do": "refuse"}).message == "Tệp không có bảng nào."


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    failure(tmp_path, {"do": "write"})
    assert (tmp_path / "tep.out").read_text() == ""


def test_too_many_rows(tmp_path: Path) -> None:
    assert "nhiều nhất 5 dòng" in failure(tmp_path, {"rows": 6}, rows=5).message


def test_too_many_words(tmp_path: Path) -> None:
    assert (
        "quá nhiều dữ liệu"
        in failure(tmp_path, {"rows": 100_000}, rows=1_000_000, output_mb=1).message
    )


def test_an_unknown_reader_is_a_crash_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="Không đọc được"):
        sandbox.read("no_such_reader", tmp_path, {}, folder=tmp_path, limits=Limits())


def test_a_child_that_cannot_start_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_ROOT", tmp_path)
    with pytest.raises(ReadingFailed, match="dừng giữa chừng"):
        sandbox.read(READER, tmp_path, {"long": "x" * 200_000}, folder=tmp_path, limits=Limits())


def test_the_child_speaks_lines_of_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[dict[str, int]] = []
    monkeypatch.setattr(child, "bind", lambda **limits: bounds.append(limits))
    order, answers = (
        {"path": str(tmp_path), "options": {"rows": 1}, "limits": {"memory_bytes": 1}},
        io.StringIO(),
    )
    child.main(READER, io.StringIO(json.dumps(order) + "\n"), answers)
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [next(iter(message)) for message in said] == ["meta", "progress", "row", "end"]
    assert bounds == [{"memory_bytes": 1}]


def test_running_out_of_memory_and_refusing_end_with_a_word(tmp_path: Path) -> None:
    def end(act: str) -> dict[str, Any]:
        return list(child.messages(READER, tmp_path / "none", {"rows": 0, "do": act}))[-1]

    assert end("refuse") == {"error": "Tệp không có bảng nào."}
    assert end("break")["crash"].startswith("FileNotFoundError")


# Tables: their library has no limits of its own -------------------------------------------------
HEADER = ["Mã công trình", "Hạng mục", "Mã loại đất", "Diện tích kế hoạch (ha)"]
TABLES = Path(__file__).resolve().parents[2] / "factories" / "tables"
_SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read_table(folder: Path, name: str, **limits: int) -> Reading:
    return sandbox.read(
        "app.works.reader", folder / name, {}, folder=folder, limits=Limits(**limits)
    )


def one_row(path: Path, **more: str) -> None:
    """A book with one work, and further cells by their place."""
    book = openpyxl.Workbook()
    for row in (HEADER, ["A1", "Đường", "DGT", 1.5]):
        book.worksheets[0].append(row)
    for place, text in more.items():
        book.worksheets[0][place] = text
    book.save(path)


def swollen(folder: Path, part: str, head: bytes, piece: bytes, times: int) -> None:
    """The same book, one entry of which goes on and on: some MB that become some GB."""
    one_row(folder / "sound.xlsx")
    with (
        zipfile.ZipFile(folder / "sound.xlsx") as sound,
        zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for name in sound.namelist():
            if name != part:
                made.writestr(name, sound.read(name))
        with made.open(part, "w", force_zip64=True) as entry:
            entry.write(head)
            for _time in range(times):
                entry.write(piece)


@pytest.mark.parametrize(
    ("part", "head", "piece", "times"),
    [
        (
            "xl/sharedStrings.xml",
            b'<sst xmlns="%s">' % _SPREADSHEET,
            b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>" * 20_000,
            250,
        ),
        (
            "xl/worksheets/sheet1.xml",
            b'<worksheet xmlns="%s"><sheetData>' % _SPREADSHEET,
            b"<row><c><v>1</v></c></row>" * 20_000,
            700,
        ),
    ],
)
def test_a_workbook_that_swells_is_stopped(
    tmp_path: Path, part: str, head: bytes, piece: bytes, times: int
) -> None:
    swollen(tmp_path, part, head, piece, times)
    with pytest.raises(ReadingFailed) as caught:
        read_table(tmp_path, "bomb.xlsx", memory_mb=400, cpu_seconds=30)
    assert "quá nhiều" in caught.value.message
    assert caught.value.cause in {"memory", "time"}


def test_a_workbook_whose_cells_stand_for_a_thousand_million_is_stopped(tmp_path: Path) -> None:
    row = (
        b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        b'table:number-columns-repeated="16000" office:value-type="string"><text:p>a</text:p>'
        b"</table:table-cell></table:table-row>"
    )
    with (
        zipfile.ZipFile(TABLES / "danh-muc.ods") as sound,
        zipfile.ZipFile(tmp_path / "bomb.ods", "w") as made,
    ):
        for name in sound.namelist():
            content = sound.read(name)
            made.writestr(name, content.replace(b"<table:table-row", row + b"<table:table-row", 1))
    with pytest.raises(ReadingFailed) as caught:
        read_table(tmp_path, "bomb.ods", memory_mb=400, cpu_seconds=30)
    # Its reader counts what repeats, and gives up by itself.
    assert caught.value.cause in {"memory", "time", "unreadable"}


def test_one_cell_far_away_does_no_harm(tmp_path: Path) -> None:
    """A blank in the last row of a sheet is common: the million rows between are nothing."""
    one_row(tmp_path / "far.xlsx", A1048576=" ", L1048570="x")
    assert read_table(tmp_path, "far.xlsx", cpu_seconds=30).row_count == 2
    one_row(tmp_path / "corner.xlsx", XFD1048576="x")
    with pytest.raises(ReadingFailed, match="quá nhiều bộ nhớ"):
        read_table(tmp_path, "corner.xlsx")


def test_a_table_of_more_rows_than_are_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for number in range(20_001):
        sheet.append([f"C{number}", "Đường", "DGT", number / 100])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ReadingFailed, match="nhiều nhất 20000 dòng"):
        read_table(tmp_path, "a.xlsx")
