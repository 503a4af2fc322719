"""The forms of «Bước khác»: what each of these moves asks for."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from app.desk.forms import EraseForm
from app.kernel.forms import LineField, Needed, TextField
from app.kernel.html import safe_href
from app.kernel.office_forms import PanelForm, at_most, choices
from app.questions.forms.panels import ReasonForm
from app.questions.states import REFUSAL_LABELS


class AskForm(PanelForm):
    """What the citizen is asked."""

    panel = "buoc"
    text = TextField(
        _l("Cần người gửi bổ sung gì"),
        description=_l("Người gửi đọc nguyên văn phần này."),
        validators=[Needed(_l("Hãy ghi rõ cần bổ sung thông tin gì.")), at_most(2_000)],
    )


class ReplyForm(PanelForm):
    """What the citizen said, typed in by an officer."""

    panel = "buoc"
    text = TextField(
        _l("Nội dung người gửi bổ sung"),
        validators=[Needed(_l("Hãy viết nội dung bổ sung.")), at_most(5_000)],
    )


class RefuseForm(PanelForm):
    """Why it is not taken, in words that its sender reads."""

    panel = "buoc"
    kind = RadioField(_l("Lý do không tiếp nhận"), choices=choices(REFUSAL_LABELS))
    text = TextField(
        _l("Nội dung gửi người dân"),
        description=_l(
            "Nêu lý do, cách gửi lại và nơi phù hợp. Người gửi đọc nguyên văn phần này."
        ),
        validators=[Needed(_l("Hãy ghi lý do và cách gửi lại để người gửi biết.")), at_most(1_000)],
    )


class MergeForm(PanelForm):
    """The other question, by its code; shown before it is done."""

    panel = "buoc"
    other = LineField(
        _l("Mã câu hỏi giữ lại"),
        description=_l(
            "Ví dụ: AS-2026-000123. Người gửi câu này sẽ nhận câu trả lời của câu giữ lại."
        ),
        validators=[Needed(_l("Hãy nhập mã câu hỏi giữ lại.")), at_most(32)],
    )
    #: The code that the officer has been shown.
    shown = HiddenField()


class TransferForm(PanelForm):
    """The competent body, and why."""

    panel = "buoc"
    name = LineField(
        _l("Tên cơ quan"),
        validators=[Needed(_l("Hãy nhập tên cơ quan có thẩm quyền.")), at_most(200)],
    )
    address = LineField(_l("Địa chỉ"), validators=[Optional(), at_most(255)])
    phone = LineField(_l("Số điện thoại"), validators=[Optional(), at_most(40)])
    url = LineField(
        _l("Trang thông tin"),
        description=_l("Ví dụ: https://www.example.vn."),
        validators=[Optional(), at_most(300)],
    )
    reason = TextField(
        _l("Lý do chuyển"),
        description=_l("Người gửi đọc nguyên văn phần này."),
        validators=[Needed(_l("Hãy ghi lý do chuyển.")), at_most(1_000)],
    )

    def validate_url(self, field: LineField) -> None:
        """Only addresses that may stand in a public link."""
        if field.data and not (field.data.startswith("http") and safe_href(field.data)):
            raise ValidationError(str(_l("Địa chỉ trang cần bắt đầu bằng https://.")))


class ExtendForm(PanelForm):
    """More days, once."""

    panel = "buoc"
    days = SelectField(
        _l("Số ngày gia hạn"),
        coerce=int,
        description=_l("Chỉ gia hạn được một lần, nhiều nhất 10 ngày làm việc."),
    )
    reason = TextField(
        _l("Lý do gia hạn"),
        description=_l("Người gửi đọc nguyên văn phần này."),
        validators=[Needed(_l("Hãy ghi lý do gia hạn để người gửi biết.")), at_most(500)],
    )


class HideForm(ReasonForm):
    """Taking a published question off the public pages."""

    emergency = BooleanField(
        _l("Gỡ khẩn cấp: gỡ ngay, người thứ hai xác nhận trong một ngày làm việc")
    )


class CodedEraseForm(EraseForm):
    """Erasing, where the address does not say what."""

    code = HiddenField()
