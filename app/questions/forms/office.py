"""The forms of the lists: the queue's filter, «Nhập hộ», reports of wrong content."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import Length, Optional

from app.desk.forms import ContactChecks
from app.kernel.forms import BaseForm, LineField, Needed, TextField, length_between
from app.kernel.office_forms import at_most, choices
from app.questions.states import KIND_LABELS
from app.submissions.states import (
    CHANNEL_LABELS,
    CONSENT_LABELS,
    NAME_DISPLAY_LABELS,
    Channel,
    NameDisplay,
)

_OFFICE_CHANNELS = [channel for channel in Channel if channel is not Channel.WEB]


class QueueForm(BaseForm):
    """What the queue is filtered by. The names stand in addresses."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = LineField(_l("Từ khóa, mã, người gửi"))
    linh_vuc = SelectField(_l("Lĩnh vực"), name="linh-vuc", validate_choice=False)
    don_vi = SelectField(_l("Đơn vị"), name="don-vi", validate_choice=False)
    nguoi = SelectField(_l("Người phụ trách"), validate_choice=False)


class EntryForm(ContactChecks, BaseForm):
    """«Nhập hộ»: a question typed in for somebody."""

    idempotency_key = HiddenField()
    channel = RadioField(
        _l("Nhận qua"),
        choices=[(channel.value, CHANNEL_LABELS[channel]) for channel in _OFFICE_CHANNELS],
        default=Channel.COUNTER.value,
    )
    body = TextField(
        _l("Nội dung"),
        validators=[
            Needed(_l("Hãy nhập nội dung câu hỏi.")),
            length_between(
                20,
                5_000,
                _l("Hãy viết ít nhất 20 ký tự để cán bộ hiểu rõ câu hỏi."),
                _l("Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."),
            ),
        ],
    )
    name = LineField(_l("Họ và tên"), validators=[Needed(_l("Hãy nhập họ và tên.")), at_most(120)])
    phone = LineField(
        _l("Số điện thoại"),
        validators=[Optional(), Length(max=20, message=_l("Số điện thoại chưa đúng."))],
    )
    email = LineField(_l("Thư điện tử"), validators=[Optional(), at_most(254)])
    kind = SelectField(_l("Loại"), choices=choices(KIND_LABELS))
    topic = SelectField(_l("Lĩnh vực"))
    to = SelectField(_l("Phân công"))
    name_display = RadioField(
        _l("Cách hiện tên khi đăng"),
        choices=choices(NAME_DISPLAY_LABELS),
        default=NameDisplay.INITIALS.value,
    )
    consent = RadioField(
        _l("Người hỏi có đồng ý công khai câu trả lời không?"),
        choices=choices(CONSENT_LABELS),
        description=_l("Hãy đọc cho người hỏi nghe trước khi chọn."),
    )


class ReportForm(BaseForm):
    """What was done about a report of wrong content."""

    report = HiddenField()
    outcome = TextField(
        _l("Đã xử lý thế nào"), validators=[Needed(_l("Hãy ghi đã xử lý thế nào.")), at_most(1_000)]
    )
