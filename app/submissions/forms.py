"""The two boxes of the tracking page, and a form that is one button."""

from flask_babel import lazy_gettext as _l

from app.kernel.forms import BaseForm, LineField, Needed


class TrackForm(BaseForm):
    """Code and PIN, as on the receipt."""

    code = LineField(_l("Mã tra cứu"), validators=[Needed(_l("Hãy nhập mã tra cứu."))])
    pin = LineField(_l("Mã PIN"), validators=[Needed(_l("Hãy nhập mã PIN gồm 6 chữ số."))])
    #: Asked for only while somebody guesses.
    contact = LineField(_l("Số điện thoại hoặc thư điện tử đã để lại"))


class ButtonForm(BaseForm):
    """Nothing but the token that protects the button."""
