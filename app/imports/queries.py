"""Files that were read in, for the office."""

import sqlalchemy as sa

from app.access.actors import Actor
from app.extensions import db
from app.files import gate
from app.imports import kinds
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.kernel.errors import NotFound

#: How many past files a screen lists.
LISTED = 10


def run(run_id: int) -> ImportRun:
    """The run. Raises NotFound."""
    found = db.session.get(ImportRun, run_id)
    if found is None:
        raise NotFound
    return found


def runs_of(about: int | None, kind: str, *, limit: int = LISTED) -> list[ImportRun]:
    """The newest runs of a thing (None: of the whole authority), newest first."""
    query = (
        sa.select(ImportRun)
        .where(ImportRun.into(about), ImportRun.kind == kind)
        .order_by(ImportRun.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def is_over(found: ImportRun) -> bool:
    """Has it ended, well or badly?"""
    return found.state in {ImportState.DONE, ImportState.FAILED}


def may_fetch(run_id: int, actor: Actor | None) -> gate.Access:
    """What was read in and what was refused: for those who may see it, and never public."""
    found = db.session.get(ImportRun, run_id)
    if found is None or actor is None or not kinds.kind(found.kind).may_see(actor):
        return gate.Access.NONE
    return gate.Access.PRIVATE
