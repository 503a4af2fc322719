"""What happens to comments by itself: erasing what may no longer be kept."""

from flask_babel import lazy_gettext as _l

from app.comments.service import commenting
from app.jobs.registry import periodic


@periodic(
    "comments-erase", every_minutes=60, label=_l("Xóa góp ý chưa xác nhận và góp ý rác quá hạn lưu")
)
def erase_expired() -> None:
    """Erase what was never confirmed, and old rubbish."""
    commenting.erase_expired()
