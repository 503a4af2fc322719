"""The publication revision: one number that every public change raises inside its own transaction.

The page cache keys on it, so that no process hands out a page from before a publish or a hide.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class PublicationRevision(db.Model):
    """A single row."""

    __tablename__ = "publication_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(sa.BigInteger, default=0)


def bump() -> None:
    """Say, inside the transaction of the change, that something public changed."""
    # One statement, which also makes the row: two first publications at once must not trip over
    # each other.
    db.session.execute(
        sa.text(
            "INSERT INTO publication_revision (id, value) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET value = publication_revision.value + 1"
        )
    )


def current() -> int:
    """The revision now."""
    return (
        db.session.scalar(sa.select(PublicationRevision.value).where(PublicationRevision.id == 1))
        or 0
    )
