"""The form of a reply, and of the steps that it takes."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import Length, Optional

from app.comments.answers import DECISION_LABELS
from app.kernel.forms import BaseForm, LineField, TextField
from app.kernel.office_forms import SeenForm
from app.results.service.replies import TEXT_MAX, WHERE_MAX


class ReplyForm(SeenForm):
    """What becomes of a point or of a group.

    A draft may be incomplete; what is missing is said on agreeing.
    """

    decision = RadioField(
        _l("Kết quả"),
        choices=[(key.value, label) for key, label in DECISION_LABELS.items()],
        validators=[Optional()],
        validate_choice=False,
    )
    text = TextField(
        _l("Nội dung tiếp thu, giải trình"),
        description=_l(
            "Viết để người góp ý hiểu: đã làm gì, hoặc vì sao giữ nguyên. Nội dung này được công "
            "khai."
        ),
        validators=[
            Length(max=TEXT_MAX, message=_l("Nội dung dài quá 10.000 ký tự. Hãy rút gọn."))
        ],
    )
    changed_where = LineField(
        _l("Đã sửa ở đâu trong dự thảo"),
        description=_l(
            "Cần khi tiếp thu toàn bộ hoặc một phần. Ví dụ: khoản 2 Điều 5; Biểu 10, dòng C01."
        ),
        validators=[Optional(), Length(max=WHERE_MAX, message=_l("Hãy ghi ngắn hơn 500 ký tự."))],
    )
    unit = SelectField(_l("Đơn vị soạn"), validate_choice=False)


class ReplyStepForm(SeenForm):
    """Agree, make final, send back."""

    reason = LineField(_l("Lý do trả lại"), validators=[Optional(), Length(max=1_000)])


class RepliesBulkForm(BaseForm):
    """A step for all replies that were ticked."""

    buoc = SelectField(_l("Với các bản đã chọn"), validate_choice=False)
