"""Reading the calendar. The warm read costs one statement, whatever the number of days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.extensions import db
from app.kernel.links import Resolved
from app.workdays.calendar import ONE_DAY, Calendar
from app.workdays.models import CalendarDay, CalendarRevision, CalendarYear, DayKind

#: The month from which the next year's list should be confirmed.
REMINDER_MONTH = 11
_CACHE = "workdays_calendar"


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day in the table of a month."""

    date: dt.date
    #: "" for an ordinary day (a weekend included), else what is exceptional about it.
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table: weeks from Monday to Sunday, None where another month's
    days would stand.
    """

    number: int
    weeks: list[list[DayCell | None]]


def revision() -> str:
    """The revision of the calendar now; empty when nobody has written any."""
    return (
        db.session.scalar(sa.select(CalendarRevision.value).where(CalendarRevision.id == 1)) or ""
    )


def calendar() -> Calendar:
    """The working calendar, kept by the app until its revision changes."""
    now = revision()
    if not now:
        return Calendar()
    cached: tuple[str, Calendar] | None = current_app.extensions.get(_CACHE)
    if cached and cached[0] == now:
        return cached[1]
    fresh = _load()
    current_app.extensions[_CACHE] = (now, fresh)
    return fresh


def _load() -> Calendar:
    rows = db.session.execute(sa.select(CalendarDay.date, CalendarDay.kind, CalendarDay.name)).all()
    years = db.session.scalars(sa.select(CalendarYear.year).where(CalendarYear.confirmed)).all()
    return Calendar(
        {date: name for date, kind, name in rows if kind is DayKind.OFF},
        {date: name for date, kind, name in rows if kind is DayKind.WORKED},
        frozenset(years),
    )


def days_of(year: int) -> Sequence[CalendarDay]:
    """The exceptional days of a year, in order."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return db.session.scalars(
        sa.select(CalendarDay)
        .where(CalendarDay.date.between(first, last))
        .order_by(CalendarDay.date)
    ).all()


def day(date: dt.date) -> CalendarDay | None:
    """The exceptional day on this date, or None."""
    return db.session.get(CalendarDay, date)


def year(number: int) -> CalendarYear:
    """What is known of a year; unsaved and unconfirmed when nothing is."""
    return db.session.get(CalendarYear, number) or CalendarYear(
        year=number, confirmed=False, note=""
    )


def known_years(today: dt.date) -> list[int]:
    """Years with a list, this year and the next, in order."""
    found = db.session.scalars(sa.select(CalendarYear.year)).all()
    return sorted({*found, today.year, today.year + 1})


def months(days: Calendar, number: int) -> list[Month]:
    """The twelve months of a year."""
    return [_month(days, number, month) for month in range(1, 13)]


def _month(days: Calendar, number: int, month: int) -> Month:
    first = dt.date(number, month, 1)
    cells: list[DayCell | None] = [None] * first.weekday()
    date = first
    while date.month == month:
        kind = (
            DayKind.WORKED.value
            if date in days.worked
            else DayKind.OFF.value
            if date in days.days_off
            else ""
        )
        cells.append(DayCell(date, kind, days.reason(date) if kind else ""))
        date += ONE_DAY
    cells += [None] * (-len(cells) % 7)
    return Month(month, [cells[start : start + 7] for start in range(0, len(cells), 7)])


def needs_confirmation(today: dt.date) -> list[int]:
    """The years that somebody should confirm now: this one, and from November the next."""
    wanted = [today.year, today.year + 1] if today.month >= REMINDER_MONTH else [today.year]
    confirmed = calendar().confirmed_years
    return [number for number in wanted if number not in confirmed]


def is_working_day(date: dt.date) -> bool:
    """Is this day worked in this office?"""
    return calendar().is_working(date)


def resolve_year(number: int) -> Resolved:
    """The link registry's view of a year's list."""
    return Resolved(
        _("Lịch làm việc năm %(year)s", year=number),
        None,
        f"/can-bo/he-thong/lich-lam-viec?nam={number}",
    )
