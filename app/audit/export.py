"""The record as CSV, made line by line so that any length fits in memory."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from app.audit import tags
from app.kernel.display import vi_datetime

#: A cell that starts like this is run as a formula by spreadsheets, full-width forms included.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINES_A_CHUNK = 200


def safe_cell(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = _CONTROL.sub("", "" if value is None else str(value)).replace("\r", " ")
    return (
        f"'{text}"
        if not isinstance(value, int) and _FORMULA.match(text) or text.startswith("\t")
        else text
    )


def lines(rows: Iterable[Any]) -> Iterator[str]:
    """The CSV text in pieces, with a byte-order mark so that spreadsheets read it as UTF-8."""
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow(
        [
            _("Số"),
            _("Thời gian"),
            _("Người thực hiện"),
            _("Việc"),
            _("Mã việc"),
            _("Đối tượng"),
            _("Chi tiết"),
            _("Mã băm"),
        ]
    )
    for count, row in enumerate(rows, start=1):
        about = f"{row.about_kind}:{row.about_id}" if row.about_kind else ""
        details = json.dumps(row.data, ensure_ascii=False, sort_keys=True) if row.data else ""
        cells = (
            row.id,
            vi_datetime(row.at),
            row.actor,
            tags.label(row.tag),
            row.tag,
            about,
            details,
            row.hash,
        )
        writer.writerow([safe_cell(cell) for cell in cells])
        if count % _LINES_A_CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
