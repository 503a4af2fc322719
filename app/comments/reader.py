"""Slips that somebody typed into a table, as rows of text.

What they have to fulfil is in service.slips.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.imports import protocol
from app.imports.tables import Column, open_table

COLUMNS = (
    Column("number", "Số phiếu", ("STT", "TT", "Số thứ tự", "Mã phiếu", "Phiếu số")),
    Column(
        "name",
        "Họ và tên",
        ("Họ tên", "Tên", "Người góp ý", "Người có ý kiến", "Tên người góp ý", "Chủ hộ"),
    ),
    Column("stance", "Ý kiến", ("Lựa chọn", "Quan điểm", "Đồng ý hay không"), required=True),
    Column(
        "body",
        "Nội dung",
        ("Nội dung góp ý", "Nội dung ý kiến", "Góp ý", "Ý kiến cụ thể", "Ý kiến khác"),
    ),
    Column("proposed", "Đề nghị sửa thành", ("Đề nghị", "Đề xuất", "Đề nghị sửa đổi", "Kiến nghị")),
    Column(
        "target",
        "Góp ý về",
        ("Điều, khoản", "Công trình", "Mã công trình", "Nội dung được góp ý", "Mục"),
    ),
    Column("sender_kind", "Người gửi là", ("Đối tượng", "Thành phần", "Loại người gửi")),
    Column("phone", "Số điện thoại", ("Điện thoại", "SĐT", "ĐT", "Số ĐT")),
    Column("email", "Thư điện tử", ("Email", "E-mail")),
    Column(
        "organisation",
        "Tên tổ chức, cơ quan",
        ("Tổ chức", "Cơ quan", "Đơn vị", "Tên tổ chức", "Tên cơ quan"),
    ),
    Column("letter", "Số công văn", ("Công văn", "Số văn bản", "Số hiệu văn bản")),
    Column("sheet", "Số tờ bản đồ", ("Tờ", "Số tờ", "Tờ bản đồ")),
    Column("parcel", "Số thửa đất", ("Thửa", "Số thửa", "Thửa đất")),
    Column("day", "Ngày nhận", ("Ngày", "Ngày ghi trên phiếu", "Ngày góp ý", "Ngày phiếu")),
    Column("channel", "Nhận qua", ("Kênh", "Hình thức", "Hình thức góp ý")),
    Column("people", "Số người ký", ("Số người", "Số chữ ký")),
    Column("consent", "Đồng ý công khai", ("Công khai", "Cho công khai")),
)
_PROGRESS_EVERY = 200


def read(path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each slip: {"row": number in the file, "raw": texts by key, "cells": the original
    cells}.
    """
    table = open_table(path, COLUMNS)
    yield protocol.meta({"unknown": table.unknown[:20]})
    for count, line in enumerate(table.lines(), start=1):
        # A numbered but otherwise empty line is a line of the form that nobody filled in.
        if any(value for key, value in line.values.items() if key != "number"):
            yield protocol.row({"row": line.number, "raw": line.values, "cells": line.cells})
        if count % _PROGRESS_EVERY == 0:
            yield protocol.progress(count)
