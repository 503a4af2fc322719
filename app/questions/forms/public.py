"""Citizens' forms: asking in three steps, what one may do with one's own question, and a reader's
two boxes.

The officers' forms are in moderation.
"""

from collections.abc import Callable, Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import Field, Form, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from app.kernel.errors import FieldError
from app.kernel.forms import BaseForm, LineField, Needed, TextField, length_between
from app.questions.states import KIND_LABELS, QuestionKind
from app.submissions.contact import normal_email, normal_phone
from app.submissions.service import BODY_MAX, BODY_MIN, NAME_MAX, TITLE_MAX
from app.submissions.states import CONSENT_LABELS, NAME_DISPLAY_LABELS, Consent, NameDisplay

#: What the browser offers in its file dialog; the content decides.
ACCEPTED_FILES = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx,.odt"
#: Longer than this a search text is not read.
QUERY_MAX = 300
REASON_MAX, RATING_MAX, REPORT_MAX = 1_000, 1_000, 2_000
RATINGS = {3: _l("Hài lòng"), 2: _l("Chấp nhận được"), 1: _l("Chưa hài lòng")}

_TOO_LONG = _l("Nội dung dài quá. Hãy rút gọn rồi gửi lại.")


def _accepted_by(parse: Callable[[str], str]) -> Callable[[Form, Field], None]:
    """A validator: what `parse` takes. Empty text is left to Needed."""

    def check(form: Form, field: Field) -> None:
        try:
            if field.data:
                parse(field.data)
        except FieldError as error:
            raise ValidationError(error.message) from error

    return check


def _phone_or_mail(form: Form, field: Field) -> None:
    if not field.data and not form["email"].data:
        raise ValidationError(
            _("Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi trả lời bạn.")
        )


class AskForm(BaseForm):
    """The whole form of a question. Each step shows a part of it and carries the rest in hidden
    fields.

    A field is validated where it is shown and all of them before sending, since nobody has to come
    by the steps.
    """

    CONTENT = ("kind", "topic", "title", "body", "place")
    CONTACT = ("name", "phone", "email", "name_display", "consent")
    CARRIED = ("q", *CONTENT, *CONTACT, "idempotency_key", "started", "advised", "company_url")

    q = LineField(_l("Bạn muốn hỏi điều gì?"))
    kind = RadioField(_l("Bạn muốn gửi"), default=QuestionKind.QUESTION.value)
    topic = SelectField(_l("Lĩnh vực"), validators=[Optional()])
    title = LineField(
        _l("Tiêu đề"),
        validators=[
            Optional(),
            length_between(0, TITLE_MAX, "", _l("Tiêu đề dài quá 150 ký tự. Hãy rút gọn.")),
        ],
    )
    body = TextField(
        _l("Nội dung"),
        validators=[
            Needed(_l("Hãy viết nội dung câu hỏi.")),
            length_between(
                BODY_MIN,
                BODY_MAX,
                _l("Hãy viết ít nhất 20 ký tự để cán bộ hiểu rõ câu hỏi."),
                _l("Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."),
            ),
        ],
    )
    place = SelectField(_l("Thôn, khu vực"), validators=[Optional()])
    files = MultipleFileField(_l("Tệp đính kèm"), validators=[Optional()])
    name = LineField(
        _l("Họ và tên"),
        validators=[
            Needed(_l("Hãy nhập họ và tên.")),
            length_between(1, NAME_MAX, "", _l("Họ và tên dài quá 120 ký tự. Hãy rút gọn.")),
        ],
    )
    phone = LineField(_l("Số điện thoại"), validators=[_phone_or_mail, _accepted_by(normal_phone)])
    email = LineField(_l("Thư điện tử"), validators=[_accepted_by(normal_email)])
    name_display = RadioField(
        _l("Tên bạn hiện thế nào khi đăng?"), default=NameDisplay.INITIALS.value
    )
    consent = RadioField(
        _l("Có đăng câu trả lời cho mọi người cùng đọc không?"),
        validators=[Needed(_l("Hãy chọn có đăng câu trả lời cho mọi người cùng đọc hay không."))],
    )
    idempotency_key = HiddenField()
    #: When the form was first shown, signed.
    started = HiddenField()
    #: What a browser worked out while its person read the review (submissions.crowd).
    work = HiddenField()
    #: Which advice has been shown, so that it stops nobody twice.
    advised = HiddenField()
    #: People do not see this one.
    company_url = StringField(_l("Để trống ô này"))

    def offer(
        self, *, topics: Iterable[tuple[str, str]], places: Iterable[tuple[str, str]]
    ) -> None:
        """Fill the choices:

        (value, label) of the topics and places that a new question may have.
        """
        self.kind.choices = [(value.value, str(label)) for value, label in KIND_LABELS.items()]
        self.topic.choices = [("", str(_l("Để cán bộ chọn"))), *topics]
        self.place.choices = [("", str(_l("Không chọn"))), *places]
        self.name_display.choices = [
            (value.value, str(label)) for value, label in NAME_DISPLAY_LABELS.items()
        ]
        self.consent.choices = [
            (value.value, str(label)) for value, label in CONSENT_LABELS.items()
        ]

    def accepts(self, names: Sequence[str]) -> bool:
        """Are these fields well filled in?

        Errors stand beside the others' fields only when those were asked for too.
        """
        return all([self._fields[name].validate(self) for name in names])

    def carried(self, shown: Sequence[str]) -> list[tuple[str, str]]:
        """Names and values of what this step does not show, for hidden fields."""
        values = [(name, self._fields[name].data) for name in self.CARRIED if name not in shown]
        return [(name, str(value)) for name, value in values if value]

    @property
    def chosen_kind(self) -> QuestionKind:
        """What the citizen wants to send."""
        return QuestionKind(self.kind.data)

    @property
    def chosen_display(self) -> NameDisplay:
        """How the name is to be shown."""
        return NameDisplay(self.name_display.data)

    @property
    def chosen_consent(self) -> Consent:
        """Whether the answer may be published."""
        return Consent(self.consent.data)


class AddForm(BaseForm):
    """More information, asked for or not."""

    text = TextField(
        _l("Nội dung"),
        validators=[
            Needed(_l("Hãy viết nội dung bổ sung.")),
            length_between(
                1,
                BODY_MAX,
                "",
                _l("Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."),
            ),
        ],
    )
    files = MultipleFileField(_l("Tệp đính kèm"), validators=[Optional()])


class TightenForm(BaseForm):
    """Allow less than before: only what is stricter than now is offered."""

    consent = RadioField(_l("Đăng câu trả lời"))
    name_display = RadioField(_l("Tên bạn hiện thế nào khi đăng?"))

    def offer(self, *, consents: Iterable[Consent], displays: Iterable[NameDisplay]) -> None:
        """Fill the choices."""
        self.consent.choices = [(value.value, str(CONSENT_LABELS[value])) for value in consents]
        self.name_display.choices = [
            (value.value, str(NAME_DISPLAY_LABELS[value])) for value in displays
        ]


class RateForm(BaseForm):
    """How content somebody is with the answer."""

    rating = RadioField(
        _l("Bạn thấy câu trả lời thế nào?"),
        choices=[(str(value), label) for value, label in RATINGS.items()],
        validators=[Needed(_l("Hãy chọn mức độ hài lòng."))],
    )
    text = TextField(
        _l("Bạn muốn góp ý thêm gì?"),
        validators=[Optional(), length_between(0, RATING_MAX, "", _TOO_LONG)],
    )


class ReopenForm(BaseForm):
    """Why the answer is not enough."""

    text = TextField(
        _l("Vì sao bạn đề nghị xem lại?"),
        validators=[
            Needed(_l("Hãy ghi lý do đề nghị xem lại.")),
            length_between(1, REASON_MAX, "", _TOO_LONG),
        ],
    )


class ReportForm(BaseForm):
    """What is wrong on a published page."""

    body = TextField(
        _l("Chỗ nào chưa đúng?"),
        validators=[
            Needed(_l("Hãy viết chỗ nào chưa đúng.")),
            length_between(
                10,
                REPORT_MAX,
                _l("Hãy viết ít nhất 10 ký tự để chúng tôi biết chỗ nào chưa đúng."),
                _TOO_LONG,
            ),
        ],
    )
    contact = LineField(
        _l("Thư điện tử hoặc số điện thoại"),
        validators=[
            Optional(),
            length_between(
                0, 254, "", _l("Mục này dài quá. Hãy chỉ ghi thư điện tử hoặc số điện thoại.")
            ),
        ],
    )
    company_url = StringField(_l("Để trống ô này"))
