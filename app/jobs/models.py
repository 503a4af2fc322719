"""Jobs, the timetable of periodic tasks, and the sign of life of each runner."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.jobs.states import JobState
from app.kernel import clock

_UNFINISHED = sa.text("run_at IS NOT NULL")
_NAMED = sa.text("dedupe_key IS NOT NULL")


class Job(db.Model):
    """One piece of work for the runner."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "ix_job_due", "run_at", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED
        ),
        sa.Index(
            "uq_job_dedupe_key",
            "dedupe_key",
            unique=True,
            sqlite_where=_NAMED,
            postgresql_where=_NAMED,
        ),
        sa.Index(None, "state", "id"),
        sa.CheckConstraint(
            "(state IN ('ready', 'running')) = (run_at IS NOT NULL)", name="unfinished_has_time"
        ),
        sa.CheckConstraint(
            "state <> 'running' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
            name="running_has_lease",
        ),
        sa.CheckConstraint(
            "state NOT IN ('done', 'dead') OR finished_at IS NOT NULL", name="finished_has_time"
        ),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    #: The registered function.
    name: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    state: Mapped[JobState] = mapped_column(default=JobState.READY)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    #: Not before this moment; empty once it has ended, so that the index of what is due holds
    #: nothing else.
    run_at: Mapped[dt.datetime | None]
    #: How often it was started.
    attempts: Mapped[int] = mapped_column(default=0)
    #: The runner that has it now …
    lease_owner: Mapped[str | None] = mapped_column(sa.String(64))
    #: … and until when; afterwards another runner may take it.
    lease_until: Mapped[dt.datetime | None]
    #: What went wrong last, without personal data.
    last_error: Mapped[str | None] = mapped_column(sa.String(300))
    #: A second job with the same key is never made, also after this one is done (until it is
    #: cleared away).
    dedupe_key: Mapped[str | None] = mapped_column(sa.String(200))
    finished_at: Mapped[dt.datetime | None]
    #: The name of whoever put it in line again last.
    retried_by: Mapped[str | None] = mapped_column(sa.String(200))


class PeriodicRun(db.Model):
    """When a periodic task ran last and runs next. One row per registered task."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    next_run_at: Mapped[dt.datetime] = mapped_column(index=True)
    #: The last time it came to its end.
    last_run_at: Mapped[dt.datetime | None]
    #: Failures since then.
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(300))
    lease_owner: Mapped[str | None] = mapped_column(sa.String(64))
    lease_until: Mapped[dt.datetime | None]


class RunnerHeartbeat(db.Model):
    """A runner's sign of life."""

    __tablename__ = "runner_heartbeat"

    #: Machine, process and a random part.
    owner: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    started_at: Mapped[dt.datetime]
    beat_at: Mapped[dt.datetime] = mapped_column(index=True)
