"""The background work on screen and on the command line."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.extensions import db
from app.jobs import registry, runner, service
from app.jobs.models import Job
from app.jobs.states import JobState
from app.kernel import clock
from tests.factories.accounts import csrf_of, make_staff

ADDRESS = "/can-bo/he-thong/cong-viec"


@pytest.fixture
def dead_job(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(registry, "_jobs", {})
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_sources", {})

    @registry.job("test:fail", attempts=1)
    def fail(payload: dict[str, object]) -> None:
        raise RuntimeError

    @registry.periodic("test:task", at="07:30")
    def task() -> None:
        raise AssertionError("not at this hour")

    with app.app_context():
        number = service.enqueue("test:fail", {})
        db.session.commit()
    runner.drain(app, rounds=1)
    assert number is not None
    return number


def state(app: Flask, number: int) -> JobState:
    with app.app_context():
        return db.session.scalars(sa.select(Job.state).where(Job.id == number)).one()


def test_only_for_those_who_may(app: Flask, dead_job: int) -> None:
    client, _user = make_staff(app, Role.MODERATOR)
    assert client.get(ADDRESS).status_code == 403
    token = csrf_of(client, "/can-bo/tai-khoan")
    assert (
        client.post(f"{ADDRESS}/{dead_job}/chay-lai", data={"csrf_token": token}).status_code == 403
    )
    assert app.test_client().get(ADDRESS).status_code == 302
    assert state(app, dead_job) is JobState.DEAD


def test_the_screen_shows_what_is_wrong(app: Flask, dead_job: int) -> None:
    client, _user = make_staff(app, Role.ADMINISTRATOR)
    page = client.get(ADDRESS).get_data(as_text=True)
    assert "Bộ chạy nền chưa từng hoạt động" in page
    assert "test:fail" in page
    assert "test:task" in page
    assert page.count("<h1") == 1


def test_a_dead_job_is_started_again(app: Flask, dead_job: int) -> None:
    client, user = make_staff(app, Role.ADMINISTRATOR)
    token = csrf_of(client, ADDRESS)
    answer = client.post(
        f"{ADDRESS}/{dead_job}/chay-lai", data={"csrf_token": token}, follow_redirects=True
    )
    assert "Việc «test:fail» sẽ được chạy lại." in answer.get_data(as_text=True)
    assert state(app, dead_job) is JobState.READY
    assert (
        client.post(f"{ADDRESS}/{dead_job}/chay-lai", data={"csrf_token": token}).status_code == 409
    )
    assert client.post(f"{ADDRESS}/999999/chay-lai", data={"csrf_token": token}).status_code == 404
    runner.drain(app, rounds=1)
    page = client.get(ADDRESS).get_data(as_text=True)
    assert f"Đã chạy lại bởi {user.full_name}" in page


def test_a_living_runner_is_seen(app: Flask) -> None:
    with app.app_context():
        service.beat("here", clock.now())
        db.session.commit()
    client, _user = make_staff(app, Role.ADMINISTRATOR)
    page = client.get(ADDRESS).get_data(as_text=True)
    assert "Bộ chạy nền đang hoạt động" in page
    assert "Không có việc nào bị kẹt" in page


def test_commands(app: Flask, dead_job: int) -> None:
    run = app.test_cli_runner().invoke
    listed = run(args=["jobs", "list"])
    assert listed.exit_code == 0
    assert "Bộ chạy nền không hoạt động." in listed.output
    assert "test:fail" in listed.output
    assert "test:task" in listed.output
    assert "Không làm được: 1" in listed.output
    assert run(args=["jobs", "retry", str(dead_job)]).exit_code == 0
    again = run(args=["jobs", "retry", str(dead_job)])
    assert again.exit_code == 1
    assert "trạng thái" in again.output
    assert "Đã làm 1 việc." in run(args=["jobs", "run", "--once"]).output
    assert state(app, dead_job) is JobState.DEAD
