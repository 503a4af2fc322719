"""How transactions start: numbers without gaps under load, readers who cannot write, writers who
wait their turn and not for ever.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask, request
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.kernel import db as database
from app.kernel import web
from app.kernel.db import Counter, next_number, reading, set_read_only, writing
from app.kernel.errors import Busy, Refused
from app.kernel.throttle import ThrottleEvent, note
from app.kernel.web import commits
from tests.factories.statements import StatementCounter

ROOT = Path(__file__).resolve().parents[3]
MakeProbed = Callable[..., Flask]


def values(*names: str) -> list[int]:
    return [
        db.session.scalar(sa.select(Counter.value).where(Counter.name == name)) or 0
        for name in names
    ]


def test_two_processes_of_eight_threads_lose_and_refuse_nothing(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "GATE_URL": database_url, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.integration.kernel.writers", str(tmp_path), "8", "25"]
    running = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    results = [process.communicate(timeout=300) for process in running]
    assert [process.returncode for process in running] == [0, 0], results
    assert [json.loads(output.splitlines()[-1]) for output, _errors in results] == [[], []]
    with app.app_context():
        numbers = sorted(
            int(key)
            for key in db.session.scalars(
                sa.select(ThrottleEvent.key).where(ThrottleEvent.scope == "gate")
            )
        )
        assert numbers == list(range(1, 401))
        assert values("gate") == [400]


def test_numbers_start_at_one_and_each_name_has_its_own(ctx: Flask) -> None:
    assert [next_number("a"), next_number("b"), next_number("a")] == [1, 1, 2]


def test_a_number_that_was_not_used_is_free_again(ctx: Flask) -> None:
    next_number("a")
    db.session.commit()
    next_number("a")
    db.session.rollback()
    assert next_number("a") == 2


def test_a_get_cannot_write_and_a_post_can(probed: MakeProbed) -> None:
    def add(bp: Blueprint) -> None:
        @bp.route("/thu/ghi", methods=["GET", "POST"])
        @commits
        def write() -> str:
            next_number("probe")
            return "đã ghi"

    app = probed(add)
    client = app.test_client()
    assert client.get("/thu/ghi").status_code >= 500
    assert client.head("/thu/ghi").status_code >= 500
    with app.app_context():
        assert values("probe") == [0]
    assert client.post("/thu/ghi").status_code == 200
    assert client.get("/thu/ghi").status_code >= 500
    assert client.post("/thu/ghi").status_code == 200
    with app.app_context():
        assert values("probe") == [2]


def test_a_view_that_returns_an_error_or_raises_undoes_everything(probed: MakeProbed) -> None:
    def add(bp: Blueprint) -> None:
        @bp.post("/thu/loi/<int:code>")
        @commits
        def answer(code: int) -> tuple[str, int]:
            next_number("probe")
            return "", code

        @bp.post("/thu/tu-choi")
        @commits
        def refuse() -> str:
            next_number("probe")
            raise Refused("Không được.")

    app = probed(add)
    client = app.test_client()
    assert [client.post(f"/thu/loi/{code}").status_code for code in (200, 302, 400, 422, 500)] == [
        200,
        302,
        400,
        422,
        500,
    ]
    assert client.post("/thu/tu-choi").status_code == 409
    with app.app_context():
        assert values("probe") == [2]


def test_reading_transactions_cannot_write_and_the_session_writes_again_afterwards(
    ctx: Flask,
) -> None:
    with reading():
        assert values("a") == [0]
        with pytest.raises(DBAPIError):
            next_number("a")
    assert next_number("a") == 1
    db.session.commit()


def test_a_writing_transaction_beside_a_reading_one(ctx: Flask) -> None:
    with reading():
        assert values("a") == [0]
        with writing() as connection:
            connection.execute(sa.insert(Counter).values(name="a", value=7))
        with pytest.raises(LookupError), writing() as connection:
            connection.execute(sa.insert(Counter).values(name="b", value=7))
            raise LookupError
        with pytest.raises(DBAPIError):
            next_number("c")
    assert values("a", "b") == [7, 0]


def test_whoever_waits_too_long_is_asked_to_come_back_and_keeps_the_text(
    probed: MakeProbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(bp: Blueprint) -> None:
        @bp.post("/thu/ghi")
        @commits
        def write() -> str:
            next_number(request.form["ten"])
            return "đã ghi"

        @bp.get("/thu/doc")
        def read() -> str:
            return str(values("giu")[0])

    monkeypatch.setattr(database, "WRITER_WAIT", 0.2)
    busy: list[Busy] = []

    def note_and_answer(error: Busy) -> Any:
        busy.append(error)
        return web._unavailable(error)

    app = probed(add)
    app.register_error_handler(Busy, note_and_answer)
    client = app.test_client()
    is_sqlite = not os.environ.get("TEST_DATABASE_URL")
    with app.app_context():
        engine = db.engine
    # No context around the client: it would share its session with every request.
    with engine.connect() as holder:
        holder.execute(sa.insert(Counter).values(name="giu", value=1))
        # A reader is not disturbed by whoever writes.
        assert client.get("/thu/doc").get_data(as_text=True) == "0"
        response = client.post(
            "/thu/ghi", data={"ten": "khac", "noi_dung": "Đường vào thôn bị ngập"}
        )
        # PostgreSQL has no single writer's turn: only the same row would have to be waited for.
        assert response.status_code == (503 if is_sqlite else 200)
        if is_sqlite:
            assert response.headers["Retry-After"] == "60"
            assert "Đường vào thôn bị ngập" in response.get_data(as_text=True)
        assert len(busy) == (1 if is_sqlite else 0)
        holder.commit()
    assert client.post("/thu/ghi", data={"ten": "khac"}).status_code == 200
    assert client.get("/thu/doc").get_data(as_text=True) == "1"
    with app.app_context():
        assert values("khac") == [1 if is_sqlite else 2]


def test_the_turn_is_given_back_after_an_error(ctx: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WRITER_WAIT", 0.2)
    for _ in range(3):
        with pytest.raises(DBAPIError):
            db.session.execute(sa.text("INSERT INTO khong_co VALUES (1)"))
        db.session.rollback()
    assert next_number("a") == 1
    db.session.commit()
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(sa.update(Counter).values(value=5))
    assert values("a") == [5]


def test_a_lock_is_one_turn_for_threads_and_for_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WRITER_WAIT", 0.1)
    here, elsewhere = database.WriterLock(tmp_path / "lock"), database.WriterLock(tmp_path / "lock")
    here.acquire()
    for other in (here, elsewhere):
        with pytest.raises(Busy):
            other.acquire()
    here.release()
    elsewhere.acquire()
    elsewhere.release()
    here.acquire()
    here.release()


def test_a_forked_worker_has_a_lock_of_its_own(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.kernel import db; from "
        "app.kernel.errors import Busy\n"
        "db.WRITER_WAIT = 0.1\n"
        f"lock = db.WriterLock(Path({str(tmp_path / 'lock')!r}))\n"
        "lock.acquire(); lock.release()\n"
        "came, told = os.pipe()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os.read(came, 1)\n"
        "    try: lock.acquire()\n"
        "    except Busy: os._exit(7)\n"
        "    os._exit(0)\n"
        "lock.acquire(); os.write(told, b'x')\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 7


def test_the_database_is_configured_as_promised(ctx: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        wanted = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 15_000,
            "trusted_schema": 0,
        }
        assert {name: db.session.scalar(sa.text(f"PRAGMA {name}")) for name in wanted} == wanted
    else:
        set_read_only(True)
        assert db.session.scalar(sa.text("SHOW transaction_read_only")) == "on"
        db.session.rollback()
        set_read_only(False)
        assert db.session.scalar(sa.text("SHOW transaction_read_only")) == "off"


def test_a_writer_holds_the_database_from_its_first_look(make_app: Any, tmp_path: Path) -> None:
    """Also against programs that know nothing of our lock: what was read cannot be overtaken before
    it is written.
    """
    file = tmp_path / "rieng.db"
    app: Flask = make_app(database_url=f"sqlite:///{file}")
    with (
        app.app_context(),
        contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as outsider,
    ):
        db.create_all()
        assert values("a") == [0]
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            outsider.execute("BEGIN IMMEDIATE")
        db.session.rollback()
        with reading():
            values("a")
            outsider.execute("BEGIN IMMEDIATE")
            outsider.execute("ROLLBACK")
        db.session.remove()
        db.engine.dispose()


def test_foreign_keys_hold(ctx: Flask) -> None:
    with pytest.raises(DBAPIError):
        db.session.execute(
            sa.text("INSERT INTO user_role (user_id, role) VALUES (999999, 'officer')")
        )
    db.session.rollback()


def test_statements_are_counted_and_plumbing_is_not(ctx: Flask) -> None:
    with StatementCounter(db.engine) as counted:
        values("a", "b")
        note("x", "y")
        db.session.commit()
    assert len(counted.statements) == 3
    values("a")
    assert len(counted.statements) == 3


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("search_doc", "table", False),
        ("search_doc_docsize", "table", False),
        ("question", "table", True),
        ("search_doc_x", "index", True),
    ],
)
def test_migrations_do_not_see_the_index(name: str, kind: str, kept: Any) -> None:
    assert database.in_metadata(None, name, kind, True, None) is kept
