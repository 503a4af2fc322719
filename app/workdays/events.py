"""What the calendar tells others, and how others tell it which of their deadlines a change would
move.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from app.kernel.links import Ref
from app.workdays.calendar import Calendar


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The calendar changed from this day on; open deadlines have already been recomputed."""

    first_day: dt.date


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """An open deadline that a changed calendar would move."""

    label: str
    ref: Ref | None
    old: dt.date | None
    new: dt.date | None


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """One feature's deadlines."""

    name: str
    #: What would move under this calendar; changes nothing.
    preview: Callable[[Calendar], list[MovedDeadline]]
    #: Store the due dates under this calendar; gives how many changed.
    apply: Callable[[Calendar], int]


_kinds: dict[str, DeadlineKind] = {}


def register_deadlines(
    name: str, preview: Callable[[Calendar], list[MovedDeadline]], apply: Callable[[Calendar], int]
) -> None:
    """A feature with deadlines says how they follow the calendar.

    Registering a name again replaces it.
    """
    _kinds[name] = DeadlineKind(name, preview, apply)


def forget_deadlines(name: str) -> None:
    """Take a registration back."""
    _kinds.pop(name, None)


def deadline_kinds() -> tuple[DeadlineKind, ...]:
    """Everything registered, in order of registration."""
    return tuple(_kinds.values())
