"""Files that were read in, for the office."""

import sqlalchemy as sa

from app.consultations.models import ImportRun
from app.consultations.states import ImportKind, ImportState
from app.extensions import db
from app.kernel.errors import NotFound

#: How many past files a screen lists.
LISTED = 10


def run(run_id: int) -> ImportRun:
    """The run. Raises NotFound."""
    found = db.session.get(ImportRun, run_id)
    if found is None:
        raise NotFound
    return found


def runs_of(
    consultation_id: int | None, kind: ImportKind, *, limit: int = LISTED
) -> list[ImportRun]:
    """The newest runs of a consultation (None: of the authority), newest first."""
    mine = (
        ImportRun.consultation_id == consultation_id
        if consultation_id is not None
        else ImportRun.consultation_id.is_(None)
    )
    query = (
        sa.select(ImportRun)
        .where(mine, ImportRun.kind == kind)
        .order_by(ImportRun.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def is_over(found: ImportRun) -> bool:
    """Has it ended, well or badly?"""
    return found.state in {ImportState.DONE, ImportState.FAILED}
