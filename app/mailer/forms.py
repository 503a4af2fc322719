"""The search above the list of mails."""

from flask_babel import lazy_gettext as _l

from app.kernel.forms import BaseForm, LineField


class SearchForm(BaseForm):
    """Mails to one address."""

    class Meta(BaseForm.Meta):
        csrf = False

    to = LineField(_l("Thư gửi đến địa chỉ"), name="dia-chi")
