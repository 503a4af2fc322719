"""What staff see of the background work."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.extensions import db
from app.jobs import service
from app.jobs.models import Job, PeriodicRun, RunnerHeartbeat
from app.jobs.states import JobState
from app.kernel.paging import COUNT_CAP

#: A runner beats every half minute; after two minutes of silence it is taken for dead.
ALIVE_FOR = dt.timedelta(minutes=2)
_LISTED = 100


@dataclass(frozen=True, slots=True)
class Life:
    """Is a runner alive, and when did one last give a sign?"""

    alive: bool
    last_beat: dt.datetime | None


def anything_due(now: dt.datetime) -> bool:
    """Is a job due?"""
    return bool(db.session.scalar(sa.select(sa.exists().where(*service.due_jobs(now)))))


def any_periodic_due(now: dt.datetime) -> bool:
    """Is a periodic task due?"""
    return bool(db.session.scalar(sa.select(sa.exists().where(*service.due_periodics(now)))))


def life(now: dt.datetime) -> Life:
    """The sign of life of the runner that beat last."""
    last = db.session.scalar(sa.select(sa.func.max(RunnerHeartbeat.beat_at)))
    return Life(last is not None and last > now - ALIVE_FOR, last)


def counts() -> dict[JobState, int]:
    """How many jobs are in each state, counted up to COUNT_CAP + 1."""
    capped = {
        state: sa.select(sa.func.count())
        .select_from(sa.select(Job.id).where(Job.state == state).limit(COUNT_CAP + 1).subquery())
        .scalar_subquery()
        for state in JobState
    }
    row = db.session.execute(
        sa.select(*(query.label(state.name) for state, query in capped.items()))
    ).one()
    return {state: getattr(row, state.name) for state in JobState}


def dead() -> Sequence[Job]:
    """The jobs that could not be done, newest first (at most 100)."""
    return db.session.scalars(
        sa.select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()).limit(_LISTED)
    ).all()


def waiting() -> Sequence[Job]:
    """Jobs in line or running, in the order in which they are due (at most 100)."""
    return db.session.scalars(
        sa.select(Job).where(Job.run_at.is_not(None)).order_by(Job.run_at, Job.id).limit(_LISTED)
    ).all()


def timetable() -> Sequence[PeriodicRun]:
    """The periodic tasks, by name."""
    return db.session.scalars(sa.select(PeriodicRun).order_by(PeriodicRun.name)).all()
