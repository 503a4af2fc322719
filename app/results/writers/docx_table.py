"""The statutory table as a Word document:

A4 landscape, header of Decree 30/2020/NĐ-CP, the four columns, merged by group.
"""

from collections.abc import Iterable, Iterator
from typing import IO

from app.results import tabling
from app.results.tabling import Cell, Head, Row
from app.results.writers.layout import (
    INDENT,
    LANDSCAPE,
    Document,
    cell,
    heading,
    para,
    paragraphs,
    row,
    run,
    signature,
    table_end,
    table_start,
    title,
)

#: STT, first column, who, what was said, what becomes of it; together the width between the
#: margins.
WIDTHS = (737, 2580, 2280, 4206, 4200)
RECEIVERS = ("Cơ quan, tổ chức, cá nhân đã góp ý;", "Cổng thông tin điện tử;", "Lưu: VT.")
DRAFT_REMARK = "(Bản nháp, chưa phát hành)"
_SIZE = 26
#: Rows of fewer characters are not broken over two pages.
_SHORT = 900


def write(file: IO[bytes], head: Head, rows: Iterable[Row], *, sha256: str = "") -> None:
    """Write the whole document into `file`.

    `sha256` is that of an issued table, printed below it.
    """
    with Document(file, LANDSCAPE, f"{tabling.TITLE} – {head.title}") as document:
        document.write(
            heading(
                LANDSCAPE,
                parent=head.parent,
                agency=head.agency,
                number=head.signature.number,
                place=head.place,
                day=head.day,
            )
        )
        document.write(
            title(LANDSCAPE, tabling.TITLE, f"đối với {head.title}", remark=_remark(head))
        )
        document.write_all(_opening(head))
        document.write(table_start(WIDTHS, borders=True) + _header(head))
        document.write_all(_row(found) for found in tabling.merged(rows))
        document.write(table_end())
        document.write(_closing(head, sha256))
        document.write(
            signature(
                LANDSCAPE,
                authority=head.signature.authority,
                name=head.signature.name,
                receivers=RECEIVERS,
            )
        )


def _remark(head: Head) -> str:
    if not head.issue:
        return DRAFT_REMARK
    return f"(Phát hành lần {head.issue}; lý do: {head.reason})" if head.reason else ""


def _opening(head: Head) -> Iterator[str]:
    for number, basis in enumerate(head.basis, start=1):
        begins = "" if basis.lower().startswith("căn cứ") else "Căn cứ "
        end = "." if number == len(head.basis) else ";"
        yield para(
            run(f"{begins}{basis.rstrip(' ;.,')}{end}", italic=True),
            align="both",
            indent=INDENT,
            after=120,
        )
    for text in head.opening.split("\n"):
        if text.strip():
            yield para(run(text), align="both", indent=INDENT, after=120)
    for text in tabling.count_lines(head):
        yield para(run(text), align="both", indent=INDENT, after=120)
    yield para(
        run("3. Nội dung cụ thể như sau:"), align="both", indent=INDENT, after=120, keep_next=True
    )


def _header(head: Head) -> str:
    names = ("STT", head.first_column, *tabling.COLUMNS)
    cells = [
        cell(
            para(
                run(name if name == "STT" else name.upper(), size=24, bold=True),
                align="center",
                before=40,
                after=40,
            ),
            width,
            middle=True,
        )
        for name, width in zip(names, WIDTHS, strict=True)
    ]
    return row(*cells, header=True)


def _row(found: Cell) -> str:
    item = found.row
    group = f"{item.group} (tiếp theo)" if found.group_continues else item.group
    return row(
        cell(paragraphs(str(item.number), size=_SIZE, align="center"), WIDTHS[0]),
        _merged(paragraphs(group, size=_SIZE, bold=True), WIDTHS[1], starts=found.starts_group),
        cell(paragraphs(item.subject, size=_SIZE), WIDTHS[2]),
        cell(paragraphs(item.text, size=_SIZE), WIDTHS[3]),
        _merged(_answer(found), WIDTHS[4], starts=found.starts_answer),
        whole=len(item.text) + len(item.reply) < _SHORT,
    )


def _merged(content: str, width: int, *, starts: bool) -> str:
    return cell(content if starts else para(), width, merge="restart" if starts else "continue")


def _answer(found: Cell) -> str:
    item = found.row
    made = para(run(f"{item.result}.", size=_SIZE, bold=True), align="left", after=40)
    if not item.decision:
        return made
    if found.answer_at:
        return made + paragraphs(
            f"Nội dung như tại số thứ tự {found.answer_at}.", size=_SIZE, italic=True
        )
    made += paragraphs(item.reply, size=_SIZE)
    if item.changed_where:
        made += paragraphs(f"Nơi sửa trong dự thảo: {item.changed_where}", size=_SIZE, italic=True)
    return made


def _closing(head: Head, sha256: str) -> str:
    # The signature never stands on a page of its own.
    total = f"Bảng có {tabling.number(head.counts.points)} ý."
    if not sha256:
        return para(run(total, size=22, italic=True), before=60, after=120, keep_next=True)
    proof = (
        f"{total} Mã {head.code}, phát hành lần {head.issue} ngày {tabling.vi_day(head.day)}. "
        f"Mã kiểm tra (SHA-256): {sha256}"
    )
    return para(run(proof, size=22, italic=True), before=60, after=120, keep_next=True)
