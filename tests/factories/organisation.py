"""Units, topics, places and the agency, as small as a test needs them.

Each commits, so that a client sees it too.
"""

import itertools
from typing import Any

from app.extensions import db
from app.kernel.text import slug as make_slug
from app.organisation.models import AgencyLevel, AgencyProfile, Place, Topic, Unit, UnitKind

_numbers = itertools.count(1)


def _save(row: Any) -> Any:
    db.session.add(row)
    db.session.commit()
    return row


def make_unit(name: str = "", *, code: str = "", **values: Any) -> Unit:
    """A department that exists now; every call gives another one."""
    number = next(_numbers)
    name = name or f"Phòng Thử nghiệm {number}"
    defaults: dict[str, Any] = {
        "slug": f"{make_slug(name)}-{number}",
        "kind": UnitKind.DEPARTMENT,
        "sort": 30,
        "former_names": [],
    }
    unit: Unit = _save(Unit(**{**defaults, "name": name, "code": code or f"DV{number}", **values}))
    return unit


def make_topic(name: str = "", *, unit: Unit | None = None, **values: Any) -> Topic:
    """A topic in use, with ten working days for an answer."""
    number = next(_numbers)
    name = name or f"Lĩnh vực thử nghiệm {number}"
    defaults: dict[str, Any] = {
        "slug": f"{make_slug(name)}-{number}",
        "answer_working_days": 10,
        "default_unit_id": unit.id if unit else None,
        "keywords": "",
    }
    topic: Topic = _save(Topic(**{**defaults, "name": name, **values}))
    return topic


def make_place(name: str = "", **values: Any) -> Place:
    """A village that may be chosen."""
    number = next(_numbers)
    name = name or f"Thôn {number}"
    place: Place = _save(Place(**{"slug": f"{make_slug(name)}-{number}", "name": name, **values}))
    return place


def make_agency(**values: Any) -> AgencyProfile:
    """The fictional xã An Sơn, or what `values` make of it."""
    defaults: dict[str, Any] = {
        "name": "UBND xã An Sơn",
        "parent_name": "Tỉnh Nam Hải",
        "level": AgencyLevel.COMMUNE,
        "address": "Số 1 đường Trung Tâm, xã An Sơn",
        "phone": "0253 3555 000",
        "email": "ubnd@anson.example",
        "tracking_prefix": "AS",
        "former_names": ["UBND huyện An Sơn"],
    }
    agency: AgencyProfile = _save(AgencyProfile(**{"id": 1, **defaults, **values}))
    return agency
