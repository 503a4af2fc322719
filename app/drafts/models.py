"""The text of a draft: its versions, and their clauses."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.clock import now
from app.submissions.models import BigId


class DraftVersion(db.Model):
    """One imported text of the draft.

    The newest published one is what people read; older ones stay.
    """

    __tablename__ = "draft_version"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    number: Mapped[int]
    file_name: Mapped[str] = mapped_column(sa.String(150), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    #: What differs from the published version before, as lines for readers; made when it is
    #: published.
    changes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: None: still being mended.
    published_at: Mapped[dt.datetime | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (sa.UniqueConstraint("consultation_id", "number"),)


class Clause(db.Model):
    """Chương, Mục, Điều, khoản, điểm: one part of a version, in order, under an anchor that
    survives a new version.
    """

    __tablename__ = "clause"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("draft_version.id"))
    position: Mapped[int]
    #: 0 for the outermost.
    depth: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ClauseKind]
    #: Such as dieu-5-khoan-2-diem-a: what comments point at.
    anchor: Mapped[str] = mapped_column(sa.String(120))
    #: «Điều 5», «2.», «a)».
    label: Mapped[str] = mapped_column(sa.String(60), default="")
    #: As people quote it, with what it is part of: «điểm a khoản 2 Điều 5». Made from the labels
    #: whenever they change.
    full_label: Mapped[str] = mapped_column(sa.String(200), default="")
    heading: Mapped[str] = mapped_column(sa.String(500), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    #: text as sanitised paragraphs, made once.
    html: Mapped[str] = mapped_column(sa.Text, default="")
    #: The parser was not sure; a person should look.
    doubtful: Mapped[str] = mapped_column(sa.String(200), default="")
    __table_args__ = (
        sa.UniqueConstraint("version_id", "anchor"),
        sa.Index(None, "version_id", "position"),
    )
