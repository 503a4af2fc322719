"""The forms of the office's comments: what the lists are filtered by, and what stands beside each
other on the workbench.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import Optional

from app.comments.states import COMMENT_STAGE_LABELS, SENDER_LABELS, STANCE_LABELS, TARGET_LABELS
from app.kernel.forms import BaseForm, LineField, Needed, TextField
from app.kernel.office_forms import SeenForm, at_most, choices
from app.submissions.states import CHANNEL_LABELS


def _all_or(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [("", _l("Tất cả")), *choices(labels)]


class CommentFilterForm(BaseForm):
    """What a list of comments is filtered by. The names stand in addresses."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = LineField(_l("Từ khóa, mã, người gửi"))
    cuoc = SelectField(_l("Cuộc lấy ý kiến"), validate_choice=False)
    ve = SelectField(_l("Góp ý về"), choices=_all_or(TARGET_LABELS), validate_choice=False)
    y = SelectField(_l("Ý kiến"), choices=_all_or(STANCE_LABELS), validate_choice=False)
    kenh = SelectField(_l("Kênh"), choices=_all_or(CHANNEL_LABELS), validate_choice=False)
    la = SelectField(_l("Người gửi là"), choices=_all_or(SENDER_LABELS), validate_choice=False)
    gd = SelectField(_l("Trạng thái"), choices=_all_or(COMMENT_STAGE_LABELS), validate_choice=False)


class CommentPanel(SeenForm):
    """A form among others on the workbench: it knows what the officer saw, and from which list the
    comment was opened.
    """

    #: What the fields' ids begin with.
    panel = "o"
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{self.panel}-{field.name}"
            field.label.field_id = field.id


class CommentRedactForm(CommentPanel):
    """The texts as everybody may read them.

    Answers to guiding questions come beside it, one text each.
    """

    panel = "che"
    title = LineField(
        _l("Tiêu đề khi đăng"), validators=[Needed(_l("Hãy nhập tiêu đề khi đăng.")), at_most(300)]
    )
    body = TextField(
        _l("Nội dung khi đăng"),
        validators=[Needed(_l("Hãy nhập nội dung khi đăng.")), at_most(5_000)],
    )
    public_proposed = TextField(
        _l("Đề nghị sửa thành, khi đăng"), validators=[Optional(), at_most(5_000)]
    )
    reason = LineField(
        _l("Lý do che hoặc sửa"),
        description=_l("Ví dụ: có số điện thoại, địa chỉ nhà."),
        validators=[Optional(), at_most(300)],
    )


class CommentStepForm(CommentPanel):
    """A step that asks for nothing but the button."""

    panel = "buoc"


class KeepBackForm(CommentPanel):
    """Why it is not shown."""

    panel = "giu"
    reason = TextField(
        _l("Lý do không công khai"),
        description=_l(
            "Người gửi đọc nguyên văn phần này. Ví dụ: nội dung nêu đích danh người khác."
        ),
        validators=[Needed(_l("Hãy ghi lý do không công khai để người gửi biết.")), at_most(500)],
    )


class RetargetForm(CommentPanel):
    """What it is about: the whole, a clause or a project of this consultation, the place that its
    sender pointed at.
    """

    panel = "ve"
    target = SelectField(_l("Góp ý về"), validate_choice=False)


class CommentNoteForm(CommentPanel):
    """An internal note."""

    panel = "ghi-chu"
    text = TextField(
        _l("Ghi chú nội bộ"), validators=[Needed(_l("Hãy viết nội dung ghi chú.")), at_most(2_000)]
    )


class CommentEraseForm(CommentPanel):
    """Erasing for ever: the ground, and a tick that it is meant."""

    panel = "xoa"
    reason = TextField(
        _l("Căn cứ xóa"),
        description=_l(
            "Ví dụ: yêu cầu của người gửi ngày 24/11/2026. Không ghi thông tin cá nhân."
        ),
        validators=[Needed(_l("Hãy ghi căn cứ xóa.")), at_most(500)],
    )
    sure = BooleanField(
        _l("Tôi hiểu rằng nội dung sẽ mất vĩnh viễn"),
        validators=[Needed(_l("Hãy đánh dấu vào ô xác nhận."))],
    )
