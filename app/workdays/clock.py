"""The clock of whatever waits for an answer: when it is due, and how much is left. Pure, and never
stored.

The clock starts the working day after receipt and stops on the day on which the answer is sent.
While it waits for the citizen or another body, the working days from the day of asking up to, but
not including, the day of the reply do not count.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.workdays.calendar import Calendar, Explanation

#: The longest extension, in working days.
MAX_EXTRA_DAYS = 10
#: From this share of the allowed days on, a deadline is shown as near.
AMBER_PER_CENT = 70


class ClockState(enum.StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    STOPPED = "stopped"


#: The word by which pages choose a colour; the label always says the same in words.
TONES = {
    ClockState.RUNNING: "ok",
    ClockState.DUE_SOON: "soon",
    ClockState.OVERDUE: "late",
    ClockState.PAUSED: "paused",
    ClockState.STOPPED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Pause:
    """A time of waiting for somebody outside: from the day of asking to the day of the reply (None:
    still waiting).

    Raises ValueError when the reply comes before the question.
    """

    start: dt.date
    end: dt.date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause cannot end before it starts")

    def covers(self, day: dt.date) -> bool:
        """Does this day not count? The day of asking does not, the day of the reply does."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Clock:
    """What officers and citizens see of a deadline."""

    state: ClockState
    #: None while paused: nobody knows when the reply will come.
    due: dt.date | None
    #: Working days left after today (when stopped: that were left); negative when late. Pauses do
    #: not count.
    days_left: int
    #: Working days counted so far.
    days_used: int
    #: Is it, or was it, past its due date?
    late: bool
    label: str

    @property
    def tone(self) -> str:
        """ok, soon, late, paused or stopped."""
        return TONES[self.state]


def due_date(
    calendar: Calendar,
    *,
    received_on: dt.date,
    working_days: int,
    pauses: Iterable[Pause] = (),
    extra_days: int = 0,
) -> dt.date | None:
    """The last day for the answer, or None while a pause is open.

    Dates are days in Hà Nội; `working_days` and `extra_days` (an extension, at most MAX_EXTRA_DAYS)
    are working days. Raises ValueError when a number is out of range.
    """
    explanation = explain_due(
        calendar,
        received_on=received_on,
        working_days=working_days,
        pauses=pauses,
        extra_days=extra_days,
    )
    return explanation.due if explanation else None


def explain_due(
    calendar: Calendar,
    *,
    received_on: dt.date,
    working_days: int,
    pauses: Iterable[Pause] = (),
    extra_days: int = 0,
) -> Explanation | None:
    """The same with every day on the way, for "vì sao ngày này?"; None while a pause is open."""
    pauses = tuple(pauses)
    allowed = _allowed(working_days, extra_days)
    if any(pause.end is None for pause in pauses):
        return None
    return calendar.explain(received_on, allowed, lambda day: _waiting(pauses, day))


def working_days_used(
    calendar: Calendar, *, received_on: dt.date, until: dt.date, pauses: Iterable[Pause] = ()
) -> int:
    """Working days counted after receipt up to and including `until`, without those of pauses."""
    pauses = tuple(pauses)
    days = (
        received_on + dt.timedelta(days=offset)
        for offset in range(1, (until - received_on).days + 1)
    )
    return sum(calendar.is_working(day) and _waiting(pauses, day) is None for day in days)


def read_clock(
    calendar: Calendar,
    *,
    today: dt.date,
    received_on: dt.date,
    working_days: int,
    pauses: Iterable[Pause] = (),
    extra_days: int = 0,
    stopped_on: dt.date | None = None,
) -> Clock:
    """How the clock stands today, or how it stood when it was stopped.

    Raises ValueError when a number is out of range.
    """
    pauses = tuple(pauses)
    allowed = _allowed(working_days, extra_days)
    if stopped_on is not None:
        pauses = tuple(_closed(pause, stopped_on) for pause in pauses)
    until = today if stopped_on is None else stopped_on
    due = due_date(
        calendar,
        received_on=received_on,
        working_days=working_days,
        pauses=pauses,
        extra_days=extra_days,
    )
    used = working_days_used(calendar, received_on=received_on, until=until, pauses=pauses)
    late = until > due if due is not None else used > allowed
    left = allowed - used
    if stopped_on is not None:
        return Clock(ClockState.STOPPED, due, left, used, late, _stopped_label(used))
    if due is None:
        since = min(pause.start for pause in pauses if pause.end is None)
        return Clock(
            ClockState.PAUSED,
            None,
            left,
            used,
            late,
            _("Tạm dừng từ %(day)s", day=since.strftime("%d/%m/%Y")),
        )
    if late:
        label = _("Quá hạn %(n)s ngày làm việc", n=-left) if left < 0 else _("Quá hạn")
        return Clock(ClockState.OVERDUE, due, left, used, late, label)
    soon = left <= 1 or used * 100 >= allowed * AMBER_PER_CENT
    label = _("Còn %(n)s ngày làm việc", n=left) if left else _("Hạn hôm nay")
    return Clock(ClockState.DUE_SOON if soon else ClockState.RUNNING, due, left, used, late, label)


def _allowed(working_days: int, extra_days: int) -> int:
    if working_days < 1:
        raise ValueError("a deadline needs at least one working day")
    if not 0 <= extra_days <= MAX_EXTRA_DAYS:
        raise ValueError(f"an extension is at most {MAX_EXTRA_DAYS} working days")
    return working_days + extra_days


def _waiting(pauses: Sequence[Pause], day: dt.date) -> str | None:
    """The reason of the first pause that covers this day, or None."""
    for pause in pauses:
        if pause.covers(day):
            return pause.reason or _("Chờ bổ sung thông tin")
    return None


def _closed(pause: Pause, day: dt.date) -> Pause:
    """The pause as it ended when the clock was stopped in the middle of it."""
    return pause if pause.end is not None else replace(pause, end=max(pause.start, day))


def _stopped_label(used: int) -> str:
    if used < 1:
        return str(_("Xong trong vòng một ngày làm việc"))
    return str(_("Xong sau %(n)s ngày làm việc", n=used))
