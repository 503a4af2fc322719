"""The table of the index on each database, and the number under which a document is kept.

It is no model: FTS5 and tsvector have nothing in common that SQLAlchemy could describe. create_all
makes it; the migration runs the same statements.
"""

import zlib
from typing import Any

import sqlalchemy as sa

from app.extensions import db
from app.kernel.links import Ref

CREATE_STATEMENTS = {
    "sqlite": [
        (
            "CREATE VIRTUAL TABLE IF NOT EXISTS search_doc USING fts5(kind UNINDEXED, ref_id "
            "UNINDEXED, title, body, marked_title,"
            " marked_body, tokenize='unicode61 remove_diacritics 0')"
        ),
    ],
    "postgresql": [
        (
            "CREATE TABLE IF NOT EXISTS search_doc (id BIGINT CONSTRAINT pk_search_doc PRIMARY "
            "KEY, kind VARCHAR(32) NOT NULL,"
            " ref_id BIGINT NOT NULL, title TEXT NOT NULL, vector TSVECTOR NOT NULL)"
        ),
        "CREATE INDEX IF NOT EXISTS ix_search_doc_vector ON search_doc USING gin (vector)",
    ],
}
DROP_STATEMENTS = {
    "sqlite": ["DROP TABLE IF EXISTS search_doc"],
    "postgresql": ["DROP TABLE IF EXISTS search_doc"],
}

_KIND_BITS = 15


def slot(kind: str) -> int:
    """A small number for a kind, the same in every process."""
    return zlib.crc32(kind.encode()) & (1 << _KIND_BITS) - 1


def document_id(ref: Ref) -> int:
    """The number of a document's row:

    FTS5 has no other key, and a higher one is a newer document of its kind.
    """
    return ref.id << _KIND_BITS | slot(ref.kind)


#: The slot of a row, as both databases compute it from its number.
SLOT_MASK = (1 << _KIND_BITS) - 1


@sa.event.listens_for(db.metadata, "after_create")
def _create(target: Any, connection: sa.Connection, **options: Any) -> None:
    for statement in CREATE_STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@sa.event.listens_for(db.metadata, "before_drop")
def _drop(target: Any, connection: sa.Connection, **options: Any) -> None:
    for statement in DROP_STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
