"""The runner is killed in the middle of an import: the reader dies with it, and the next runner
does the work once.
"""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from app.access import Role
from app.consultations.models import LandType
from app.extensions import db
from app.imports import kinds
from app.imports import service as imports
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from app.jobs.models import Job
from app.kernel.clock import now
from app.works.models import WORKS_FILE
from tests.factories.accounts import make_user
from tests.factories.consultations import make_consultation
from tests.integration.imports.test_imports_job import read_by_tests

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from app import create_app
from app.imports import kinds
from app.jobs import runner
from tests.integration.imports.test_imports_job import WORKS_FILE, read_by_tests

settings = {"environment": "test", "secret_key": "x" * 40, "page_cache": False}
app = create_app(sys.argv[1], settings | {"database_url": sys.argv[2]})
kinds.register(read_by_tests(WORKS_FILE, extensions=("csv",)))
runner.drain(app)
"""


def children_of(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.faults
def test_a_killed_runner_leaves_nothing_and_loses_nothing(
    ctx: Flask, monkeypatch: pytest.MonkeyPatch, machines_clock: None
) -> None:
    ours = read_by_tests(WORKS_FILE, extensions=("csv",))
    monkeypatch.setitem(kinds._kinds, WORKS_FILE, ours)
    upload = FileStorage(io.BytesIO(b"a,b\n"), filename="a.csv")
    officer = make_user(roles=[Role.MODERATOR])
    run_id = imports.start(
        make_consultation().id, WORKS_FILE, upload, {"do": "never_end"}, officer
    ).id
    db.session.commit()
    address = db.engine.url.render_as_string(hide_password=False)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, ctx.instance_path, address], cwd=ROOT
    )

    def state() -> ImportState:
        db.session.rollback()
        return db.session.get_one(ImportRun, run_id, populate_existing=True).state

    try:
        wait_for(lambda: state() is ImportState.RUNNING and children_of(program.pid))
        reader = children_of(program.pid)[0]
        time.sleep(1.5)  # it has bound itself by then
        assert is_alive(reader)
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    wait_for(lambda: not is_alive(reader))
    assert db.session.scalar(sa.select(LandType.id)) is None
    db.session.execute(
        sa.update(Job).where(Job.name == imports.JOB).values(lease_until=now(), run_at=now())
    )
    db.session.execute(sa.update(ImportRun).values(options={}))
    db.session.commit()
    runner.drain(ctx)
    assert state() is ImportState.DONE
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LandType)) == 3
    assert db.session.get_one(ImportRun, run_id).tries == 2
