"""The disk of the database is full: reading goes on, writing says so and keeps the text, and room
is enough to go on.

No restart in between. SQLite is told that its file may not grow, PostgreSQL answers with its own
error for a full disk.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.extensions import db
from app.kernel.db import Counter
from app.questions.states import Visibility
from app.submissions.models import Submission
from tests.factories.organisation import make_agency, make_topic
from tests.factories.questions import make_question
from tests.faults.site import FORM, Answer, receipt

pytestmark = pytest.mark.faults

BODY = (
    "Xin hỏi lịch tiêm phòng cho đàn trâu ở thôn Đông. "
    + "Đàn trâu của nhà tôi có nhiều con đã lâu chưa được tiêm phòng. " * 70
)


class Disk(Protocol):
    """The disk on which the database lies."""

    def fill(self) -> None:
        """From now on nothing more fits."""
        ...

    def free(self) -> None:
        """There is room again."""
        ...


class SqliteDisk:
    """SQLite may take no further page."""

    def __init__(self, app: Flask) -> None:
        self._most = 0
        with app.app_context():
            self._engine = db.engine
        sa.event.listen(self._engine, "checkout", self._limit)

    def _limit(self, raw: Any, record: Any, proxy: Any) -> None:
        raw.execute(f"PRAGMA max_page_count={self._most or 2**30}")

    def fill(self) -> None:
        with self._engine.connect() as connection:
            self._most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def free(self) -> None:
        self._most = 0


class PostgresDisk:
    """PostgreSQL refuses new rows as it does on a full disk (SQLSTATE 53100)."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine

    def _run(self, *statements: str) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def fill(self) -> None:
        self._run(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING "
            "ERRCODE = '53100'; END $$",
            "CREATE TRIGGER disk_full BEFORE INSERT ON submission FOR EACH ROW EXECUTE FUNCTION "
            "disk_full()",
        )

    def free(self) -> None:
        self._run("DROP TRIGGER disk_full ON submission", "DROP FUNCTION disk_full")


@pytest.fixture
def app(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Flask]:
    """An app on a database of its own, with one published answer to read."""
    made = create_app(
        tmp_path / "instance",
        {"environment": "test", "page_cache": False, "database_url": new_database()},
    )
    with made.app_context():
        db.create_all()
        make_agency()
        make_question(visibility=Visibility.PUBLIC, topic=make_topic())
        db.session.remove()
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def disk(app: Flask) -> Disk:
    """Its disk."""
    with app.app_context():
        return SqliteDisk(app) if db.engine.dialect.name == "sqlite" else PostgresDisk(app)


def page(response: Any) -> Answer:
    """What the browser shows."""
    return Answer(response.status_code, response.get_data(as_text=True), dict(response.headers))


def rows(app: Flask) -> list[str]:
    """Codes in the database, and that the database is whole."""
    with app.app_context():
        codes = list(db.session.scalars(sa.select(Submission.code).order_by(Submission.code)))
        assert db.session.scalars(sa.select(Counter.value)).all() == [len(codes)]
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(sa.text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        db.session.rollback()
        return codes


def test_a_full_disk_keeps_the_text_and_recovers_without_a_restart(app: Flask, disk: Disk) -> None:
    client = app.test_client()
    form = {
        **page(client.get(f"{FORM}?buoc=noi-dung")).hidden(),
        "step": "lien-he",
        "kind": "question",
        "topic": "",
        "title": "",
        "place": "",
        "body": BODY.strip(),
        "name": "Lê Văn Ba",
        "phone": "0912345678",
        "email": "",
        "consent": "publish",
        "name_display": "initials",
        "action": "gui",
    }
    before = rows(app)
    disk.fill()
    for _try in range(3):
        refused = page(client.post(FORM, data=form))
        assert refused.status == 503
        assert refused.headers["Retry-After"]
        assert BODY.strip() in refused.body
        assert "Lê Văn Ba" in refused.body
        assert rows(app) == before
        # Reading needs no room.
        for address in (
            "/",
            "/hoi-dap",
            f"/hoi-dap/{before[0]}",
            "/tim-kiem?q=rác",
            FORM,
            "/healthz",
            "/readyz",
        ):
            assert client.get(address).status_code == 200, address
    disk.free()
    shown = receipt(page(client.post(FORM, data=form)), form["idempotency_key"])
    assert rows(app) == [*before, shown.code]
    assert shown.code.endswith(f"{len(before) + 1:06d}"), "the tries that failed took no number"
