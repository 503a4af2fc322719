"""Reading the agency, its units, topics and places."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import g
from flask_babel import gettext as _

from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import NotFound
from app.kernel.links import Resolved
from app.organisation.models import AgencyLevel, AgencyProfile, Place, Topic, Unit
from app.organisation.suggestions import Subject, Suggestion, default_keywords, phrases_of, suggest

SYSTEM = "/can-bo/he-thong"
T = TypeVar("T")


def agency() -> AgencyProfile:
    """The agency's profile, read once per request; a nameless, unsaved one before anybody filled it
    in.
    """
    # The session keeps what it has read only as long as somebody holds it: g does, until the
    # request ends.
    g.agency_profile = db.session.get(AgencyProfile, 1)
    return g.agency_profile or AgencyProfile(
        id=1,
        name=_("Cơ quan chưa đặt tên"),
        parent_name="",
        level=AgencyLevel.COMMUNE,
        code="",
        address="",
        phone="",
        fax="",
        email="",
        responsible="",
        place_name="",
        domain="",
        licence="",
        citizen_reception_text="",
        tracking_prefix="LN",
        former_names=[],
    )


def _valid_on(model: type[Unit] | type[Topic], day: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(model.valid_from.is_(None), model.valid_from <= day),
        sa.or_(model.valid_to.is_(None), model.valid_to >= day),
    )


def all_units() -> Sequence[Unit]:
    """Every unit there is or was, leaders first."""
    return db.session.scalars(sa.select(Unit).order_by(Unit.sort, Unit.name, Unit.id)).all()


def active_units(day: dt.date | None = None) -> Sequence[Unit]:
    """The units that exist on this day (today in Hà Nội), leaders first."""
    query = (
        sa.select(Unit)
        .where(_valid_on(Unit, day or today()))
        .order_by(Unit.sort, Unit.name, Unit.id)
    )
    return db.session.scalars(query).all()


def all_topics() -> Sequence[Topic]:
    """Every topic there is or was, in the office's order."""
    return db.session.scalars(sa.select(Topic).order_by(Topic.sort, Topic.name, Topic.id)).all()


def active_topics(day: dt.date | None = None) -> Sequence[Topic]:
    """The topics that a new question may have on this day (today in Hà Nội), in
    the office's order.
    """
    query = (
        sa.select(Topic)
        .where(_valid_on(Topic, day or today()))
        .order_by(Topic.sort, Topic.name, Topic.id)
    )
    return db.session.scalars(query).all()


def valid_topics(*columns: Any) -> sa.Select[Any]:
    """The same as columns, in no order: for a statement that reads more than topics."""
    return sa.select(*columns).where(_valid_on(Topic, today()))


def all_places() -> Sequence[Place]:
    """Every place, in the office's order."""
    return db.session.scalars(sa.select(Place).order_by(Place.sort, Place.name, Place.id)).all()


def active_places() -> Sequence[Place]:
    """The places that a new question may name, in the office's order."""
    return db.session.scalars(
        sa.select(Place).where(Place.active).order_by(Place.sort, Place.name, Place.id)
    ).all()


def unit(number: int) -> Unit:
    """The unit with this id. Raises NotFound."""
    found = db.session.get(Unit, number)
    if found is None:
        raise NotFound
    return found


def unit_by_slug(slug: str) -> Unit:
    """The unit at this address. Raises NotFound."""
    return _one(sa.select(Unit).where(Unit.slug == slug))


def unit_by_code(code: str) -> Unit:
    """The unit with this short name. Raises NotFound."""
    return _one(sa.select(Unit).where(Unit.code == code))


def current_unit(number: int, day: dt.date | None = None) -> Unit:
    """The unit that does this unit's work today: itself, or the last in the chain of its
    successors. Raises NotFound.
    """
    found, seen = unit(number), set()
    while (
        not found.is_active(day or today())
        and found.successor_id is not None
        and found.id not in seen
    ):
        seen.add(found.id)
        found = unit(found.successor_id)
    return found


def topic(number: int) -> Topic:
    """The topic with this id. Raises NotFound."""
    found = db.session.get(Topic, number)
    if found is None:
        raise NotFound
    return found


def topic_by_slug(slug: str) -> Topic:
    """The topic at this address. Raises NotFound."""
    return _one(sa.select(Topic).where(Topic.slug == slug))


def place(number: int) -> Place:
    """The place with this id. Raises NotFound."""
    found = db.session.get(Place, number)
    if found is None:
        raise NotFound
    return found


def place_by_slug(slug: str) -> Place:
    """The place at this address. Raises NotFound."""
    return _one(sa.select(Place).where(Place.slug == slug))


def official_contacts() -> tuple[str, ...]:
    """The office's own numbers and addresses: no personal data, wherever they stand in a text.

    Two statements.
    """
    office = agency()
    units = db.session.execute(sa.select(Unit.phone, Unit.email)).all()
    return tuple(
        known
        for known in (
            office.phone,
            office.fax,
            office.email,
            *(value for row in units for value in row),
        )
        if known
    )


def topics_of(unit_id: int) -> Sequence[Topic]:
    """The topics that this unit answers by default."""
    return db.session.scalars(
        sa.select(Topic)
        .where(Topic.default_unit_id == unit_id)
        .order_by(Topic.sort, Topic.name, Topic.id)
    ).all()


def suggest_topic(text: str) -> list[Suggestion]:
    """The topics that the text's words point to, the likeliest first, with those words."""
    shipped = default_keywords()
    subjects = [
        Subject(
            found.id,
            found.default_unit_id,
            phrases_of(found.keywords or shipped.get(found.slug, "")),
        )
        for found in active_topics()
    ]
    return suggest(text, subjects)


def _one(query: sa.Select[T]) -> T:
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def _resolve_agency(number: int) -> Resolved:
    return Resolved(agency().name, "/", f"{SYSTEM}/co-quan")


def _resolve_unit(number: int) -> Resolved | None:
    found = db.session.get(Unit, number)
    return Resolved(found.name, None, f"{SYSTEM}/don-vi/{found.slug}") if found else None


def _resolve_topic(number: int) -> Resolved | None:
    found = db.session.get(Topic, number)
    return Resolved(found.name, None, f"{SYSTEM}/linh-vuc/{found.slug}") if found else None


def _resolve_place(number: int) -> Resolved | None:
    found = db.session.get(Place, number)
    return Resolved(found.name, None, f"{SYSTEM}/dia-ban/{found.slug}") if found else None


#: For the registry of references.
RESOLVERS: dict[str, Callable[[int], Resolved | None]] = {
    "agency": _resolve_agency,
    "unit": _resolve_unit,
    "topic": _resolve_topic,
    "place": _resolve_place,
}
