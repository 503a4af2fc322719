"""What somebody can do to the record who has the database, the published algorithm, and no key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from app.audit import chain, triggers
from app.audit.models import GENESIS, AuditHead, AuditRecord
from app.extensions import db


@contextmanager
def without_triggers() -> Iterator[None]:
    """What somebody with the password of the database can do."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        names = [
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'"
            )
        ]
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        triggers.create(connection)
    else:
        for table in ("audit_record", "audit_head"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in ("audit_record", "audit_head"):
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    db.session.commit()


def rewrite(rows: list[dict[str, Any]]) -> None:
    """Put these rows in the place of the record: numbered, linked and hashed anew, head moved."""
    records: Any = AuditRecord.__table__
    last_id, last_hash = 0, GENESIS
    db.session.execute(sa.delete(records))
    for row in rows:
        last_id += 1
        row |= {"id": last_id, "previous_hash": last_hash}
        content = {name: row[name] for name in row if name not in {"id", "hash", "key_id"}}
        last_hash = row["hash"] = chain.digest(number=last_id, **content)
        db.session.execute(sa.insert(records).values(row))
    db.session.execute(sa.update(AuditHead).values(last_id=last_id, last_hash=last_hash))


def rows() -> list[dict[str, Any]]:
    """The record as it stands, to be changed."""
    found = db.session.execute(sa.select(AuditRecord.__table__).order_by(AuditRecord.id))
    return [dict(row._mapping) for row in found]


def cut(last: int) -> None:
    """Take away what comes after this record, and move the head back."""
    db.session.execute(sa.delete(AuditRecord).where(AuditRecord.id > last))
    digest = sa.select(AuditRecord.hash).where(AuditRecord.id == last).scalar_subquery()
    db.session.execute(sa.update(AuditHead).values(last_id=last, last_hash=digest))
