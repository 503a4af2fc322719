"""The form of a consultation, and those of the steps that it takes."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from app.accounts.models import User
from app.consultations.models import Consultation
from app.consultations.service.editing import (
    MOST_MEETINGS,
    SUMMARY_MAX,
    TITLE_MAX,
    Facts,
    Meeting,
    fixed_fields,
)
from app.consultations.states import (
    SHOW_COMMENTS_LABELS,
    TYPE_LABELS,
    ConsultationType,
    ShowComments,
)
from app.kernel.clock import HANOI, local
from app.kernel.forms import BaseForm, LineField, Needed, TextField, VietnameseDateField
from app.kernel.office_forms import SeenForm, area, choices, line
from app.organisation.models import Unit

NOBODY = 0
#: Empty rows offered below the meetings that are there.
_EMPTY_ROWS = 2
_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:hg.]([0-5]\d)?)?", re.IGNORECASE)


class MeetingForm(BaseForm):
    """One announced meeting; a row left empty counts as none."""

    class Meta(BaseForm.Meta):
        csrf = False

    day = VietnameseDateField(_l("Ngày họp"), validators=[Optional()])
    time = LineField(_l("Giờ"), validators=[Optional()])
    place = line(_l("Nơi họp"), 300)
    note = line(_l("Ghi chú"), 500)

    @property
    def is_empty(self) -> bool:
        """Was nothing typed?"""
        return not (
            self.day.data
            or self.time.data
            or self.place.data
            or self.note.data
            or self.day.process_errors
        )

    def validate_time(self, field: LineField) -> None:
        """An hour as people write it."""
        if field.data and not _TIME.fullmatch(field.data):
            raise ValidationError(_("Hãy nhập giờ dạng 19:30."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Day, hour and place belong together."""
        accepted = bool(super().validate(extra_validators))
        if self.is_empty:
            return accepted
        for field, message in (
            (self.day, _("Hãy nhập ngày họp.")),
            (self.time, _("Hãy nhập giờ họp.")),
            (self.place, _("Hãy nhập nơi họp.")),
        ):
            if not field.data and not field.errors:
                field.errors = [message]
                accepted = False
        return accepted

    @property
    def meeting(self) -> Meeting:
        """What was typed, once it is valid."""
        found = _TIME.fullmatch(self.time.data or "")
        assert found is not None
        assert self.day.data is not None
        at = dt.time(int(found[1]), int(found[2] or 0))
        starts_at = dt.datetime.combine(self.day.data, at, HANOI).astimezone(dt.UTC)
        return Meeting(starts_at, self.place.data or "", self.note.data or "")


class ConsultationForm(SeenForm):
    """Everything that people fill in about a consultation."""

    type = SelectField(_l("Loại"), choices=choices(TYPE_LABELS))
    title = line(
        _l("Tên"),
        TITLE_MAX,
        needed=_l("Hãy nhập tên cuộc lấy ý kiến."),
        description=_l("Ví dụ: Điều chỉnh quy hoạch sử dụng đất xã An Sơn đến năm 2030."),
    )
    summary = area(
        _l("Trích yếu"),
        SUMMARY_MAX,
        description=_l("Lấy ý kiến về việc gì, ảnh hưởng đến ai. Viết ngắn, dễ hiểu."),
    )
    lead_unit_id = SelectField(_l("Đơn vị chủ trì"), coerce=int)
    officer_id = SelectField(_l("Người phụ trách"), coerce=int)
    legal_basis = TextField(
        _l("Căn cứ"),
        description=_l(
            "Mỗi dòng một căn cứ. Muốn có liên kết thì viết thêm dấu | và địa chỉ ở cuối dòng."
        ),
        validators=[Optional()],
    )
    notice_number = line(_l("Số thông báo"), 60, description=_l("Ví dụ: 112/TB-UBND."))
    opens_on = VietnameseDateField(_l("Ngày mở"), validators=[Optional()])
    closes_on = VietnameseDateField(
        _l("Ngày đóng"),
        description=_l(
            "Ngày cuối cùng nhận góp ý. Để trống: lấy ngày sớm nhất theo số ngày tối thiểu. Rơi "
            "vào ngày nghỉ thì tự chuyển."
        ),
        validators=[Optional()],
    )
    receive_address = line(_l("Địa chỉ nhận ý kiến"), 300)
    receive_phone = line(_l("Điện thoại"), 40)
    receive_email = line(_l("Thư điện tử"), 254)
    posting_place = line(
        _l("Nơi niêm yết"),
        500,
        description=_l("Nơi xem hồ sơ giấy. Ví dụ: trụ sở UBND xã và nhà văn hóa các thôn."),
    )
    show_comments = RadioField(
        _l("Hiện góp ý của người dân"),
        choices=choices(SHOW_COMMENTS_LABELS),
        default=ShowComments.AT_ONCE.value,
    )
    meetings = FieldList(FormField(MeetingForm), max_entries=MOST_MEETINGS + _EMPTY_ROWS)

    @classmethod
    def of(cls, consultation: Consultation, meetings: Sequence[Meeting]) -> "ConsultationForm":
        """The form with what is known now, and empty rows for further meetings."""
        rows: list[dict[str, Any]] = [
            {
                "day": local(meeting.starts_at).date(),
                "time": local(meeting.starts_at).strftime("%H:%M"),
                "place": meeting.place,
                "note": meeting.note,
            }
            for meeting in meetings
        ]
        names = (
            "title",
            "summary",
            "notice_number",
            "opens_on",
            "closes_on",
            "receive_address",
            "receive_phone",
            "receive_email",
            "posting_place",
        )
        return cls(
            formdata=None,
            seen_revision=str(consultation.revision),
            type=consultation.type.value,
            show_comments=consultation.show_comments.value,
            lead_unit_id=consultation.lead_unit_id or NOBODY,
            officer_id=consultation.officer_id or NOBODY,
            legal_basis="\n".join(
                f"{row['text']} | {row['url']}" if row.get("url") else row["text"]
                for row in consultation.legal_basis
            ),
            meetings=[*rows, *[{}] * _EMPTY_ROWS],
            **{name: getattr(consultation, name) for name in names},
        )

    def offer(
        self, *, units: Sequence[Unit], people: Sequence[User], consultation: Consultation | None
    ) -> "ConsultationForm":
        """List who may lead and look after it; fields that may no longer be
        changed are left out.
        """
        self.lead_unit_id.choices = [
            (NOBODY, _("Chưa chọn")),
            *((unit.id, unit.name) for unit in units),
        ]
        self.officer_id.choices = [
            (NOBODY, _("Chưa chọn")),
            *((person.id, person.full_name) for person in people),
        ]
        for name in fixed_fields(consultation) if consultation else ():
            if name in self._fields:
                delattr(self, name)
        return self

    def facts(self, consultation: Consultation | None) -> Facts:
        """Arguments for the service; what the form no longer holds stays as it is."""

        def value(name: str) -> Any:
            return self._fields[name].data if name in self._fields else getattr(consultation, name)

        bases = [_basis(row) for row in (self.legal_basis.data or "").split("\n") if row.strip()]
        return Facts(
            type=ConsultationType(value("type")),
            title=self.title.data or "",
            summary=self.summary.data or "",
            lead_unit_id=self.lead_unit_id.data or None,
            officer_id=self.officer_id.data or None,
            legal_basis=bases,
            notice_number=self.notice_number.data or "",
            opens_on=value("opens_on"),
            closes_on=value("closes_on"),
            receive_address=self.receive_address.data or "",
            receive_phone=self.receive_phone.data or "",
            receive_email=self.receive_email.data or "",
            posting_place=self.posting_place.data or "",
            show_comments=ShowComments(value("show_comments")),
            meetings=sorted(
                (entry.form.meeting for entry in self.meetings if not entry.form.is_empty),
                key=lambda meeting: meeting.starts_at,
            ),
        )


def _basis(row: str) -> tuple[str, str]:
    text, _bar, url = row.rpartition("|")
    return (text.strip(), url.strip()) if text.strip() else (row.strip(" |"), "")


# Steps
# --------------------------------------------------------------------------------------------------
class StepForm(SeenForm):
    """A step that needs no words."""


class ReasonForm(SeenForm):
    """A step with its reason."""

    reason = area(_l("Lý do"), 500, needed=_l("Hãy viết lý do."))


class NoteForm(SeenForm):
    """A step with a word for the record, if there is one."""

    reason = area(_l("Ghi chú"), 500)


class ExtendForm(SeenForm):
    """More time."""

    closes_on = VietnameseDateField(
        _l("Ngày đóng mới"), validators=[Needed(_l("Hãy nhập ngày đóng mới."))]
    )
    reason = area(
        _l("Lý do gia hạn"),
        500,
        needed=_l("Hãy viết lý do gia hạn."),
        description=_l("Mọi người đều đọc được lý do này."),
    )
