"""Rows as CSV or XLSX, whatever their number: no list of them is ever in memory, no cell is ever a
formula.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

#: Rows of one sheet, header included, as spreadsheets have it.
MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_000
_LINES_A_CHUNK = 200
# XML has no place for these, nor for lone halves of a surrogate pair.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

#: A cell that starts like this is run as a formula by spreadsheets, full-width forms included.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]")

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """A column of an export: its header, and what stands in it."""

    title: str
    about: str = ""
    #: Width in a spreadsheet, in characters.
    width: int = 16


def csv_lines(columns: Sequence[ColumnNote], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The CSV text in pieces, with a byte-order mark so that spreadsheets read it as UTF-8.

    Figures have a decimal point.
    """
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(column.title) for column in columns])
    for count, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(cell) for cell in row])
        if count % _LINES_A_CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def safe_cell(cell: Cell) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    if isinstance(cell, Decimal | int):
        return str(cell)  # a figure is one of ours: its minus sign begins no formula
    text = _NOT_XML.sub("", cell or "").replace("\r", " ")
    return f"'{text}" if _FORMULA.match(text) or text.startswith("\t") else text


def xlsx_file(
    columns: Sequence[ColumnNote],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str,
    notes_sheet: str = "",
    notes: Sequence[Sequence[str]] = (),
) -> IO[bytes]:
    """A workbook in a temporary file, at its start, which is gone once it is closed: the rows, and
    a sheet that explains the columns.
    """
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller sends and closes it)
    try:
        with tempfile.TemporaryDirectory(prefix="langnghe-xlsx-") as folder:
            book = workbook(target, tmpdir=folder)
            _Writer(book, columns, sheet).write(rows)
            if notes_sheet:
                explained = [*notes, *([column.title, column.about] for column in columns)]
                _notes(book, notes_sheet, explained)
            book.close()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def workbook(target: IO[bytes], **more: Any) -> Any:
    """A workbook that is written row by row and takes no text for a formula, a link or a number."""
    plainly = {f"strings_to_{what}": False for what in ("formulas", "urls", "numbers")}
    return xlsxwriter.Workbook(target, {"constant_memory": True, **plainly, **more})


class _Writer:
    """Writes rows one after the other; a full sheet is followed by another."""

    def __init__(self, book: Any, columns: Sequence[ColumnNote], sheet: str) -> None:
        self._book, self._columns, self._name = book, columns, sheet
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        )
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._area = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self._sheets = 0

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        sheet, number = self._begin(), 1
        for row in rows:
            if number == MOST_ROWS:
                sheet, number = self._begin(), 1
            for column, cell in enumerate(row):
                self._cell(sheet, number, column, cell)
            number += 1

    def _begin(self) -> Any:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        sheet = self._book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, note in enumerate(self._columns):
            sheet.set_column(column, column, note.width)
        for column, note in enumerate(self._columns):
            sheet.write_string(0, column, note.title, self._head)
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            sheet.write_number(row, column, cell, self._area)
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell)
        elif text := plain(cell):
            sheet.write_string(row, column, text, self._text)


def _notes(book: Any, name: str, lines: Iterable[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name[:31])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    for number, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.write_string(number, column, plain(text), wrap)


def plain(text: str | None) -> str:
    """The text as a cell may hold it: no control characters, not too long."""
    found = _NOT_XML.sub("", text or "")
    return found if len(found) <= _LONGEST_CELL else found[: _LONGEST_CELL - 1] + "…"
