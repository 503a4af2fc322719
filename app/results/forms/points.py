"""Forms of splitting and grouping: what is done with the points that were ticked, a comment's
points, a theme.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import Length, Optional

from app.kernel.forms import BaseForm, LineField, Needed
from app.results.service.grouping import TITLE_MAX

#: Boxes for a comment's points on one page: the points there are, and so many empty ones.
SPARE = 3


class PointsFilterForm(BaseForm):
    """Which points are listed. Sent by GET."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = LineField(_l("Tìm trong nội dung hoặc mã góp ý"), validators=[Optional(), Length(max=100)])
    nhom = SelectField(_l("Nhóm vấn đề"), validate_choice=False)
    tra_loi = SelectField(_l("Trả lời"), name="tra-loi", validate_choice=False)


class PointsBulkForm(BaseForm):
    """What to do with the points that were ticked, or with all that the filter finds."""

    pham_vi = SelectField(_l("Áp dụng cho"), validate_choice=False)
    viec = SelectField(_l("Việc cần làm"), validate_choice=False)
    #: How many the filter found when the page was made.
    seen_count = HiddenField()


class SplitForm(BaseForm):
    """A comment's points as texts; the texts themselves stand in fields named «y», as many as there
    are.
    """

    seen = HiddenField()


class ThemeForm(BaseForm):
    """A theme's name."""

    title = LineField(
        _l("Tên nhóm vấn đề"),
        validators=[
            Needed(_l("Hãy đặt tên nhóm vấn đề.")),
            Length(max=TITLE_MAX, message=_l("Hãy đặt tên ngắn hơn.")),
        ],
    )
    theme = HiddenField()
    action = HiddenField()


class SuggestionForm(BaseForm):
    """A suggestion that a person takes up: some of its points, under a name."""

    title = LineField(
        _l("Tên nhóm vấn đề"),
        validators=[Needed(_l("Hãy đặt tên nhóm vấn đề.")), Length(max=TITLE_MAX)],
    )


class RewordForm(BaseForm):
    """How a point reads in the table."""

    seen_revision = HiddenField()


def works(
    themes: Sequence[str], targets: Sequence[tuple[str, str]], units: Sequence[tuple[str, str]]
) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The choices of «Việc cần làm», by group: [(group, [(value, label)])]."""
    return [
        (_("Trả lời"), [("tra-loi", _("Soạn một trả lời chung"))]),
        (
            _("Đưa vào nhóm"),
            [*((f"nhom:{title}", title) for title in themes), ("nhom:", _("Bỏ khỏi nhóm"))],
        ),
        (_("Gắn với"), list(targets)),
        (_("Giao đơn vị soạn"), [(f"giao:{code}", name) for code, name in units]),
    ]
