"""Forms of the calendar screen."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import Length, Optional

from app.kernel.forms import BaseForm, LineField, Needed, VietnameseDateField
from app.workdays.holidays import PlannedDay
from app.workdays.models import CalendarDay, DayKind

DAY_KINDS = [(DayKind.OFF.value, _l("Ngày nghỉ")), (DayKind.WORKED.value, _l("Ngày làm bù"))]


class DayForm(BaseForm):
    """A day off, or a weekend day worked."""

    day = VietnameseDateField(_l("Ngày"), validators=[Needed(_l("Hãy nhập ngày."))])
    kind = RadioField(_l("Loại ngày"), choices=DAY_KINDS, default=DayKind.OFF.value)
    name = LineField(
        _l("Tên ngày"),
        description=_l(
            "Người dân đọc tên này trong phần giải thích hạn trả lời. Ví dụ: Quốc khánh, Nghỉ "
            "hoán đổi, Làm bù."
        ),
        validators=[
            Needed(_l("Hãy nhập tên ngày nghỉ hoặc lý do làm bù.")),
            Length(max=120, message=_l("Hãy viết tối đa 120 ký tự.")),
        ],
    )
    source = LineField(
        _l("Căn cứ"),
        description=_l("Số thông báo, hoặc ngày được hoán đổi."),
        validators=[Optional(), Length(max=255, message=_l("Hãy viết tối đa 255 ký tự."))],
    )
    seen_revision = HiddenField()

    def fill(self, row: CalendarDay) -> None:
        """Start from what is said of a day now."""
        self.day.data, self.kind.data, self.name.data, self.source.data = (
            row.date,
            row.kind.value,
            row.name,
            row.source,
        )

    def planned(self) -> PlannedDay:
        """The day as typed. Only for a valid form."""
        assert self.day.data is not None
        return PlannedDay(
            self.day.data, DayKind(self.kind.data), self.name.data or "", self.source.data or ""
        )


class ConfirmForm(BaseForm):
    """The second step of a change: the person has seen what moves."""

    seen_revision = HiddenField()


class YearForm(ConfirmForm):
    """Confirming a year's list, or taking that back."""

    confirmed = HiddenField()
    note = LineField(
        _l("Ghi chú"),
        description=_l("Ví dụ: số thông báo nghỉ lễ, Tết đã đối chiếu."),
        validators=[Optional(), Length(max=500, message=_l("Hãy viết tối đa 500 ký tự."))],
    )
