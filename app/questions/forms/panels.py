"""The forms that stand beside each other on the workbench: each gives its fields ids of its own."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional

from app.kernel.forms import LineField, Needed, TextField, VietnameseDateField
from app.kernel.office_forms import PanelForm, at_most, choices
from app.questions.states import CLASSIFICATION_LABELS, KIND_LABELS, Classification


class TriageForm(PanelForm):
    """Kind, topic, classification, and who answers."""

    panel = "phan-loai"
    kind = SelectField(_l("Loại"), choices=choices(KIND_LABELS))
    topic = SelectField(_l("Lĩnh vực"))
    classification = RadioField(
        _l("Phân loại"),
        choices=choices(CLASSIFICATION_LABELS),
        default=Classification.ORDINARY.value,
    )
    to = SelectField(_l("Phân công"))
    note = LineField(_l("Lời nhắn cho người nhận việc"), validators=[Optional(), at_most(500)])


class RemarkForm(PanelForm):
    """A step with a remark that may stay empty."""

    panel = "buoc"
    reason = LineField(_l("Ghi chú"), validators=[Optional(), at_most(500)])


class ReasonForm(PanelForm):
    """A step that needs a reason."""

    panel = "buoc"
    reason = TextField(_l("Lý do"), validators=[Needed(_l("Hãy ghi lý do.")), at_most(1_000)])


class SendBackForm(ReasonForm):
    """The approver wants it changed."""

    panel = "tra-lai"
    reason = TextField(
        _l("Lý do trả lại"),
        validators=[
            Needed(_l("Hãy ghi lý do trả lại để người soạn biết cần sửa gì.")),
            at_most(1_000),
        ],
    )


class DecideForm(RemarkForm):
    """The second person's word."""

    panel = "y-kien"
    reason = LineField(_l("Ý kiến của bạn"), validators=[Optional(), at_most(500)])


class GateForm(RemarkForm):
    """Opening a complaint or denunciation."""

    panel = "mo"
    reason = LineField(
        _l("Lý do mở hồ sơ"),
        description=_l("Được ghi vào nhật ký cùng tên bạn và giờ mở."),
        validators=[Optional(), at_most(500)],
    )


class ScheduleForm(PanelForm):
    """When to publish."""

    panel = "hen"
    date = VietnameseDateField(_l("Ngày đăng"), validators=[Needed(_l("Hãy nhập ngày đăng."))])
    time = LineField(
        _l("Giờ đăng"),
        default="08:00",
        description=_l("Ví dụ: 08:00."),
        validators=[Needed(_l("Hãy nhập giờ đăng."))],
    )


class ProgressForm(PanelForm):
    """What has been done since the answer."""

    panel = "tien-do"
    text = LineField(
        _l("Đã làm thêm được gì"),
        description=_l("Một câu, hiện công khai dưới câu trả lời."),
        validators=[Needed(_l("Hãy viết tiến độ đã thực hiện.")), at_most(500)],
    )
    done = BooleanField(_l("Việc đã xong"))
