"""The sample authority itself: profile, units, topics, places."""

from collections.abc import Mapping
from typing import Any

from app.access.actors import SYSTEM
from app.devtools.demo import plan
from app.devtools.demo.plan import Profile
from app.organisation import queries, service
from app.organisation.models import AgencyLevel, Place, Topic, Unit


def load(profile: Profile) -> None:
    """Write all of it."""
    described: dict[str, Any] = dict(profile.agency)
    described["citizen_reception_text"] = described["citizen_reception_text"].strip()
    service.save_agency(actor=SYSTEM, **{**described, "level": AgencyLevel(described["level"])})
    service.import_units(profile.units)
    for row in profile.units:
        unit = queries.unit_by_code(row["code"])
        service.save_unit(
            unit,
            actor=SYSTEM,
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            sort=unit.sort,
            parent_id=unit.parent_id,
            phone=unit.phone,
            email=unit.email,
            hours=row["hours"],
            address=row["address"],
        )
    service.import_topics(plan.topics())
    for number, name in enumerate(profile.places, start=1):
        service.save_place(None, actor=SYSTEM, name=profile.place(name), sort=number * 10)


def units() -> dict[str, Unit]:
    """By code."""
    return {unit.code: unit for unit in queries.all_units()}


def topics() -> dict[str, Topic]:
    """By the name in the address."""
    return {topic.slug: topic for topic in queries.all_topics()}


def places(profile: Profile) -> dict[str, Place]:
    """By the name in the list of questions."""
    known = {place.name: place for place in queries.all_places()}
    return {name: known[profile.place(name)] for name in profile.places}


def unit_for(profile: Profile, known: Mapping[str, Unit], code: str) -> Unit:
    """Who does the work of a unit of the list here."""
    for candidate in (code, profile.unit_of.get(code, ""), service.UNIT_OF_COMMUNE.get(code, "")):
        if candidate in known:
            return known[candidate]
    raise KeyError(code)
