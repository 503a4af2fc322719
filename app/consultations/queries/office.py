"""Lists for staff: consultations by stage with their counts and clocks, a page at a time."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.consultations.models import Consultation
from app.consultations.queries.public import RESULT_DAYS
from app.consultations.states import ConsultationType, Stage, Visibility
from app.extensions import db
from app.kernel.clock import today
from app.kernel.display import vi_date
from app.kernel.paging import Page, keyset, page_of
from app.organisation.models import Unit

PAGE_SIZE = 25
#: Counts on the tabs stop here.
COUNT_CAP = 99
#: Days left from which the clock is shown as soon over.
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is still time, for the macro `days_left`."""

    label: str
    #: ok · soon · late · paused · stopped
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One consultation in the office's list."""

    id: int
    slug: str
    code: str
    type: ConsultationType
    title: str
    stage: Stage
    visibility: Visibility
    unit: str | None
    officer: str | None
    opens_on: dt.date | None
    closes_on: dt.date | None
    result_published_at: dt.datetime | None
    created_at: dt.datetime
    received_count: int
    public_count: int
    replied_count: int

    @property
    def clock(self) -> Clock:
        """Days until it opens, until it closes, until the result is due."""
        return clock_of(self.stage, self.opens_on, self.closes_on)


def clock_of(stage: Stage, opens_on: dt.date | None, closes_on: dt.date | None) -> Clock:
    """The clock of a consultation, from its dates in Hà Nội."""
    if stage is Stage.DRAFT or opens_on is None or closes_on is None:
        return Clock(_("Chưa đăng"), "stopped")
    if stage in {Stage.ANSWERED, Stage.ARCHIVED}:
        return Clock(_("Đã xong"), "stopped")
    day = today()
    if day < opens_on:
        return Clock(_("Mở ngày %(day)s", day=vi_date(opens_on)), "paused")
    if day <= closes_on:
        left = (closes_on - day).days + 1
        return Clock(_("Còn %(n)s ngày", n=left), "soon" if left <= SOON_DAYS else "ok")
    passed = (day - closes_on).days
    if passed > RESULT_DAYS:
        return Clock(_("Kết quả quá hạn %(n)s ngày", n=passed - RESULT_DAYS), "late")
    return Clock(
        _("Kết quả: còn %(n)s ngày", n=RESULT_DAYS - passed),
        "soon" if RESULT_DAYS - passed <= SOON_DAYS else "ok",
    )


_COLUMNS = (
    Consultation.id,
    Consultation.slug,
    Consultation.code,
    Consultation.type,
    Consultation.title,
    Consultation.stage,
    Consultation.visibility,
    Unit.name,
    User.full_name,
    Consultation.opens_on,
    Consultation.closes_on,
    Consultation.result_published_at,
    Consultation.created_at,
    Consultation.received_count,
    Consultation.public_count,
    Consultation.replied_count,
)
#: What the rows of a stage are sorted by, and whether the greatest comes first.
_ORDER: Mapping[Stage, tuple[Any, bool]] = {
    Stage.DRAFT: (Consultation.created_at, True),
    Stage.SCHEDULED: (Consultation.opens_on, False),
    Stage.OPEN: (Consultation.closes_on, False),
    Stage.CLOSED: (Consultation.closes_on, False),
    Stage.ANSWERED: (Consultation.result_published_at, True),
    Stage.ARCHIVED: (Consultation.result_published_at, True),
}


def listing(
    stage: Stage, *, after: str | None = None, before: str | None = None, size: int = PAGE_SIZE
) -> Page[Row]:
    """The consultations of a stage: what is due first on top, what is done newest first."""
    column, descending = _ORDER[stage]
    query: Any = (
        sa.select(*_COLUMNS)
        .select_from(Consultation)
        .outerjoin(Unit, Unit.id == Consultation.lead_unit_id)
        .outerjoin(User, User.id == Consultation.officer_id)
        .where(Consultation.stage == stage)
    )
    query, backwards = keyset(
        query,
        columns=(column, Consultation.id),
        descending=descending,
        size=size,
        after=after,
        before=before,
    )
    rows = [Row(*row) for row in db.session.execute(query)]
    return page_of(
        rows,
        size=size,
        key=lambda row: (getattr(row, column.key), row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def counts() -> dict[Stage, int]:
    """How many there are in each stage, up to one more than the cap. One statement."""
    parts = {
        stage: sa.select(sa.func.count())
        .select_from(
            sa.select(Consultation.id)
            .where(Consultation.stage == stage)
            .limit(COUNT_CAP + 1)
            .subquery()
        )
        .scalar_subquery()
        for stage in Stage
    }
    found = db.session.execute(sa.select(*parts.values())).one()
    return dict(zip(parts, found, strict=True))


def overdue_count() -> int:
    """How many are closed for longer than allowed without a published result, up to one more than
    the cap.
    """
    late = (
        Consultation.stage == Stage.CLOSED,
        Consultation.closes_on < today() - dt.timedelta(days=RESULT_DAYS),
    )
    some = sa.select(Consultation.id).where(*late).limit(COUNT_CAP + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
