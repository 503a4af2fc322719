"""The forms by which officers enter what people said: one slip, a village meeting,
a file of slips.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import Optional

from app.comments.forms.comment import CONSENT_LABELS
from app.comments.service.accepting import BODY_MAX
from app.comments.service.entering import (
    CHANNELS,
    MEETING_NOTE_MAX,
    PLACE_MAX,
    STATEMENTS_MAX,
    Statement,
)
from app.comments.states import SENDER_LABELS, STANCE_LABELS, SenderKind, Stance
from app.desk.forms import ContactChecks
from app.files.datafiles import ACCEPT_TABLES, TABLES_HINT
from app.kernel.forms import BaseForm, LineField, Needed, TextField, VietnameseDateField
from app.kernel.office_forms import SeenForm, area, at_most, choices, line
from app.submissions.states import CHANNEL_LABELS, NAME_DISPLAY_LABELS, Channel, NameDisplay

#: Rows for statements that a page begins with, and how many «Thêm dòng» adds.
ROWS, MORE_ROWS = 10, 5
_NEEDS_CONSENT = _l(
    "Hãy chọn có công khai hay không. Không ghi gì nghĩa là không đồng ý công khai."
)


def _number(label: Any, description: Any = "", **more: Any) -> IntegerField:
    return IntegerField(label, description=description, validators=[Optional()], **more)


class SlipForm(ContactChecks, BaseForm):
    """One slip, letter, call or official opinion, on one page."""

    idempotency_key = HiddenField()
    channel = RadioField(
        _l("Nhận qua"),
        choices=choices({key: CHANNEL_LABELS[key] for key in CHANNELS}),
        default=Channel.PAPER.value,
    )
    day = VietnameseDateField(
        _l("Ngày ghi trên phiếu, văn bản"),
        description=_l("Ngày này quyết định góp ý có trong thời hạn hay không."),
        validators=[Needed(_l("Hãy nhập ngày ghi trên phiếu, văn bản."))],
    )
    stance = RadioField(
        _l("Ý kiến"),
        choices=choices(STANCE_LABELS),
        validators=[Needed(_l("Hãy chọn ý kiến ghi trên phiếu."))],
    )
    body = area(
        _l("Nội dung"),
        BODY_MAX,
        description=_l("Chép nguyên văn. Phiếu chỉ đánh dấu đồng ý hoặc không thì để trống."),
    )
    target = SelectField(_l("Góp ý về"), validate_choice=False)
    name = line(
        _l("Họ và tên"),
        120,
        description=_l("Văn bản của cơ quan, tổ chức không ghi tên người thì để trống."),
    )
    phone = line(_l("Số điện thoại"), 20)
    email = line(_l("Thư điện tử"), 254)
    consent = RadioField(
        _l("Người gửi có đồng ý công khai góp ý không?"),
        choices=choices(CONSENT_LABELS),
        description=_l(
            "Theo ô đánh dấu trên phiếu, hoặc hỏi người gửi. Không ghi gì là không đồng ý."
        ),
        validators=[Needed(_NEEDS_CONSENT)],
    )
    name_display = SelectField(
        _l("Cách hiện tên khi đăng"),
        choices=choices(NAME_DISPLAY_LABELS),
        default=NameDisplay.INITIALS.value,
    )
    sender_kind = SelectField(
        _l("Người gửi là"), choices=choices(SENDER_LABELS), default=SenderKind.RESIDENT.value
    )
    organisation_name = line(_l("Tên tổ chức, cơ quan"), 200)
    letter_number = line(_l("Số công văn"), 60)
    tax_code = line(_l("Mã số thuế"), 20)
    people = _number(_l("Số người ký"), _l("Số người được đếm riêng với số góp ý."), default=1)
    proposed_text = area(_l("Đề nghị sửa thành"), BODY_MAX)
    sheet = line(_l("Số tờ bản đồ"), 20)
    parcel = line(_l("Số thửa đất"), 60)
    place = SelectField(_l("Thôn, khu vực"), validate_choice=False)
    files = MultipleFileField(
        _l("Bản quét, ảnh chụp"),
        description=_l("Tối đa 5 tệp; chỉ cán bộ được giao mở được."),
        validators=[Optional()],
    )


class StatementForm(Form):
    """One row of a meeting's statements. An empty row says nothing."""

    stance = SelectField(
        _l("Ý kiến"), choices=[("", _l("Chọn…")), *choices(STANCE_LABELS)], validate_choice=False
    )
    name = LineField(_l("Người phát biểu"), validators=[Optional(), at_most(120)])
    body = TextField(_l("Nội dung"), validators=[Optional(), at_most(BODY_MAX)])

    @property
    def filled(self) -> bool:
        """Was anything written into this row?"""
        return bool(self.stance.data or self.name.data or self.body.data)

    def complete(self) -> bool:
        """A row that says something says all of it; what is missing is said beside it."""
        if not self.filled:
            return True
        if self.stance.data not in {stance.value for stance in Stance}:
            self.stance.errors = [*self.stance.errors, _("Hãy chọn ý kiến của dòng này.")]
        if not self.body.data:
            self.body.errors = [*self.body.errors, _("Hãy ghi nội dung ý kiến, ít nhất 10 ký tự.")]
        return not self.errors


class MeetingForm(BaseForm):
    """A village meeting in one batch."""

    idempotency_key = HiddenField()
    held_on = VietnameseDateField(_l("Ngày họp"), validators=[Needed(_l("Hãy nhập ngày họp."))])
    place = line(_l("Nơi họp"), PLACE_MAX, needed=_l("Hãy ghi nơi họp."))
    present = IntegerField(_l("Số người dự"), validators=[Needed(_l("Hãy nhập số người dự họp."))])
    agree = _number(_l("Số người đồng ý"), default=0)
    disagree = _number(_l("Số người không đồng ý"), default=0)
    note = area(_l("Ghi chú"), MEETING_NOTE_MAX)
    consent = RadioField(
        _l("Các ý kiến có được công khai không?"),
        choices=choices(CONSENT_LABELS),
        description=_l("Theo biên bản. Nếu công khai, tên người phát biểu không hiện."),
        validators=[Needed(_NEEDS_CONSENT)],
    )
    files = MultipleFileField(
        _l("Bản quét biên bản"),
        description=_l("Tối đa 5 tệp; chỉ cán bộ được giao mở được."),
        validators=[Optional()],
    )
    statements = FieldList(
        FormField(StatementForm),
        _l("Ý kiến phát biểu"),
        min_entries=ROWS,
        max_entries=STATEMENTS_MAX,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Rows are judged too, each beside itself."""
        good = super().validate(extra_validators)
        good = all([entry.form.complete() for entry in self.statements]) and good
        self.gather()
        return good

    def gather(self) -> None:
        """What stands beside the rows also stands in the summary on top."""
        if any(entry.errors for entry in self.statements):
            self.statements.errors = [entry.errors for entry in self.statements]

    def more_rows(self) -> None:
        """«Thêm dòng», without a script."""
        for _row in range(MORE_ROWS):
            if len(self.statements.entries) < STATEMENTS_MAX:
                self.statements.append_entry()

    @property
    def said(self) -> list[tuple[int, Statement]]:
        """The rows that say something, each with its place on the page."""
        return [
            (
                number,
                Statement(
                    Stance(entry.form.stance.data),
                    entry.form.body.data or "",
                    entry.form.name.data or "",
                ),
            )
            for number, entry in enumerate(self.statements)
            if entry.form.filled
        ]


class MeetingEditForm(SeenForm):
    """What may be added to a meeting afterwards."""

    note = area(_l("Ghi chú"), MEETING_NOTE_MAX)
    files = MultipleFileField(_l("Thêm bản quét biên bản"), validators=[Optional()])


class SlipsFileForm(BaseForm):
    """A file of slips, and the day of those that name none."""

    day = VietnameseDateField(
        _l("Ngày nhận phiếu"),
        description=_l(
            "Dùng cho các dòng không ghi ngày. Ngày này quyết định góp ý có trong thời hạn hay "
            "không."
        ),
        validators=[Needed(_l("Hãy nhập ngày nhận phiếu."))],
    )
    file = FileField(_l("Tệp phiếu"), description=TABLES_HINT, render_kw={"accept": ACCEPT_TABLES})
