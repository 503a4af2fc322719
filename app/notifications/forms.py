"""The form with which somebody follows new answers."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import Email

from app.kernel.forms import BaseForm, LineField, Needed


class FollowForm(BaseForm):
    """An address, and what to follow."""

    scope = RadioField(_l("Nhận tin về"))
    email = LineField(
        _l("Thư điện tử"),
        validators=[
            Needed(_l("Hãy nhập thư điện tử.")),
            Email(_l("Thư điện tử chưa đúng. Ví dụ: ten@example.vn.")),
        ],
    )
    #: When it was pressed first, signed, where many ask from one place.
    since = HiddenField()
    company_url = HiddenField(_l("Để trống ô này"))


class ButtonForm(BaseForm):
    """One button; opening a link must never be enough."""
