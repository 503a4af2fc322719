"""The common end of every change here: flush, record what differs, tell the page cache."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.access.actors import Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel import publication
from app.kernel.links import Ref
from app.kernel.text import slug as make_slug
from app.organisation.models import AgencyProfile, Place, Topic, Unit

Row = AgencyProfile | Unit | Topic | Place
#: Address parts that mean something else below the lists.
RESERVED_SLUGS = frozenset({"moi"})


def put(row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set these columns and give those that changed, as plain data."""
    changed = {}
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed[name] = _plain(value)
    return changed


def finish(tag: str, kind: str, row: Row, *, actor: Actor, data: Mapping[str, Any]) -> None:
    """Write the change, record it, and let public pages be made anew."""
    db.session.flush()
    audit.record(
        tag,
        actor_id=actor.id,
        actor=actor.full_name,
        about=Ref(kind, row.id),
        data={"name": row.name, **data},
    )
    publication.bump()


def free_slug(model: type[Unit] | type[Topic] | type[Place], name: str) -> str:
    """An address part made of the name that no other row of the model has."""
    base = make_slug(name)
    taken = (
        set(
            db.session.scalars(
                sa.select(model.slug).where(model.slug.startswith(base, autoescape=True))
            )
        )
        | RESERVED_SLUGS
    )
    if base not in taken:
        return base
    return next(
        candidate
        for number in range(2, len(taken) + 3)
        if (candidate := f"{base}-{number}") not in taken
    )


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value
