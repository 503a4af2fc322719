"""The runner behind `flask jobs run`: one lane (thread) for jobs, one for periodic tasks, one for
each further source.

An idle lane only reads, about once a second, so that it never stands in the way of a citizen's
POST. Each piece of work is claimed with a lease, done in its own transaction and acknowledged in
it; a runner killed in between loses nothing.
"""

import datetime as dt
import os
import random
import secrets
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Flask

from app.extensions import db
from app.jobs import queries, registry, service
from app.kernel import clock
from app.kernel.db import reading

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
BEAT_SECONDS = 30.0
#: After an error of the database itself a lane waits so long.
_TROUBLE_SECONDS = 5.0
#: With idle_exit the runner stops after all lanes have been idle so long.
_IDLE_SECONDS = 2.0
_APP = Path(__file__).resolve().parent.parent


class LeaseLostError(Exception):
    """Another runner took the work over meanwhile: ours is undone."""


def describe(error: BaseException) -> str:
    """An error for the eyes of staff: its kind and place, never its message, which may hold
    personal data.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_APP)
    ]
    place = (
        f" ({Path(frames[-1].filename).relative_to(_APP)}:{frames[-1].lineno})" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def trail(error: BaseException) -> str:
    """Where an error came from, call by call, for the log; again without its message."""
    return " > ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    )


def new_owner() -> str:
    """A name for one runner: machine, process, and a random part since numbers of processes are
    used again.
    """
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


class JobLane:
    """The job table as a source of work."""

    name = "jobs"

    def due(self, now: dt.datetime) -> bool:
        """Is a job due?"""
        return queries.anything_due(now)

    def step(self, owner: str) -> bool:
        """Claim one job and do it."""
        claim = service.claim_job(owner)
        db.session.commit()
        if claim is None:
            return False
        kind = registry.job_kind(claim.name)
        if kind is None or claim.attempts > kind.attempts:
            service.fail(
                claim,
                "unknown job" if kind is None else "the runner stopped in the middle, every time",
                final=True,
            )
            db.session.commit()
            return True
        try:
            kind.function(claim.payload)
            if not service.finish(claim):
                raise LeaseLostError
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            log.error(
                "job_failed",
                job=claim.name,
                id=claim.id,
                attempt=claim.attempts,
                reason=describe(error),
                trail=trail(error),
            )
            service.fail(claim, describe(error), final=claim.attempts >= kind.attempts)
            db.session.commit()
        return True


class PeriodicLane:
    """The timetable as a source of work."""

    name = "periodic"

    def due(self, now: dt.datetime) -> bool:
        """Is a task due?"""
        return queries.any_periodic_due(now)

    def step(self, owner: str) -> bool:
        """Claim one task and run it."""
        kind = service.claim_periodic(owner)
        db.session.commit()
        if kind is None:
            return False
        if not kind.may_run(clock.now()):
            service.skip_periodic(kind, owner)
            db.session.commit()
            return True
        try:
            kind.function()
            if not service.finish_periodic(kind, owner):
                raise LeaseLostError
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            log.error("periodic_failed", task=kind.name, reason=describe(error), trail=trail(error))
            service.fail_periodic(kind, owner, describe(error))
            db.session.commit()
        return True


def _sources() -> list[registry.Source]:
    return [JobLane(), PeriodicLane(), *registry.sources()]


def _turn(source: registry.Source, owner: str) -> bool:
    """One piece of work of one source, if something is due."""
    try:
        with reading():
            due = source.due(clock.now())
        return source.step(owner) if due else False
    finally:
        db.session.remove()


def drain(app: Flask, *, rounds: int = 100_000) -> int:
    """Do everything that is due now, in this thread, and return how many pieces that was.

    With `rounds=1` each source does at most one piece. The caller has no open transaction.
    """
    owner, done = new_owner(), 0
    with app.app_context():
        service.update_timetable()
        db.session.commit()
        sources = _sources()
        for _round in range(rounds):
            worked = sum(_turn(source, owner) for source in sources)
            done += worked
            if not worked:
                break
    return done


class Runner:
    """Works until it is stopped."""

    def __init__(self, app: Flask, *, idle_exit: bool = False) -> None:
        self.app = app
        self.owner = new_owner()
        self.idle_exit = idle_exit
        self.started_at = clock.now()
        self._stop = threading.Event()
        self._busy_until: dict[str, float] = {}

    def stop(self, *_signal: object) -> None:
        """Finish what is being done and stop. Also a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until stop() or a signal; the work in hand is finished first."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self.stop)
            signal.signal(signal.SIGINT, self.stop)
        lanes = [
            threading.Thread(target=self._lane, args=(source,), name=source.name)
            for source in _sources()
        ]
        self._busy_until = {lane.name: time.monotonic() for lane in lanes}
        while not self._stop.is_set() and not self._attempt(self._update_timetable):
            self._stop.wait(_TROUBLE_SECONDS)
        log.info("runner_started", owner=self.owner, lanes=[lane.name for lane in lanes])
        for lane in lanes:
            lane.start()
        self._watch(lanes)
        for lane in lanes:
            lane.join()
        log.info("runner_stopped", owner=self.owner)

    def _watch(self, lanes: list[threading.Thread]) -> None:
        next_beat = 0.0
        while not self._stop.wait(0.2):
            now = time.monotonic()
            if not all(lane.is_alive() for lane in lanes):
                log.error("runner_lane_died", owner=self.owner)
                self.stop()
            elif now >= next_beat and self._attempt(self._beat):
                next_beat = now + BEAT_SECONDS
            if self.idle_exit and all(
                now - busy > _IDLE_SECONDS for busy in self._busy_until.values()
            ):
                self.stop()

    def _lane(self, source: registry.Source) -> None:
        while not self._stop.is_set():
            with self.app.app_context():
                try:
                    worked = _turn(source, self.owner)
                except Exception as error:
                    # The database is away, locked or full: the work waits in it, so nothing is
                    # lost.
                    log.error(
                        "runner_trouble",
                        lane=source.name,
                        reason=describe(error),
                        trail=trail(error),
                    )
                    self._busy_until[source.name] = time.monotonic()
                    self._stop.wait(_TROUBLE_SECONDS)
                    continue
            if worked:
                self._busy_until[source.name] = time.monotonic()
            else:
                # Several runners on one database must not ask in step.
                self._stop.wait(POLL_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311

    def _attempt(self, action: Callable[[], None]) -> bool:
        with self.app.app_context():
            try:
                action()
                db.session.commit()
                return True
            except Exception as error:
                db.session.rollback()
                log.error(
                    "runner_trouble", lane="watch", reason=describe(error), trail=trail(error)
                )
                return False
            finally:
                db.session.remove()

    def _update_timetable(self) -> None:
        service.update_timetable()

    def _beat(self) -> None:
        service.beat(self.owner, self.started_at)
