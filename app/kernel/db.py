"""How a transaction starts, on both databases.

SQLite: WAL, every write durable before it is acknowledged, `BEGIN IMMEDIATE` for everything that
may write (the default deferred transaction loses or refuses most concurrent updates), one
fair-enough turn at a time across threads and processes. A request that only reads cannot write: the
database itself refuses.
"""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.kernel.errors import Busy

#: Seconds a writer waits for its turn before the person is asked to try again (503).
WRITER_WAIT = 20.0
_NAP = 0.002
#: Milliseconds that SQLite itself waits for a lock, and while the log is emptied.
_BUSY_WAIT = 15_000
_SCRUB_WAIT = 1_000

_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


class Counter(db.Model):
    """A gap-free number, such as that of tracking codes within a year."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def next_number(name: str) -> int:
    """The next number of this counter, from 1.

    Taken in the caller's transaction: rolled back, it is free again.
    """
    step = (
        sa.update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
    )
    number = db.session.execute(step).scalar()
    if number is None:
        insert = sa.text(
            "INSERT INTO counter (name, value) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING"
        )
        db.session.execute(insert, {"name": name})
        number = db.session.execute(step).scalar_one()
    return int(number)


def set_read_only(value: bool) -> None:
    """From here on (in this thread) transactions start as readers, or as writers again."""
    _read_only.set(value)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Transactions that start inside are readers: slow work between read and write then blocks
    nobody's turn.

    The session's open transaction is ended on the way in and out, so that its mode really changes.
    """
    db.session.rollback()
    token = _read_only.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _read_only.reset(token)


@contextlib.contextmanager
def writing() -> Iterator[Connection]:
    """A writing transaction of its own beside a session that only reads; committed at the end,
    undone by an error.
    """
    token = _read_only.set(False)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _read_only.reset(token)


def scrub() -> None:
    """Leave nothing of what was changed or deleted in SQLite's log: its pages are written back and
    the log is emptied. The session is in no transaction.

    PostgreSQL keeps old rows until it vacuums by itself. Raises Busy when a reader still needs the
    log: try again later.
    """
    if db.engine.dialect.name != "sqlite":
        return
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        # Writers wait meanwhile: not for long.
        cursor.execute(f"PRAGMA busy_timeout={_SCRUB_WAIT}")
        stopped = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_WAIT}")
        cursor.close()
    finally:
        raw.close()
    if stopped:
        raise Busy


class WriterLock:
    """One writer at a time: a lock among threads, then a file lock among processes."""

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        self._path = path
        self._file: Any = None
        self._pid = 0

    def acquire(self) -> None:
        """Wait for a turn; raises Busy after WRITER_WAIT seconds."""
        deadline = time.monotonic() + WRITER_WAIT
        if not self._threads.acquire(timeout=WRITER_WAIT):
            raise Busy
        try:
            if self._pid != os.getpid():
                # A forked worker shares its parent's open file, and with it the lock: it needs a
                # file of its own.
                self._file, self._pid = self._path.open("a"), os.getpid()
            while True:
                try:
                    fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except OSError:
                    if time.monotonic() > deadline:
                        raise Busy from None
                    time.sleep(_NAP)
        except BaseException:
            self._threads.release()
            raise

    def release(self) -> None:
        """Give the turn back."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def init_app(app: Flask) -> None:
    """Configure the engine of this app. The instance folder exists from here on."""
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    with app.app_context():
        configure_engine(db.engine)


def configure_engine(engine: Engine) -> None:
    """Attach the rules above to one engine. Called once per app, before the first connection."""
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine)
    else:

        @sa.event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if _read_only.get():
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _configure_sqlite(engine: Engine) -> None:
    database = engine.url.database or ""
    in_file = database not in ("", ":memory:")
    lock = WriterLock(Path(database + ".lock")) if in_file else None

    @sa.event.listens_for(engine, "connect")
    def connect(raw: Any, record: Any) -> None:
        raw.isolation_level = None  # the driver must not open transactions of its own
        cursor = raw.cursor()
        for pragma in (
            f"busy_timeout={_BUSY_WAIT}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What is deleted is overwritten with zeros, and not merely let go of.
            "secure_delete=ON",
            "wal_autocheckpoint=1000",
            "journal_size_limit=67108864",
            "trusted_schema=OFF",
            "cache_size=-20000",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        info = connection.info
        if _read_only.get():
            if not info.get("query_only"):
                connection.exec_driver_sql("PRAGMA query_only=ON")
                info["query_only"] = True
            connection.exec_driver_sql("BEGIN")
            return
        if lock and not info.get("has_turn"):
            lock.acquire()
            info["has_turn"] = True
        if info.get("query_only"):
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            info["query_only"] = False
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def give_back(raw: Any, record: Any) -> None:
        if lock and record.info.pop("has_turn", False):
            lock.release()

    # At check-in the commit is already on disk; releasing at the "commit" event would be before it.
    sa.event.listen(engine, "checkin", give_back)
    sa.event.listen(engine, "invalidate", lambda raw, record, error: give_back(raw, record))


def in_metadata(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """For Alembic: leave out the full-text index, whose tables differ between databases and are not
    models.
    """
    return not (kind == "table" and (name or "").startswith("search_doc"))
