"""Forms of the list of works: a file, and one row by hand.

A row goes to the service as typed, which says what is wrong with it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.validators import Length, Optional

from app.files.datafiles import ACCEPT_TABLES, TABLES_HINT
from app.kernel.forms import BaseForm, LineField, TextField
from app.kernel.office_forms import SeenForm
from app.works.models import ProjectItem
from app.works.queries import Land
from app.works.rows import LENGTHS, Use, ha_text, uses_text

_PLACES_MAX = 4_000


class ProjectFileForm(BaseForm):
    """A file with the list."""

    file = FileField(
        _l("Tệp danh mục (Biểu 10/CH)"),
        description=TABLES_HINT,
        render_kw={"accept": ACCEPT_TABLES},
    )
    places = TextField(
        _l("Tên của các mã địa điểm"),
        description=_l(
            "Mỗi dòng một mã, ví dụ: X-TH = xã Tân Hội. Mã không ghi ở đây được giữ nguyên như "
            "trong tệp."
        ),
        validators=[
            Optional(),
            Length(max=_PLACES_MAX, message=_l("Hãy viết tối đa %(n)s ký tự.", n=_PLACES_MAX)),
        ],
    )
    whole = BooleanField(
        _l("Tệp này là toàn bộ danh mục"),
        description=_l(
            "Công trình không có trong tệp sẽ bị bỏ; công trình đã có góp ý được giữ lại và đánh "
            "dấu."
        ),
    )


class ProjectForm(SeenForm):
    """One work."""

    code = LineField(_l("Mã công trình"), description=_l("Mỗi công trình một mã riêng, ví dụ C01."))
    name = LineField(_l("Hạng mục"))
    group_name = LineField(
        _l("Nhóm"),
        description=_l("Ví dụ: Giao thông, Thủy lợi, Đất ở nông thôn."),
        validators=[Optional()],
    )
    land_code = SelectField(_l("Mã loại đất"), validate_choice=False)
    planned_ha = LineField(
        _l("Diện tích kế hoạch (ha)"), description=_l("Hai chữ số thập phân, ví dụ 12,60.")
    )
    existing_ha = LineField(
        _l("Diện tích hiện trạng (ha)"),
        description=_l("Để trống nếu làm mới."),
        validators=[Optional()],
    )
    uses = LineField(
        _l("Sử dụng vào loại đất"),
        description=_l(
            "Mã và diện tích, ví dụ: LUC 5,90; HNK 2,80. Cộng lại phải bằng kế hoạch trừ hiện "
            "trạng."
        ),
        validators=[Optional()],
    )
    place = LineField(_l("Địa điểm"), description=_l("Đến cấp xã, thôn."), validators=[Optional()])
    map_text = LineField(
        _l("Vị trí trên bản đồ"),
        description=_l(
            "Ví dụ: Tờ 07: thửa 118, 120-125; Tờ 08. Người dân tìm thửa đất của mình theo mục này."
        ),
        validators=[Optional()],
    )
    basis = LineField(_l("Căn cứ"), validators=[Optional()])
    funding = LineField(_l("Nguồn vốn"), validators=[Optional()])
    year = LineField(_l("Năm"), validators=[Optional()])
    note = LineField(_l("Ghi chú"), validators=[Optional()])

    @classmethod
    def of(cls, item: ProjectItem) -> "ProjectForm":
        """The form with what the row says now."""
        values: dict[str, Any] = {name: getattr(item, name) for name in LENGTHS}
        values |= {"planned_ha": ha_text(item.planned_ha), "existing_ha": ha_text(item.existing_ha)}
        values["uses"] = uses_text([Use(use["code"], Decimal(use["ha"])) for use in item.uses])
        return cls(formdata=None, **values, seen_revision=str(item.revision))

    def offer(self, lands: Iterable[Land]) -> "ProjectForm":
        """Offer these land types, and the one that the row has although it is valid no more."""
        known = [(land.code, land.words) for land in lands]
        current = self.land_code.data or ""
        stray = [(current, current)] if current and current not in dict(known) else []
        self.land_code.choices = [("", _l("Chọn loại đất")), *known, *stray]
        return self

    def raw(self) -> dict[str, str]:
        """As typed. What is added follows from the other two areas."""
        names = [*LENGTHS, "planned_ha", "existing_ha", "uses"]
        return {name: self._fields[name].data or "" for name in names}


class RowForm(SeenForm):
    """A button about one row."""
