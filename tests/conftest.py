"""Fixtures for every kind of test.

Unit tests get no database and no network (tests/unit/conftest.py).
"""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

# On a busy machine hypothesis' own deadline would judge the machine, not the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SECRET = "test-secret-key-that-is-long-enough-for-us"


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
    """Delete every row, referring tables first."""
    from app.extensions import db

    with app.app_context():
        db.session.rollback()
        # The triggers of the audit record refuse DELETE as long as its head is sealed.
        db.session.execute(sa.text("UPDATE audit_head SET sealed = false"))
        # A question and its approved answer refer to each other: they go together.
        if db.session.get_bind().dialect.name == "sqlite":
            db.session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        for table in reversed(db.metadata.sorted_tables):
            if db.session.get_bind().dialect.name == "sqlite" or table.name not in {
                "answer_version",
                "question",
            }:
                db.session.execute(table.delete())
            elif table.name == "question":
                db.session.execute(
                    sa.text("WITH answers AS (DELETE FROM answer_version) DELETE FROM question")
                )
        for name in ("search_doc", "search_doc_key"):
            if sa.inspect(db.session.connection()).has_table(name):
                db.session.execute(sa.text(f"DELETE FROM {name}"))
        db.session.commit()
        db.session.remove()


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
