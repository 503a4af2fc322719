"""The form of an answer, and of the templates that answers begin with."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
)
from wtforms.fields import SelectMultipleField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.kernel.forms import BaseForm, LineField, Needed, TextField, VietnameseDateField
from app.kernel.html import safe_href
from app.kernel.office_forms import PanelForm, at_most, choices, seen_number
from app.questions.service.answering import SHORT_MAX
from app.questions.states import OUTCOME_LABELS

#: Rows of «Căn cứ»: at least so many on the page, at most so many kept.
BASIS_ROWS, BASIS_MAX = 3, 12


class BasisForm(Form):
    """One legal ground: its name, and where it can be read."""

    text = LineField(_l("Căn cứ"), validators=[Optional(), at_most(300)])
    url = LineField(_l("Đường dẫn"), validators=[Optional(), at_most(500)])

    def validate_url(self, field: LineField) -> None:
        """Only addresses that may stand in a public link."""
        if field.data and not safe_href(field.data):
            raise ValidationError(str(_l("Đường dẫn cần bắt đầu bằng https:// hoặc dấu /.")))


class AnswerForm(PanelForm):
    """The slots of an answer. A draft may be incomplete; what is missing is said on submitting."""

    panel = "tra-loi"
    #: Counts saves of the draft; 0 before the first.
    answer_revision = HiddenField()
    short = TextField(
        _l("Trả lời ngắn"),
        description=_l("Một hai câu dễ hiểu, từ 20 đến 300 ký tự. Người dân đọc phần này trước."),
        validators=[at_most(SHORT_MAX)],
    )
    findings = TextField(
        _l("Kết quả kiểm tra, xác minh"),
        description=_l("Ai kiểm tra, ngày nào, thấy gì."),
        validators=[at_most(20_000)],
    )
    resolution = TextField(
        _l("Giải quyết, hướng dẫn"),
        description=_l("Từng bước: làm gì, nộp ở đâu, mất bao lâu."),
        validators=[at_most(20_000)],
    )
    legal_basis = FieldList(FormField(BasisForm), _l("Căn cứ"), max_entries=BASIS_MAX)
    outcome = RadioField(_l("Kết quả"), choices=choices(OUTCOME_LABELS), validate_choice=False)
    promised_on = VietnameseDateField(
        _l("Hẹn hoàn thành"),
        description=_l("Cần khi kết quả là «Đang thực hiện, có hẹn». Ví dụ: 24/11/2026."),
        validators=[Optional()],
    )
    contact = LineField(_l("Liên hệ"), validators=[at_most(300)])
    letter = LineField(
        _l("Văn bản kèm theo"),
        description=_l("Ví dụ: Công văn số 211/TNMT ngày 09/3/2026."),
        validators=[at_most(200)],
    )
    files = MultipleFileField(
        _l("Tệp kèm câu trả lời"),
        description=_l("Tối đa 5 tệp; ảnh được thu nhỏ. Tệp sẽ công khai cùng câu trả lời."),
    )
    drop = SelectMultipleField(
        _l("Bỏ tệp"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )

    @property
    def seen_answer(self) -> int:
        """The draft's revision that the officer saw."""
        return seen_number(self.answer_revision.data or 0)

    def pad_basis(self) -> None:
        """Empty rows for more grounds, so that none needs a script."""
        filled = len(self.legal_basis.entries)
        for _row in range(max(BASIS_ROWS - filled, 1)):
            if len(self.legal_basis.entries) < BASIS_MAX:
                self.legal_basis.append_entry()


class TemplateForm(BaseForm):
    """An answer template."""

    seen_revision = HiddenField()
    title = LineField(_l("Tên mẫu"), validators=[Needed(_l("Hãy đặt tên cho mẫu.")), at_most(150)])
    topic = SelectField(_l("Lĩnh vực"))
    short = TextField(_l("Trả lời ngắn"), validators=[Optional(), at_most(SHORT_MAX)])
    findings = TextField(_l("Kết quả kiểm tra, xác minh"), validators=[Optional(), at_most(20_000)])
    resolution = TextField(_l("Giải quyết, hướng dẫn"), validators=[Optional(), at_most(20_000)])
    outcome = SelectField(_l("Kết quả"))
    contact = LineField(_l("Liên hệ"), validators=[Optional(), at_most(300)])
