"""The one gate through which anything public reads consultations and their comments: pages, search,
feeds, API, embed, downloads.

Rows, not entities: these pages are read a thousand times for each time that one is written.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.consultations.models import Consultation, DossierItem
from app.consultations.states import (
    ConsultationType,
    DossierKind,
    Phase,
    ShowComments,
    Stage,
    Visibility,
)
from app.extensions import db
from app.files.models import StoredFile
from app.files.names import address_name
from app.files.states import FileState
from app.kernel.clock import local_date, now, start_of_day, today
from app.kernel.paging import Page, keyset, page_of
from app.organisation.models import Unit

#: Days after closing without a published result from which everybody sees that it is overdue.
RESULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class PublicConsultation:
    """One consultation as everybody may read it.

    `phase` is computed from the dates, never read from the stage alone.
    """

    id: int
    slug: str
    code: str
    type: ConsultationType
    title: str
    summary: str
    summary_html: str
    unit: str | None
    unit_slug: str | None
    legal_basis: list[dict[str, str]]
    notice_number: str
    posted_at: dt.datetime
    opens_on: dt.date
    closes_on: dt.date
    first_closes_on: dt.date | None
    extension_reason: str
    receive_address: str
    receive_phone: str
    receive_email: str
    posting_place: str
    show_comments: ShowComments
    stage: Stage
    result_published_at: dt.datetime | None
    received_count: int
    public_count: int
    replied_count: int
    updated_at: dt.datetime
    #: The last day as it was wanted, when days off moved it.
    wanted_closes_on: dt.date | None
    #: Is there a published draft text, a list of projects, a confirmed map layer?
    has_draft: bool
    has_projects: bool
    has_map: bool

    @property
    def phase(self) -> Phase:
        """What everybody reads today."""
        return phase_of(self.stage, self.opens_on, self.closes_on)

    @property
    def url(self) -> str:
        """Its one address."""
        return f"/lay-y-kien/{self.slug}"

    @property
    def days_left(self) -> int:
        """Whole days until the last day, that one included; 0 once it is over."""
        return max(0, (self.closes_on - today()).days + 1)

    @property
    def days_in_all(self) -> int:
        """Calendar days from posting to the last day, the day of posting not counted."""
        return (self.closes_on - local_date(self.posted_at)).days

    @property
    def result_overdue(self) -> bool:
        """Closed for more than RESULT_DAYS without a published result."""
        return self.phase is Phase.SUMMARISING and (today() - self.closes_on).days > RESULT_DAYS

    @property
    def comments_shown(self) -> bool:
        """May moderated comments be read now?"""
        return self.show_comments is ShowComments.AT_ONCE or self.phase in {
            Phase.SUMMARISING,
            Phase.RESULT,
        }


def phase_of(stage: Stage, opens_on: dt.date, closes_on: dt.date) -> Phase:
    """What everybody reads, from the dates in Hà Nội: midnight does not wait for a job."""
    if stage in {Stage.ANSWERED, Stage.ARCHIVED}:
        return Phase.RESULT
    day = today()
    if day < opens_on:
        return Phase.UPCOMING
    return Phase.OPEN if day <= closes_on else Phase.SUMMARISING


def closing_moment(closes_on: dt.date) -> dt.datetime:
    """24:00 in Asia/Ho_Chi_Minh on the last day: what arrives before is in time."""
    return start_of_day(closes_on + dt.timedelta(days=1))


#: True of every row. SQLite 3.40 (Debian 12) forgets that an order is descending when it leaves out
#: an outer join that nothing reads: then lists would run backwards and pages of comments lose rows.
_UNIT_READ = sa.or_(Unit.id.is_(None), Unit.id > 0)


def public(*columns: Any) -> sa.Select[Any]:
    """THE gate for consultations. Every public output starts from here."""
    return (
        sa.select(*columns)
        .select_from(Consultation)
        .outerjoin(Unit, Unit.id == Consultation.lead_unit_id)
        .where(
            Consultation.visibility == Visibility.PUBLIC,
            Consultation.stage != Stage.DRAFT,
            Consultation.posted_at <= now(),
            _UNIT_READ,
        )
    )


COLUMNS = (
    Consultation.id,
    Consultation.slug,
    Consultation.code,
    Consultation.type,
    Consultation.title,
    Consultation.summary,
    Consultation.summary_html,
    Unit.name,
    Unit.slug,
    Consultation.legal_basis,
    Consultation.notice_number,
    Consultation.posted_at,
    Consultation.opens_on,
    Consultation.closes_on,
    Consultation.first_closes_on,
    Consultation.extension_reason,
    Consultation.receive_address,
    Consultation.receive_phone,
    Consultation.receive_email,
    Consultation.posting_place,
    Consultation.show_comments,
    Consultation.stage,
    Consultation.result_published_at,
    Consultation.received_count,
    Consultation.public_count,
    Consultation.replied_count,
    Consultation.updated_at,
    Consultation.wanted_closes_on,
    Consultation.has_draft,
    Consultation.has_projects,
    Consultation.has_map,
)


def rows(query: sa.Select[Any]) -> list[PublicConsultation]:
    """The rows of a query over COLUMNS."""
    return [PublicConsultation(*row) for row in db.session.execute(query)]


def public_one(slug: str) -> PublicConsultation | None:
    """The consultation at this address, or None when there is nothing that everybody may see."""
    found = rows(public(*COLUMNS).where(Consultation.slug == slug))
    return found[0] if found else None


def newest(limit: int) -> list[PublicConsultation]:
    """The most recently posted."""
    return rows(
        public(*COLUMNS)
        .order_by(Consultation.posted_at.desc(), Consultation.id.desc())
        .limit(limit)
    )


def rows_of(ids: list[int]) -> list[PublicConsultation]:
    """Those of these that everybody may see, in the given order."""
    order = {number: place for place, number in enumerate(ids)}
    return (
        sorted(
            rows(public(*COLUMNS).where(Consultation.id.in_(ids))), key=lambda row: order[row.id]
        )
        if ids
        else []
    )


def tombstone(slug: str) -> bool:
    """Was it public once, and is it hidden now?"""
    query = sa.select(Consultation.id).where(
        Consultation.slug == slug,
        Consultation.visibility.in_([Visibility.HIDDEN, Visibility.ERASED]),
    )
    return db.session.scalar(query) is not None


WITH_RESULT = (Stage.ANSWERED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a consultation and that everybody may hear of."""

    what: str
    at: dt.datetime
    consultation: PublicConsultation


@dataclass(frozen=True, slots=True)
class DossierFile:
    """One file of the dossier."""

    kind: DossierKind
    title: str
    url: str
    extension: str
    size: int
    sha256: str


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
