"""What the citizens' list, the overview and the dossier of a consultation show; a constant number
of statements each.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.consultations import voices
from app.consultations.models import Consultation, ConsultationLog, DossierItem, PublicMeeting
from app.consultations.queries.public import COLUMNS, PublicConsultation, public, rows
from app.consultations.states import ConsultationType, DossierKind, Phase, Stage
from app.extensions import UTCDateTime, db
from app.files.models import StoredFile
from app.files.names import address_name
from app.files.states import FileState
from app.kernel.clock import today
from app.kernel.display import file_size
from app.kernel.paging import Page, keyset, page_of

PAGE_SIZE = 20
#: In the list: what is open first, results last.
PHASE_ORDER = (Phase.OPEN, Phase.UPCOMING, Phase.SUMMARISING, Phase.RESULT)
#: A file of more bytes than this is hard to fetch over a telephone.
HEAVY = 20 * 1024 * 1024


# The list
# --------------------------------------------------------------------------------------------------
def _rank() -> sa.ColumnElement[int]:
    day = today()
    return sa.case(
        (Consultation.stage.in_([Stage.ANSWERED, Stage.ARCHIVED]), 0),
        (Consultation.closes_on < day, 1),
        (Consultation.opens_on > day, 2),
        else_=3,
    )


def listing(
    *,
    phase: Phase | None = None,
    kind: ConsultationType | None = None,
    year: int | None = None,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[PublicConsultation]:
    """Public consultations: open, to be opened, being summed up, answered; within each the latest
    last day first.

    `year` is that of the first day.
    """
    rank = _rank()
    query = public(*COLUMNS)
    if phase is not None:
        query = query.where(rank == len(PHASE_ORDER) - 1 - PHASE_ORDER.index(phase))
    if kind is not None:
        query = query.where(Consultation.type == kind)
    if year is not None and dt.MINYEAR < year < dt.MAXYEAR:
        query = query.where(
            Consultation.opens_on.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
        )
    columns = (rank, Consultation.closes_on, Consultation.id)
    query, backwards = keyset(
        query, columns=columns, descending=True, size=size, after=after, before=before
    )

    def key(row: PublicConsultation) -> tuple[int, dt.date, int]:
        return len(PHASE_ORDER) - 1 - PHASE_ORDER.index(row.phase), row.closes_on, row.id

    return page_of(rows(query), size=size, key=key, backwards=backwards, after=after, before=before)


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to filter by."""

    types: Sequence[ConsultationType]
    years: Sequence[int]


def facets() -> Facets:
    """Types and years of public consultations, in one statement."""
    query = public(
        Consultation.type, sa.func.min(Consultation.opens_on), sa.func.max(Consultation.opens_on)
    ).group_by(Consultation.type)
    found = db.session.execute(query).all()
    if not found:
        return Facets([], [])
    present = {row[0] for row in found}
    first, last = min(row[1] for row in found).year, max(row[2] for row in found).year
    return Facets(
        [kind for kind in ConsultationType if kind in present], list(range(last, first - 1, -1))
    )


# The dossier and the overview
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file of the dossier that can be fetched."""

    url: str
    name: str
    extension: str
    size: int

    @property
    def note(self) -> str:
        """«PDF, 1,2 MB»."""
        return f"{self.extension.upper()}, {file_size(self.size)}"

    @property
    def is_heavy(self) -> bool:
        """Is it large?"""
        return self.size > HEAVY


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """A document with its file and its light version."""

    title: str
    kind: DossierKind
    file: PublicFile | None
    light: PublicFile | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is announced."""

    starts_at: dt.datetime
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the public log."""

    at: dt.datetime
    move: str
    note: str


@dataclass(frozen=True, slots=True)
class Extras:
    """What stands on the overview besides the consultation itself."""

    meetings: Sequence[Meeting] = field(default_factory=list)
    questions: Sequence[str] = field(default_factory=list)
    log: Sequence[Happening] = field(default_factory=list)
    documents: Sequence[PublicDocument] = field(default_factory=list)


_NONE, _NEVER = sa.literal(""), sa.cast(sa.null(), UTCDateTime())


def _documents_of(consultation_id: int) -> Any:
    # Columns: what, text, more, key, extension, size, at, own, other, place.
    joined = sa.and_(
        StoredFile.owner_kind == "dossier",
        StoredFile.owner_id == DossierItem.id,
        StoredFile.state == FileState.CLEAN,
    )
    return (
        sa.select(
            sa.literal("document").label("what"),
            DossierItem.title.label("text"),
            sa.cast(DossierItem.kind, sa.String).label("more"),
            sa.func.coalesce(StoredFile.key, "").label("key"),
            sa.func.coalesce(StoredFile.name, "").label("name"),
            sa.func.coalesce(StoredFile.size, 0).label("size"),
            _NEVER.label("at"),
            DossierItem.id.label("own"),
            sa.func.coalesce(DossierItem.light_of_id, 0).label("other"),
            DossierItem.position.label("place"),
        )
        .select_from(DossierItem)
        .outerjoin(StoredFile, joined)
        .where(DossierItem.consultation_id == consultation_id)
    )


def _documents(found: Sequence[Any]) -> list[PublicDocument]:
    ordered = sorted(
        (row for row in found if row.what == "document"), key=lambda row: (row.place, row.own)
    )
    light = {row.other: _file(row) for row in ordered if row.other}
    return [
        PublicDocument(row.text, DossierKind(row.more), _file(row), light.get(row.own))
        for row in ordered
        if not row.other
    ]


def _file(row: Any) -> PublicFile | None:
    if not row.key:
        return None
    return PublicFile(
        f"/tep/{row.key}/{address_name(row.name)}", row.name, row.name.rpartition(".")[2], row.size
    )


def documents(consultation_id: int) -> list[PublicDocument]:
    """The dossier in order, in one statement.

    The consultation itself must have come through the gate.
    """
    return _documents(db.session.execute(_documents_of(consultation_id)).all())


def extras(consultation_id: int) -> Extras:
    """Meetings, guiding questions, public log and dossier, in one statement.

    The consultation must have come through the gate.
    """
    zero = sa.literal(0)
    meetings = sa.select(
        sa.literal("meeting"),
        PublicMeeting.place,
        PublicMeeting.note,
        _NONE,
        _NONE,
        zero,
        PublicMeeting.starts_at,
        PublicMeeting.id,
        zero,
        zero,
    ).where(PublicMeeting.consultation_id == consultation_id)
    asked = voices.get().questions(consultation_id).subquery()
    questions = sa.select(
        sa.literal("question"),
        asked.c.text,
        _NONE,
        _NONE,
        _NONE,
        zero,
        _NEVER,
        asked.c.id,
        zero,
        asked.c.position,
    )
    log = sa.select(
        sa.literal("log"),
        ConsultationLog.move,
        ConsultationLog.note,
        _NONE,
        _NONE,
        zero,
        ConsultationLog.at,
        ConsultationLog.id,
        zero,
        zero,
    ).where(ConsultationLog.consultation_id == consultation_id, ConsultationLog.public)
    found: Sequence[Any] = db.session.execute(
        sa.union_all(_documents_of(consultation_id), meetings, questions, log)
    ).all()

    def of(what: str) -> list[Any]:
        return [row for row in found if row.what == what]

    return Extras(
        meetings=[
            Meeting(row.at, row.text, row.more)
            for row in sorted(of("meeting"), key=lambda row: (row.at, row.own))
        ],
        questions=[
            row.text for row in sorted(of("question"), key=lambda row: (row.place, row.own))
        ],
        log=[
            Happening(row.at, row.text, row.more)
            for row in sorted(of("log"), key=lambda row: row.own)
        ],
        documents=_documents(found),
    )


# Calendars
# --------------------------------------------------------------------------------------------------
#: Consultations in the calendar of all of them.
CALENDAR_SIZE = 100


def meetings_of(ids: Sequence[int]) -> dict[int, list[Meeting]]:
    """Announced meetings by consultation, in one statement.

    The consultations must have come through the gate.
    """
    made: dict[int, list[Meeting]] = {}
    if ids:
        query = (
            sa.select(PublicMeeting)
            .where(PublicMeeting.consultation_id.in_(ids))
            .order_by(PublicMeeting.starts_at, PublicMeeting.id)
        )
        for row in db.session.scalars(query):
            made.setdefault(row.consultation_id, []).append(
                Meeting(row.starts_at, row.place, row.note)
            )
    return made


def recent(limit: int = CALENDAR_SIZE) -> list[PublicConsultation]:
    """The consultations with the latest last days."""
    return rows(
        public(*COLUMNS)
        .order_by(Consultation.closes_on.desc(), Consultation.id.desc())
        .limit(limit)
    )
