"""Days before and after the day of loading, counted as the office counts them."""

import datetime as dt

from app.kernel.clock import HANOI, local
from app.workdays.calendar import Calendar

_ONE = dt.timedelta(days=1)


class Days:
    """The calendar seen from one moment, so that whatever is loaded looks fresh on
    that very day.
    """

    def __init__(self, calendar: Calendar, now: dt.datetime) -> None:
        self.calendar = calendar
        self.now = now
        self.today = local(now).date()
        self._back = [self.today if calendar.is_working(self.today) else self._before(self.today)]

    def back(self, count: int) -> dt.date:
        """The working day from which exactly so many working days have passed until today (today
        counts when it is one).
        """
        while len(self._back) <= count:
            self._back.append(self._before(self._back[-1]))
        return self._back[count]

    def after(self, day: dt.date, count: int) -> dt.date:
        """So many working days after a day."""
        return self.calendar.add_working_days(day, count)

    def moment(self, ago: int, time: str, *, minutes: int = 0) -> dt.datetime:
        """A time of the day (Hà Nội) so many working days ago; 0 is today, whatever day that is,
        and never in the future.
        """
        day = self.today if ago == 0 else self.back(ago)
        at = dt.datetime.combine(day, dt.time.fromisoformat(time), HANOI) + dt.timedelta(
            minutes=minutes
        )
        if at < self.now:
            return at.astimezone(dt.UTC)
        # Early in the morning what came «today» came in the last half hour, in the same order.
        share = (at.hour * 60 + at.minute) / (24 * 60)
        return self.now - dt.timedelta(minutes=30 * (1 - share) + 1)

    def _before(self, day: dt.date) -> dt.date:
        day -= _ONE
        while not self.calendar.is_working(day):
            day -= _ONE
        return day
