"""Reading the record: one page of it, one entry, or all that a filter finds."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditRecord
from app.audit.proof import MARK, written
from app.extensions import db
from app.kernel import paging
from app.kernel.clock import start_of_day
from app.kernel.errors import NotFound
from app.kernel.links import Ref

PAGE_SIZE = 50
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; everything empty finds all."""

    tag: str = ""
    #: The actor's name exactly as recorded.
    actor: str = ""
    #: First and last day in Hà Nội, both included.
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    about: Ref | None = None

    def apply(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """The query with these conditions."""
        if self.tag:
            query = query.where(AuditRecord.tag == self.tag)
        if self.actor:
            query = query.where(AuditRecord.actor == self.actor)
        if self.first_day:
            query = query.where(AuditRecord.at >= start_of_day(self.first_day))
        if self.last_day:
            query = query.where(AuditRecord.at < start_of_day(self.last_day + dt.timedelta(days=1)))
        if self.about:
            query = query.where(
                AuditRecord.about_kind == self.about.kind, AuditRecord.about_id == self.about.id
            )
        return query


def page(
    filters: Filters, *, after: str | None = None, before: str | None = None
) -> paging.Page[AuditRecord]:
    """One page of entries, newest first."""
    query, backwards = paging.keyset(
        filters.apply(sa.select(AuditRecord)),
        columns=(AuditRecord.at, AuditRecord.id),
        descending=True,
        size=PAGE_SIZE,
        after=after,
        before=before,
    )
    rows = db.session.scalars(query).all()
    return paging.page_of(
        rows,
        size=PAGE_SIZE,
        key=lambda row: (row.at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def every(filters: Filters) -> Iterator[Any]:
    """All entries that the filter finds, newest first, read in batches so that
    memory stays flat.
    """
    query = filters.apply(sa.select(AuditRecord.__table__)).order_by(
        AuditRecord.at.desc(), AuditRecord.id.desc()
    )
    yield from db.session.execute(query.execution_options(yield_per=_BATCH))


def entry(number: int) -> AuditRecord:
    """One entry. Raises NotFound."""
    found = db.session.get(AuditRecord, number)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """A link of the chain of heads, for the screen and for paper."""

    #: The record that is the mark.
    id: int
    number: int
    at: dt.datetime
    #: How many records it vouches for.
    records: int
    #: The mark, and the last of these records, as `flask audit verify --head` takes them.
    written: str
    record: str
    previous: str


def marks() -> Iterator[Mark]:
    """All marks, newest first."""
    query = sa.select(AuditRecord.__table__).where(AuditRecord.tag == MARK)
    query = query.order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    for row in db.session.execute(query.execution_options(yield_per=_BATCH)):
        yield as_mark(row)


def as_mark(row: Any) -> Mark:
    """The mark that this record is. Raises NotFound for another record."""
    if row.tag != MARK:
        raise NotFound
    return Mark(
        id=row.id,
        number=row.data["mark"],
        at=row.at,
        records=row.id - 1,
        written=written(row.data["mark"], row.data["hash"], "M"),
        record=written(row.id - 1, row.previous_hash),
        previous=row.data["previous"],
    )


def tags_in_use() -> list[str]:
    """The tags that occur, in order; jumps along the index, so the cost follows the number of tags,
    not of entries.
    """
    first = sa.select(sa.func.min(AuditRecord.tag).label("tag")).cte("tags", recursive=True)
    following = (
        sa.select(sa.func.min(AuditRecord.tag))
        .where(AuditRecord.tag > first.c.tag)
        .scalar_subquery()
    )
    tags = first.union_all(sa.select(following).where(first.c.tag.is_not(None)))
    return [tag for tag in db.session.scalars(sa.select(tags.c.tag)) if tag is not None]
