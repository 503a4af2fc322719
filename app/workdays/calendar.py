"""The working calendar: which days count, and the arithmetic of terms. Pure: no web, no database,
no clock.

The day of the event is not counted (Civil Code 91/2015, Article 147); a term that ends on a day off
ends with the next working day (Article 148 §5).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

SATURDAY = 5
ONE_DAY = dt.timedelta(days=1)

#: Names of days that the shipped lists use, so that they can be read in English; other names are
#: shown as typed.
_NAMES = {
    "Giỗ Tổ Hùng Vương": _l("Giỗ Tổ Hùng Vương"),
    "Làm bù": _l("Làm bù"),
    "Nghỉ bù": _l("Nghỉ bù"),
    "Nghỉ hoán đổi": _l("Nghỉ hoán đổi"),
    "Ngày Chiến thắng": _l("Ngày Chiến thắng"),
    "Ngày Quốc tế Lao động": _l("Ngày Quốc tế Lao động"),
    "Ngày Văn hóa Việt Nam": _l("Ngày Văn hóa Việt Nam"),
    "Quốc khánh": _l("Quốc khánh"),
    "Tết Dương lịch": _l("Tết Dương lịch"),
    "Tết Nguyên đán": _l("Tết Nguyên đán"),
}
_WEEKDAYS = (
    _l("Thứ Hai"),
    _l("Thứ Ba"),
    _l("Thứ Tư"),
    _l("Thứ Năm"),
    _l("Thứ Sáu"),
    _l("Thứ Bảy"),
    _l("Chủ nhật"),
)
_SHORT_WEEKDAYS = (_l("T2"), _l("T3"), _l("T4"), _l("T5"), _l("T6"), _l("T7"), _l("CN"))


def weekday_name(day: dt.date) -> str:
    """Thứ Hai … Chủ nhật, in the reader's language."""
    return str(_WEEKDAYS[day.weekday()])


def weekdays() -> list[tuple[str, str]]:
    """The heads of a calendar's columns: short name and name, from Monday."""
    return [(str(short), str(name)) for short, name in zip(_SHORT_WEEKDAYS, _WEEKDAYS, strict=True)]


def displayed(name: str) -> str:
    """The name of a day in the reader's language."""
    return str(_NAMES.get(name, name))


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a term was counted, day by day."""

    #: The day that is not counted: receipt, publication.
    start: dt.date
    #: The last counted day.
    due: dt.date
    #: The working days counted, in order; the last one is `due`.
    counted: tuple[dt.date, ...]
    #: The days passed over, each with its reason.
    skipped: tuple[tuple[dt.date, str], ...]
    #: Those of `counted` that fall on a weekend because they are worked in exchange.
    made_up: tuple[tuple[dt.date, str], ...]
    #: Years among these days whose list nobody has confirmed.
    unconfirmed_years: tuple[int, ...]

    @property
    def warnings(self) -> list[str]:
        """A sentence for each unconfirmed year."""
        return unconfirmed_warnings(self.unconfirmed_years)


def unconfirmed_warnings(years: Iterable[int]) -> list[str]:
    """What people are told when a date depends on a year whose list is not confirmed."""
    return [_("Lịch nghỉ năm %(year)s chưa được xác nhận.", year=year) for year in years]


@dataclass(frozen=True)
class Calendar:
    """Monday to Friday are worked, but for `days_off`;

    Saturday and Sunday are not, but for `worked`.
    """

    #: Days off that the office keeps, with their names. A weekend day may be named too.
    days_off: Mapping[dt.date, str] = field(default_factory=dict)
    #: Weekend days worked in exchange for another day, with a remark.
    worked: Mapping[dt.date, str] = field(default_factory=dict)
    #: Years whose list somebody compared with the official notice.
    confirmed_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if both := self.days_off.keys() & self.worked.keys():
            raise ValueError(f"off and worked at once: {sorted(both)}")

    def is_working(self, day: dt.date) -> bool:
        """Is this day worked?"""
        if day.weekday() >= SATURDAY:
            return day in self.worked
        return day not in self.days_off

    def reason(self, day: dt.date) -> str:
        """Why this day is off, or worked although it is a weekend; empty for an ordinary working
        day.
        """
        if day in self.worked:
            return displayed(self.worked[day] or "Làm bù")
        if day in self.days_off:
            return displayed(self.days_off[day])
        return weekday_name(day) if day.weekday() >= SATURDAY else ""

    def next_working_day(self, day: dt.date) -> dt.date:
        """This day when it is worked, else the next one that is."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start: dt.date, n: int) -> dt.date:
        """The n-th working day after start; start itself is not counted, so 0 gives start.

        Raises ValueError for a negative number.
        """
        return self.explain(start, n).due

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after start, up to and including end; 0 when end is not after
        start.
        """
        return sum(
            self.is_working(start + dt.timedelta(days=offset))
            for offset in range(1, (end - start).days + 1)
        )

    def calendar_term(self, start: dt.date, days: int) -> dt.date:
        """The last day of a term in calendar days ("ngày", not "ngày làm việc"); start is not
        counted.

        A last day that is off moves to the next working day. Raises ValueError for a negative
        number.
        """
        if days < 0:
            raise ValueError("a term cannot be negative")
        return self.next_working_day(start + dt.timedelta(days=days))

    def unconfirmed_years(self, first: dt.date, last: dt.date) -> tuple[int, ...]:
        """The years from first to last whose list nobody has confirmed."""
        return tuple(
            year for year in range(first.year, last.year + 1) if year not in self.confirmed_years
        )

    def explain(
        self, start: dt.date, n: int, excluded: Callable[[dt.date], str | None] | None = None
    ) -> Explanation:
        """Count n working days after start and say what became of every day on the way.

        `excluded` gives a reason for working days that do not count, such as those of a pause.
        Raises ValueError for a negative number.
        """
        if n < 0:
            raise ValueError("a term cannot be negative")
        counted: list[dt.date] = []
        skipped: list[tuple[dt.date, str]] = []
        made_up: list[tuple[dt.date, str]] = []
        day = start
        while len(counted) < n:
            day += ONE_DAY
            if not self.is_working(day):
                skipped.append((day, self.reason(day)))
            elif excluded is not None and (pause := excluded(day)) is not None:
                skipped.append((day, pause))
            else:
                counted.append(day)
                if why := self.reason(day):
                    made_up.append((day, why))
        years = self.unconfirmed_years(start + ONE_DAY, day) if n else ()
        return Explanation(start, day, tuple(counted), tuple(skipped), tuple(made_up), years)
