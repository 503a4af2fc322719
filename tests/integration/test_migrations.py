"""Migrations on both databases: up, down, up again, with data, and equal to the models."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.audit import chain
from app.audit import service as audit
from app.audit.models import GENESIS, AuditRecord
from app.extensions import db
from app.kernel import clock
from app.questions.queries import public
from app.questions.states import Stage, Visibility
from scripts.check_migrations import differences
from tests.conftest import postgres_url
from tests.factories.questions import walk_question


@pytest.fixture
def migrated(make_app: Any) -> Iterator[Flask]:
    """An app with a database of its own, at the newest migration."""
    server, overrides, admin, name = (
        postgres_url(),
        {},
        None,
        f"langnghe_migrate_{uuid.uuid4().hex[:12]}",
    )
    if server is not None:
        url = sa.make_url(server).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        overrides["database_url"] = url.set(database=name).render_as_string(hide_password=False)
    app: Flask = make_app(**overrides)
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if admin is not None:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.dispose()


def test_the_migrations_make_what_the_models_say(migrated: Flask) -> None:
    with migrated.app_context():
        assert differences(db.engine) == []


def test_a_migrated_database_works_and_keeps_its_rows_when_upgraded_again(migrated: Flask) -> None:
    with migrated.app_context():
        question = walk_question(stage=Stage.ANSWERED, visibility=Visibility.PUBLIC)
        code = question.submission.code
        db.session.remove()
        upgrade()
        assert public.public_one(code) is not None


def test_down_to_nothing_with_data_and_up_again(migrated: Flask) -> None:
    with migrated.app_context():
        walk_question(stage=Stage.ANSWERED, visibility=Visibility.PUBLIC)
        db.session.remove()
        downgrade(revision="base")
        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set()
        db.session.remove()
        upgrade()
        assert differences(db.engine) == []
        walk_question(stage=Stage.RECEIVED)


def test_the_record_is_append_only_after_migrating(migrated: Flask) -> None:
    with migrated.app_context():
        walk_question(stage=Stage.ASSIGNED)
        with pytest.raises(sa.exc.DatabaseError):
            db.session.execute(sa.text("DELETE FROM audit_record"))
        db.session.rollback()


def test_records_from_before_the_keys_survive_and_a_key_begins(migrated: Flask) -> None:
    with migrated.app_context():
        downgrade(revision="0002")
        row: dict[str, Any] = {"at": clock.now(), "tag": "test:thing:done", "actor": "Cán bộ"}
        row |= {"actor_id": None, "about_kind": None, "about_id": None, "data": {"step": 1}}
        digest = chain.digest(number=1, **row, previous_hash=GENESIS)
        db.session.execute(
            sa.text(
                "INSERT INTO audit_head (id, last_id, last_hash, sealed) VALUES (1, 0, :g, true)"
            ),
            {"g": GENESIS},
        )
        old = sa.table(
            "audit_record", *(sa.column(c.name, c.type) for c in AuditRecord.__table__.c)
        )
        db.session.execute(sa.insert(old).values(id=1, hash=digest, previous_hash=GENESIS, **row))
        db.session.commit()
        db.session.remove()
        upgrade()
        assert audit.verify() == []
        assert (audit.head(), audit.without_key()) == ((1, digest), 1)
        audit.record("test:thing:done", actor_id=None, actor="Cán bộ", about=None)
        db.session.commit()
        assert audit.verify() == []
        # The new record, and before it that the key began.
        assert audit.head()[0] == 3
