"""A citizen's forms about a comment: three steps and a review, answers to guiding questions,
allowing less, withdrawing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, RadioField, SelectField
from wtforms.validators import Optional, StopValidation, ValidationError

from app.comments.models import SurveyQuestion
from app.comments.service.accepting import BODY_MAX, BODY_MIN, inside, normal_tax_code
from app.comments.service.surveys import TEXT_MAX, SurveyGiven, allowed, field_of
from app.comments.states import (
    BODIES,
    SENDER_LABELS,
    STANCE_LABELS,
    TARGET_LABELS,
    SenderKind,
    Stance,
    SurveyKind,
    TargetKind,
)
from app.kernel.errors import FieldError
from app.kernel.forms import LineField, Needed, TextField, length_between
from app.kernel.office_forms import choices
from app.kernel.text import clean, int_of
from app.submissions.forms import (
    NAME_TOO_LONG,
    TEXT_TOO_LONG,
    SendForm,
    TightenForm,
    accepted_by,
)
from app.submissions.service import NAME_MAX
from app.submissions.states import Consent, NameDisplay

#: What the consent means here; a question's is about its answer.
CONSENT_LABELS = {
    Consent.PUBLISH: _l("Đồng ý công khai góp ý"),
    Consent.PRIVATE: _l("Không công khai, chỉ đưa vào hồ sơ"),
}
_LINE_TOO_LONG = _l("Mục này dài quá. Hãy rút gọn.")


def _named(form: Form, field: Field) -> None:
    if not field.data and not (_is_body(form) and form["organisation_name"].data):
        raise ValidationError(_("Hãy nhập họ và tên."))


def _body_named(form: Form, field: Field) -> None:
    if not field.data and _is_body(form):
        raise ValidationError(_("Hãy nhập tên tổ chức, cơ quan."))


def _is_body(form: Form) -> bool:
    return form["sender_kind"].data in {kind.value for kind in BODIES}


def _wording_proposed(form: Form, field: Field) -> None:
    if not field.data and form["stance"].data == Stance.AMEND.value:
        raise ValidationError(_("Hãy viết nội dung bạn đề nghị sửa thành."))


def _chosen_when(kind: TargetKind, message: str) -> Callable[[Form, Field], None]:
    """A validator: needed for this kind of target; for another, what was once chosen here does not
    matter.
    """

    def check(form: Form, field: Field) -> None:
        if form["target_kind"].data == kind.value and field.data:
            return
        field.errors = []
        raise StopValidation(str(message) if form["target_kind"].data == kind.value else "")

    return check


def _place_said(form: Form, field: Field) -> None:
    """A pin, a hamlet or words: one of them is enough."""
    if (
        form["target_kind"].data != TargetKind.PLACE.value
        or field.data
        or form["longitude"].data
        or form["place"].data
    ):
        return
    raise ValidationError(
        _("Hãy đánh dấu trên bản đồ, chọn thôn, khu vực, hoặc ghi địa chỉ, mô tả nơi bạn góp ý.")
    )


def _pinned(form: Form, field: Field) -> None:
    """Both halves of the pin, and not at the other end of the world; for another target it does not
    matter.
    """
    longitude, latitude = degrees(field.data), degrees(form["latitude"].data)
    if form["target_kind"].data != TargetKind.PLACE.value or not (
        field.data or form["latitude"].data
    ):
        return
    if longitude is None or latitude is None:
        raise ValidationError(
            _("Vị trí trên bản đồ chưa đúng. Hãy đánh dấu lại, hoặc ghi địa chỉ.")
        )
    if not inside(longitude, latitude):
        raise ValidationError(
            _("Vị trí đã đánh dấu nằm ngoài lãnh thổ Việt Nam. Hãy đánh dấu lại.")
        )


def degrees(text: str | None) -> float | None:
    """A coordinate as the map writes it, or None."""
    try:
        return float(text or "") if len(text or "") <= 30 else None
    except ValueError:
        return None


class CommentForm(SendForm):
    """The whole form of a comment, which begins with what it is about."""

    FIRST = ("target_kind", "clause", "project", "longitude", "latitude", "place", "place_text")
    CONTENT = ("stance", "body", "proposed_text")
    CONTACT = (
        "sender_kind",
        "name",
        "organisation_name",
        "tax_code",
        "letter_number",
        "sheet",
        "parcel",
        "phone",
        "email",
        "name_display",
        "consent",
    )
    CONTACT_NEEDED = _l("Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi liên hệ khi cần.")
    CONSENTS = CONSENT_LABELS

    target_kind = RadioField(
        _l("Bạn góp ý về nội dung nào?"), validators=[Needed(_l("Hãy chọn nội dung bạn góp ý."))]
    )
    clause = SelectField(
        _l("Điều, khoản"),
        validators=[_chosen_when(TargetKind.CLAUSE, _l("Hãy chọn điều, khoản trong danh sách."))],
    )
    project = SelectField(
        _l("Công trình, dự án"),
        validators=[
            _chosen_when(TargetKind.PROJECT, _l("Hãy chọn công trình, dự án trong danh sách."))
        ],
    )
    longitude = HiddenField(_l("Vị trí trên bản đồ"), validators=[_pinned])
    latitude = HiddenField(_l("Vị trí trên bản đồ"))
    place = SelectField(_l("Thôn, khu vực"), validators=[Optional()])
    place_text = LineField(
        _l("Địa chỉ hoặc mô tả nơi"),
        validators=[_place_said, length_between(0, 300, "", _LINE_TOO_LONG)],
    )
    stance = RadioField(_l("Ý kiến của bạn"), validators=[Needed(_l("Hãy chọn ý kiến của bạn."))])
    body = TextField(
        _l("Nội dung"),
        validators=[
            length_between(BODY_MIN, BODY_MAX, _l("Hãy viết ít nhất 10 ký tự."), TEXT_TOO_LONG)
        ],
    )
    proposed_text = TextField(
        _l("Đề nghị sửa thành"),
        validators=[_wording_proposed, length_between(0, BODY_MAX, "", TEXT_TOO_LONG)],
    )
    sender_kind = RadioField(_l("Bạn là"), validators=[Needed(_l("Hãy chọn bạn là ai."))])
    name = LineField(
        _l("Họ và tên"),
        validators=[
            _named,
            length_between(0, NAME_MAX, "", NAME_TOO_LONG),
        ],
    )
    organisation_name = LineField(
        _l("Tên tổ chức, cơ quan"),
        validators=[_body_named, length_between(0, 200, "", _LINE_TOO_LONG)],
    )
    tax_code = LineField(_l("Mã số thuế"), validators=[Optional(), accepted_by(normal_tax_code)])
    letter_number = LineField(
        _l("Số công văn"), validators=[Optional(), length_between(0, 60, "", _LINE_TOO_LONG)]
    )
    sheet = LineField(
        _l("Số tờ bản đồ"), validators=[Optional(), length_between(0, 20, "", _LINE_TOO_LONG)]
    )
    parcel = LineField(
        _l("Số thửa đất"), validators=[Optional(), length_between(0, 60, "", _LINE_TOO_LONG)]
    )
    name_display = RadioField(
        _l("Tên bạn hiện thế nào khi công khai?"), default=NameDisplay.INITIALS.value
    )
    consent = RadioField(
        _l("Có công khai góp ý cho mọi người cùng đọc không?"),
        validators=[Needed(_l("Hãy chọn có công khai góp ý hay không."))],
    )

    def offer(
        self,
        *,
        targets: Iterable[TargetKind],
        clauses: Iterable[tuple[str, str]],
        projects: Iterable[tuple[str, str]],
        places: Iterable[tuple[str, str]],
    ) -> None:
        """Fill the choices: (value, label) of what this consultation has."""
        self.target_kind.choices = [(value.value, str(TARGET_LABELS[value])) for value in targets]
        self.clause.choices = [("", str(_l("Chọn điều, khoản"))), *clauses]
        self.project.choices = [("", str(_l("Chọn công trình"))), *projects]
        self.place.choices = [("", str(_l("Không chọn"))), *places]
        self.stance.choices = choices(STANCE_LABELS)
        self.sender_kind.choices = choices(SENDER_LABELS)

    def one_of(self, name: str) -> bool:
        """Has one of these fields a value or an error? Then its part of the page is shown open."""
        return any(self._fields[part].data or self._fields[part].errors for part in name.split())

    @property
    def chosen_target(self) -> TargetKind:
        """What the comment is about."""
        return TargetKind(self.target_kind.data)

    @property
    def chosen_stance(self) -> Stance:
        """Where the sender stands."""
        return Stance(self.stance.data)

    @property
    def chosen_sender(self) -> SenderKind:
        """As whom somebody comments."""
        return SenderKind(self.sender_kind.data)


class CommentTightenForm(TightenForm):
    """Allow less than before."""

    CONSENTS = CONSENT_LABELS

    consent = RadioField(_l("Công khai góp ý"))
    name_display = RadioField(_l("Tên bạn hiện thế nào khi công khai?"))


# Guiding questions
# --------------------------------------------------------------------------------------------------
@dataclass
class SurveyLine:
    """One guiding question on a form: its choices, what was answered, and what is
    wrong with that.
    """

    question: SurveyQuestion
    values: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        """The name of its controls; the first one's id too."""
        return field_of(self.question)

    @property
    def text(self) -> str:
        """The answer in words."""
        return self.values[0] if self.values and self.question.kind is SurveyKind.OPEN else ""

    @property
    def options(self) -> list[tuple[str, str]]:
        """(value, label) of what can be chosen."""
        labels = (
            self.question.options
            if self.question.kind is not SurveyKind.SCALE
            else allowed(self.question)
        )
        return [
            (str(number), str(label))
            for number, label in zip(allowed(self.question), labels, strict=True)
        ]

    @property
    def given(self) -> SurveyGiven:
        """The answer as the service takes it; what is no number is no choice."""
        if self.question.kind is SurveyKind.OPEN:
            return SurveyGiven(text=self.text)
        return SurveyGiven(
            tuple(
                -1 if (step := int_of(value, most=999)) is None else step for value in self.values
            )
        )

    @property
    def in_words(self) -> str:
        """The answer as a person reads it on the review."""
        if self.question.kind is SurveyKind.OPEN:
            return self.text
        labels = dict(self.options)
        chosen = ", ".join(labels[value] for value in self.values if value in labels)
        return (
            f"{chosen}/{self.question.steps}"
            if chosen and self.question.kind is SurveyKind.SCALE
            else chosen
        )


@dataclass
class Survey:
    """All guiding questions of a consultation on a form."""

    asked: list[SurveyLine]

    @property
    def given(self) -> dict[int, SurveyGiven]:
        """The answers by the question's id, those left out dropped."""
        return {one.question.id: one.given for one in self.asked if not one.given.is_empty}

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Names and values for hidden fields."""
        return [(one.name, value) for one in self.asked for value in one.values]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(id, message) for the summary on top of the page."""
        return [(one.name, one.error) for one in self.asked if one.error]

    def accepts(self) -> bool:
        """Can every answer be kept?

        The service says so in the end; this says it beside the question.
        """
        for one in self.asked:
            one.error = _problem(one)
        return not self.errors

    def apply(self, error: FieldError) -> bool:
        """Put a service's error beside its question; False when it is about something else."""
        for one in self.asked:
            if one.name == error.field:
                one.error = error.message
                return True
        return False


def _problem(one: SurveyLine) -> str:
    given, question = one.given, one.question
    if question.kind is SurveyKind.OPEN:
        return (
            str(_("Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn."))
            if len(given.text) > TEXT_MAX
            else ""
        )
    if not set(given.choices) <= set(allowed(question)):
        return str(_("Hãy chọn một mục trong danh sách."))
    if question.kind is not SurveyKind.MANY and len(set(given.choices)) > 1:
        return str(_("Câu này chỉ chọn một mục."))
    return ""


def read_survey(questions: Sequence[SurveyQuestion], posted: "MultiDict[str, str]") -> Survey:
    """The answers as they were posted."""
    found = []
    for question in questions:
        values = [clean(value) for value in posted.getlist(field_of(question))][
            : 1 if question.kind is SurveyKind.OPEN else 50
        ]
        found.append(SurveyLine(question, [value for value in values if value]))
    return Survey(found)
