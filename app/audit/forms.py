"""The filter above the list; it lives in the address, so that a view can be kept and shared."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.audit import tags
from app.audit.queries import Filters
from app.kernel.forms import BaseForm, LineField, VietnameseDateField
from app.kernel.links import Ref


class FilterForm(BaseForm):
    """What to show of the record."""

    class Meta(BaseForm.Meta):
        csrf = False

    viec = SelectField(_l("Việc"), default="")
    nguoi = LineField(_l("Người thực hiện"), description=_l("Đúng tên như trong nhật ký."))
    tu = VietnameseDateField(_l("Từ ngày"))
    den = VietnameseDateField(_l("Đến ngày"))

    def offer(self, tags_in_use: list[str]) -> None:
        """Fill the list of tags."""
        named = sorted(((tag, tags.label(tag)) for tag in tags_in_use), key=lambda pair: pair[1])
        self.viec.choices = [("", _l("Tất cả")), *named]

    def filters(self, about: str) -> Filters:
        """The form as filters; a field that makes no sense is left out."""
        wrong = set(self.errors)
        chosen = {
            name: None if name in wrong else field.data for name, field in self._fields.items()
        }
        return Filters(
            tag=chosen["viec"] or "",
            actor=chosen["nguoi"] or "",
            first_day=chosen["tu"],
            last_day=chosen["den"],
            about=_ref(about),
        )


def _ref(text: str) -> Ref | None:
    try:
        return Ref.parse(text) if text else None
    except ValueError:
        return None
