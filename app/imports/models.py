"""Files that were read in."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.imports.states import ImportState
from app.kernel.clock import now
from app.submissions.models import BigId


class ImportRun(db.Model):
    """One file being read: how far, what was taken, what was refused and why.

    Its files belong to Ref("import", id).
    """

    __tablename__ = "import_run"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: What it is read into; None: the whole authority, such as its boundary.
    consultation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consultation.id"))
    #: See kinds.py.
    kind: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[ImportState] = mapped_column(default=ImportState.QUEUED)
    file_name: Mapped[str] = mapped_column(sa.String(150))
    #: What the officer chose, such as the zone of a map.
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    #: 0 while unknown.
    total: Mapped[int] = mapped_column(default=0)
    #: How often a runner began to read it.
    tries: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    #: For the officer: what went wrong, or what to look at.
    message: Mapped[str] = mapped_column(sa.String(500), default="")
    #: [{"row": 7, "reasons": ["…"]}], the first thousand.
    problems: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    finished_at: Mapped[dt.datetime | None]
    __table_args__ = (sa.Index(None, "consultation_id", "id"),)

    @classmethod
    def into(cls, about: int | None) -> sa.ColumnElement[bool]:
        """Is it read into this thing (None: into the whole authority)?"""
        mine: sa.ColumnElement[bool] = cls.consultation_id.is_not_distinct_from(about)
        return mine
