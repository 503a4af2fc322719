"""The forms that every workbench has, and what is checked when somebody is written down for."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.validators import Optional, ValidationError

from app.kernel.errors import FieldError
from app.kernel.forms import LineField, Needed, TextField
from app.kernel.office_forms import PanelForm, at_most
from app.submissions.contact import normal_email, normal_phone


class ButtonForm(PanelForm):
    """A step that asks for nothing but the button."""

    panel = "buoc"


class NoteForm(PanelForm):
    """A note for colleagues only."""

    panel = "ghi-chu"
    text = TextField(
        _l("Ghi chú nội bộ"), validators=[Needed(_l("Hãy viết nội dung ghi chú.")), at_most(2_000)]
    )


class RedactForm(PanelForm):
    """The text as everybody may read it."""

    panel = "che"
    title = LineField(
        _l("Tiêu đề khi đăng"), validators=[Needed(_l("Hãy nhập tiêu đề khi đăng.")), at_most(300)]
    )
    body = TextField(
        _l("Nội dung khi đăng"), validators=[Needed(_l("Hãy nhập nội dung khi đăng."))]
    )
    reason = LineField(
        _l("Lý do che hoặc sửa"),
        description=_l("Ví dụ: có số điện thoại, địa chỉ nhà."),
        validators=[Optional(), at_most(300)],
    )


class EraseForm(PanelForm):
    """Erasing for ever: the ground, and a tick that it is meant."""

    panel = "xoa"
    reason = TextField(
        _l("Căn cứ xóa"),
        description=_l(
            "Ví dụ: yêu cầu của người gửi ngày 24/11/2026. Không ghi thông tin cá nhân."
        ),
        validators=[Needed(_l("Hãy ghi căn cứ xóa.")), at_most(500)],
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
