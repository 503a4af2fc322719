"""The list of works and projects: what everybody reads, what the office reads, and what comments
need to know of it.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.consultations import voices
from app.consultations.models import Consultation, LandType
from app.consultations.queries import public as gate
from app.consultations.queries.public import PublicConsultation, public
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import NotFound
from app.kernel.paging import Page, keyset, page_of
from app.kernel.text import tokens
from app.works.models import ProjectItem, ProjectParcel
from app.works.parcels import Parcels

PAGE_SIZE = 50
#: Words of a search that count.
_MOST_WORDS = 8
#: Between the parts and the rows of land types that come in one text. No code or name holds them.
_PART, _ROW = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Land:
    """A land-use code with its name and colour, for display. Unknown codes have neither."""

    code: str
    name: str = ""
    colour: str = ""

    @property
    def words(self) -> str:
        """«LUC – Đất chuyên trồng lúa nước»: the code is always written out."""
        return f"{self.code} – {self.name}" if self.name else self.code


@dataclass(frozen=True, slots=True)
class Balance:
    """One line of the «Biểu chu chuyển»: hectares by land code."""

    code: str
    #: Of works with this purpose.
    planned: Decimal = Decimal(0)
    existing: Decimal = Decimal(0)
    added: Decimal = Decimal(0)
    #: Of this land, taken by works.
    taken: Decimal = Decimal(0)

    @property
    def change(self) -> Decimal:
        """Increase or loss of this land."""
        return self.added - self.taken


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums of a list, kept with the consultation."""

    count: int
    groups: list[str]
    balances: list[Balance]

    @property
    def total(self) -> Balance:
        """The last line."""
        rows = self.balances
        return Balance(
            "",
            *(
                sum((getattr(row, name) for row in rows), Decimal(0))
                for name in ("planned", "existing", "added", "taken")
            ),
        )

    @property
    def gap(self) -> Decimal:
        """What is added less what is taken: 0 in a list that balances."""
        return self.total.change


@dataclass(frozen=True, slots=True)
class Front:
    """What every public page about the list begins with; one statement."""

    c: PublicConsultation
    summary: Summary
    lands: dict[str, Land]

    def land(self, code: str) -> Land:
        """The land type, known or not."""
        return self.lands.get(code) or Land(code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the list."""

    sheet: int | None = None
    parcel: int | None = None
    text: str = ""
    group: str = ""
    land_code: str = ""

    @property
    def is_anything(self) -> bool:
        """Is anything asked at all?"""
        return bool(self.sheet or self.parcel or self.text or self.group or self.land_code)


@dataclass(frozen=True, slots=True)
class ProjectView:
    """One work as pages show it."""

    id: int
    position: int
    code: str
    name: str
    group_name: str
    land_code: str
    planned_ha: Decimal
    existing_ha: Decimal
    added_ha: Decimal
    uses: list[dict[str, str]]
    place: str
    map_text: str
    basis: str
    funding: str
    year: str
    note: str
    removed_at: dt.datetime | None
    revision: int
    #: 0: the parcel itself is named (or none was asked for); 1: only its whole sheet, so it may be
    #: concerned.
    nearness: int = 0
    #: Comments that everybody may read.
    comments: int = 0

    @property
    def taken(self) -> list[tuple[str, Decimal]]:
        """From which land how much."""
        return [(use["code"], Decimal(use["ha"])) for use in self.uses]


_COLUMNS = (
    ProjectItem.id,
    ProjectItem.position,
    ProjectItem.code,
    ProjectItem.name,
    ProjectItem.group_name,
    ProjectItem.land_code,
    ProjectItem.planned_ha,
    ProjectItem.existing_ha,
    ProjectItem.added_ha,
    ProjectItem.uses,
    ProjectItem.place,
    ProjectItem.map_text,
    ProjectItem.basis,
    ProjectItem.funding,
    ProjectItem.year,
    ProjectItem.note,
    ProjectItem.removed_at,
    ProjectItem.revision,
)


# Land types
# --------------------------------------------------------------------------------------------------
def _valid_on(day: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(
        LandType.valid_from <= day, sa.or_(LandType.valid_to.is_(None), LandType.valid_to >= day)
    )


def land_types(day: dt.date) -> dict[str, LandType]:
    """The land types valid on this day by code, in the order of their table."""
    return {
        row.code: row
        for row in db.session.scalars(
            sa.select(LandType).where(_valid_on(day)).order_by(LandType.id)
        )
    }


def lands(day: dt.date) -> dict[str, Land]:
    """The same for display."""
    return {code: Land(code, row.name, row.colour) for code, row in land_types(day).items()}


def _lands_text(day: dt.date) -> sa.ScalarSelect[str]:
    """All land types of the day in one text: a page may not spend a statement on them."""
    row = LandType.code + _PART + LandType.name + _PART + LandType.colour
    return sa.select(sa.func.aggregate_strings(row, _ROW)).where(_valid_on(day)).scalar_subquery()


def _lands_of(text: str | None) -> dict[str, Land]:
    found = (Land(*row.split(_PART)) for row in (text or "").split(_ROW) if row)
    return {land.code: land for land in found}


# Summary
# --------------------------------------------------------------------------------------------------
def summary_of(kept: dict[str, Any] | None) -> Summary:
    """The sums as service.works keeps them; an empty list where nothing was kept."""
    kept = kept or {}
    balances = [
        Balance(code, *(Decimal(part) for part in parts))
        for code, *parts in kept.get("balances", [])
    ]
    return Summary(int(kept.get("count", 0)), list(kept.get("groups", [])), balances)


def summary(consultation_id: int) -> Summary:
    """The same, read for the office."""
    return summary_of(
        db.session.scalar(
            sa.select(Consultation.project_summary).where(Consultation.id == consultation_id)
        )
    )


def front(slug: str) -> Front | None:
    """What the public pages begin with, or None when there is nothing that everybody may see.

    One statement.
    """
    query = gate.public(*gate.COLUMNS, Consultation.project_summary, _lands_text(today())).where(
        Consultation.slug == slug
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    *columns, kept, text = row
    return Front(PublicConsultation(*columns), summary_of(kept), _lands_of(text))


# Lists
# --------------------------------------------------------------------------------------------------
def _touched(consultation_id: int, wanted: Wanted) -> sa.Subquery | None:
    """The works that the sheet or parcel asked touches, each with its nearness; found by the index
    of sheets. None: nothing asked.
    """
    if wanted.sheet is None and wanted.parcel is None:
        return None
    near = (
        sa.case((ProjectParcel.parcel_from.is_(None), 1), else_=0)
        if wanted.parcel is not None
        else sa.literal(0, sa.Integer)
    )
    query = sa.select(ProjectParcel.project_id, sa.func.min(near).label("nearness"))
    query = query.where(ProjectParcel.consultation_id == consultation_id).group_by(
        ProjectParcel.project_id
    )
    if wanted.sheet is not None:
        query = query.where(ProjectParcel.sheet == wanted.sheet)
    if wanted.parcel is not None:
        named = sa.and_(
            ProjectParcel.parcel_from <= wanted.parcel, ProjectParcel.parcel_to >= wanted.parcel
        )
        # A parcel without its sheet is on every sheet: whole sheets then say nothing.
        query = query.where(
            sa.or_(named, ProjectParcel.parcel_from.is_(None))
            if wanted.sheet is not None
            else named
        )
    return query.subquery()


def _narrowed(query: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    for word in tokens(wanted.text)[:_MOST_WORDS]:
        # Words from their beginning: «hoi» finds «Hội» and «hội trường», not «khởi».
        query = query.where(ProjectItem.search_text.contains(f" {word}", autoescape=True))
    if wanted.group:
        query = query.where(ProjectItem.group_name == wanted.group)
    return query.where(ProjectItem.land_code == wanted.land_code) if wanted.land_code else query


def page(
    consultation_id: int,
    wanted: Wanted,
    *,
    with_removed: bool = False,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[ProjectView]:
    """Works in the order of the list; with sheet and parcel asked, those that name the parcel come
    first. One statement.
    """
    touched = _touched(consultation_id, wanted)
    nearness = sa.literal(0, sa.Integer) if touched is None else touched.c.nearness
    query = sa.select(*_COLUMNS, nearness, voices.get().on_work(ProjectItem.id)).where(
        ProjectItem.consultation_id == consultation_id
    )
    if touched is not None:
        query = query.join(touched, touched.c.project_id == ProjectItem.id)
    if not with_removed:
        query = query.where(ProjectItem.removed_at.is_(None))
    ranked = touched is not None
    columns = (*([nearness] if ranked else []), ProjectItem.position, ProjectItem.id)
    query, backwards = keyset(
        _narrowed(query, wanted),
        columns=columns,
        descending=False,
        size=size,
        after=after,
        before=before,
    )
    rows = [ProjectView(*row) for row in db.session.execute(query)]

    def key(row: ProjectView) -> tuple[int, ...]:
        return (row.nearness, row.position, row.id) if ranked else (row.position, row.id)

    return page_of(rows, size=size, key=key, backwards=backwards, after=after, before=before)


def view(consultation_id: int, code: str) -> ProjectView | None:
    """One work with the number of its comments; also one that was taken out of the list.

    One statement.
    """
    query = sa.select(*_COLUMNS, sa.literal(0), voices.get().on_work(ProjectItem.id)).where(
        ProjectItem.consultation_id == consultation_id, ProjectItem.code == code.upper()
    )
    row = db.session.execute(query).one_or_none()
    return ProjectView(*row) if row else None


def every(consultation_id: int) -> Iterator[ProjectView]:
    """All works of the list, row by row, for exports: whatever their number, only some hundreds are
    in memory.
    """
    query = (
        sa.select(*_COLUMNS, sa.literal(0), voices.get().on_work(ProjectItem.id))
        .where(ProjectItem.consultation_id == consultation_id, ProjectItem.removed_at.is_(None))
        .order_by(ProjectItem.position, ProjectItem.id)
        .execution_options(yield_per=500)
    )
    for row in db.session.execute(query):
        yield ProjectView(*row)


# For others
# --------------------------------------------------------------------------------------------------
def by_code(consultation_id: int, code: str) -> ProjectItem:
    """The work with this code, also one taken out of the list (`removed_at`). Raises NotFound."""
    query = sa.select(ProjectItem).where(
        ProjectItem.consultation_id == consultation_id, ProjectItem.code == code.upper()
    )
    found: ProjectItem | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def names_of(ids: Collection[int]) -> dict[int, str]:
    """«C01 · Đường tránh phía Tây» by id; ids that there are not are left out.

    One statement, none for no ids.
    """
    if not ids:
        return {}
    query = sa.select(ProjectItem.id, ProjectItem.code, ProjectItem.name).where(
        ProjectItem.id.in_(list(ids))
    )
    return {number: f"{code} · {name}" for number, code, name in db.session.execute(query)}


def choices(consultation_id: int) -> list[tuple[str, str]]:
    """(code, name) of the works that can be commented on, in the order of the list."""
    query = (
        sa.select(ProjectItem.code, ProjectItem.name)
        .where(ProjectItem.consultation_id == consultation_id, ProjectItem.removed_at.is_(None))
        .order_by(ProjectItem.position, ProjectItem.id)
    )
    return [(code, name) for code, name in db.session.execute(query)]


def parcels_of(project_id: int) -> Sequence[Parcels]:
    """Which sheets and parcels were understood from «Vị trí trên bản đồ»."""
    query = sa.select(
        ProjectParcel.sheet, ProjectParcel.parcel_from, ProjectParcel.parcel_to
    ).where(ProjectParcel.project_id == project_id)
    return [Parcels(*row) for row in db.session.execute(query.order_by(ProjectParcel.id))]


__all__ = [
    "PAGE_SIZE",
    "Balance",
    "Front",
    "Land",
    "ProjectView",
    "Summary",
    "Wanted",
    "by_code",
    "choices",
    "every",
    "front",
    "land_types",
    "lands",
    "names_of",
    "page",
    "parcels_of",
    "summary",
    "summary_of",
    "view",
]


def listed(consultation_id: int) -> list[tuple[int, str, str]]:
    """(id, code, name) of the project list as it is now, in its order. One statement."""
    listed = (ProjectItem.consultation_id == consultation_id, ProjectItem.removed_at.is_(None))
    query = sa.select(ProjectItem.id, ProjectItem.code, ProjectItem.name).where(*listed)
    return [
        (row[0], row[1], row[2])
        for row in db.session.execute(query.order_by(ProjectItem.position, ProjectItem.id))
    ]


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
