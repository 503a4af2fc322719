"""Citizens' forms: asking in three steps, what one may do with one's own question, and a reader's
two boxes.

The officers' forms are beside this module.
"""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Optional

from app.kernel.forms import BaseForm, LineField, Needed, TextField, length_between
from app.kernel.office_forms import choices
from app.questions.service.intake import BODY_MIN
from app.questions.states import KIND_LABELS, QuestionKind
from app.submissions.forms import NAME_TOO_LONG, TEXT_TOO_LONG, SendForm, TightenForm
from app.submissions.service import BODY_MAX, NAME_MAX, TITLE_MAX
from app.submissions.states import CONSENT_LABELS, NameDisplay

#: Longer than this a search text is not read.
QUERY_MAX = 300
REASON_MAX, RATING_MAX, REPORT_MAX = 1_000, 1_000, 2_000
RATINGS = {3: _l("Hài lòng"), 2: _l("Chấp nhận được"), 1: _l("Chưa hài lòng")}

_TOO_LONG = _l("Nội dung dài quá. Hãy rút gọn rồi gửi lại.")


class AskForm(SendForm):
    """The whole form of a question, which begins with a search."""

    FIRST = ("q",)
    CONTENT = ("kind", "topic", "title", "body", "place")
    CONTACT = ("name", "phone", "email", "name_display", "consent")
    CONTACT_NEEDED = _l("Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi trả lời bạn.")
    CONSENTS = CONSENT_LABELS

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
                TEXT_TOO_LONG,
            ),
        ],
    )
    place = SelectField(_l("Thôn, khu vực"), validators=[Optional()])
    name = LineField(
        _l("Họ và tên"),
        validators=[
            Needed(_l("Hãy nhập họ và tên.")),
            length_between(1, NAME_MAX, "", NAME_TOO_LONG),
        ],
    )
    name_display = RadioField(
        _l("Tên bạn hiện thế nào khi đăng?"), default=NameDisplay.INITIALS.value
    )
    consent = RadioField(
        _l("Có đăng câu trả lời cho mọi người cùng đọc không?"),
        validators=[Needed(_l("Hãy chọn có đăng câu trả lời cho mọi người cùng đọc hay không."))],
    )

    def offer(
        self, *, topics: Iterable[tuple[str, str]], places: Iterable[tuple[str, str]]
    ) -> None:
        """Fill the choices:

        (value, label) of the topics and places that a new question may have.
        """
        self.kind.choices = choices(KIND_LABELS)
        self.topic.choices = [("", str(_l("Để cán bộ chọn"))), *topics]
        self.place.choices = [("", str(_l("Không chọn"))), *places]

    @property
    def chosen_kind(self) -> QuestionKind:
        """What the citizen wants to send."""
        return QuestionKind(self.kind.data)


class AddForm(BaseForm):
    """More information, asked for or not."""

    text = TextField(
        _l("Nội dung"),
        validators=[
            Needed(_l("Hãy viết nội dung bổ sung.")),
            length_between(1, BODY_MAX, "", TEXT_TOO_LONG),
        ],
    )
    files = MultipleFileField(_l("Tệp đính kèm"), validators=[Optional()])


class QuestionTightenForm(TightenForm):
    """Allow less than before."""

    CONSENTS = CONSENT_LABELS

    consent = RadioField(_l("Đăng câu trả lời"))
    name_display = RadioField(_l("Tên bạn hiện thế nào khi đăng?"))


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
