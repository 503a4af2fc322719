"""The one look-up of a cache hit: which publication revision is committed now.

It does not go through SQLAlchemy: a connection of its own per thread, in autocommit, reading one
row by its key, takes a hundredth of a session's time (SQLite: 3 µs). Whoever cannot read it gets
None and renders the page.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

_LOOK_UP = "SELECT value FROM publication_revision WHERE id = 1"
#: Seconds until a PostgreSQL that does not answer is given up; the page is then rendered, or the
#: error page shown.
_PATIENCE = 3
Connect = Callable[[], Any]


class RevisionReader:
    """Reads the revision through a raw connection of the calling thread."""

    def __init__(self, connect: Connect, error: type[Exception]) -> None:
        self._connect = connect
        self._error = error
        self._local = threading.local()

    def __call__(self) -> int | None:
        """The revision that is committed now; 0 before the first publication;

        None when the database cannot be asked.
        """
        for _attempt in range(2):
            try:
                row = self._connection().execute(_LOOK_UP).fetchone()
            except self._error:
                # The server may have been restarted since: once more with a new connection.
                self._forget()
            else:
                return int(row[0]) if row else 0
        return None

    def _connection(self) -> Any:
        # A forked worker must not talk through its parent's connection.
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.connection = self._connect()
            self._local.pid = os.getpid()
        return self._local.connection

    def _forget(self) -> None:
        self._local.pid = None
        self._local.connection = None


def revision_reader(engine: Engine) -> Callable[[], int | None]:
    """The reader for this database.

    One in memory belongs to a single connection, so nothing is cached for it.
    """
    if engine.dialect.name == "postgresql":
        arguments, options = engine.dialect.create_connect_args(engine.url)
        settings = {
            **options,
            "autocommit": True,
            "connect_timeout": _PATIENCE,
            "options": f"-c statement_timeout={_PATIENCE}s",
        }
        driver: Any = engine.dialect.loaded_dbapi
        return RevisionReader(lambda: driver.connect(*arguments, **settings), driver.Error)
    database = engine.url.database or ""
    if database in {"", ":memory:"}:
        return lambda: None
    # Read and write, since a reader of a write-ahead log takes part in it; never create, never
    # change.
    address = Path(database).absolute().as_uri() + "?mode=rw"
    return RevisionReader(lambda: _open(address), sqlite3.Error)


def _open(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_PATIENCE)
    connection.execute("PRAGMA query_only=ON")
    return connection
