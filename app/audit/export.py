"""The record as CSV, made line by line so that any length fits in memory."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from app.audit import tags
from app.kernel.display import vi_datetime
from app.kernel.sheets import ColumnNote, csv_lines


def lines(rows: Iterable[Any]) -> Iterator[str]:
    """The CSV text in pieces."""
    titles = (
        _("Số"),
        _("Thời gian"),
        _("Người thực hiện"),
        _("Việc"),
        _("Mã việc"),
        _("Đối tượng"),
        _("Chi tiết"),
        _("Mã băm"),
    )
    return csv_lines([ColumnNote(title) for title in titles], map(_cells, rows))


def _cells(row: Any) -> tuple[int | str, ...]:
    return (
        row.id,
        vi_datetime(row.at),
        row.actor,
        tags.label(row.tag),
        row.tag,
        f"{row.about_kind}:{row.about_id}" if row.about_kind else "",
        json.dumps(row.data, ensure_ascii=False, sort_keys=True) if row.data else "",
        row.hash,
    )
