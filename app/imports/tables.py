"""Rows of a table that somebody made in a spreadsheet or wrote as CSV, as offices really do.

Title rows above the header, headers of two lines with merged cells, the numbering row «(1) (2)
(3)», headers repeated on every page, other names for the same column, UTF-8 with and without a
mark, UTF-16, Windows-1258, commas, semicolons and tabs between cells. Used by readers, in the child
process; nothing is evaluated: a formula counts as the value that was saved with it.
"""

import csv
import datetime as dt
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.imports import sheets
from app.imports.protocol import REASON_COLUMN, Unreadable
from app.imports.sheets import MOST_COLUMNS, Area
from app.kernel.text import clean, clean_line, fold

#: Characters of a cell that are looked at.
LONGEST_CELL = 20_000
#: The header is looked for in so many rows from the top.
_HEADER_WITHIN = 40
_DELIMITERS = ",;\t|"
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?(?:\s*=?[\s\d()=+*/.-]*)?")
_LETTERED = re.compile(r"\(?[A-ZĐ]\)?")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the importer knows."""

    key: str
    #: As the officer knows it.
    title: str
    #: Other names, in any spelling: marks, case, punctuation and what stands in brackets do not
    #: count.
    aliases: tuple[str, ...] = ()
    required: bool = False
    #: May be spread over several columns under one heading, one for each code: they become «LUC
    #: 21,4; HNK 9,6».
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the header."""

    #: In the file, from 1, as spreadsheets count.
    number: int
    #: By the key of the column; empty cells are "".
    values: dict[str, str]
    #: By the header as it is written, for the file of refused rows.
    cells: dict[str, str]


@dataclass(slots=True)
class _Header:
    """Where which column stands."""

    #: The row of the last line of the header, counted from 0 among the rows looked at.
    row: int
    lines: int = 1
    #: Column number → (key, label of a spread column or "").
    keys: dict[int, tuple[str, str]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def found(self) -> set[str]:
        return {key for key, _label in self.keys.values()}


@dataclass(slots=True)
class Table:
    """A table whose header was found."""

    columns: tuple[Column, ...]
    header: _Header
    rows: Iterator[tuple[int, list[str]]]

    @property
    def found(self) -> set[str]:
        """The keys of the columns that the file has."""
        return self.header.found

    @property
    def mended(self) -> bool:
        """Is this the file of refused rows that comes back?"""
        return REASON_COLUMN in self.header.names.values()

    @property
    def unknown(self) -> list[str]:
        """Headers that mean nothing to the importer."""
        return [
            name
            for number, name in self.header.names.items()
            if number not in self.header.keys and name != REASON_COLUMN
        ]

    def lines(self) -> Iterator[Line]:
        """The rows with anything in them; the numbering row and repeated headers are left out."""
        first = True
        for number, cells in self.rows:
            if not any(cells):
                continue
            if first and is_numbering(cells):
                first = False
                continue
            first = False
            if not self._is_header_again(cells):
                yield Line(number, self._values(cells), self._cells(cells))

    def _values(self, cells: Sequence[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for number, (key, label) in self.header.keys.items():
            value = cells[number] if number < len(cells) else ""
            if not label:
                values[key] = value
            elif value and value not in {"-", "–"}:
                values[key] = "; ".join(
                    part for part in (values.get(key, ""), f"{label} {value}") if part
                )
            else:
                values.setdefault(key, "")
        return values

    def _cells(self, cells: Sequence[str]) -> dict[str, str]:
        return {
            name: cells[number] if number < len(cells) else ""
            for number, name in self.header.names.items()
            if name != REASON_COLUMN
        }

    def _is_header_again(self, cells: Sequence[str]) -> bool:
        same = sum(
            1
            for number in self.header.keys
            if number < len(cells) and cells[number] == self.header.names[number]
        )
        return same >= 2 and same * 2 > len(self.header.keys)


def open_table(path: Path, columns: Sequence[Column]) -> Table:
    """The table in this file.

    Raises Unreadable with a sentence: another kind of file, no header, a column missing.
    """
    known = tuple(columns)
    with path.open("rb") as stream:
        start = stream.read(8)
    found = _book(path) if start.startswith((_ZIP, _OLE)) else _csv(path)
    best: _Header | None = None
    for sheet in found:
        rows = iter(sheet.rows)
        head = list(islice(rows, _HEADER_WITHIN))
        header = _find_header(_spanned(head, sheet.merges), known)
        if header is not None and not _missing(header, known):
            return Table(
                known, header, _filled_down(chain(head[header.row + 1 :], rows), sheet.merges)
            )
        if header is not None and (best is None or len(header.found) > len(best.found)):
            best = header
    if best is None:
        names = ", ".join(f"«{column.title}»" for column in known if column.required)
        raise Unreadable(
            _("Không tìm thấy dòng tiêu đề của bảng. Tệp cần có các cột: %(names)s.", names=names)
        )
    names = ", ".join(f"«{title}»" for title in _missing(best, known))
    raise Unreadable(_("Tệp thiếu cột %(names)s. Hãy xem tệp mẫu.", names=names))


def _missing(header: _Header, columns: Iterable[Column]) -> list[str]:
    return [
        column.title for column in columns if column.required and column.key not in header.found
    ]


# The header
# --------------------------------------------------------------------------------------------------
def plain_header(text: str) -> str:
    """A header as it is compared."""
    return _NOT_WORD.sub(" ", fold(_IN_BRACKETS.sub(" ", text))).strip()


def is_numbering(cells: Iterable[str]) -> bool:
    """Is this the row «(1) (2) (3)» or «A B 1 2 3=1+2» below a header?"""
    filled = [cell for cell in cells if cell]
    numbers = [int(match.group(1)) for cell in filled if (match := _NUMBERED.fullmatch(cell))]
    lettered = sum(1 for cell in filled if _LETTERED.fullmatch(cell))
    if len(filled) < 3 or len(numbers) + lettered < len(filled) or len(numbers) < 2:
        return False
    return all(second - first == 1 for first, second in zip(numbers, numbers[1:], strict=False))


def _find_header(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> _Header | None:
    """The row, or two rows, in which most columns are named; None where fewer than two are."""
    names = {
        plain_header(alias): column
        for column in columns
        for alias in (column.key, column.title, *column.aliases)
    }
    candidates = [
        header
        for row in range(len(rows))
        for header in (_one_line(rows, row, names), _two_lines(rows, row, names))
        if header
    ]
    good = [header for header in candidates if len(header.found) >= min(2, len(columns))]
    # Of two that name as much the one of a single line, then the upper one.
    return max(good, key=lambda header: (len(header.keys), header.lines == 1), default=None)


def _one_line(rows: Sequence[Sequence[str]], row: int, names: Mapping[str, Column]) -> _Header:
    header = _Header(row)
    for number, cell in enumerate(rows[row]):
        _name(header, number, cell, names.get(plain_header(cell)))
    return header


def _two_lines(
    rows: Sequence[Sequence[str]], row: int, names: Mapping[str, Column]
) -> _Header | None:
    """A header whose second line divides what the first one names."""
    if row + 1 >= len(rows):
        return None
    above, below = _filled_right(rows[row], rows[row + 1]), rows[row + 1]
    if any(cell[0].isdigit() for cell in below if cell):
        return None
    header = _Header(row + 1, lines=2)
    for number in range(max(len(above), len(below))):
        upper = above[number] if number < len(above) else ""
        lower = below[number] if number < len(below) and below[number] != upper else ""
        both = f"{upper} {lower}".strip()
        column = names.get(plain_header(both)) or names.get(plain_header(lower) if lower else "")
        over = names.get(plain_header(upper))
        if column is None and over is not None and (over.spread or not lower):
            _name(header, number, both, over, label=lower)
        else:
            _name(header, number, both, column)
    return header


def _filled_right(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The upper line with each heading repeated over the columns that it spans, where the file does
    not say so by merging.
    """
    filled = list(above) + [""] * (len(below) - len(above))
    for number in range(1, len(filled)):
        if not filled[number] and number < len(below) and below[number] and below[number - 1]:
            filled[number] = filled[number - 1]
    return filled


def _name(
    header: _Header, number: int, cell: str, column: Column | None, *, label: str = ""
) -> None:
    if not cell:
        return
    written = clean_line(cell)
    taken = set(header.names.values())
    header.names[number] = next(
        name
        for name in chain([written], (f"{written} ({n})" for n in range(2, 200)))
        if name not in taken
    )
    if column is None:
        return
    # The first column of a name counts; a spread one has several.
    if label or column.key not in header.found:
        header.keys[number] = (column.key, clean_line(label))


# Spreadsheets
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Sheet:
    """Rows by their number from 1, and what was merged."""

    rows: Iterable[tuple[int, list[str]]]
    merges: list[Area] = field(default_factory=list)


def _spanned(head: Sequence[tuple[int, list[str]]], merges: Iterable[Area]) -> list[list[str]]:
    """The rows in which the header is looked for, merged text repeated over all its rows and
    columns.
    """
    rows = {number: list(cells) for number, cells in head}
    for area in merges:
        if area.top not in rows or area.left >= len(rows[area.top]):
            continue
        text = rows[area.top][area.left]
        for number in range(area.top, min(area.bottom, area.top + _HEADER_WITHIN) + 1):
            cells = rows.get(number, [])
            for column in range(area.left, min(area.right + 1, len(cells))):
                cells[column] = text
    return list(rows.values())


def _filled_down(
    rows: Iterable[tuple[int, list[str]]], merges: Iterable[Area]
) -> Iterator[tuple[int, list[str]]]:
    """What was merged over several rows stands in each of them.

    Merged over columns it is a heading and stays where it is.
    """
    waiting = deque(area for area in merges if area.bottom > area.top)
    active: dict[Area, str] = {}
    for number, cells in rows:
        while waiting and waiting[0].top <= number:
            area = waiting.popleft()
            if area.top == number and area.left < len(cells):
                active[area] = cells[area.left]
        active = {area: text for area, text in active.items() if area.bottom >= number}
        filled = list(cells)
        for area, text in active.items():
            filled += [""] * (area.left + 1 - len(filled))
            filled[area.left] = text
        yield number, filled


def _book(path: Path) -> Iterator[_Sheet]:
    for sheet in sheets.sheets(path):
        yield _Sheet(
            ((number, [cell_text(value) for value in row]) for number, row in sheet.rows),
            sheet.merges,
        )


def cell_text(value: Any) -> str:
    """A cell as text, figures with a decimal comma: 21.4 → «21,4», 2026.0 → «2026», a date →
    «24/11/2026».
    """
    if value is None or value is False:
        return ""
    if value is True:
        return "x"
    if isinstance(value, float):
        # Computed figures carry noise in their last digits.
        text = format(Decimal(repr(round(value, 8))).normalize(), "f")
        return text.replace(".", ",")
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return clean(str(value)[:LONGEST_CELL])


# Text
# --------------------------------------------------------------------------------------------------
def _csv(path: Path) -> Iterator[_Sheet]:
    text = decoded(path.read_bytes())
    first, _end, rest = text.partition("\n")
    if told := re.fullmatch(r'"?sep=(.)"?\s*', first):
        yield _Sheet(_csv_rows(rest, told.group(1), start=2))
        return
    # The delimiter that cuts the top of the file into most cells comes first; the header decides.
    top = text[:20_000]
    for delimiter in sorted(_DELIMITERS, key=lambda char: -top.count(char)):
        yield _Sheet(_csv_rows(text, delimiter, start=1))


def _csv_rows(text: str, delimiter: str, *, start: int) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=start
        ):
            yield number, [clean(cell[:LONGEST_CELL]) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Unreadable(
            _("Tệp CSV bị lỗi dấu ngoặc kép. Hãy mở và lưu lại tệp dạng .xlsx rồi tải lên.")
        ) from error


def decoded(data: bytes) -> str:
    """The text of a CSV file.

    Raises Unreadable when it is in none of the encodings that Vietnamese offices use.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError as error:
                raise _unknown_encoding() from error
    if b"\x00" in data[:4_096]:
        raise _unknown_encoding()
    for name in ("utf-8", "cp1258"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise _unknown_encoding()


def _unknown_encoding() -> Unreadable:
    return Unreadable(
        _("Không đọc được chữ trong tệp. Hãy lưu lại tệp dạng .xlsx hoặc CSV UTF-8 rồi tải lên.")
    )


# Figures
# --------------------------------------------------------------------------------------------------
