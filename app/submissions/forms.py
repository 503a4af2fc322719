"""Citizens' forms, whatever they send: contact and consent, allowing less, code and PIN, a form
that is one button.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import Field, Form, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from app.kernel.errors import FieldError
from app.kernel.forms import BaseForm, LineField, Needed, TextField
from app.kernel.office_forms import choices
from app.submissions.contact import normal_email, normal_phone
from app.submissions.models import Submission
from app.submissions.states import (
    NAME_DISPLAY_LABELS,
    NAME_DISPLAY_ORDER,
    Consent,
    NameDisplay,
)

TEXT_TOO_LONG = _l("Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần.")
NAME_TOO_LONG = _l("Họ và tên dài quá 120 ký tự. Hãy rút gọn.")


def accepted_by(parse: Callable[[str], str]) -> Callable[[Form, Field], None]:
    """A validator: what `parse` takes. Empty text is left to Needed."""

    def check(form: Form, field: Field) -> None:
        try:
            if field.data:
                parse(field.data)
        except FieldError as error:
            raise ValidationError(error.message) from error

    return check


def _phone_or_mail(form: "SendForm", field: Field) -> None:
    if not field.data and not form.email.data:
        raise ValidationError(str(form.CONTACT_NEEDED))


class SendForm(BaseForm):
    """The whole form of something that is sent in three steps. Each step shows a part of it and
    carries the rest in hidden fields.

    A field is validated where it is shown and all of them before sending, since nobody has to come
    by the steps.
    """

    #: The fields of each step, as they stand on the page.
    FIRST: ClassVar[tuple[str, ...]]
    CONTENT: ClassVar[tuple[str, ...]]
    CONTACT: ClassVar[tuple[str, ...]]
    #: What to say to somebody who leaves neither telephone number nor mail address.
    CONTACT_NEEDED: ClassVar[Any]
    #: What the two answers about publishing mean for this kind.
    CONSENTS: ClassVar[Mapping[Consent, Any]]

    #: Each kind words these for itself.
    body: TextField
    place: SelectField
    name: LineField
    name_display: RadioField
    consent: RadioField
    files = MultipleFileField(_l("Tệp đính kèm"), validators=[Optional()])
    phone = LineField(_l("Số điện thoại"), validators=[_phone_or_mail, accepted_by(normal_phone)])
    email = LineField(_l("Thư điện tử"), validators=[accepted_by(normal_email)])
    idempotency_key = HiddenField()
    #: When the form was first shown, signed.
    started = HiddenField()
    #: What a browser worked out while its person read the review (submissions.crowd).
    work = HiddenField()
    #: Which advice has been shown, so that it stops nobody twice.
    advised = HiddenField()
    #: People do not see this one.
    company_url = StringField(_l("Để trống ô này"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        # Errors are listed as their fields stand on the page.
        fields: dict[str, Field] = vars(self)["_fields"]
        ordered = [name for name in self._carried() if name in fields]
        self._fields = {name: fields[name] for name in (*ordered, *fields)}
        self.name_display.choices = choices(NAME_DISPLAY_LABELS)
        self.consent.choices = choices(self.CONSENTS)

    @classmethod
    def _carried(cls) -> tuple[str, ...]:
        own = ("idempotency_key", "started", "advised", "company_url")
        return (*cls.FIRST, *cls.CONTENT, *cls.CONTACT, *own)

    def accepts(self, names: Sequence[str]) -> bool:
        """Are these fields well filled in?

        Errors stand beside the others' fields only when those were asked for too.
        """
        return all([self._fields[name].validate(self) for name in names])

    def carried(self, shown: Sequence[str]) -> list[tuple[str, str]]:
        """Names and values of what this step does not show, for hidden fields."""
        values = [(name, self._fields[name].data) for name in self._carried() if name not in shown]
        return [(name, str(value)) for name, value in values if value]

    @property
    def chosen_display(self) -> NameDisplay:
        """How the name is to be shown."""
        return NameDisplay(self.name_display.data)

    @property
    def chosen_consent(self) -> Consent:
        """Whether it may be published."""
        return Consent(self.consent.data)


class TightenForm(BaseForm):
    """Allow less than before: only what is not more open than now is offered."""

    CONSENTS: ClassVar[Mapping[Consent, Any]]

    consent: RadioField
    name_display: RadioField

    @classmethod
    def of(cls, submission: Submission, *, posted: bool) -> "TightenForm":
        """The form as it stands for this submission, or as it was posted."""
        now = {"consent": submission.consent.value, "name_display": submission.name_display.value}
        form = cls(**now) if posted else cls(formdata=None, **now)
        open_still = submission.consent is Consent.PUBLISH
        consents = list(Consent) if open_still else [Consent.PRIVATE]
        displays = NAME_DISPLAY_ORDER[NAME_DISPLAY_ORDER.index(submission.name_display) :]
        form.consent.choices = choices({one: cls.CONSENTS[one] for one in consents})
        form.name_display.choices = choices({one: NAME_DISPLAY_LABELS[one] for one in displays})
        return form


class TrackForm(BaseForm):
    """Code and PIN, as on the receipt."""

    code = LineField(_l("Mã tra cứu"), validators=[Needed(_l("Hãy nhập mã tra cứu."))])
    pin = LineField(_l("Mã PIN"), validators=[Needed(_l("Hãy nhập mã PIN gồm 6 chữ số."))])
    #: Asked for only while somebody guesses.
    contact = LineField(_l("Số điện thoại hoặc thư điện tử đã để lại"))


class ButtonForm(BaseForm):
    """Nothing but the token that protects the button."""
