"""The forms for mending a draft and publishing it."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional

from app.drafts.service.versions import HEADING_MAX, LABEL_MAX, TEXT_MAX, Words
from app.drafts.states import CLAUSE_LABELS, ClauseKind
from app.kernel.office_forms import SeenForm, area, choices, line

NOTE_MAX = 500


class UploadDraftForm(SeenForm):
    """The draft as a Word file."""

    file = FileField(
        _l("Tệp dự thảo (.docx)"), description=_l("Tệp Word dạng .docx, tối đa 25 MB.")
    )


class ClauseForm(SeenForm):
    """One part: what it is, its number, its heading, its text."""

    kind = SelectField(_l("Loại mục"), choices=choices(CLAUSE_LABELS))
    label = line(_l("Số hiệu"), LABEL_MAX, description=_l("Ví dụ: Chương II, Điều 5, 2., a)"))
    heading = line(_l("Tiêu đề"), HEADING_MAX)
    text = area(_l("Nội dung"), TEXT_MAX, description=_l("Để một dòng trống giữa hai đoạn."))

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(
            ClauseKind(self.kind.data),
            self.label.data or "",
            self.heading.data or "",
            self.text.data or "",
        )


class SplitForm(SeenForm):
    """Where to cut, and what the new part is."""

    kind = SelectField(_l("Loại mục mới"), choices=choices(CLAUSE_LABELS))
    label = line(
        _l("Số hiệu mục mới"),
        LABEL_MAX,
        description=_l("Nếu dòng đó bắt đầu bằng số hiệu này, số hiệu được bỏ khỏi nội dung."),
    )
    heading = line(_l("Tiêu đề mục mới"), HEADING_MAX)
    cut = RadioField(_l("Phần mới bắt đầu từ dòng nào?"), coerce=int, validators=[Optional()])

    @property
    def words(self) -> Words:
        """What was typed; the text comes from the part that is cut."""
        return Words(ClauseKind(self.kind.data), self.label.data or "", self.heading.data or "", "")


class PublishDraftForm(SeenForm):
    """Publishing a version."""

    note = line(
        _l("Ghi chú cho người đọc"), NOTE_MAX, description=_l("Ví dụ: Bản tiếp thu ý kiến đợt 1.")
    )
    despite_doubts = BooleanField(_l("Tôi đã xem các mục chưa chắc và vẫn công bố"))
