"""The forms that every workbench has, and what is checked when somebody is written down for."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.validators import Length, ValidationError

from app.kernel.errors import FieldError
from app.kernel.forms import LineField, Needed, TextField
from app.kernel.office_forms import PanelForm, area, line
from app.submissions.contact import normal_email, normal_phone


class ButtonForm(PanelForm):
    """A step that asks for nothing but the button."""

    panel = "buoc"


class NoteForm(PanelForm):
    """A note for colleagues only."""

    panel = "ghi-chu"
    text = area(_l("Ghi chú nội bộ"), 2_000, needed=_l("Hãy viết nội dung ghi chú."))


def shown_text(*limits: Length) -> TextField:
    """The text as it may be shown."""
    return TextField(
        _l("Nội dung khi đăng"), validators=[Needed(_l("Hãy nhập nội dung khi đăng.")), *limits]
    )


def redaction_reason() -> LineField:
    """Why what is shown differs from what came; the last field of its form."""
    return line(
        _l("Lý do che hoặc sửa"), 300, description=_l("Ví dụ: có số điện thoại, địa chỉ nhà.")
    )


class RedactForm(PanelForm):
    """The text as everybody may read it."""

    panel = "che"
    title = line(_l("Tiêu đề khi đăng"), 300, needed=_l("Hãy nhập tiêu đề khi đăng."))
    body = shown_text()
    reason = redaction_reason()


class EraseForm(PanelForm):
    """Erasing for ever: the ground, and a tick that it is meant."""

    panel = "xoa"
    reason = area(
        _l("Căn cứ xóa"),
        500,
        needed=_l("Hãy ghi căn cứ xóa."),
        description=_l(
            "Ví dụ: yêu cầu của người gửi ngày 24/11/2026. Không ghi thông tin cá nhân."
        ),
    )
    sure = BooleanField(
        _l("Tôi hiểu rằng nội dung sẽ mất vĩnh viễn"),
        validators=[Needed(_l("Hãy đánh dấu vào ô xác nhận."))],
    )


class ContactChecks:
    """For a form on which an officer enters what somebody said: a number that can be dialled, an
    address that can be written to, each kept in its usual form.
    """

    def validate_phone(self, field: Field) -> None:
        """Refuses what cannot be dialled."""
        _keep_normal(normal_phone, field)

    def validate_email(self, field: Field) -> None:
        """Refuses what no mail can reach."""
        _keep_normal(normal_email, field)


def _keep_normal(parse: Callable[[str], str], field: Field) -> None:
    try:
        if field.data:
            field.data = parse(field.data)
    except FieldError as error:
        raise ValidationError(error.message) from error
