"""Alive, ready, and how much: who may look, and that looking never breaks."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.kernel import metrics
from tests.factories.statements import StatementCounter

MakeProbed = Callable[..., Flask]
TOKEN = "bi-mat-cua-may-do"


@pytest.fixture
def site(probed: MakeProbed) -> Flask:
    return probed(lambda bp: None, page_cache=True, metrics_token=TOKEN)


def ask(site: Flask, path: str, address: str = "127.0.0.1", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.test_client(use_cookies=False).get(
        path, environ_base={"REMOTE_ADDR": address}, headers=named
    )


def numbers(site: Flask) -> dict[str, float]:
    lines = ask(site, "/metrics").get_data(as_text=True).splitlines()
    return {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in lines
        if not line.startswith("#")
    }


def test_alive_means_that_the_process_answers(site: Flask) -> None:
    with site.app_context():
        engine = db.engine
    with StatementCounter(engine) as counted:
        answer = ask(site, "/healthz", "203.0.113.5")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")
    assert counted.statements == []


def test_ready_means_that_the_database_is_set_up(site: Flask, make_app: Any) -> None:
    assert ask(site, "/readyz").status_code == 200
    unprepared: Flask = make_app()
    assert ask(unprepared, "/readyz").status_code == 503
    assert ask(unprepared, "/healthz").status_code == 200
    with unprepared.app_context():
        db.create_all()
        db.session.remove()
    assert ask(unprepared, "/readyz").status_code == 200
    with unprepared.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", sorted(metrics.ADDRESSES))
def test_they_are_never_kept_and_set_no_cookie(site: Flask, path: str) -> None:
    for _ in range(2):
        answer = ask(site, path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert len(site.extensions["page_cache"].shelf) == 0


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.8.9.10", {}, 200),
        ("203.0.113.5", {}, 404),
        ("10.0.0.1", {}, 404),
        ("", {}, 404),
        ("không phải địa chỉ", {}, 404),
        ("127.0.0.1", {"X_Forwarded_For": "203.0.113.5"}, 404),
        ("127.0.0.1", {"X_Real_IP": "203.0.113.5"}, 404),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.5"}, 404),
        ("203.0.113.5", {"X_Forwarded_For": "127.0.0.1"}, 404),
        ("203.0.113.5", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("127.0.0.1", {"X_Forwarded_For": "203.0.113.5", "Authorization": f"Bearer {TOKEN}"}, 200),
        ("203.0.113.5", {"Authorization": "Bearer khac"}, 404),
        ("203.0.113.5", {"Authorization": "Bearer "}, 404),
        ("203.0.113.5", {"Authorization": TOKEN}, 404),
        ("203.0.113.5", {"Authorization": f"Basic {TOKEN}"}, 404),
    ],
)
def test_who_may_look_at_the_numbers(
    site: Flask, address: str, headers: dict[str, str], status: int
) -> None:
    assert ask(site, "/metrics", address, **headers).status_code == status


def test_without_a_token_nobody_has_one(probed: MakeProbed) -> None:
    site = probed(lambda bp: None)
    assert ask(site, "/metrics", "203.0.113.5", Authorization="Bearer ").status_code == 404
    assert ask(site, "/metrics").status_code == 200


def test_requests_are_counted_by_page_and_class_of_answer(site: Flask) -> None:
    ask(site, "/khong-co")
    ask(site, "/healthz")
    ask(site, "/healthz")
    found = numbers(site)
    assert found['langnghe_requests_total{answer="4xx",endpoint="none"}'] == 1
    assert found['langnghe_requests_total{answer="2xx",endpoint="metrics.healthz"}'] == 2
    assert found["langnghe_request_seconds_count"] == 3


def test_the_page_cache_is_counted(site: Flask) -> None:
    for _ in range(3):
        answer = ask(site, "/lien-he")
    ask(site, "/lien-he", If_None_Match=answer.headers["ETag"])
    found = numbers(site)
    assert found["langnghe_page_cache_hits_total"] == 3
    assert found["langnghe_page_cache_misses_total"] == 1
    assert found["langnghe_page_cache_unchanged_total"] == 1
    assert found["langnghe_page_cache_waits_total"] == 0
    assert found["langnghe_page_cache_bytes"] > 1_000


def test_a_feature_adds_a_number(site: Flask) -> None:
    metrics.add_gauge(
        site,
        "langnghe_thu",
        "Một con số.",
        lambda: float(db.session.scalar(sa.text("SELECT 40 + 2")) or 0),
    )
    assert numbers(site)["langnghe_thu"] == 42


def test_a_number_that_cannot_be_read_does_not_hide_the_others(site: Flask) -> None:
    def broken() -> float:
        return float(db.session.scalar(sa.text("SELECT x FROM khong_co")) or 0)

    metrics.add_gauge(site, "langnghe_hong", "Không đọc được.", broken)
    metrics.add_gauge(site, "langnghe_thu", "Một con số.", lambda: 1.0)
    found = numbers(site)
    assert "langnghe_hong" not in found
    assert found["langnghe_thu"] == 1


def test_looking_cannot_write(site: Flask) -> None:
    def write() -> float:
        db.session.execute(sa.text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
        return 1.0

    metrics.add_gauge(site, "langnghe_ghi", "Ghi.", write)
    assert "langnghe_ghi" not in numbers(site)
    with site.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM counter")) == 0


def test_two_apps_count_apart(site: Flask, probed: MakeProbed) -> None:
    other = probed(lambda bp: None)
    ask(site, "/healthz")
    assert 'langnghe_requests_total{answer="2xx",endpoint="metrics.healthz"}' not in numbers(other)


def test_a_monitor_on_the_machine_asks_by_its_address(probed: MakeProbed) -> None:
    site = probed(lambda bp: None, trusted_hosts="anson.example")
    for path in metrics.ADDRESSES:
        assert ask(site, path, Host="127.0.0.1:8000").status_code == 200
        assert ask(site, path, "203.0.113.5", Host="127.0.0.1:8000").status_code == 400
        assert (
            ask(site, path, Host="127.0.0.1:8000", X_Forwarded_For="203.0.113.5").status_code == 400
        )
    assert ask(site, "/", Host="127.0.0.1:8000").status_code == 400


def test_a_database_that_is_gone_is_said_by_readiness(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(sa.engine.Connection, "execute", gone)
    assert ask(site, "/readyz").status_code == 503
    assert ask(site, "/healthz").status_code == 200
