"""The list of works and projects (Biểu 10/CH) as rows of text.

What the rows have to fulfil is in app/works/rows.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.imports import protocol
from app.imports.tables import Column, Line, open_table
from app.kernel.text import clean_line, fold

#: In the order of Biểu 10/CH. The keys are the parts of rows.RAW.
COLUMNS = (
    Column(
        "code",
        "Mã công trình",
        (
            "Mã",
            "Mã số",
            "Mã CT",
            "Mã công trình, dự án",
            "Mã dự án",
            "Mã hạng mục",
            "Ký hiệu",
            "Số hiệu",
            "code",
        ),
    ),
    Column("number", "STT", ("TT", "Số TT", "Số thứ tự", "No")),
    Column(
        "name",
        "Hạng mục",
        (
            "Tên hạng mục",
            "Tên công trình",
            "Tên dự án",
            "Tên công trình, dự án",
            "Công trình, dự án",
            "Danh mục công trình, dự án",
            "Hạng mục công trình",
            "hang_muc",
        ),
        required=True,
    ),
    Column("group_name", "Nhóm", ("Nhóm công trình", "Lĩnh vực", "Loại công trình", "nhom")),
    Column(
        "land_code",
        "Mã loại đất",
        (
            "Mã đất",
            "Loại đất",
            "Mã QH",
            "Mã loại đất quy hoạch",
            "Mục đích sử dụng đất",
            "ma_dat",
            "Mã SDĐ",
        ),
        required=True,
    ),
    Column(
        "planned_ha",
        "Diện tích kế hoạch (ha)",
        (
            "Diện tích quy hoạch",
            "Diện tích kế hoạch",
            "Diện tích KH",
            "DT kế hoạch",
            "Quy mô",
            "Diện tích",
            "Tổng diện tích",
            "dt_ke_hoach_ha",
        ),
        required=True,
    ),
    Column(
        "existing_ha",
        "Diện tích hiện trạng (ha)",
        ("Hiện trạng", "DT hiện trạng", "dt_hien_trang_ha"),
    ),
    Column(
        "added_ha",
        "Diện tích tăng thêm (ha)",
        ("Tăng thêm", "Diện tích tăng", "DT tăng thêm", "dt_tang_them_ha"),
    ),
    Column(
        "uses",
        "Sử dụng vào loại đất",
        (
            "Lấy vào loại đất",
            "Sử dụng vào các loại đất",
            "Lấy từ loại đất",
            "Tăng thêm sử dụng vào loại đất",
            "su_dung_vao_loai_dat",
        ),
        spread=True,
    ),
    Column("place", "Địa điểm", ("Địa điểm thực hiện", "Vị trí", "Xã, phường", "Xã", "dia_diem")),
    Column(
        "map_text",
        "Vị trí trên bản đồ",
        (
            "Vị trí trên bản đồ địa chính",
            "Tờ, thửa",
            "Tờ bản đồ, thửa đất",
            "Số tờ, số thửa",
            "Vị trí trên BĐ",
            "vi_tri_ban_do",
        ),
    ),
    Column(
        "basis",
        "Căn cứ",
        ("Căn cứ pháp lý", "Căn cứ, chủ trương", "Chủ trương", "Căn cứ/chủ trương", "can_cu"),
    ),
    Column("funding", "Nguồn vốn", ("Vốn", "Nguồn kinh phí", "nguon_von")),
    Column("year", "Năm", ("Năm thực hiện", "Năm kế hoạch", "Thời gian thực hiện", "nam")),
    Column("note", "Ghi chú", ("Tình trạng", "tinh_trang")),
)
#: What the columns «Tình trạng» of our own files say.
_STATES = {"new": "Mới", "carry": "Chuyển tiếp"}
_TOTAL = re.compile(r"(?:tong(?: cong| so| dien tich)?|cong)\s*(?:[:(].*)?")
_HEADING_NUMBER = re.compile(r"^(?:[ivx]+|[a-h]|\d+(?:\.\d+)*)\s*[.)/:-]+\s*", re.IGNORECASE)
_PROGRESS_EVERY = 500


def read(path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each work: {"row": number in the file, "raw": texts by key, "cells": the original
    cells}.

    A line with a name and no figures is the heading of a group; a line of totals is left out.
    """
    table = open_table(path, COLUMNS)
    yield protocol.meta(
        {"unknown": table.unknown[:20], "columns": sorted(table.found), "mended": table.mended}
    )
    by_number = "code" not in table.found
    group = ""
    for count, line in enumerate(table.lines(), start=1):
        raw = {key: value for key, value in line.values.items() if key != "number"}
        if by_number:
            raw["code"] = line.values.get("number", "")
        if _is_total(line):
            continue
        if heading := _heading(line):
            group = heading
            continue
        raw["group_name"] = raw.get("group_name") or group
        raw["note"] = _STATES.get(raw.get("note", ""), raw.get("note", ""))
        yield protocol.row({"row": line.number, "raw": raw, "cells": line.cells})
        if count % _PROGRESS_EVERY == 0:
            yield protocol.progress(count)


def _is_total(line: Line) -> bool:
    """«Tổng cộng», wherever in the row it stands, without a land code."""
    words = [fold(line.values.get(key, "")).strip() for key in ("name", "number", "code")]
    return not line.values.get("land_code") and any(_TOTAL.fullmatch(word) for word in words)


def _heading(line: Line) -> str:
    """The name of a group, when the row is nothing but that; else ""."""
    filled = {key for key, value in line.values.items() if value}
    if not filled <= {"number", "code", "name"}:
        return ""
    text = line.values.get("name") or line.values.get("number") or line.values.get("code", "")
    return _HEADING_NUMBER.sub("", clean_line(text))[:120]
