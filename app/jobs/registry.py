"""The functions that the runner knows: jobs, periodic tasks, and other sources of work such as the
outbox.
"""

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.kernel.clock import HANOI, local, local_date

F = TypeVar("F", bound=Callable[..., None])
SATURDAY = 5


class Source(Protocol):
    """Work that a runner looks after in a lane of its own, so that a slow mail server never delays
    a job.
    """

    name: str

    def due(self, now: dt.datetime) -> bool:
        """Is there anything to do? Asked in a reading transaction, about once a second."""
        ...

    def step(self, owner: str) -> bool:
        """Take one piece of work and do it, committing by itself;

        False when another runner was faster.
        """
        ...


@dataclass(frozen=True, slots=True)
class JobKind:
    """A registered job function."""

    name: str
    #: What staff read, in the language of the moment.
    label: Any
    function: Callable[[dict[str, Any]], None]
    #: Started so often before staff are shown that it cannot be done.
    attempts: int
    #: Longer than the job ever takes: after that another runner starts it again.
    lease_minutes: int


@dataclass(frozen=True, slots=True)
class PeriodicKind:
    """A registered periodic task."""

    name: str
    #: What staff read, in the language of the moment.
    label: Any
    function: Callable[[], None]
    every_minutes: int | None
    at: dt.time | None
    only_working_days: bool
    #: A run missed until after this time of the day is dropped: nobody is written to at night.
    not_after: dt.time | None
    lease_minutes: int

    def may_run(self, moment: dt.datetime) -> bool:
        """Does the task run at this moment?

        Days off and late hours may have come since it was planned.
        """
        there = local(moment)
        if self.only_working_days and not _is_working_day(there.date()):
            return False
        return self.not_after is None or there.time() <= self.not_after

    def next_after(self, moment: dt.datetime) -> dt.datetime:
        """The next time to run strictly after this moment; runs missed meanwhile are not made up
        one by one.
        """
        if self.every_minutes:
            return moment + dt.timedelta(minutes=self.every_minutes)
        assert self.at is not None
        day = local_date(moment)
        for offset in range(400):
            slot = dt.datetime.combine(day + dt.timedelta(days=offset), self.at, HANOI).astimezone(
                dt.UTC
            )
            if slot > moment and (not self.only_working_days or _is_working_day(local_date(slot))):
                return slot
        raise RuntimeError(f"the calendar shows no working day within a year for {self.name}")


_jobs: dict[str, JobKind] = {}
_periodics: dict[str, PeriodicKind] = {}
_sources: dict[str, Source] = {}
_working_day: Callable[[dt.date], bool] | None = None


def job(
    name: str, *, attempts: int = 8, lease_minutes: int = 10, label: Any = None
) -> Callable[[F], F]:
    """Register `def f(payload: dict) -> None` as a job. It runs in one transaction, which the
    runner commits.

    It may run more than once (the runner may be killed at its end), so it has to be safe to repeat.
    On SQLite its transaction holds the writer's turn from its first statement: slow work belongs
    before that, or in `reading()`. `label` is the (lazy, translated) name that staff read.
    """

    def register(function: F) -> F:
        _refuse_second(_jobs, name, function)
        _jobs[name] = JobKind(name, label or name, function, attempts, lease_minutes)
        return function

    return register


def periodic(
    name: str,
    *,
    every_minutes: int | None = None,
    at: str | None = None,
    only_working_days: bool = False,
    not_after: str | None = None,
    lease_minutes: int = 10,
    label: Any = None,
) -> Callable[[F], F]:
    """Register `def f() -> None` to run every so many minutes, or daily at a time such as "07:30"
    in Hà Nội.

    After a stop a missed run is made up once, unless it is then later than `not_after` ("18:00").
    `only_working_days` leaves out days off (see `set_working_day`). `label` is the (lazy,
    translated) name that staff read. The function runs in one transaction, which the runner
    commits. Raises ValueError when not exactly one of `every_minutes` and `at` is given, TypeError
    for a function that wants arguments.
    """
    if (every_minutes is None) == (at is None):
        raise ValueError(f"periodic {name!r}: give every_minutes or at")

    def register(function: F) -> F:
        if inspect.signature(function).parameters:
            raise TypeError(f"periodic {name!r}: the function takes no arguments")
        _refuse_second(_periodics, name, function)
        _periodics[name] = PeriodicKind(
            name,
            label or name,
            function,
            every_minutes,
            _time(at),
            only_working_days,
            _time(not_after),
            lease_minutes,
        )
        return function

    return register


def _time(text: str | None) -> dt.time | None:
    return dt.time.fromisoformat(text) if text else None


def _refuse_second(known: dict[str, Any], name: str, function: Callable[..., None]) -> None:
    if name in known and known[name].function is not function:
        raise ValueError(f"two functions are registered as {name!r}")


def add_source(source: Source) -> None:
    """Give every runner one more lane. Registering the same name again replaces it."""
    _sources[source.name] = source


def set_working_day(hook: Callable[[dt.date], bool]) -> None:
    """Say how to tell a working day (the calendar lives in a higher layer); without it Monday to
    Friday count.
    """
    global _working_day
    _working_day = hook


def _is_working_day(day: dt.date) -> bool:
    return _working_day(day) if _working_day else day.weekday() < SATURDAY


def jobs() -> dict[str, JobKind]:
    """All jobs by name."""
    return dict(_jobs)


def job_kind(name: str) -> JobKind | None:
    """The job of this name, or None."""
    return _jobs.get(name)


def periodics() -> dict[str, PeriodicKind]:
    """All periodic tasks by name."""
    return dict(_periodics)


def label(name: str) -> str:
    """The name of a job or periodic task in words; the registered name when nobody gave it any."""
    kind = _jobs.get(name) or _periodics.get(name)
    return str(kind.label) if kind else name


def sources() -> list[Source]:
    """All lanes besides jobs and periodic tasks."""
    return list(_sources.values())
