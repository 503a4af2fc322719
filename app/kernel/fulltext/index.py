"""Putting documents into the index, taking them out, and building it anew from what the features
say.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import sqlalchemy as sa

from app.extensions import db
from app.kernel.db import reading, writing
from app.kernel.fulltext.schema import document_id, slot
from app.kernel.fulltext.terms import LONGEST_TEXT, Term, terms
from app.kernel.links import Ref

#: Documents in one transaction of a rebuild: other writers get their turn in between.
BATCH = 100
#: PostgreSQL's own bounds: positions beyond are one, more per word are not kept.
_LAST_POSITION = 16_383
_MOST_POSITIONS = 255
#: Between title and body, so that no word of one seems to stand next to a word of the other.
_GAP = 50
_PUT = {
    "sqlite": (
        "INSERT OR REPLACE INTO search_doc (rowid, kind, ref_id, title, body, marked_title, "
        "marked_body)"
        " VALUES (:id, :kind, :ref_id, :title, :body, :marked_title, :marked_body)"
    ),
    "postgresql": (
        "INSERT INTO search_doc (id, kind, ref_id, title, vector) VALUES (:id, :kind, :ref_id, "
        ":title, CAST(:vector AS tsvector))"
        " ON CONFLICT (id) DO UPDATE SET title = excluded.title, vector = excluded.vector"
    ),
}
_REMOVE = {
    "sqlite": "DELETE FROM search_doc WHERE rowid = :id",
    "postgresql": "DELETE FROM search_doc WHERE id = :id",
}

T = TypeVar("T")
Source = Callable[[], Iterable[tuple[Ref, str, str]]]
_sources: dict[str, Source] = {}


def register_source(kind: str, source: Source) -> None:
    """A feature says what belongs into the index, for a rebuild: (reference, title, body) each.

    Raises ValueError when two kinds would share the numbers of their rows; one of them then needs
    another name.
    """
    for other in _sources:
        if other != kind and slot(other) == slot(kind):
            raise ValueError(f"the kinds {kind!r} and {other!r} cannot be told apart in the index")
    _sources[kind] = source


def put(ref: Ref, *, title: str, body: str) -> None:
    """Add a document, or replace it, in the caller's transaction. One statement."""
    dialect = db.session.get_bind().dialect.name
    db.session.execute(sa.text(_PUT[dialect]), _row(dialect, ref, title, body))


def put_many(documents: Iterable[tuple[Ref, str, str]]) -> None:
    """The same for many (reference, title, body) at once, in the caller's transaction; none is fine
    too.
    """
    dialect = db.session.get_bind().dialect.name
    if rows := [_row(dialect, *document) for document in documents]:
        db.session.execute(sa.text(_PUT[dialect]), rows)


def remove(ref: Ref) -> None:
    """Take a document out, in the caller's transaction. One that is not there is no error."""
    db.session.execute(
        sa.text(_REMOVE[db.session.get_bind().dialect.name]), {"id": document_id(ref)}
    )


def _row(dialect: str, ref: Ref, title: str, body: str) -> dict[str, str | int]:
    heading, text = terms(title), terms(body[: LONGEST_TEXT - min(len(title), LONGEST_TEXT)])
    row: dict[str, str | int] = {
        "id": document_id(ref),
        "kind": ref.kind,
        "ref_id": ref.id,
        "title": " ".join(term.plain for term in heading),
    }
    if dialect == "postgresql":
        return row | {"vector": _vector(heading, text)}
    return row | {
        "body": " ".join(term.plain for term in text),
        "marked_title": " ".join(term.marked for term in heading if term.marked),
        "marked_body": " ".join(term.marked for term in text if term.marked),
    }


def _vector(heading: Sequence[Term], text: Sequence[Term]) -> str:
    """The words as PostgreSQL reads a tsvector; its own parser would split numbers and notations in
    other places.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for offset, found, plain, marked in (
        (1, heading, "A", "B"),
        (len(heading) + _GAP, text, "D", "C"),
    ):
        for position, term in enumerate(found, offset):
            place = min(position, _LAST_POSITION)
            for word, weight in ((term.plain, plain), (term.marked, marked)):
                if word and len(places[word]) < _MOST_POSITIONS:
                    places[word].append(f"{place}{weight}")
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items() if word)


def rebuild() -> int:
    """Index everything that the features say, and drop the rest; returns how many documents there
    are.

    The caller has no transaction of his own: documents are read in one that only reads and written
    a hundred at a time, so that search goes on and nobody waits long for a turn to write. What a
    feature hides meanwhile stays behind its own gate, which every hit has to pass.
    """
    dialect = db.engine.dialect.name
    key = "rowid" if dialect == "sqlite" else "id"
    kept: set[int] = set()
    with reading():
        # What is published from here on is not among these and stays.
        known = db.session.scalars(sa.text(f"SELECT {key} FROM search_doc")).all()  # noqa: S608  (no value is in it)
        documents = itertools.chain.from_iterable(source() for source in _sources.values())
        for batch in _batches(documents):
            kept.update(document_id(ref) for ref, _title, _body in batch)
            with writing() as connection:
                connection.execute(
                    sa.text(_PUT[dialect]), [_row(dialect, *document) for document in batch]
                )
        for gone in _batches(number for number in known if number not in kept):
            with writing() as connection:
                connection.execute(sa.text(_REMOVE[dialect]), [{"id": number} for number in gone])
    return len(kept)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch


def tidy() -> None:
    """Let go of the traces that removed documents leave inside the index until it is merged.

    For the nightly upkeep.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(sa.text("INSERT INTO search_doc (search_doc) VALUES ('optimize')"))
