"""Fixtures of the fault tests: a mail server that notes everything, and an installation with a
database of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.site import Site
from tests.smtp_server import FaultyServer

#: Debian keeps it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
collect_ignore = [] if NGINX and shutil.which("openssl") else ["test_through_nginx.py"]


@pytest.fixture
def smtp() -> Iterator[FaultyServer]:
    """A mail server on this machine."""
    with FaultyServer() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, new_database: Callable[[], str], smtp: FaultyServer) -> Iterator[Site]:
    """An installation whose mails go to `smtp`; its programs are not started yet."""
    made = Site(tmp_path / "instance", database_url=new_database(), mail_port=smtp.port)
    yield made
    made.close()
