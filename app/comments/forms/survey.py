"""The form of a guiding question."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.validators import InputRequired, Optional

from app.comments.models import SurveyQuestion
from app.comments.service.surveys_setup import LEAST_STEPS, MOST_STEPS, Asked
from app.comments.states import SURVEY_LABELS, SurveyKind
from app.kernel.office_forms import SeenForm, area, choices, line


class SurveyForm(SeenForm):
    """One guiding question."""

    text = line(_l("Câu hỏi"), 500, needed=_l("Hãy viết câu hỏi."))
    hint = line(_l("Giải thích thêm"), 500)
    kind = RadioField(
        _l("Cách trả lời"),
        choices=choices(SURVEY_LABELS),
        default=SurveyKind.ONE.value,
        validators=[InputRequired(_l("Hãy chọn cách trả lời."))],
    )
    options = area(
        _l("Các lựa chọn"),
        4_000,
        description=_l(
            "Mỗi dòng một lựa chọn. Với «Mức độ»: hai dòng là nhãn của mức thấp nhất và cao nhất. "
            "Với «Tự do»: để trống."
        ),
    )
    steps = IntegerField(
        _l("Số mức"),
        default=5,
        description=_l(
            "Chỉ dùng cho «Mức độ»: từ %(low)s đến %(high)s.", low=LEAST_STEPS, high=MOST_STEPS
        ),
        validators=[Optional()],
    )

    @classmethod
    def of(cls, question: SurveyQuestion, seen_revision: int) -> "SurveyForm":
        """The form with what the question says now."""
        return cls(
            formdata=None,
            seen_revision=str(seen_revision),
            text=question.text,
            hint=question.hint,
            kind=question.kind.value,
            options="\n".join(question.options),
            steps=question.steps,
        )

    @property
    def asked(self) -> Asked:
        """Arguments for the service."""
        return Asked(
            kind=SurveyKind(self.kind.data),
            text=self.text.data or "",
            hint=self.hint.data or "",
            options=(self.options.data or "").split("\n"),
            steps=self.steps.data if self.steps.data is not None else 5,
        )
