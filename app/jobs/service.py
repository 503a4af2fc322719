"""Every change to jobs, timetable and heartbeat.

Claims are leases; whoever acknowledges must still hold the claim.
"""

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.jobs import registry
from app.jobs.models import Job, PeriodicRun, RunnerHeartbeat
from app.jobs.states import FLOW, JobState
from app.kernel import clock
from app.kernel.errors import NotFound

#: Finished jobs are kept so long, for whoever asks what ran.
KEEP_DAYS = 30
_FIRST_WAIT = dt.timedelta(seconds=10)
_LONGEST_WAIT = dt.timedelta(hours=6)
_DEFAULT_LEASE = dt.timedelta(minutes=10)


class Claim(NamedTuple):
    """A job that this runner holds until the lease ends."""

    id: int
    name: str
    payload: dict[str, Any]
    attempts: int
    owner: str


def enqueue(
    name: str,
    payload: dict[str, Any],
    *,
    run_at: dt.datetime | None = None,
    dedupe_key: str | None = None,
) -> int | None:
    """Put a job in line, in the caller's transaction; it starts after the commit. Returns its id.

    With a `dedupe_key` that any job ever had (within KEEP_DAYS of its end) nothing is added and
    None is returned: put a revision or a date into the key when the work may be needed again.
    Raises LookupError for an unregistered name.
    """
    if registry.job_kind(name) is None:
        raise LookupError(f"no job is registered as {name!r}")
    now = clock.now()
    values = {
        "name": name,
        "payload": payload,
        "created_at": now,
        "run_at": run_at or now,
        "dedupe_key": dedupe_key,
    }
    insert = (
        _insert(Job).values(state=JobState.READY, attempts=0, **values).on_conflict_do_nothing()
    )
    return db.session.execute(insert.returning(Job.id)).scalar_one_or_none()


def _insert(model: Any) -> Any:
    """An insert that knows ON CONFLICT, which the two databases spell alike but SQLAlchemy keeps
    apart.
    """
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)


def wait_after(failures: int) -> dt.timedelta:
    """How long to wait after so many failures in a row: 10 seconds, three times as long each time,
    at most 6 hours.
    """
    return min(_FIRST_WAIT * int(3 ** min(failures - 1, 10)), _LONGEST_WAIT)


def claim_job(owner: str) -> Claim | None:
    """Take the job that has waited longest, or None. The caller commits before it does the work."""
    now = clock.now()
    due = (
        sa.select(Job.id)
        .where(*due_jobs(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    # The lease depends on the kind of job, which is known only to the row.
    leases = {
        kind.name: now + dt.timedelta(minutes=kind.lease_minutes)
        for kind in registry.jobs().values()
    }
    lease_until = (
        sa.case(leases, value=Job.name, else_=now + _DEFAULT_LEASE)
        if leases
        else now + _DEFAULT_LEASE
    )
    claim = (
        sa.update(Job)
        .where(Job.id == due.scalar_subquery())
        .values(
            state=FLOW.next(JobState.READY, "start"),
            lease_owner=owner,
            lease_until=lease_until,
            attempts=Job.attempts + 1,
        )
        .returning(Job.id, Job.name, Job.payload, Job.attempts)
    )
    row = db.session.execute(claim, execution_options={"synchronize_session": False}).one_or_none()
    return Claim(row.id, row.name, row.payload, row.attempts, owner) if row else None


def due_jobs(now: dt.datetime) -> tuple[Any, ...]:
    """The conditions that make a job due: its time has come, and nobody holds it."""
    return Job.run_at <= now, sa.or_(Job.lease_until.is_(None), Job.lease_until < now)


def finish(claim: Claim) -> bool:
    """Acknowledge, in the transaction of the work itself.

    False: the lease was lost, and the work must be undone.
    """
    state = FLOW.next(JobState.RUNNING, "finish")
    return _settle(claim, state=state, run_at=None, finished_at=clock.now(), last_error=None)


def fail(claim: Claim, error: str, *, final: bool) -> bool:
    """The job failed: later again, or shown to staff as dead when `final`."""
    now = clock.now()
    if final:
        return _settle(
            claim,
            state=FLOW.next(JobState.RUNNING, "give_up"),
            run_at=None,
            finished_at=now,
            last_error=error[:300],
        )
    return _settle(
        claim,
        state=FLOW.next(JobState.RUNNING, "postpone"),
        run_at=now + wait_after(claim.attempts),
        last_error=error[:300],
    )


def _settle(claim: Claim, **values: Any) -> bool:
    still_mine = (
        Job.id == claim.id,
        Job.lease_owner == claim.owner,
        Job.attempts == claim.attempts,
        Job.state == JobState.RUNNING,
    )
    change = (
        sa.update(Job)
        .where(*still_mine)
        .values(lease_owner=None, lease_until=None, **values)
        .returning(Job.id)
    )
    return (
        db.session.execute(change, execution_options={"synchronize_session": False}).one_or_none()
        is not None
    )


def retry(job_id: int, *, actor: str) -> Job:
    """Put a dead job in line again, with all its attempts before it, and note who did so.

    Raises NotFound, and Refused when it is not dead.
    """
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(_("Không có công việc này."))
    job.state = FLOW.next(job.state, "retry")
    job.run_at = clock.now()
    job.attempts = 0
    job.finished_at = None
    job.retried_by = actor[:200]
    db.session.flush()
    return job


def clear_finished() -> None:
    """Remove jobs that ended well more than KEEP_DAYS ago.

    Dead ones stay until somebody has looked.
    """
    before = clock.now() - dt.timedelta(days=KEEP_DAYS)
    db.session.execute(sa.delete(Job).where(Job.state == JobState.DONE, Job.finished_at < before))


def update_timetable() -> None:
    """Bring the timetable in line with the registered tasks: new ones in, unknown ones out, later
    times moved forward.
    """
    now = clock.now()
    planned = {row.name: row for row in db.session.scalars(sa.select(PeriodicRun))}
    for name, kind in registry.periodics().items():
        first = now if kind.every_minutes else kind.next_after(now)
        row = planned.pop(name, None)
        if row is None:
            _plan(name, first)
        elif row.next_run_at > kind.next_after(now):
            row.next_run_at = kind.next_after(now)
    for row in planned.values():
        db.session.delete(row)
    db.session.execute(
        sa.delete(RunnerHeartbeat).where(RunnerHeartbeat.beat_at < now - dt.timedelta(days=1))
    )
    db.session.flush()


def _plan(name: str, first: dt.datetime) -> None:
    # Two runners may start at once; the second one's row is the same.
    insert = _insert(PeriodicRun).values(name=name, next_run_at=first, failures=0)
    db.session.execute(insert.on_conflict_do_nothing())


def claim_periodic(owner: str) -> registry.PeriodicKind | None:
    """Take the periodic task that is most overdue, or None.

    The caller commits before it runs it.
    """
    now = clock.now()
    due = (
        sa.select(PeriodicRun.name)
        .where(*due_periodics(now))
        .order_by(PeriodicRun.next_run_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    name = db.session.scalar(due)
    if name is None:
        return None
    kind = registry.periodics()[name]
    change = (
        sa.update(PeriodicRun)
        .where(PeriodicRun.name == name)
        .values(lease_owner=owner, lease_until=now + dt.timedelta(minutes=kind.lease_minutes))
    )
    db.session.execute(change, execution_options={"synchronize_session": False})
    return kind


def due_periodics(now: dt.datetime) -> tuple[Any, ...]:
    """The conditions that make a periodic task due."""
    free = sa.or_(PeriodicRun.lease_until.is_(None), PeriodicRun.lease_until < now)
    return PeriodicRun.name.in_(list(registry.periodics())), PeriodicRun.next_run_at <= now, free


def finish_periodic(kind: registry.PeriodicKind, owner: str) -> bool:
    """Acknowledge, in the transaction of the work itself.

    False: the lease was lost, and the work must be undone.
    """
    now = clock.now()
    return _settle_periodic(
        kind, owner, last_run_at=now, next_run_at=kind.next_after(now), failures=0, last_error=None
    )


def skip_periodic(kind: registry.PeriodicKind, owner: str) -> bool:
    """Not today: plan the next run."""
    return _settle_periodic(kind, owner, next_run_at=kind.next_after(clock.now()))


def fail_periodic(kind: registry.PeriodicKind, owner: str, error: str) -> bool:
    """It failed: again soon, at the latest when it would run next anyway."""
    now = clock.now()
    failures = (
        db.session.scalar(sa.select(PeriodicRun.failures).where(PeriodicRun.name == kind.name)) or 0
    ) + 1
    following = min(now + wait_after(failures), kind.next_after(now))
    return _settle_periodic(
        kind, owner, next_run_at=following, failures=failures, last_error=error[:300]
    )


def _settle_periodic(kind: registry.PeriodicKind, owner: str, **values: Any) -> bool:
    change = (
        sa.update(PeriodicRun)
        .where(PeriodicRun.name == kind.name, PeriodicRun.lease_owner == owner)
        .values(lease_owner=None, lease_until=None, **values)
        .returning(PeriodicRun.name)
    )
    return (
        db.session.execute(change, execution_options={"synchronize_session": False}).one_or_none()
        is not None
    )


def beat(owner: str, started_at: dt.datetime) -> None:
    """Note that this runner is alive."""
    now = clock.now()
    insert = _insert(RunnerHeartbeat).values(owner=owner, started_at=started_at, beat_at=now)
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["owner"], set_={"beat_at": now})
    )
