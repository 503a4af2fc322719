"""The columns of the list of works: of the file that the office sends in, and of the one that
everybody may download.
"""

from collections.abc import Iterable, Iterator, Mapping

from flask_babel import gettext as _

from app.kernel.sheets import Cell, ColumnNote
from app.works.queries import Land, ProjectView
from app.works.reader import COLUMNS
from app.works.rows import Use, uses_text


def of_file() -> list[ColumnNote]:
    """Biểu 10/CH as the importer wants it.

    The headers stay Vietnamese in every language: they are what is read.
    """
    titles = {column.key: column.title for column in COLUMNS}
    return [
        ColumnNote(
            titles["code"],
            _(
                "Bắt buộc. Mỗi công trình một mã riêng, ví dụ C01. Tải tệp lên lần sau, mã này "
                "cho biết dòng nào được sửa."
            ),
            14,
        ),
        ColumnNote(titles["name"], _("Bắt buộc. Tên công trình, dự án."), 44),
        ColumnNote(titles["group_name"], _("Ví dụ: Giao thông, Thủy lợi."), 20),
        ColumnNote(
            titles["land_code"], _("Bắt buộc. Mã theo bảng loại đất đang áp dụng, ví dụ DGT."), 12
        ),
        ColumnNote(titles["planned_ha"], _("Bắt buộc. Hai chữ số thập phân, ví dụ 12,60."), 14),
        ColumnNote(titles["existing_ha"], _("Phần đã có. Để trống nếu làm mới."), 14),
        ColumnNote(
            titles["added_ha"], _("Bằng kế hoạch trừ hiện trạng. Để trống thì máy tự tính."), 14
        ),
        ColumnNote(
            titles["uses"],
            _("Mã và diện tích từng loại đất, cộng lại bằng tăng thêm. Ví dụ: LUC 5,90; HNK 2,80."),
            34,
        ),
        ColumnNote(titles["place"], _("Đến cấp xã, thôn."), 20),
        ColumnNote(titles["map_text"], _("Tờ, thửa. Ví dụ: Tờ 07: thửa 118, 120-125; Tờ 08."), 26),
        ColumnNote(titles["basis"], _("Nghị quyết, quyết định, chủ trương."), 24),
        ColumnNote(titles["funding"], _("Ví dụ: Ngân sách huyện."), 18),
        ColumnNote(titles["year"], _("Năm thực hiện."), 8),
        ColumnNote(titles["note"], _("Ghi thêm nếu cần, ví dụ: Chuyển tiếp."), 20),
    ]


def of_download() -> list[ColumnNote]:
    """The list as everybody may download it."""
    return [
        ColumnNote(_("Mã công trình"), _("Mã riêng của công trình trong danh mục này."), 14),
        ColumnNote(_("Hạng mục"), _("Tên công trình, dự án."), 44),
        ColumnNote(_("Nhóm"), _("Nhóm công trình."), 20),
        ColumnNote(_("Mã loại đất"), _("Mã của loại đất sau khi thực hiện."), 12),
        ColumnNote(_("Tên loại đất"), _("Tên theo bảng loại đất đang áp dụng."), 30),
        ColumnNote(_("Diện tích kế hoạch (ha)"), _("Tổng diện tích theo kế hoạch, héc-ta."), 14),
        ColumnNote(_("Diện tích hiện trạng (ha)"), _("Phần đã có, héc-ta."), 14),
        ColumnNote(_("Diện tích tăng thêm (ha)"), _("Kế hoạch trừ hiện trạng, héc-ta."), 14),
        ColumnNote(
            _("Sử dụng vào loại đất"),
            _(
                "Đất hiện nay sẽ dùng cho công trình: mã và héc-ta của từng loại, cách nhau bằng "
                "dấu chấm phẩy."
            ),
            34,
        ),
        ColumnNote(_("Địa điểm"), _("Xã, thôn."), 20),
        ColumnNote(_("Vị trí trên bản đồ"), _("Tờ bản đồ, thửa đất."), 26),
        ColumnNote(_("Căn cứ"), _("Nghị quyết, quyết định, chủ trương."), 24),
        ColumnNote(_("Nguồn vốn"), _("Nguồn vốn thực hiện."), 18),
        ColumnNote(_("Năm"), _("Năm thực hiện."), 8),
        ColumnNote(_("Ghi chú"), _("Ghi chú của danh mục."), 20),
        ColumnNote(
            _("Số góp ý đã công khai"), _("Số góp ý về công trình này mà mọi người đọc được."), 12
        ),
    ]


def rows(found: Iterable[ProjectView], lands: Mapping[str, Land]) -> Iterator[list[Cell]]:
    """One row for each work, as `of_download` says."""
    for row in found:
        land = lands.get(row.land_code)
        yield [
            row.code,
            row.name,
            row.group_name,
            row.land_code,
            land.name if land else "",
            row.planned_ha,
            row.existing_ha,
            row.added_ha,
            uses_text([Use(code, ha) for code, ha in row.taken]),
            row.place,
            row.map_text,
            row.basis,
            row.funding,
            row.year,
            row.note,
            row.comments,
        ]
