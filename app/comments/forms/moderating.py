"""The forms of the office's comments: what the lists are filtered by, and what stands beside each
other on the workbench.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.comments.states import COMMENT_STAGE_LABELS, SENDER_LABELS, STANCE_LABELS, TARGET_LABELS
from app.desk.forms import RedactForm, redaction_reason, shown_text
from app.kernel.forms import BaseForm, LineField
from app.kernel.office_forms import PanelForm, area, at_most, choices
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


class CommentRedactForm(RedactForm):
    """The texts of a comment as everybody may read them.

    Answers to guiding questions come beside it, one text each.
    """

    body = shown_text(at_most(5_000))
    public_proposed = area(_l("Đề nghị sửa thành, khi đăng"), 5_000)
    reason = redaction_reason()


class KeepBackForm(PanelForm):
    """Why it is not shown."""

    panel = "giu"
    reason = area(
        _l("Lý do không công khai"),
        500,
        needed=_l("Hãy ghi lý do không công khai để người gửi biết."),
        description=_l(
            "Người gửi đọc nguyên văn phần này. Ví dụ: nội dung nêu đích danh người khác."
        ),
    )


class RetargetForm(PanelForm):
    """What it is about: the whole, a clause or a project of this consultation, the place that its
    sender pointed at.
    """

    panel = "ve"
    target = SelectField(_l("Góp ý về"), validate_choice=False)
