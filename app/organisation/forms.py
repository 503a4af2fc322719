"""Forms of the organisation screens. Each gives its service's arguments with `values()`."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, IntegerField, SelectField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.kernel.forms import BaseForm, LineField, Needed, TextField, VietnameseDateField
from app.organisation.models import (
    LEVEL_LABELS,
    UNIT_KIND_LABELS,
    AgencyLevel,
    AgencyProfile,
    Unit,
    UnitKind,
)
from app.organisation.service import checking

NOBODY = 0


def _accepted(check: Callable[[str], bool], message: Any) -> Callable[[Form, Field], None]:
    """A validator that lets empty text pass."""

    def validate(form: Form, field: Field) -> None:
        if field.data and not check(field.data):
            raise ValidationError(str(message))

    return validate


def _at_most(length: int) -> Length:
    return Length(max=length, message=_l("Hãy viết tối đa %(n)s ký tự.", n=length))


def _line(
    label: Any, length: int, *validators: Any, needed: Any = None, description: Any = ""
) -> LineField:
    first = Needed(needed) if needed else Optional()
    return LineField(
        label, description=description, validators=[first, _at_most(length), *validators]
    )


def _phone(label: Any) -> LineField:
    return _line(
        label,
        40,
        _accepted(checking.is_phone, _l("Số điện thoại chưa đúng. Ví dụ: 0253 3555 001.")),
    )


def _email(label: Any) -> LineField:
    return _line(
        label,
        254,
        _accepted(checking.is_email, _l("Thư điện tử chưa đúng. Ví dụ: ten@example.vn.")),
    )


def _order() -> IntegerField:
    return IntegerField(
        _l("Thứ tự"),
        default=100,
        description=_l("Số nhỏ đứng trước."),
        validators=[NumberRange(min=0, max=9999, message=_l("Hãy nhập số từ 0 đến 9999."))],
    )


class AgencyForm(BaseForm):
    """The agency's profile."""

    name = _line(_l("Tên cơ quan"), 200, needed=_l("Hãy nhập tên cơ quan."))
    parent_name = _line(
        _l("Cơ quan cấp trên"),
        200,
        description=_l("Hiện phía trên tên cơ quan. Ví dụ: Tỉnh Nam Hải."),
    )
    level = SelectField(
        _l("Cấp"), choices=[(level.value, label) for level, label in LEVEL_LABELS.items()]
    )
    code = _line(
        _l("Mã cơ quan"),
        20,
        _accepted(
            checking.is_agency_code, _l("Mã chỉ gồm chữ in hoa, chữ số, dấu chấm và gạch nối.")
        ),
    )
    tracking_prefix = _line(
        _l("Chữ đầu của mã tra cứu"),
        6,
        _accepted(
            checking.is_prefix, _l("Hãy nhập từ 2 đến 6 chữ cái in hoa không dấu. Ví dụ: AS.")
        ),
        needed=_l("Hãy nhập chữ đầu của mã tra cứu."),
        description=_l("Ví dụ: AS trong AS-2026-000123. Mã đã cấp không đổi."),
    )
    address = _line(_l("Địa chỉ"), 255)
    phone = _phone(_l("Số điện thoại"))
    fax = _line(
        _l("Fax"), 40, _accepted(checking.is_phone, _l("Số fax chưa đúng. Ví dụ: 0253 3555 001."))
    )
    email = _email(_l("Thư điện tử"))
    responsible = _line(
        _l("Người chịu trách nhiệm nội dung"), 200, description=_l("Họ tên và chức vụ.")
    )
    place_name = _line(
        _l("Địa danh"), 120, description=_l("Đứng trước ngày tháng trong văn bản. Ví dụ: An Sơn.")
    )
    domain = _line(
        _l("Tên miền"),
        253,
        _accepted(checking.is_domain, _l("Tên miền chưa đúng. Ví dụ: anson.namhai.gov.vn.")),
    )
    licence = _line(_l("Giấy phép, thông báo hoạt động"), 255)
    citizen_reception_text = TextField(
        _l("Nơi tiếp công dân"),
        description=_l(
            "Địa chỉ, giờ, điện thoại nơi nhận đơn khiếu nại, tố cáo. Người dân đọc phần này "
            "trước khi gửi."
        ),
        validators=[Optional(), _at_most(2000)],
    )
    former_names = TextField(
        _l("Tên cũ"), description=_l("Mỗi dòng một tên."), validators=[Optional(), _at_most(2000)]
    )

    @classmethod
    def of(cls, agency: AgencyProfile) -> "AgencyForm":
        """The form with what is known now."""
        return cls(**{**_columns(cls, agency), "former_names": "\n".join(agency.former_names)})

    def values(self) -> dict[str, Any]:
        """Arguments for save_agency."""
        return {
            **_data(self),
            "level": AgencyLevel(self.level.data),
            "former_names": _lines(self.former_names.data),
        }


class UnitForm(BaseForm):
    """A unit."""

    code = _line(
        _l("Mã đơn vị"),
        20,
        _accepted(
            checking.is_unit_code,
            _l("Mã đơn vị chỉ gồm chữ in hoa, chữ số và gạch nối, tối đa 20 ký tự. Ví dụ: KT."),
        ),
        needed=_l("Hãy nhập mã đơn vị."),
    )
    name = _line(_l("Tên đơn vị"), 200, needed=_l("Hãy nhập tên đơn vị."))
    kind = SelectField(
        _l("Loại đơn vị"),
        choices=[(kind.value, label) for kind, label in UNIT_KIND_LABELS.items()],
        default=UnitKind.DEPARTMENT.value,
    )
    parent_id = SelectField(_l("Trực thuộc"), coerce=int)
    sort = _order()
    phone = _phone(_l("Số điện thoại"))
    email = _email(_l("Thư điện tử"))
    hours = _line(
        _l("Giờ làm việc"), 255, description=_l("Để trống nếu theo giờ chung của cơ quan.")
    )
    address = _line(_l("Địa chỉ"), 255)
    valid_from = VietnameseDateField(_l("Hoạt động từ ngày"), validators=[Optional()])
    former_names = TextField(
        _l("Tên cũ"),
        description=_l("Mỗi dòng một tên. Người dân tìm theo tên cũ vẫn thấy đơn vị này."),
        validators=[Optional(), _at_most(2000)],
    )

    @classmethod
    def of(cls, unit: Unit) -> "UnitForm":
        """The form with what is known of a unit now."""
        return cls(**{**_columns(cls, unit), "former_names": "\n".join(unit.former_names)})

    def offer(self, units: Sequence[Unit], unit: Unit | None) -> "UnitForm":
        """List the units that this one may stand below."""
        self.parent_id.choices = [
            (NOBODY, _l("Không trực thuộc đơn vị nào")),
            *((other.id, other.name) for other in units if unit is None or other.id != unit.id),
        ]
        return self

    def values(self) -> dict[str, Any]:
        """Arguments for save_unit."""
        return {
            **_data(self),
            "kind": UnitKind(self.kind.data),
            "parent_id": self.parent_id.data or None,
            "former_names": _lines(self.former_names.data),
        }


class RetireForm(BaseForm):
    """The end of a unit."""

    last_day = VietnameseDateField(
        _l("Ngày hoạt động cuối cùng"),
        validators=[Needed(_l("Hãy nhập ngày hoạt động cuối cùng."))],
    )
    successor_id = SelectField(_l("Đơn vị tiếp nhận"), coerce=int)

    def offer(self, units: Sequence[Unit], unit: Unit) -> "RetireForm":
        """List the units that may take over."""
        self.successor_id.choices = [
            (NOBODY, _l("Không có đơn vị tiếp nhận")),
            *(
                (other.id, other.name)
                for other in units
                if other.id != unit.id and other.valid_to is None
            ),
        ]
        return self


class TopicForm(BaseForm):
    """A topic."""

    name = _line(_l("Tên lĩnh vực"), 200, needed=_l("Hãy nhập tên lĩnh vực."))
    name_en = _line(_l("Tên tiếng Anh"), 200)
    default_unit_id = SelectField(_l("Đơn vị phụ trách"), coerce=int)
    answer_working_days = IntegerField(
        _l("Số ngày làm việc để trả lời"),
        default=10,
        description=_l("Áp dụng cho câu hỏi nhận từ nay về sau."),
        validators=[
            NumberRange(
                min=checking.MIN_DAYS,
                max=checking.MAX_DAYS,
                message=_l(
                    "Hãy nhập từ %(low)s đến %(high)s ngày làm việc.",
                    low=checking.MIN_DAYS,
                    high=checking.MAX_DAYS,
                ),
            )
        ],
    )
    sort = _order()
    keywords = TextField(
        _l("Từ gợi ý"),
        description=_l(
            "Cách nhau bằng dấu phẩy. Câu hỏi có những từ này sẽ được gợi ý vào lĩnh vực này."
        ),
        validators=[Optional(), _at_most(5000)],
    )
    valid_from = VietnameseDateField(_l("Dùng từ ngày"), validators=[Optional()])
    valid_to = VietnameseDateField(_l("Dùng đến hết ngày"), validators=[Optional()])

    def offer(self, units: Sequence[Unit]) -> "TopicForm":
        """List the units that may answer."""
        self.default_unit_id.choices = [
            (NOBODY, _l("Chưa có đơn vị phụ trách")),
            *((unit.id, unit.name) for unit in units),
        ]
        return self

    def values(self) -> dict[str, Any]:
        """Arguments for save_topic."""
        return {**_data(self), "default_unit_id": self.default_unit_id.data or None}


class PlaceForm(BaseForm):
    """A village or quarter."""

    name = _line(
        _l("Tên địa bàn"),
        120,
        needed=_l("Hãy nhập tên địa bàn."),
        description=_l("Ví dụ: Thôn Đông."),
    )
    sort = _order()
    active = BooleanField(_l("Cho người dân chọn khi gửi câu hỏi"), default=True)

    def values(self) -> dict[str, Any]:
        """Arguments for save_place."""
        return _data(self)


def _columns(form: type[BaseForm], row: Any) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in vars(form)
        if hasattr(row, name) and not name.startswith("_")
    }


def _data(form: BaseForm) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if line.strip()]
