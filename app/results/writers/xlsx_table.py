"""The same table for Excel, and as lines of CSV: all columns side by side, nothing merged, written
in constant memory.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from app.kernel import sheets
from app.kernel.sheets import ColumnNote
from app.results import tabling
from app.results.tabling import Head, Row

_WIDTHS = (6, 30, 28, 60, 22, 60, 34)


def columns(head: Head) -> tuple[str, ...]:
    """The names of the columns."""
    return (
        "STT",
        head.first_column,
        "Chủ thể góp ý",
        "Nội dung góp ý",
        "Kết quả",
        "Nội dung tiếp thu, giải trình",
        "Nơi sửa trong dự thảo",
    )


def values(row: Row) -> tuple[int, str, str, str, str, str, str]:
    """A row in that order."""
    return row.number, row.group, row.subject, row.text, row.result, row.reply, row.changed_where


def write(file: IO[bytes], head: Head, rows: Iterable[Row], *, sha256: str = "") -> None:
    """Write the workbook into `file`: the rows on the first sheet, the figures on the second."""
    with sheets.workbook(file) as book:
        strong = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "border": 1,
                "font_name": "Times New Roman",
            }
        )
        plain = book.add_format(
            {"text_wrap": True, "valign": "top", "border": 1, "font_name": "Times New Roman"}
        )
        sheet = book.add_worksheet("Tổng hợp ý kiến")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.fit_to_pages(1, 0)
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        for place, name in enumerate(columns(head)):
            sheet.write_string(0, place, name, strong)
        for line, row in enumerate(rows, start=1):
            cells: tuple[int | str, ...] = values(row)
            for place, value in enumerate(cells):
                _put(sheet, line, place, value, plain)
        _figures(book, head, sha256, strong, plain)


def _put(sheet: Any, line: int, place: int, value: int | str, look: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value, look)
    else:
        sheet.write_string(line, place, sheets.plain(value), look)


def _figures(book: Any, head: Head, sha256: str, strong: Any, plain: Any) -> None:
    sheet = book.add_worksheet("Số liệu")
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 24)
    for line, (name, value) in enumerate(figures(head, sha256)):
        _put(sheet, line, 0, name, strong if value == "" else plain)
        _put(sheet, line, 1, value, plain)


def figures(head: Head, sha256: str = "") -> list[tuple[str, int | str]]:
    """The figures of the opening, one a line; a name without a value is a heading."""
    c = head.counts
    found: list[tuple[str, int | str]] = [
        (f"{head.code} – {head.title}", ""),
        ("Phát hành lần", head.issue or "bản nháp"),
        ("Ngày", tabling.vi_day(head.day)),
        ("Mã kiểm tra (SHA-256)", sha256 or "chưa phát hành"),
        ("Góp ý trong thời hạn", c.comments),
        ("Người, tổ chức, cơ quan góp ý", c.people),
        ("Ý", c.points),
        ("Góp ý ngoài thời hạn", c.late),
    ]
    for name, counts, words in (
        ("Góp ý theo hình thức gửi", c.channels, tabling.CHANNEL_WORDS),
        ("Góp ý theo đối tượng", c.senders, tabling.SENDER_WORDS),
        ("Góp ý theo quan điểm", c.stances, tabling.STANCE_WORDS),
        ("Ý theo kết quả", c.decisions, tabling.DECISION_WORDS),
    ):
        found.append((name, ""))
        found += [
            (str(label), counts[key.value]) for key, label in words.items() if counts.get(key.value)
        ]
    if c.unanswered:
        found.append((tabling.UNANSWERED, c.unanswered))
    for line in head.meetings:
        found.append((f"Họp dân ngày {tabling.vi_day(line.held_on)} tại {line.place}", ""))
        found += [
            ("Người dự", line.present),
            ("Đồng ý", line.agree),
            ("Không đồng ý", line.disagree),
            ("Ý kiến phát biểu", line.comments),
        ]
    return found


def csv_lines(head: Head, rows: Iterable[Row]) -> Iterator[str]:
    """The rows as CSV in pieces."""
    return sheets.csv_lines([ColumnNote(name) for name in columns(head)], map(values, rows))
