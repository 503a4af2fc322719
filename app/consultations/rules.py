"""How long people have to be given, and when the last day is. Pure: no web, no database, no clock.

Days are calendar days, the day of posting not counted (Civil Code 91/2015, Article 147); a last day
that is off moves to the next working day (Article 148 §5). Several rules may apply to one type: the
longest binds. Longer is always free.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.consultations.states import ConsultationType
from app.workdays.calendar import ONE_DAY, Calendar, unconfirmed_warnings

#: Sure enough to be shown as law. Anything else is this authority's own setting and is never shown
#: as law.
LAW = frozenset({"A", "B"})
CONFIDENCE_LABELS = {
    "A": _l("A: đã đọc nguyên văn điều luật"),
    "B": _l("B: nhiều nguồn thống nhất"),
    "C": _l("C: suy ra từ thực tế"),
    "U": _l("U: chưa xác minh"),
}
#: Where no rule says more, a proposal for the last day; nobody is held to it.
USUAL_DAYS = 20
#: Nobody is asked for longer than that; a later day is a slip of the pen.
LONGEST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Rule:
    """The least number of days for a type, from a day on."""

    type: ConsultationType
    min_days: int
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    confidence: str

    @property
    def is_law(self) -> bool:
        """May it be shown as law?"""
        return self.confidence in LAW

    def covers(self, day: dt.date) -> bool:
        """Does it apply to what is posted on this day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def reason(self) -> str:
        """Why so many days: the law with its source, or that the authority set it."""
        if self.is_law:
            return str(
                _("Tối thiểu %(n)s ngày theo %(source)s.", n=self.min_days, source=self.source)
            )
        return str(
            _(
                "Tối thiểu %(n)s ngày: mức do cơ quan này tự đặt, không phải quy định của pháp "
                "luật.",
                n=self.min_days,
            )
        )


@dataclass(frozen=True, slots=True)
class LastDay:
    """A last day and why it is that one."""

    #: The day that is not counted: posting.
    start: dt.date
    #: As wanted or counted, before days off were passed over.
    wanted: dt.date
    #: The last day on which comments arrive in time.
    day: dt.date
    #: The days passed over, each with its reason.
    skipped: tuple[tuple[dt.date, str], ...]
    unconfirmed_years: tuple[int, ...]

    @property
    def days(self) -> int:
        """Calendar days from posting to the last day."""
        return (self.day - self.start).days

    @property
    def lines(self) -> Sequence[str]:
        """«Vì sao ngày này?», in sentences."""
        found = [
            _(
                "Đếm %(n)s ngày kể từ ngày đăng %(start)s, không tính ngày đăng.",
                n=(self.wanted - self.start).days,
                start=_date(self.start),
            )
        ]
        if self.skipped:
            off = ", ".join(f"{_date(day)} ({reason})" for day, reason in self.skipped)
            found.append(
                _(
                    "Ngày cuối rơi vào ngày nghỉ: %(days)s; chuyển sang ngày làm việc tiếp theo "
                    "%(day)s.",
                    days=off,
                    day=_date(self.day),
                )
            )
        found.append(_("Góp ý gửi trước 24 giờ ngày %(day)s là đúng hạn.", day=_date(self.day)))
        return [*found, *unconfirmed_warnings(self.unconfirmed_years)]


def _date(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def in_force(rules: Iterable[Rule], kind: ConsultationType, posted_on: dt.date) -> list[Rule]:
    """The rules for this type on the day of posting, the longest first, law before a setting of the
    same length.
    """
    found = [rule for rule in rules if rule.type is kind and rule.covers(posted_on)]
    return sorted(found, key=lambda rule: (-rule.min_days, rule.confidence))


def min_days(rules: Sequence[Rule]) -> int:
    """How many days these rules (of `in_force`) ask for; 0 when there is none."""
    return rules[0].min_days if rules else 0


def last_day(calendar: Calendar, start: dt.date, wanted: dt.date) -> LastDay:
    """The wanted last day, moved past days off."""
    day, skipped = wanted, []
    while not calendar.is_working(day):
        skipped.append((day, calendar.reason(day)))
        day += ONE_DAY
    return LastDay(
        start, wanted, day, tuple(skipped), calendar.unconfirmed_years(min(start, day), day)
    )


def proposed(calendar: Calendar, rules: Sequence[Rule], start: dt.date) -> LastDay:
    """The last day that is proposed to who fills in the form: as soon as the rules (of `in_force`)
    allow.
    """
    return last_day(calendar, start, start + dt.timedelta(days=min_days(rules) or USUAL_DAYS))


def too_short(rules: Sequence[Rule], found: LastDay) -> str:
    """Why this is too short, in sentences; empty when it is long enough. `rules` of `in_force`."""
    broken = [rule for rule in rules if found.days < rule.min_days]
    if not broken:
        return ""
    # The binding one, and the law behind it where the binding one is only a setting.
    told = [broken[0], *[rule for rule in broken[1:] if rule.is_law and not broken[0].is_law][:1]]
    first = found.start + dt.timedelta(days=broken[0].min_days)
    head = _(
        "Từ ngày đăng %(start)s đến %(day)s chỉ có %(n)s ngày. Hãy chọn ngày đóng từ %(first)s "
        "trở đi.",
        start=_date(found.start),
        day=_date(found.day),
        n=found.days,
        first=_date(first),
    )
    return " ".join([head, *[rule.reason for rule in told]])


def from_table(row: dict[str, Any]) -> Rule:
    """A rule as the file that ships with the product writes it.

    Raises KeyError and ValueError for nonsense.
    """
    return Rule(
        ConsultationType(row["type"]),
        int(row["min_days"]),
        row["valid_from"],
        row.get("valid_to"),
        row["source"],
        row["confidence"],
    )
