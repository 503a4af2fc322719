"""Adding to the chain, and proving that it is whole."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.audit import chain, keys
from app.audit.models import GENESIS, AuditHead, AuditRecord
from app.audit.proof import MARK, Proof, written
from app.extensions import db
from app.kernel import clock
from app.kernel.links import Ref
from app.kernel.text import clean_line

#: A key begins: of the records without one before it, or of another key.
KEY_BEGUN = "audit:key:begun"
_SYSTEM: dict[str, Any] = {"actor_id": None, "actor": "system", "about": None}
_BATCH = 1000


class Head(NamedTuple):
    """The end of the chain."""

    id: int
    hash: str
    at: dt.datetime | None
    key_id: str


def record(
    tag: str,
    *,
    actor_id: int | None,
    actor: str,
    about: Ref | None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record, in the caller's transaction, that somebody did something.

    `tag` names it (`question:answer:published`), `actor` is the name as it is now, `data` holds
    small plain facts: never the text, address or telephone of a citizen. Two statements. The head
    stays locked until the transaction ends, so that two records never claim the same place. A clock
    that stands before the record's last time is not believed: the record then has that time, and
    `data["clock"]` what the clock said. Raises TypeError when JSON cannot hold the data.
    """
    head, key = _ready()
    _append(head, key, tag, actor_id=actor_id, actor=actor, about=about, data=data)


def _ready() -> tuple[Head, keys.Key]:
    """The locked head and the key for the next record; that a key begins is a record itself."""
    head = _locked_head()
    known = keys.read()
    key = keys.sealing(known, head.id + 1) or keys.add(head.id + 1, head.hash)
    if head.id and head.key_id != key.id:
        data = {"key": key.id, "before": head.key_id}
        head = _append(head, key, KEY_BEGUN, **_SYSTEM, data=data)
    return head, key


def _append(
    head: Head,
    key: keys.Key,
    tag: str,
    *,
    actor_id: int | None,
    actor: str,
    about: Ref | None,
    data: Mapping[str, Any] | None,
) -> Head:
    moment, facts = clock.now(), chain.plain(data)
    if head.at and moment < head.at:
        moment, facts = head.at, {**facts, "clock": moment.isoformat()}
    values: dict[str, Any] = {
        "at": moment,
        "tag": tag,
        "actor_id": actor_id,
        "actor": clean_line(actor)[:200],
        "about_kind": about.kind if about else None,
        "about_id": about.id if about else None,
        "data": facts,
        "previous_hash": head.hash,
        "key_id": key.id,
    }
    digest = chain.digest(number=head.id + 1, **values, secret=key.secret)
    db.session.execute(sa.insert(AuditRecord).values(id=head.id + 1, hash=digest, **values))
    return Head(head.id + 1, digest, moment, key.id)


def _head_query() -> sa.Select[int, str, dt.datetime | None, str]:
    return sa.select(
        AuditHead.last_id, AuditHead.last_hash, AuditHead.last_at, AuditHead.last_key
    ).where(AuditHead.id == 1)


def _locked_head() -> Head:
    query = _head_query().with_for_update()
    row = db.session.execute(query).one_or_none()
    if row is None:  # the very first record of the installation
        insert = sa.text(
            "INSERT INTO audit_head (id, last_id, last_hash, sealed) VALUES (1, 0, :genesis, "
            "true) ON CONFLICT (id) DO NOTHING"
        )
        db.session.execute(insert, {"genesis": GENESIS})
        row = db.session.execute(query).one()
    return Head(*row)


def head() -> tuple[int, str]:
    """How many records there are, and the hash of the last one: written down elsewhere, it proves
    the chain up to here.
    """
    row = db.session.execute(_head_query()).one_or_none()
    return (row.last_id, row.last_hash) if row else (0, GENESIS)


def head_written() -> str:
    """The head as `flask audit verify --head` takes it."""
    return written(*head())


def new_key() -> keys.Key:
    """A new key from the next record on, in the caller's transaction; the old ones stay for
    verifying. The record of it is the first that the new key seals.
    """
    head = _locked_head()
    keys.add(head.id + 1, head.hash)
    return _ready()[1]


def mark() -> AuditRecord | None:
    """A mark of the record as it is now: one link of the chain of heads, a record itself.

    Each mark holds the number and hash of the last record, and the hash of the mark before. When
    nothing was recorded since the last mark, that one is returned; None for an empty record.
    """
    if not _locked_head().id:
        return None
    head, _key = _ready()
    last = last_mark()
    if last is None or last.id != head.id:
        number, previous = (last.data["mark"], last.data["hash"]) if last else (0, GENESIS)
        digest = chain.mark_digest(
            number=number + 1, records=head.id, last_hash=head.hash, previous=previous
        )
        record(MARK, **_SYSTEM, data={"mark": number + 1, "hash": digest, "previous": previous})
        last = last_mark()
    return last


def keep_marks() -> None:
    """Note the marks in a file beside the database as well, once they are committed: the database
    alone then cannot be cut back behind the last one unnoticed.
    """
    query = sa.select(AuditRecord.data).where(AuditRecord.tag == MARK).order_by(AuditRecord.id)
    keys.keep_marks([written(row["mark"], row["hash"], "M") for row in db.session.scalars(query)])


def last_mark() -> AuditRecord | None:
    """The newest mark."""
    query = sa.select(AuditRecord).where(AuditRecord.tag == MARK)
    return db.session.scalar(query.order_by(AuditRecord.at.desc(), AuditRecord.id.desc()).limit(1))


def verify(*heads: str) -> list[str]:
    """Read the whole chain and say in sentences what is wrong with it; an empty list means that it
    is whole.

    `heads` are last records or marks noted earlier (`4711:…`, `M12:…` or the hash alone): the chain
    must still contain them, and every mark in the file beside the database. Raises KeyFileError
    when the file of keys cannot be read.
    """
    rows = db.session.execute(
        sa.select(AuditRecord.__table__)
        .order_by(AuditRecord.id)
        .execution_options(yield_per=_BATCH)
    )
    noted = {head.lower().replace("m", "M") for head in heads} | keys.kept_marks()
    proof = Proof(keys.read(), noted)
    problems = list(proof.rows(rows))
    rows.close()
    return [*problems, *proof.end(head())]


def key_of_head() -> str:
    """The id of the key that sealed the last record; empty when none did."""
    row = db.session.execute(_head_query()).one_or_none()
    return row.last_key if row else ""


def without_key() -> int:
    """How many records are from before the record had keys."""
    query = sa.select(sa.func.count()).select_from(AuditRecord).where(AuditRecord.key_id == "")
    return db.session.scalar(query) or 0
