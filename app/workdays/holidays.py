"""Where a year's list comes from: the file that ships with the product, or the rules and the lunar
calendar.

Public holidays and the day made up for one that falls on a weekend: Labour Code 45/2019, Articles
112 and 111 §3; the 24th of November since 2026: Resolution 28/2026/QH16. How Tết and the National
Day are laid, and which Saturdays are worked in exchange, is decided every year: a computed list is
a proposal and never confirmed.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

from app.workdays.calendar import ONE_DAY, SATURDAY, Calendar
from app.workdays.models import DayKind

FILE = Path(__file__).with_name("data") / "holidays.toml"
#: First day of the lunar year, and the tenth of its third month, by solar year.
LUNAR = {
    2024: (dt.date(2024, 2, 10), dt.date(2024, 4, 18)),
    2025: (dt.date(2025, 1, 29), dt.date(2025, 4, 7)),
    2026: (dt.date(2026, 2, 17), dt.date(2026, 4, 26)),
    2027: (dt.date(2027, 2, 6), dt.date(2027, 4, 16)),
    2028: (dt.date(2028, 1, 26), dt.date(2028, 4, 4)),
    2029: (dt.date(2029, 2, 13), dt.date(2029, 4, 23)),
    2030: (dt.date(2030, 2, 2), dt.date(2030, 4, 12)),
}
#: The first year of the day of Vietnamese culture.
CULTURE_DAY_SINCE = 2026
_COMPUTED_NOTE = (
    "Tính từ âm lịch. Hãy đối chiếu với thông báo nghỉ lễ, Tết của năm trước khi xác nhận."
)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One exceptional day of a list."""

    date: dt.date
    kind: DayKind
    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The list of one year."""

    year: int
    days: tuple[PlannedDay, ...]
    confirmed: bool
    note: str = ""


def shipped_years() -> dict[int, YearPlan]:
    """The lists in the file that ships with the product, by year."""
    content = tomllib.loads(FILE.read_text("utf-8"))
    return {
        int(year): YearPlan(
            int(year),
            tuple(
                PlannedDay(
                    row["date"],
                    DayKind(row.get("kind", DayKind.OFF)),
                    row["name"],
                    row.get("source", ""),
                )
                for row in table["days"]
            ),
            table["confirmed"],
            table["note"],
        )
        for year, table in content.items()
    }


def plan_for(year: int) -> YearPlan | None:
    """The shipped list of a year, else a computed proposal, else None (no lunar dates known)."""
    return shipped_years().get(year) or (proposed(year) if year in LUNAR else None)


def proposed(year: int) -> YearPlan:
    """A list computed from the lunar dates, not confirmed.

    Raises KeyError for a year without lunar dates.
    """
    new_year, kings = LUNAR[year]
    names = {dt.date(year, 1, 1): "Tết Dương lịch", kings: "Giỗ Tổ Hùng Vương"}
    names[dt.date(year, 4, 30)] = "Ngày Chiến thắng"
    names[dt.date(year, 5, 1)] = "Ngày Quốc tế Lao động"
    if year >= CULTURE_DAY_SINCE:
        names[dt.date(year, 11, 24)] = "Ngày Văn hóa Việt Nam"
    # Five days of Tết begin two days or one day before the first; the National Day takes a day
    # before or after.
    names.update(
        dict.fromkeys(
            _longest_break(_run(new_year - 2 * ONE_DAY, 5), _run(new_year - ONE_DAY, 5)),
            "Tết Nguyên đán",
        )
    )
    national = dt.date(year, 9, 2)
    names.update(
        dict.fromkeys(_longest_break(_run(national - ONE_DAY, 2), _run(national, 2)), "Quốc khánh")
    )
    days = [PlannedDay(day, DayKind.OFF, name) for day, name in names.items()]
    days += [
        PlannedDay(made_up, DayKind.OFF, "Nghỉ bù", f"Nghỉ bù ngày {day.strftime('%d/%m/%Y')}")
        for day, made_up in _made_up(set(names))
    ]
    return YearPlan(
        year, tuple(sorted(days, key=lambda day: day.date)), confirmed=False, note=_COMPUTED_NOTE
    )


def _run(first: dt.date, length: int) -> set[dt.date]:
    return {first + dt.timedelta(days=offset) for offset in range(length)}


def _made_up(days: set[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """For each day of these on a weekend, in order, the next working day that is not taken."""
    taken, pairs = set(days), []
    for day in sorted(days):
        if day.weekday() >= SATURDAY:
            free = Calendar({one: "" for one in taken}).next_working_day(day + ONE_DAY)
            taken.add(free)
            pairs.append((day, free))
    return pairs


def _longest_break(*choices: set[dt.date]) -> set[dt.date]:
    """The choice that gives the longest time off, weekends and days made up included; the first of
    equals.
    """
    return max(choices, key=_break_length)


def _break_length(days: set[dt.date]) -> int:
    off = Calendar(dict.fromkeys(days | {made_up for _, made_up in _made_up(days)}, ""))
    first = last = min(days)
    while not off.is_working(first - ONE_DAY):
        first -= ONE_DAY
    while not off.is_working(last + ONE_DAY):
        last += ONE_DAY
    return (last - first).days
