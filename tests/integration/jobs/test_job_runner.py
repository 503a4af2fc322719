"""Jobs from the transaction that enqueues them to their end, good or bad."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.jobs import queries, registry, runner, service
from app.jobs.models import Job, PeriodicRun, RunnerHeartbeat
from app.jobs.states import JobState
from app.kernel import clock
from app.kernel.db import Counter, next_number
from app.kernel.errors import NotFound, Refused
from tests.factories.statements import StatementCounter

Kinds = Callable[..., None]


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Kinds:
    """Only the jobs of the test are registered, and no further source works beside them."""
    monkeypatch.setattr(registry, "_jobs", {})
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_sources", {})

    def register(name: str, function: Callable[[dict[str, Any]], None], **options: Any) -> None:
        registry.job(name, **options)(function)

    return register


def count_up(payload: dict[str, Any]) -> None:
    """A job whose effect is seen in the database."""
    next_number(payload["counter"])


def fail(payload: dict[str, Any]) -> None:
    next_number("failed")
    raise RuntimeError("số điện thoại 090 123 4567")


def value(name: str) -> int:
    return db.session.scalar(sa.select(Counter.value).where(Counter.name == name)) or 0


def enqueue(app: Flask, name: str, **options: Any) -> int | None:
    with app.app_context():
        number = service.enqueue(name, {"counter": "done"}, **options)
        db.session.commit()
        return number


def job(number: int | None) -> Job:
    assert number is not None
    return db.session.get_one(Job, number, populate_existing=True)


def test_a_job_runs_once_and_is_done(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    number = enqueue(app, "test:count")
    assert runner.drain(app) == 1
    assert runner.drain(app) == 0
    with app.app_context():
        assert value("done") == 1
        found = job(number)
        assert (found.state, found.attempts, found.lease_owner, found.last_error) == (
            JobState.DONE,
            1,
            None,
            None,
        )


def test_enqueueing_costs_one_statement(ctx: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    with StatementCounter(db.engine) as counter:
        service.enqueue("test:count", {}, dedupe_key="k")
    assert len(counter.statements) == 1


def test_a_rolled_back_job_never_runs(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    with app.app_context():
        service.enqueue("test:count", {"counter": "done"})
        db.session.rollback()
    assert runner.drain(app) == 0


def test_an_unknown_name_is_refused_at_once(ctx: Flask, kinds: Kinds) -> None:
    with pytest.raises(LookupError, match="test:misspelt"):
        service.enqueue("test:misspelt", {})


def test_a_key_is_used_once(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    assert enqueue(app, "test:count", dedupe_key="question:1") is not None
    assert enqueue(app, "test:count", dedupe_key="question:1") is None
    runner.drain(app)
    assert enqueue(app, "test:count", dedupe_key="question:1") is None
    assert enqueue(app, "test:count", dedupe_key="question:2") is not None
    assert enqueue(app, "test:count") is not None
    assert enqueue(app, "test:count") is not None


def test_a_job_waits_for_its_time(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    enqueue(app, "test:count", run_at=clock.now() + dt.timedelta(hours=1))
    assert runner.drain(app) == 0
    with time_machine.travel(clock.now() + dt.timedelta(hours=2)):
        assert runner.drain(app) == 1


def test_a_failure_is_undone_and_tried_again(app: Flask, kinds: Kinds) -> None:
    kinds("test:fail", fail, attempts=3)
    number = enqueue(app, "test:fail")
    assert runner.drain(app) == 1
    with app.app_context():
        found = job(number)
        assert value("failed") == 0
        assert found.state is JobState.READY
        # Kind and place, but not the message with its telephone number.
        assert re.fullmatch(r"RuntimeError \(jobs/runner\.py:\d+\)", found.last_error or "")
        assert found.run_at is not None
        assert found.run_at > clock.now()
    assert runner.drain(app) == 0


def test_after_its_attempts_a_job_is_dead_and_can_be_retried(app: Flask, kinds: Kinds) -> None:
    kinds("test:fail", fail, attempts=3)
    number = enqueue(app, "test:fail")
    later = clock.now()
    for _attempt in range(3):
        with time_machine.travel(later, tick=False):
            assert runner.drain(app) == 1
        later += dt.timedelta(days=1)
    with time_machine.travel(later, tick=False):
        assert runner.drain(app) == 0
    with app.app_context():
        assert job(number).state is JobState.DEAD
        assert [found.id for found in queries.dead()] == [number]
        service.retry(number or 0, actor="Quản trị")
        db.session.commit()
        found = job(number)
        assert (found.state, found.attempts, found.retried_by) == (JobState.READY, 0, "Quản trị")
    assert runner.drain(app) == 1


def test_only_dead_jobs_are_retried(ctx: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    number = service.enqueue("test:count", {"counter": "done"})
    with pytest.raises(Refused):
        service.retry(number or 0, actor="Quản trị")
    with pytest.raises(NotFound):
        service.retry(999_999, actor="Quản trị")


def test_a_failed_job_does_not_stop_the_next(app: Flask, kinds: Kinds) -> None:
    kinds("test:fail", fail)
    kinds("test:count", count_up)
    enqueue(app, "test:fail")
    enqueue(app, "test:count")
    assert runner.drain(app) == 2
    with app.app_context():
        assert value("done") == 1


def test_a_job_nobody_knows_any_more_is_dead(
    app: Flask, kinds: Kinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds("test:count", count_up)
    number = enqueue(app, "test:count")
    monkeypatch.setattr(registry, "_jobs", {})
    assert runner.drain(app) == 1
    with app.app_context():
        assert (job(number).state, job(number).last_error) == (JobState.DEAD, "unknown job")


def test_after_a_crash_another_runner_takes_over(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up, lease_minutes=5)
    number = enqueue(app, "test:count")
    with app.app_context():
        assert service.claim_job("dead-runner") is not None
        db.session.commit()
    assert runner.drain(app) == 0
    with time_machine.travel(clock.now() + dt.timedelta(minutes=6)):
        assert runner.drain(app) == 1
    with app.app_context():
        assert (job(number).state, job(number).attempts, value("done")) == (JobState.DONE, 2, 1)


def test_a_job_that_kills_every_runner_is_dead_in_the_end(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up, attempts=2, lease_minutes=5)
    number = enqueue(app, "test:count")
    later = clock.now()
    for _crash in range(2):
        with time_machine.travel(later, tick=False), app.app_context():
            assert service.claim_job("dead-runner") is not None
            db.session.commit()
        later += dt.timedelta(minutes=6)
    with time_machine.travel(later, tick=False):
        runner.drain(app)
    with app.app_context():
        assert job(number).state is JobState.DEAD
        assert value("done") == 0


def test_work_after_a_lost_lease_is_undone(app: Flask, kinds: Kinds) -> None:
    """The job took longer than its lease, and another runner has done it meanwhile."""

    def slow(payload: dict[str, Any]) -> None:
        db.session.execute(sa.update(Job).values(lease_owner="another", attempts=Job.attempts + 1))
        next_number("done")

    kinds("test:slow", slow)
    number = enqueue(app, "test:slow")
    assert runner.drain(app, rounds=1) == 1
    with app.app_context():
        # Undone with everything else, so the lease is ours again and the job waits for its next
        # try.
        assert value("done") == 0
        assert job(number).state is JobState.READY


def test_two_runners_share_the_work(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    for _job in range(12):
        enqueue(app, "test:count")
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda: done.append(runner.drain(app))) for _runner in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 12
    with app.app_context():
        assert value("done") == 12
        assert db.session.scalar(sa.select(sa.func.max(Job.attempts))) == 1


def test_rounds_limit_the_work(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    for _job in range(3):
        enqueue(app, "test:count")
    assert runner.drain(app, rounds=1) == 1


def test_an_idle_runner_only_reads(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    enqueue(app, "test:count", run_at=clock.now() + dt.timedelta(hours=1))
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            assert not runner._turn(runner.JobLane(), "me")
            assert not runner._turn(runner.PeriodicLane(), "me")
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
    assert statements
    assert not [
        text
        for text in statements
        if text.startswith(("BEGIN IMMEDIATE", "UPDATE", "INSERT", "DELETE"))
    ]


class TestPeriodic:
    @pytest.fixture
    def runs(self, kinds: Kinds) -> list[dt.datetime]:
        return []

    def plan(self, runs: list[dt.datetime], **options: Any) -> None:
        def task() -> None:
            next_number("task")
            runs.append(clock.now())

        registry.periodic("test:task", **options)(task)

    def test_every_few_minutes(self, app: Flask, runs: list[dt.datetime]) -> None:
        self.plan(runs, every_minutes=5)
        start = clock.now()
        for minutes in (0, 1, 5, 6, 11):
            with time_machine.travel(start + dt.timedelta(minutes=minutes, seconds=1), tick=False):
                runner.drain(app)
        assert [round((run - start).total_seconds() / 60) for run in runs] == [0, 5, 11]

    def test_daily_and_a_missed_run_once(self, app: Flask, runs: list[dt.datetime]) -> None:
        self.plan(runs, at="07:30")
        for moment in (
            "2026-11-24T00:00+07:00",
            "2026-11-24T07:31+07:00",
            "2026-11-24T09:00+07:00",
            "2026-11-28T12:00+07:00",
        ):
            with time_machine.travel(moment, tick=False):
                runner.drain(app)
        assert [clock.local(run).isoformat("T", "minutes") for run in runs] == [
            "2026-11-24T07:31+07:00",
            "2026-11-28T12:00+07:00",
        ]

    def test_a_missed_run_is_dropped_when_it_is_late(
        self, app: Flask, runs: list[dt.datetime]
    ) -> None:
        self.plan(runs, at="07:30", not_after="11:00")
        for moment in (
            "2026-11-24T00:00+07:00",
            "2026-11-24T22:00+07:00",
            "2026-11-25T07:30:01+07:00",
        ):
            with time_machine.travel(moment, tick=False):
                runner.drain(app)
        assert [clock.local_date(run).day for run in runs] == [25]

    def test_a_failure_is_tried_again_soon(self, app: Flask, kinds: Kinds) -> None:
        def task() -> None:
            next_number("task")
            raise ValueError("địa chỉ a@b.vn")

        registry.periodic("test:task", at="07:30")(task)
        with time_machine.travel("2026-11-24T00:00+07:00", tick=False):
            runner.drain(app)
        with time_machine.travel("2026-11-24T07:30+07:00", tick=False):
            assert runner.drain(app) == 1
        with app.app_context():
            row = db.session.scalars(sa.select(PeriodicRun)).one()
            assert (row.failures, row.last_run_at, row.lease_owner) == (1, None, None)
            assert re.fullmatch(r"ValueError \(jobs/runner\.py:\d+\)", row.last_error or "")
            assert (
                clock.local(row.next_run_at).isoformat("T", "seconds")
                == "2026-11-24T07:30:10+07:00"
            )
            assert value("task") == 0

    def test_only_one_runner_runs_it(self, app: Flask, runs: list[dt.datetime]) -> None:
        self.plan(runs, every_minutes=5)
        threads = [threading.Thread(target=runner.drain, args=(app,)) for _runner in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(runs) == 1

    def test_after_a_crash_it_runs_again(self, app: Flask, runs: list[dt.datetime]) -> None:
        self.plan(runs, every_minutes=5, lease_minutes=3)
        with app.app_context():
            service.update_timetable()
            assert service.claim_periodic("dead-runner") is not None
            db.session.commit()
        runner.drain(app)
        assert runs == []
        with time_machine.travel(clock.now() + dt.timedelta(minutes=4)):
            runner.drain(app)
        assert len(runs) == 1

    def test_nothing_due_is_nothing_claimed(self, ctx: Flask, runs: list[dt.datetime]) -> None:
        assert service.claim_periodic("me") is None

    def test_work_after_a_lost_lease_is_undone(self, app: Flask, kinds: Kinds) -> None:
        def task() -> None:
            next_number("task")
            db.session.execute(sa.update(PeriodicRun).values(lease_owner="another"))

        registry.periodic("test:task", every_minutes=5)(task)
        assert runner.drain(app, rounds=1) == 1
        with app.app_context():
            assert value("task") == 0
            assert db.session.scalars(sa.select(PeriodicRun.failures)).one() == 1

    def test_the_timetable_follows_the_code(
        self, app: Flask, runs: list[dt.datetime], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.plan(runs, at="22:00")
        with time_machine.travel("2026-11-24T08:00+07:00", tick=False):
            runner.drain(app)
            monkeypatch.setattr(registry, "_periodics", {})
            self.plan(runs, at="09:00")
            runner.drain(app)
            with app.app_context():
                assert (
                    clock.local(db.session.scalars(sa.select(PeriodicRun.next_run_at)).one()).hour
                    == 9
                )
            monkeypatch.setattr(registry, "_periodics", {})
            runner.drain(app)
            with app.app_context():
                assert queries.timetable() == []


def test_life(ctx: Flask) -> None:
    now = clock.now()
    assert queries.life(now) == queries.Life(False, None)
    service.beat("a", now)
    service.beat("a", now)
    service.beat("b", now)
    db.session.commit()
    assert queries.life(clock.now()).alive
    assert not queries.life(clock.now() + dt.timedelta(minutes=3)).alive
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RunnerHeartbeat)) == 2


def test_finished_jobs_are_cleared_and_dead_ones_stay(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    kinds("test:fail", fail, attempts=1)
    enqueue(app, "test:count")
    dead = enqueue(app, "test:fail")
    runner.drain(app)
    with time_machine.travel(clock.now() + dt.timedelta(days=31)), app.app_context():
        service.clear_finished()
        db.session.commit()
        assert db.session.scalars(sa.select(Job.id)).all() == [dead]


def test_nonsense_is_refused_by_the_database(ctx: Flask) -> None:
    for values in ({"state": "running"}, {"state": "done"}):
        columns = {
            "name": "x",
            "payload": "{}",
            "created_at": "2026-01-01",
            "run_at": "2026-01-01",
            "attempts": 0,
            **values,
        }
        names = ", ".join(columns)
        with pytest.raises(IntegrityError):
            db.session.execute(
                sa.text(
                    f"INSERT INTO job ({names}) VALUES "
                    f"({', '.join(':' + name for name in columns)})"
                ),
                columns,
            )
        db.session.rollback()


def test_the_runner_works_beats_and_stops(app: Flask, kinds: Kinds) -> None:
    kinds("test:count", count_up)
    enqueue(app, "test:count")
    working = runner.Runner(app, idle_exit=True)
    thread = threading.Thread(target=working.run)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()
    with app.app_context():
        assert value("done") == 1
        assert queries.life(clock.now()).alive


def test_a_database_that_comes_late_does_not_end_the_runner(
    app: Flask, kinds: Kinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds("test:count", count_up)
    monkeypatch.setattr(runner, "_TROUBLE_SECONDS", 0.05)
    enqueue(app, "test:count")
    troubles = []

    def break_down(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "periodic_run" in statement and len(troubles) < 3:
            troubles.append(statement)
            raise sa.exc.OperationalError(
                statement, {}, Exception("the database system is starting up")
            )

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", break_down)
    try:
        thread = threading.Thread(target=runner.Runner(app, idle_exit=True).run)
        thread.start()
        thread.join(timeout=60)
    finally:
        sa.event.remove(engine, "before_cursor_execute", break_down)
    assert len(troubles) == 3
    with app.app_context():
        assert value("done") == 1


def test_trouble_with_the_database_does_not_end_the_runner(
    app: Flask, kinds: Kinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds("test:count", count_up)
    monkeypatch.setattr(runner, "_TROUBLE_SECONDS", 0.05)
    troubles = []

    class Troubled:
        name = "troubled"

        def due(self, now: dt.datetime) -> bool:
            troubles.append(now)
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("server closed the connection"))

        def step(self, owner: str) -> bool:
            raise AssertionError("nothing is due")

    registry.add_source(Troubled())
    enqueue(app, "test:count")
    working = runner.Runner(app)
    thread = threading.Thread(target=working.run)
    thread.start()
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    while len(troubles) < 3 and dt.datetime.now(dt.UTC) < deadline:
        thread.join(timeout=0.1)
    working.stop()
    thread.join(timeout=60)
    assert len(troubles) >= 3
    with app.app_context():
        assert value("done") == 1
