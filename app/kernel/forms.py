"""Forms: Vietnamese messages, cleaned text, and the few fields that WTForms lacks."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import TextInput

from app.kernel.errors import FieldError
from app.kernel.text import clean, clean_line

#: WTForms ships no Vietnamese; these are its own sentences.
_MESSAGES = {
    "Not a valid choice": _l("Hãy chọn một mục trong danh sách."),
    "Not a valid choice.": _l("Hãy chọn một mục trong danh sách."),
    "Invalid Choice: could not coerce.": _l("Hãy chọn một mục trong danh sách."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l(
        "Hãy chọn một mục trong danh sách."
    ),
    "'%(value)s' is not a valid choice for this field.": _l("Hãy chọn một mục trong danh sách."),
    "'%(value)s' are not valid choices for this field.": _l("Hãy chọn một mục trong danh sách."),
    "Not a valid integer value.": _l("Hãy nhập một số nguyên."),
    "Not a valid decimal value.": _l("Hãy nhập một số."),
    "Not a valid date value.": _l("Hãy nhập ngày dạng 24/11/2026."),
    "This field is required.": _l("Hãy điền mục này."),
    "Invalid email address.": _l("Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
    "The CSRF token is missing.": _l("Trang đã hết hạn. Hãy gửi lại."),
    "The CSRF token has expired.": _l("Trang đã hết hạn. Hãy gửi lại."),
    "The CSRF tokens do not match.": _l("Trang đã hết hạn. Hãy gửi lại."),
    "The CSRF session token is missing.": _l("Trang đã hết hạn. Hãy gửi lại."),
    "The CSRF token is invalid.": _l("Trang đã hết hạn. Hãy gửi lại."),
}


class _Vietnamese:
    """The translations object that WTForms asks."""

    def gettext(self, string: str) -> str:
        return str(_MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class BaseForm(FlaskForm):
    """Every form of ours. `apply` puts a service's FieldError beside its field."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Form) -> Any:
            return _Vietnamese()

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            # Browser messages follow the browser's language, not ours: the server speaks.
            render_kw.setdefault("required", False)
            return super().render_field(field, render_kw)  # type: ignore[no-any-return]

    def apply(self, error: FieldError) -> None:
        """Show this error beside its field (or on the first field, when the form
        has no such one).
        """
        field = self._fields.get(error.field) or next(iter(self._fields.values()))
        field.errors = [*field.errors, error.message]


class LineField(StringField):
    """One line of text, cleaned (NFC, no invisible characters)."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = clean_line(valuelist[0]) if valuelist else ""


class TextField(TextAreaField):
    """Several lines of text, cleaned."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""


class VietnameseDateField(Field):
    """A date typed as people write it: 5/3/2026 (ISO, as scripts send it, is understood too)."""

    widget = TextInput()
    data: dt.date | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d/%m/%Y") if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = clean_line(valuelist[0]) if valuelist else ""
        self.data = None
        if not typed:
            return
        for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
            try:
                self.data = dt.datetime.strptime(typed, pattern).date()  # noqa: DTZ007  (a date has no zone)
                return
            except ValueError:
                continue
        raise ValueError(_("Hãy nhập ngày dạng 24/11/2026."))


class Needed(InputRequired):
    """A required field with a sentence that says what to do."""

    field_flags: dict[str, Any] = {}

    def __call__(self, form: Form, field: Field) -> None:
        if field.process_errors and any(str(typed).strip() for typed in field.raw_data or ()):
            return  # something was typed, and what is wrong with it has been said
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(str(self.message))


def length_between(
    low: int, high: int, too_short: str, too_long: str
) -> Callable[[Form, Field], None]:
    """A validator that counts characters of the cleaned text; empty text is left to Needed."""

    def check(form: Form, field: Field) -> None:
        size = len(field.data or "")
        if size and size < low:
            raise ValidationError(too_short)
        if size > high:
            raise ValidationError(too_long)

    return check
