"""What happens to consultations by itself: opening and closing at midnight."""

from flask_babel import lazy_gettext as _l

from app.consultations.service import lifecycle
from app.jobs.registry import periodic


@periodic("consultations-clock", every_minutes=1, label=_l("Mở và đóng lấy ý kiến đúng ngày"))
def run_clock() -> None:
    """Open what was scheduled for today, close what had its last day yesterday."""
    lifecycle.open_due()
    lifecycle.close_due()
