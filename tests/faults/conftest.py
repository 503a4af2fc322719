"""Fixtures of the fault tests: a mail server that notes everything, and an installation with a database of its own."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.site import Site
from tests.smtp_server import FaultyServer


@pytest.fixture
def smtp() -> Iterator[FaultyServer]:
    """A mail server on this machine."""
    with FaultyServer() as server:
        yield server


@pytest.fixture
def new_database() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and returns its address; empty for the file in the instance folder."""
    import os

    server, names = os.environ.get("TEST_DATABASE_URL"), []

    def make() -> str:
        if not server:
            return ""
        names.append(f"langnghe_test_{uuid.uuid4().hex[:12]}")
        with admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{names[-1]}"')
        return url.set(database=names[-1]).render_as_string(hide_password=False)

    if server:
        url = sa.make_url(server).set(drivername="postgresql")
        admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    yield make
    if server:
        with admin.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.dispose()


@pytest.fixture
def site(tmp_path: Path, new_database: Callable[[], str], smtp: FaultyServer) -> Iterator[Site]:
    """An installation whose mails go to `smtp`; its programs are not started yet."""
    made = Site(tmp_path / "instance", database_url=new_database(), mail_port=smtp.port)
    yield made
    made.close()
