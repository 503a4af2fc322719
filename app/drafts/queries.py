"""The draft clause by clause: the versions, and what an anchor is called.

Rows, since readers see them a thousand times.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.consultations import voices
from app.consultations.models import Consultation
from app.consultations.queries.public import public
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause as it is read.

    `count`: comments on exactly this clause that everybody may read (only in `with_counts`).
    """

    anchor: str
    kind: ClauseKind
    depth: int
    label: str
    full_label: str
    heading: str
    text: str
    html: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version."""

    id: int
    number: int
    published_at: dt.datetime
    note: str
    changes: list[str]


_COLUMNS = (
    Clause.anchor,
    Clause.kind,
    Clause.depth,
    Clause.label,
    Clause.full_label,
    Clause.heading,
    Clause.text,
    Clause.html,
)


def published_version(consultation_id: int) -> DraftVersion | None:
    """The version that people read now: the published one with the highest number."""
    query = sa.select(DraftVersion).where(
        DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
    )
    found: DraftVersion | None = db.session.scalar(
        query.order_by(DraftVersion.number.desc()).limit(1)
    )
    return found


def published_versions(consultation_id: int) -> list[VersionRow]:
    """All published versions, the newest first."""
    columns = (
        DraftVersion.id,
        DraftVersion.number,
        DraftVersion.published_at,
        DraftVersion.note,
        DraftVersion.changes,
    )
    query = sa.select(*columns).where(
        DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
    )
    return [
        VersionRow(*row) for row in db.session.execute(query.order_by(DraftVersion.number.desc()))
    ]


def with_counts(consultation_id: int, version_id: int) -> list[ClauseRow]:
    """The same with the number of public comments on each, in one statement."""
    counts = voices.get().on_clauses(consultation_id)
    query = (
        sa.select(*_COLUMNS, sa.func.coalesce(counts.c.n, 0))
        .outerjoin(counts, counts.c.clause_anchor == Clause.anchor)
        .where(Clause.version_id == version_id)
        .order_by(Clause.position, Clause.id)
    )
    return [ClauseRow(*row) for row in db.session.execute(query)]


def _published(consultation_id: int, anchors: Iterable[str], *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(
            DraftVersion.consultation_id == consultation_id,
            DraftVersion.published_at.is_not(None),
            Clause.anchor.in_(set(anchors)),
        )
    )


# For the office
# --------------------------------------------------------------------------------------------------
def versions_of(consultation_id: int) -> list[DraftVersion]:
    """All versions, the newest first."""
    return list(
        db.session.scalars(
            sa.select(DraftVersion)
            .where(DraftVersion.consultation_id == consultation_id)
            .order_by(DraftVersion.number.desc())
        )
    )


def version(consultation_id: int, number: int) -> DraftVersion:
    """The version with this number. Raises NotFound."""
    query = sa.select(DraftVersion).where(
        DraftVersion.consultation_id == consultation_id, DraftVersion.number == number
    )
    found: DraftVersion | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def entities_of(version_id: int) -> list[Clause]:
    """The clauses of a version in order, to be mended."""
    return list(
        db.session.scalars(
            sa.select(Clause)
            .where(Clause.version_id == version_id)
            .order_by(Clause.position, Clause.id)
        )
    )


def clause(version_id: int, clause_id: int) -> Clause:
    """The clause of this version. Raises NotFound."""
    found = db.session.get(Clause, clause_id)
    if found is None or found.version_id != version_id:
        raise NotFound
    return found


#: Parts of one text that are handed out at once; no draft that people comment on has more.
CLAUSES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class PublicClause:
    """One part of the newest published draft."""

    anchor: str
    kind: ClauseKind
    depth: int
    label: str
    heading: str
    text: str
    version: int


def public_clauses(consultation_id: int) -> list[PublicClause]:
    """The newest published text of the draft, part by part."""
    newest = sa.select(sa.func.max(DraftVersion.number)).where(
        DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
    )
    query = (
        public(
            Clause.anchor,
            Clause.kind,
            Clause.depth,
            Clause.label,
            Clause.heading,
            Clause.text,
            DraftVersion.number,
        )
        .join(DraftVersion, DraftVersion.consultation_id == Consultation.id)
        .join(Clause, Clause.version_id == DraftVersion.id)
        .where(
            Consultation.id == consultation_id,
            DraftVersion.published_at.is_not(None),
            DraftVersion.number == newest.scalar_subquery(),
        )
        .order_by(Clause.position)
        .limit(CLAUSES_MAX)
    )
    return [PublicClause(*row) for row in db.session.execute(query)]
