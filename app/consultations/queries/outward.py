"""What leaves the site: feeds, site map, API, embedded blocks, the home page. Everything starts
from the gate in public.py.

One statement each, whatever the number of rows.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation, DossierItem
from app.consultations.models.results import ResultRow, ResultTable
from app.consultations.models.targets import Clause, DraftVersion, ProjectItem
from app.consultations.queries.comments import shown_sender
from app.consultations.queries.public import (
    COLUMNS,
    PublicConsultation,
    public,
    public_comments,
    rows,
)
from app.consultations.states import (
    ClauseKind,
    DossierKind,
    Phase,
    SenderKind,
    Stage,
    Stance,
    TargetKind,
)
from app.extensions import db
from app.files.models import StoredFile
from app.files.names import address_name
from app.files.states import FileState
from app.kernel.clock import start_of_day, today
from app.kernel.paging import Page, keyset, page_of
from app.submissions.models import Submission

#: Parts of one text that are handed out at once; no draft that people comment on has more.
CLAUSES_MAX = 5_000
WITH_RESULT = (Stage.ANSWERED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a consultation and that everybody may hear of."""

    what: str
    at: dt.datetime
    consultation: PublicConsultation


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


@dataclass(frozen=True, slots=True)
class PublicProject:
    """One row of the list of works and projects. Areas in hectares."""

    id: int
    position: int
    code: str
    name: str
    group_name: str
    land_code: str
    planned_ha: Decimal
    existing_ha: Decimal
    added_ha: Decimal
    place: str
    map_text: str
    basis: str
    year: str


@dataclass(frozen=True, slots=True)
class DossierFile:
    """One file of the dossier."""

    kind: DossierKind
    title: str
    url: str
    extension: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """One comment as everybody may read it: redacted, named as its sender chose."""

    id: int
    code: str
    published_at: dt.datetime
    received_at: dt.datetime
    stance: Stance
    target_kind: TargetKind
    clause_anchor: str | None
    project: str | None
    sender_kind: SenderKind
    sender: str
    text: str
    proposed_text: str
    late: bool


def _is_open() -> sa.ColumnElement[bool]:
    day = today()
    return sa.and_(
        Consultation.stage.in_([Stage.SCHEDULED, Stage.OPEN]),
        Consultation.opens_on <= day,
        Consultation.closes_on >= day,
    )


def open_now(*columns: Any) -> sa.Select[Any]:
    """The consultations on which people may comment today, those that close first coming first."""
    return public(*columns).where(_is_open()).order_by(Consultation.closes_on, Consultation.id)


def opened(limit: int) -> list[PublicConsultation]:
    """The consultations that are open today, those that close first coming first."""
    return rows(open_now(*COLUMNS).limit(limit))


def news(limit: int) -> list[News]:
    """Openings, extensions and results, newest first."""
    found: list[News] = []
    query = (
        public(*COLUMNS, Consultation.extended_at)
        .order_by(Consultation.posted_at.desc(), Consultation.id.desc())
        .limit(limit)
    )
    for *row, extended_at in db.session.execute(query):
        one = PublicConsultation(*row)
        if one.phase is not Phase.UPCOMING:
            found.append(News("opened", max(start_of_day(one.opens_on), one.posted_at), one))
        if extended_at is not None:
            found.append(News("extended", extended_at, one))
        if one.phase is Phase.RESULT and one.result_published_at is not None:
            found.append(News("result", one.result_published_at, one))
    return sorted(found, key=lambda row: (row.at, row.consultation.id), reverse=True)[:limit]


def page(
    *,
    phase: Phase | None = None,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[PublicConsultation]:
    """Consultations, the most recently posted first; of one phase when it is given."""
    query = public(*COLUMNS)
    if phase is not None:
        query = query.where(_in_phase(phase))
    columns = (Consultation.posted_at, Consultation.id)
    query, backwards = keyset(
        query, columns=columns, descending=True, size=size, after=after, before=before
    )
    return page_of(
        rows(query),
        size=size,
        key=lambda row: (row.posted_at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def _in_phase(phase: Phase) -> sa.ColumnElement[bool]:
    """The dates decide, as in phase_of()."""
    if phase is Phase.RESULT:
        return Consultation.stage.in_(WITH_RESULT)
    before_result = Consultation.stage.not_in(WITH_RESULT)
    if phase is Phase.UPCOMING:
        return sa.and_(before_result, Consultation.opens_on > today())
    if phase is Phase.SUMMARISING:
        return sa.and_(
            before_result, Consultation.opens_on <= today(), Consultation.closes_on < today()
        )
    return sa.and_(
        before_result, Consultation.opens_on <= today(), Consultation.closes_on >= today()
    )


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


def public_page(
    consultation_id: int, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[PublicProject]:
    """Rows of the list of works and projects, in its order."""
    query = (
        public(
            ProjectItem.id,
            ProjectItem.position,
            ProjectItem.code,
            ProjectItem.name,
            ProjectItem.group_name,
            ProjectItem.land_code,
            ProjectItem.planned_ha,
            ProjectItem.existing_ha,
            ProjectItem.added_ha,
            ProjectItem.place,
            ProjectItem.map_text,
            ProjectItem.basis,
            ProjectItem.year,
        )
        .join(ProjectItem, ProjectItem.consultation_id == Consultation.id)
        .where(Consultation.id == consultation_id, ProjectItem.removed_at.is_(None))
    )
    columns = (ProjectItem.position, ProjectItem.id)
    query, backwards = keyset(
        query, columns=columns, descending=False, size=size, after=after, before=before
    )
    found = [PublicProject(*row) for row in db.session.execute(query)]
    return page_of(
        found,
        size=size,
        key=lambda row: (row.position, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def dossier_files(consultation_id: int) -> list[DossierFile]:
    """The files of the dossier that may be fetched, in its order."""
    query = (
        public(
            DossierItem.kind,
            DossierItem.title,
            StoredFile.key,
            StoredFile.name,
            StoredFile.extension,
            StoredFile.size,
            StoredFile.sha256,
        )
        .join(DossierItem, DossierItem.consultation_id == Consultation.id)
        .join(
            StoredFile,
            sa.and_(StoredFile.owner_kind == "dossier", StoredFile.owner_id == DossierItem.id),
        )
        .where(Consultation.id == consultation_id, StoredFile.state == FileState.CLEAN)
        .order_by(DossierItem.position, DossierItem.id, StoredFile.id)
    )
    return [
        DossierFile(
            row.kind,
            row.title,
            f"/tep/{row.key}/{address_name(row.name)}",
            row.extension,
            row.size,
            row.sha256,
        )
        for row in db.session.execute(query)
    ]


def records(
    consultation_id: int, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[CommentRecord]:
    """The comments that everybody may read now, the most recently shown first."""
    query = (
        public_comments(
            Comment.id,
            Submission.code,
            Comment.published_at,
            Submission.received_at,
            Comment.stance,
            Comment.target_kind,
            Comment.clause_anchor,
            ProjectItem.code,
            Comment.sender_kind,
            Submission.name,
            Comment.organisation_name,
            Submission.name_display,
            Submission.public_body,
            Comment.public_proposed,
            Comment.late,
        )
        .outerjoin(ProjectItem, ProjectItem.id == Comment.project_id)
        .where(Consultation.id == consultation_id)
    )
    columns = (Comment.published_at, Comment.id)
    query, backwards = keyset(
        query, columns=columns, descending=True, size=size, after=after, before=before
    )
    found = [_record(*row) for row in db.session.execute(query)]
    return page_of(
        found,
        size=size,
        key=lambda row: (row.published_at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def _record(*row: Any) -> CommentRecord:
    (*head, kind, name, organisation, display, text, proposed, late) = row
    return CommentRecord(
        *(*head, kind, shown_sender(kind, name, organisation, display), text or "", proposed, late)
    )


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
