"""The sheets of a workbook as rows of values: .xlsx, .xls, .xlsb and .ods, read by calamine.

It tells neither which cells hold an error such as «#N/A» (they look empty) nor what is merged in
OpenDocument: both are looked up in the markup, so that a figure that went wrong is refused and not
taken for none. In .xls and .xlsb such a cell stays empty.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from flask_babel import gettext as _
from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.imports.protocol import Unreadable

#: Cells of a row that are looked at.
MOST_COLUMNS = 80
MOST_MERGES = 5_000
_MOST_ERRORS = 20_000
Value = int | float | str | bool | dt.date | dt.time | dt.datetime | dt.timedelta


class Area(NamedTuple):
    """Merged cells: rows from 1, columns from 0, both ends included."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that are not empty by their number from 1, and what was merged, from top to bottom."""

    rows: Iterator[tuple[int, list[Value]]]
    merges: list[Area]


@dataclass(slots=True)
class _Markup:
    """What only the markup of a sheet tells."""

    merges: list[Area] = field(default_factory=list)
    #: What an error cell shows, by row from 1 and column from 0.
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def sheets(path: Path) -> Iterator[Sheet]:
    """The sheets that hold cells, those that are shown first. Raises Unreadable for another kind of
    file, a broken one and one with a password.
    """
    try:
        # A stream, because the name of the file says nothing.
        with path.open("rb") as stream:
            book = CalamineWorkbook.from_filelike(stream)
        hidden_last = sorted(
            enumerate(book.sheets_metadata),
            key=lambda one: one[1].visible is not SheetVisibleEnum.Visible,
        )
        for number, about in hidden_last:
            if about.typ is SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_index(number)
                markup = _markup(path, about.name)
                merges = markup.merges or _merges(sheet)
                yield Sheet(_rows(sheet, markup.errors), sorted(merges[:MOST_MERGES]))
    except (CalamineError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, OSError) as error:
        raise Unreadable(
            _(
                "Không mở được tệp bảng tính: tệp hỏng hoặc có mật khẩu. Hãy mở và lưu lại tệp "
                "dạng .xlsx, không có mật khẩu, rồi tải lên."
            )
        ) from error


def _rows(
    sheet: CalamineSheet, errors: Mapping[tuple[int, int], str]
) -> Iterator[tuple[int, list[Value]]]:
    if sheet.start is None:
        return
    # Rows come from the first of the sheet on, cells from the first column that holds any.
    before: list[Value] = [""] * min(sheet.start[1], MOST_COLUMNS)
    failed: dict[int, dict[int, str]] = {}
    for (row, column), text in errors.items():
        failed.setdefault(row, {})[column] = text
    for number, values in enumerate(sheet.iter_rows(), start=1):
        # A blank at the end of a sheet makes a million of these.
        if number not in failed and values.count("") == len(values):
            continue
        cells = [*before, *values][:MOST_COLUMNS]
        for column, text in failed.get(number, {}).items():
            cells += [""] * (column + 1 - len(cells))
            cells[column] = text
        yield number, cells


def _merges(sheet: CalamineSheet) -> list[Area]:
    return [
        Area(top + 1, bottom + 1, left, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]


# What only the markup tells
# --------------------------------------------------------------------------------------------------
def _markup(path: Path, sheet: str) -> _Markup:
    if not zipfile.is_zipfile(path):
        return _Markup()
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return _Markup(errors=_errors(archive, _part(archive, sheet)))
        if "content.xml" in names:
            return _open_document(archive, sheet)
    return _Markup()


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the entry that holds this sheet of an .xlsx."""
    book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter("{*}sheet"):
        if one.get("name") == sheet:
            link = next((value for key, value in one.items() if key.endswith("}id")), "")
            return str(PurePosixPath("/xl") / targets.get(link, ""))[1:]
    raise KeyError(sheet)


def _errors(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], str]:
    markup = archive.read(part)
    found: dict[tuple[int, int], str] = {}
    # Nearly every sheet ends here: looking for two words is much cheaper than parsing it.
    if b't="e"' not in markup and b"t='e'" not in markup:
        return found
    for _event, cell in etree.iterparse(io.BytesIO(markup), tag="{*}c", resolve_entities=False):
        if cell.get("t") == "e" and len(found) < _MOST_ERRORS:
            row, column = _place(cell.get("r", ""))
            if column < MOST_COLUMNS:
                found[row, column] = cell.findtext("{*}v") or "#"
        cell.clear()
    return found


def _place(reference: str) -> tuple[int, int]:
    """«D6» → row 6, column 3."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 0), column - 1


def _open_document(archive: zipfile.ZipFile, sheet: str) -> _Markup:
    found, current, row = _Markup(), "", 1
    with archive.open("content.xml") as stream:
        for event, element in etree.iterparse(
            stream,
            events=("start", "end"),
            tag=("{*}table", "{*}table-row"),
            resolve_entities=False,
        ):
            if etree.QName(element).localname == "table":
                if event == "start":
                    current, row = _told(element, "name"), 1
            elif event == "end":
                if current == sheet:
                    _look_at(element, row, found)
                row += int(_told(element, "number-rows-repeated") or 1)
                element.clear()
    return found


def _look_at(row: etree._Element, number: int, found: _Markup) -> None:
    column = 0
    for cell in row:
        if column >= MOST_COLUMNS:
            return
        down = int(_told(cell, "number-rows-spanned") or 1)
        right = int(_told(cell, "number-columns-spanned") or 1)
        if down * right > 1 and len(found.merges) < MOST_MERGES:
            found.merges.append(Area(number, number + down - 1, column, column + right - 1))
        if "error" in (value for key, value in cell.items() if key.endswith("}value-type")):
            found.errors[number, column] = "".join(cell.itertext())[:40] or "#"
        column += int(_told(cell, "number-columns-repeated") or 1)


def _told(element: etree._Element, name: str) -> str:
    """An attribute in whatever namespace."""
    return next((value for key, value in element.items() if key.endswith("}" + name)), "")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False)
