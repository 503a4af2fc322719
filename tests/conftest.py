"""Fixtures for every kind of test.

Unit tests get no database and no network (tests/unit/conftest.py).
"""

import contextlib
import datetime as dt
import functools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

# On a busy machine hypothesis' own deadline would judge the machine, not the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

#: The moment at which every test begins, from TEST_NOW; None: the machine's own clock.
#: In UTC, since time_machine would take a zone with rules of its own for that of the process.
BEGIN = (
    dt.datetime.fromisoformat(os.environ["TEST_NOW"]).astimezone(dt.UTC)
    if os.environ.get("TEST_NOW")
    else None
)

CLOCK = pytest.StashKey[time_machine.Traveller]()

SECRET = "test-secret-key-that-is-long-enough-for-us"


def pytest_configure(config: pytest.Config) -> None:
    """Move the clock of this process, so that the tests are collected on that day too."""
    if BEGIN is not None:
        travel = time_machine.travel(BEGIN, tick=True)
        config.stash[CLOCK] = travel.start()
        config.add_cleanup(travel.stop)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Set it again: a long run must not walk out of the day, or over midnight, in some test."""
    if BEGIN is not None:
        item.config.stash[CLOCK].move_to(BEGIN)


@pytest.fixture
def machines_clock() -> Iterator[None]:
    """The machine's own clock, for tests with files and programs that know no other."""
    if BEGIN is None:
        yield
        return
    with time_machine.travel(time_machine.escape_hatch.datetime.datetime.now(dt.UTC), tick=True):
        yield


def postgres_url() -> str | None:
    """The server on which to make databases, when this run is for PostgreSQL."""
    return os.environ.get("TEST_DATABASE_URL") or None


@contextlib.contextmanager
def databases() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database on the PostgreSQL server and gives its address; all
    are dropped at the end.

    Without a server it gives "": the file in the instance folder.
    """
    server, names = postgres_url(), list[str]()
    if server is None:
        yield lambda: ""
        return
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")

    def make() -> str:
        names.append(f"langnghe_test_{uuid.uuid4().hex[:12]}")
        with admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{names[-1]}"')
            # The tests kill programs, never the server: what it holds in memory is not lost.
            connection.exec_driver_sql(f'ALTER DATABASE "{names[-1]}" SET synchronous_commit = off')
        return url.set(drivername="postgresql", database=names[-1]).render_as_string(
            hide_password=False
        )

    try:
        yield make
    finally:
        with admin.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.dispose()


@pytest.fixture
def new_database() -> Iterator[Callable[[], str]]:
    """A function that makes one more empty database for this test and gives its address ("":

    SQLite in the folder).
    """
    with databases() as make:
        yield make


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of this run's own: a file, or one made on the PostgreSQL server and dropped
    afterwards.
    """
    with databases() as make:
        yield make() or f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}"


@pytest.fixture(scope="session")
def make_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that makes an app in an instance folder of its own."""
    from app import create_app

    def make(**overrides: Any) -> Flask:
        folder: Path = tmp_path_factory.mktemp("instance")
        settings = {"environment": "test", "secret_key": SECRET, "page_cache": False, **overrides}
        return create_app(folder, settings)

    return make


@pytest.fixture(scope="session")
def shared_app(make_app: Any, database_url: str) -> Iterator[Flask]:
    from app.extensions import db

    app = make_app(database_url=database_url)
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def empty(app: Flask) -> None:
    """Delete every row, referring tables first; tables without rows are left alone."""
    from app.extensions import db

    with app.app_context():
        db.session.rollback()
        connection = db.session.connection()
        sqlite = connection.dialect.name == "sqlite"
        tables = (*(table.name for table in reversed(db.metadata.sorted_tables)), "search_doc")
        filled = set(connection.exec_driver_sql(_which_are_filled(tables)).scalars())
        if "audit_head" in filled:
            # The triggers of the audit record refuse DELETE as long as its head is sealed.
            connection.exec_driver_sql("UPDATE audit_head SET sealed = false")
        # A question and its approved answer refer to each other: they go together.
        if sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in tables:
            if name not in filled or (name == "answer_version" and not sqlite):
                continue
            answers = "WITH answers AS (DELETE FROM answer_version) " * (name == "question")
            connection.exec_driver_sql(f'{"" if sqlite else answers}DELETE FROM "{name}"')
        db.session.commit()
        db.session.remove()


@functools.cache
def _which_are_filled(tables: tuple[str, ...]) -> str:
    """The query for the names of those tables that hold any row."""
    return " UNION ALL ".join(
        f"""SELECT '{name}' WHERE EXISTS (SELECT 1 FROM "{name}")""" for name in tables
    )


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The app with an empty database and no context pushed (a pushed context would keep a user
    across requests).
    """
    yield shared_app
    empty(shared_app)


@pytest.fixture
def ctx(app: Flask) -> Iterator[Flask]:
    """The app inside an application context, for tests of services."""
    with app.app_context():
        yield app
        from app.extensions import db

        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
