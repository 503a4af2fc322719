"""What can be commented on, for lists to choose from: the clauses that are read now, the rows of
the project list.
"""

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from app.consultations.models.targets import Clause, DraftVersion, ProjectItem
from app.extensions import db


def current_clauses(consultation_id: int) -> list[Clause]:
    """The clauses of the newest published text, in order; none when no text was published.

    One statement.
    """
    newest = (
        sa.select(DraftVersion.id)
        .where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
        )
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = load_only(
        Clause.anchor, Clause.label, Clause.full_label, Clause.heading, Clause.depth, Clause.text
    )
    return list(
        db.session.scalars(
            sa.select(Clause)
            .options(columns)
            .where(Clause.version_id == newest)
            .order_by(Clause.position)
        )
    )


def clause_name(label: str, words: str) -> str:
    """«Khoản 2 Điều 5 Bồi thường»:

    «2.» alone says nothing where the clauses above it are not seen.
    """
    name = f"{label} {words}".strip()
    return name[:1].upper() + name[1:]


def listed(consultation_id: int) -> list[tuple[int, str, str]]:
    """(id, code, name) of the project list as it is now, in its order. One statement."""
    listed = (ProjectItem.consultation_id == consultation_id, ProjectItem.removed_at.is_(None))
    query = sa.select(ProjectItem.id, ProjectItem.code, ProjectItem.name).where(*listed)
    return [
        (row[0], row[1], row[2])
        for row in db.session.execute(query.order_by(ProjectItem.position, ProjectItem.id))
    ]
