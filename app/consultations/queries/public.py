"""The one gate through which anything public reads consultations and their comments: pages, search,
feeds, API, embed, downloads.

Rows, not entities: these pages are read a thousand times for each time that one is written.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation
from app.consultations.states import (
    CommentStage,
    ConsultationType,
    Phase,
    ShowComments,
    Stage,
    Visibility,
)
from app.extensions import db
from app.kernel.clock import local_date, now, start_of_day, today
from app.organisation.models import Unit
from app.submissions.models import Submission
from app.submissions.states import Consent

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


def public_comments(*columns: Any) -> sa.Select[Any]:
    """THE gate for comments: shown by a moderator, allowed by the sender, redacted, and of a
    consultation that shows them now.
    """
    shown_now = sa.or_(
        Consultation.show_comments == ShowComments.AT_ONCE,
        Consultation.stage.in_([Stage.ANSWERED, Stage.ARCHIVED]),
        Consultation.closes_on < today(),
    )
    return (
        public(*columns)
        .join(Comment, Comment.consultation_id == Consultation.id)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Comment.visibility == Visibility.PUBLIC,
            Comment.stage == CommentStage.RECEIVED,
            Submission.consent == Consent.PUBLISH,
            Submission.public_html.is_not(None),
            shown_now,
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
