"""Last days that a changed calendar makes days off: they move to the next working day, and are
never brought forward.
"""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM
from app.consultations.models import Consultation
from app.consultations.service import core
from app.consultations.states import Stage
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.display import vi_date
from app.workdays.calendar import Calendar
from app.workdays.events import MovedDeadline


def _moved(calendar: Calendar) -> list[tuple[Consultation, dt.date, dt.date]]:
    """The posted consultations that would close later under this calendar:

    (consultation, now, then).
    """
    running = (
        Consultation.stage.in_([Stage.SCHEDULED, Stage.OPEN]),
        Consultation.closes_on >= today(),
    )
    found = []
    for consultation in db.session.scalars(
        sa.select(Consultation).where(*running).order_by(Consultation.id)
    ):
        old = consultation.closes_on
        assert old is not None
        new = calendar.next_working_day(consultation.wanted_closes_on or old)
        # A day off that was taken back brings nothing forward: people were told the later day.
        if new > old:
            found.append((consultation, old, new))
    return found


def preview(calendar: Calendar) -> list[MovedDeadline]:
    """What would move; changes nothing."""
    return [
        MovedDeadline(
            f"{consultation.code} · {consultation.title}", core.ref(consultation), old, new
        )
        for consultation, old, new in _moved(calendar)
    ]


def apply(calendar: Calendar) -> int:
    """Move them, with a line that everybody can read; returns how many."""
    moved = _moved(calendar)
    for consultation, old, new in moved:
        consultation.wanted_closes_on = consultation.wanted_closes_on or old
        consultation.closes_on = new
        consultation.updated_at = now()
        note = _(
            "Lịch nghỉ thay đổi: ngày cuối nhận góp ý chuyển từ %(old)s sang %(new)s.",
            old=vi_date(old),
            new=vi_date(new),
        )
        core.note_change(
            consultation,
            "edit",
            SYSTEM,
            note=note,
            public=True,
            data={"old": old.isoformat(), "new": new.isoformat()},
        )
    return len(moved)
