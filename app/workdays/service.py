"""Changing the calendar: what a change would move, then the change itself with every open deadline
recomputed.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel import events, publication
from app.kernel.errors import FieldError, NotFound, Stale
from app.kernel.links import Ref
from app.workdays import queries
from app.workdays.calendar import SATURDAY, Calendar
from app.workdays.events import CalendarChanged, MovedDeadline, deadline_kinds
from app.workdays.holidays import PlannedDay, YearPlan, shipped_years
from app.workdays.models import CalendarDay, CalendarRevision, CalendarYear, DayKind

FIRST_YEAR, LAST_YEAR = 2000, 2100


class Change(Protocol):
    """One change of the calendar: how it is checked, what it makes of a calendar, how it is written
    and recorded.
    """

    @property
    def first_day(self) -> dt.date:
        """The first day that may count differently."""
        ...

    def check(self) -> None:
        """Raises FieldError for what makes no sense, NotFound for a day that is not exceptional."""
        ...

    def change(self, draft: "Draft") -> None:
        """Make the change in memory."""
        ...

    def write(self) -> None:
        """Make the change in the database."""
        ...

    def record(self) -> tuple[str, dict[str, Any]]:
        """The audit tag and its data."""
        ...


@dataclass
class Draft:
    """A calendar that can be changed."""

    off: dict[dt.date, str]
    worked: dict[dt.date, str]
    confirmed: set[int]

    def forget(self, *dates: dt.date) -> None:
        """Make these days ordinary."""
        for date in dates:
            self.off.pop(date, None)
            self.worked.pop(date, None)

    def put(self, day: PlannedDay) -> None:
        """Make a day off or worked."""
        self.forget(day.date)
        (self.off if day.kind is DayKind.OFF else self.worked)[day.date] = day.name

    def confirm(self, year: int, confirmed: bool) -> None:
        """Say whether a year is confirmed."""
        (self.confirmed.add if confirmed else self.confirmed.discard)(year)


@dataclass(frozen=True, slots=True)
class SetDay:
    """Make a day off, or worked; replaces what was said of it."""

    day: PlannedDay

    @property
    def first_day(self) -> dt.date:
        return self.day.date

    def check(self) -> None:
        _check_day(self.day)

    def change(self, draft: Draft) -> None:
        draft.put(self.day)

    def write(self) -> None:
        _write_day(self.day)

    def record(self) -> tuple[str, dict[str, Any]]:
        return "calendar:day:set", _plain(self.day)


@dataclass(frozen=True, slots=True)
class RemoveDay:
    """Make a day ordinary again."""

    date: dt.date

    @property
    def first_day(self) -> dt.date:
        return self.date

    def check(self) -> None:
        if queries.day(self.date) is None:
            raise NotFound

    def change(self, draft: Draft) -> None:
        draft.forget(self.date)

    def write(self) -> None:
        db.session.delete(queries.day(self.date))

    def record(self) -> tuple[str, dict[str, Any]]:
        return "calendar:day:removed", {"date": self.date.isoformat()}


@dataclass(frozen=True, slots=True)
class ConfirmYear:
    """Say that a year's list was compared with the official notice (or take that back)."""

    year: int
    confirmed: bool = True
    note: str = ""

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    def check(self) -> None:
        _check_year(self.year)

    def change(self, draft: Draft) -> None:
        draft.confirm(self.year, self.confirmed)

    def write(self) -> None:
        _write_year(self.year, self.confirmed, self.note)

    def record(self) -> tuple[str, dict[str, Any]]:
        tag = "calendar:year:confirmed" if self.confirmed else "calendar:year:reopened"
        return tag, {"name": str(self.year), "note": self.note}


@dataclass(frozen=True, slots=True)
class ReplaceYear:
    """Put another list in the place of a year's."""

    plan: YearPlan

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.plan.year, 1, 1)

    def check(self) -> None:
        _check_year(self.plan.year)
        for day in self.plan.days:
            _check_day(day)
            if day.date.year != self.plan.year:
                text = day.date.strftime("%d/%m/%Y")
                raise FieldError(
                    "day",
                    _("Ngày %(day)s không thuộc năm %(year)s.", day=text, year=self.plan.year),
                )

    def change(self, draft: Draft) -> None:
        draft.forget(*[date for date in [*draft.off, *draft.worked] if date.year == self.plan.year])
        for day in self.plan.days:
            draft.put(day)
        draft.confirm(self.plan.year, self.plan.confirmed)

    def write(self) -> None:
        for row in queries.days_of(self.plan.year):
            db.session.delete(row)
        db.session.flush()
        for day in self.plan.days:
            _write_day(day)
        _write_year(self.plan.year, self.plan.confirmed, self.plan.note)

    def record(self) -> tuple[str, dict[str, Any]]:
        days = [_plain(day) for day in self.plan.days]
        return "calendar:year:replaced", {
            "name": str(self.plan.year),
            "confirmed": self.plan.confirmed,
            "days": days,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do."""

    change: Change
    calendar: Calendar
    moved: list[MovedDeadline]
    #: The calendar that this was computed from; commit refuses when it is no longer the present
    #: one.
    revision: str


def changed(calendar: Calendar, change: Change) -> Calendar:
    """The calendar as it would be after the change. Pure."""
    draft = Draft(dict(calendar.days_off), dict(calendar.worked), set(calendar.confirmed_years))
    change.change(draft)
    return Calendar(draft.off, draft.worked, frozenset(draft.confirmed))


def preview(change: Change) -> Preview:
    """What the change would move, without writing anything.

    Raises FieldError for a change that makes no sense and NotFound for a day that is not
    exceptional.
    """
    change.check()
    calendar = changed(queries.calendar(), change)
    moved = [deadline for kind in deadline_kinds() for deadline in kind.preview(calendar)]
    return Preview(change, calendar, moved, queries.revision())


def commit(change: Change, *, actor: Actor, seen_revision: str | None = None) -> int:
    """Make the change, recompute every open deadline, record it; gives how many deadlines moved.

    Raises Stale when the calendar is no longer the one whose preview the person saw, and what
    `preview` raises.
    """
    if seen_revision is not None and seen_revision != queries.revision():
        raise Stale(
            _("Người khác vừa thay đổi lịch làm việc. Hãy xem lại những hạn thay đổi rồi xác nhận.")
        )
    change.check()
    before = queries.calendar()
    change.write()
    renew()
    after = queries.calendar()
    moved = 0
    if (before.days_off.keys(), before.worked.keys()) != (
        after.days_off.keys(),
        after.worked.keys(),
    ):
        moved = sum(kind.apply(after) for kind in deadline_kinds())
    events.emit(CalendarChanged(change.first_day))
    publication.bump()
    tag, data = change.record()
    about = Ref("calendar_year", change.first_day.year)
    audit.record(
        tag,
        actor_id=actor.id,
        actor=actor.full_name,
        about=about,
        data={**data, "deadlines_moved": moved},
    )
    return moved


def set_day(
    date: dt.date,
    *,
    kind: DayKind,
    name: str,
    actor: Actor,
    source: str = "",
    seen_revision: str | None = None,
) -> int:
    """Make a day off, or a weekend day worked; gives how many deadlines moved.

    Raises what `commit` raises.
    """
    return commit(
        SetDay(PlannedDay(date, kind, name, source)), actor=actor, seen_revision=seen_revision
    )


def remove_day(date: dt.date, *, actor: Actor, seen_revision: str | None = None) -> int:
    """Make a day ordinary again; gives how many deadlines moved. Raises what `commit` raises."""
    return commit(RemoveDay(date), actor=actor, seen_revision=seen_revision)


def confirm_year(
    year: int,
    *,
    actor: Actor,
    confirmed: bool = True,
    note: str = "",
    seen_revision: str | None = None,
) -> int:
    """Say that a year's list was compared with the official notice. Raises what `commit` raises."""
    return commit(ConfirmYear(year, confirmed, note), actor=actor, seen_revision=seen_revision)


def replace_year(plan: YearPlan, *, actor: Actor, seen_revision: str | None = None) -> int:
    """Put this list in the place of a year's; gives how many deadlines moved.

    Raises what `commit` raises.
    """
    return commit(ReplaceYear(plan), actor=actor, seen_revision=seen_revision)


def seed_days(*, actor: Actor = SYSTEM) -> list[int]:
    """Write the shipped lists of years that have none yet, and give those years.

    Never touches a list that is there.
    """
    present = set(db.session.scalars(sa.select(CalendarYear.year)))
    present |= {date.year for date in db.session.scalars(sa.select(CalendarDay.date))}
    missing = [plan for year, plan in sorted(shipped_years().items()) if year not in present]
    for plan in missing:
        replace_year(plan, actor=actor)
    return [plan.year for plan in missing]


def renew() -> None:
    """Give the calendar a new revision, so that every process reads it again."""
    value = secrets.token_hex(16)
    row = db.session.get(CalendarRevision, 1)
    if row is None:
        db.session.add(CalendarRevision(id=1, value=value))
    else:
        row.value = value
    db.session.flush()


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise FieldError(
            "day", _("Hãy chọn năm từ %(first)s đến %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        )


def _check_day(day: PlannedDay) -> None:
    _check_year(day.date.year)
    if not day.name.strip():
        raise FieldError("name", _("Hãy nhập tên ngày nghỉ hoặc lý do làm bù."))
    if day.kind is DayKind.WORKED and day.date.weekday() < SATURDAY:
        raise FieldError(
            "kind", _("Ngày này vốn là ngày làm việc. Chỉ Thứ Bảy và Chủ nhật mới cần ghi làm bù.")
        )


def _write_day(day: PlannedDay) -> None:
    row = queries.day(day.date)
    if row is None:
        row = CalendarDay(date=day.date)
        db.session.add(row)
    row.kind, row.name, row.source = day.kind, day.name.strip(), day.source.strip()


def _write_year(number: int, confirmed: bool, note: str) -> None:
    row = queries.year(number)
    row.confirmed, row.note = confirmed, note.strip()
    db.session.add(row)


def _plain(day: PlannedDay) -> dict[str, str]:
    return {
        "date": day.date.isoformat(),
        "kind": day.kind.value,
        "name": day.name,
        "source": day.source,
    }
