"""The published result as everybody may read it: two statements beside the consultation itself,
however many rows there are.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.consultations.models import Consultation
from app.consultations.queries.public import WITH_RESULT, public
from app.consultations.states import Stage
from app.extensions import db
from app.files import queries as file_queries
from app.files.models import StoredFile
from app.files.queries import FileLink
from app.kernel.paging import Page, keyset, page_of
from app.kernel.text import fold, nfc
from app.results import tabling
from app.results.models import Certificate, ResultRow, ResultTable
from app.results.queries import tables
from app.results.tabling import Head, Row

PAGE_SIZE = 30
#: Words of a search that are looked for; the rest is left out.
WORDS_MAX = 8
_RESULT = (Stage.ANSWERED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Result:
    """What was published: the three texts, the newest issue, its files."""

    head: Head
    files: Sequence[FileLink]
    certificates: Sequence[FileLink]
    asked: str
    heard: str
    done: str
    published_at: dt.datetime
    table_id: int
    number: int
    issued_at: dt.datetime
    reason: str
    changes: Sequence[dict[str, Any]]
    sha256: str
    row_count: int


def _tables(*columns: Any) -> sa.Select[Any]:
    """The gate, with issued tables of what was published."""
    return (
        public(*columns)
        .join(ResultTable, ResultTable.consultation_id == Consultation.id)
        .where(Consultation.stage.in_(_RESULT), Consultation.result_published_at.is_not(None))
    )


def result(consultation_id: int) -> Result | None:
    """The published result with its newest issue and its files, or None. One statement."""
    other = aliased(ResultTable)
    newest = (
        sa.select(sa.func.max(other.number))
        .where(other.consultation_id == Consultation.id)
        .scalar_subquery()
    )
    certificate = (
        sa.select(sa.func.max(Certificate.id))
        .where(Certificate.consultation_id == Consultation.id)
        .scalar_subquery()
    )
    query = (
        _tables(
            Consultation.result_asked,
            Consultation.result_heard,
            Consultation.result_done,
            Consultation.result_published_at,
            ResultTable.id,
            ResultTable.number,
            ResultTable.issued_at,
            ResultTable.reason,
            ResultTable.changes,
            ResultTable.sha256,
            ResultTable.row_count,
            ResultTable.content,
            StoredFile,
        )
        .outerjoin(
            StoredFile,
            sa.or_(
                sa.and_(
                    StoredFile.owner_kind == "result_table", StoredFile.owner_id == ResultTable.id
                ),
                sa.and_(StoredFile.owner_kind == "certificate", StoredFile.owner_id == certificate),
            ),
        )
        .where(Consultation.id == consultation_id, ResultTable.number == newest)
        .order_by(StoredFile.id)
    )
    found = db.session.execute(query).all()
    if not found:
        return None
    facts: list[Any] = list(found[0][:-2])
    stored = [row[-1] for row in found if row[-1] is not None]
    return Result(
        Head.of(found[0][-2]),
        file_queries.links(file for file in stored if file.owner_kind == "result_table"),
        file_queries.links(file for file in stored if file.owner_kind == "certificate"),
        *facts,
    )


def rows(
    found: Result, *, q: str = "", at: str = "", after: str | None = None, before: str | None = None
) -> Page[Row]:
    """One page of the issued rows, in order;

    `q` finds words with or without their marks, `at` begins at an anchor.
    """
    query = sa.select(ResultRow.position, ResultRow.data).where(
        ResultRow.table_id == found.table_id
    )
    for word in nfc(q).lower().split()[:WORDS_MAX]:
        # A word typed with its marks is meant exactly; one without may have any.
        query = query.where(
            ResultRow.search_text.contains(
                word if fold(word) != word else fold(word), autoescape=True
            )
        )
    if at and not (after or before):
        named = aliased(ResultRow)
        start = (
            sa.select(named.position)
            .where(named.table_id == found.table_id, named.anchor == at)
            .scalar_subquery()
        )
        query = query.where(ResultRow.position >= sa.func.coalesce(start, 1))
    query, backwards = keyset(
        query,
        columns=(ResultRow.position,),
        descending=False,
        size=PAGE_SIZE,
        after=after,
        before=before,
    )
    page = page_of(
        db.session.execute(query).all(),
        size=PAGE_SIZE,
        key=lambda row: (row.position,),
        backwards=backwards,
        after=after,
        before=before,
    )
    return Page([Row(**row.data) for row in page.items], page.next_cursor, page.previous_cursor)


@dataclass(frozen=True, slots=True)
class Download:
    """A published issue to be streamed."""

    code: str
    number: int
    content: dict[str, Any]
    table_id: int

    def rows(self) -> Iterator[Row]:
        """From the first row."""
        return (Row(**data) for data in tables.issued_rows(self.table_id))

    def json(self) -> Iterator[str]:
        """The document that was hashed."""
        return tabling.document(self.content, tables.issued_rows(self.table_id))


def download(slug: str, number: int | None = None) -> Download | None:
    """This issue (None: the newest) of a published result, or None."""
    query = _tables(Consultation.code, ResultTable.number, ResultTable.content, ResultTable.id)
    query = query.where(Consultation.slug == slug).order_by(ResultTable.number.desc()).limit(1)
    found = db.session.execute(
        query if number is None else query.where(ResultTable.number == number)
    ).first()
    return Download(*found) if found else None


def issued(consultation_id: int) -> ResultTable | None:
    """The newest issued table, once the result is published.

    `content` is everything but its rows.
    """
    query = (
        public(ResultTable)
        .join(ResultTable, ResultTable.consultation_id == Consultation.id)
        .where(Consultation.id == consultation_id, Consultation.stage.in_(WITH_RESULT))
        .options(sa.orm.undefer(ResultTable.content))
        .order_by(ResultTable.number.desc())
        .limit(1)
    )
    found: ResultTable | None = db.session.scalar(query)
    return found


def issued_rows(
    table_id: int, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[ResultRow]:
    """The rows of a table that issued() gave, as issued, in its order."""
    query = (
        public(ResultRow)
        .join(ResultTable, ResultTable.consultation_id == Consultation.id)
        .join(ResultRow, ResultRow.table_id == ResultTable.id)
        .where(ResultTable.id == table_id, Consultation.stage.in_(WITH_RESULT))
    )
    columns = (ResultRow.position, ResultRow.id)
    query, backwards = keyset(
        query, columns=columns, descending=False, size=size, after=after, before=before
    )
    found = list(db.session.scalars(query))
    return page_of(
        found,
        size=size,
        key=lambda row: (row.position, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )
