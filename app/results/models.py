"""From comments to the statutory result: points, themes, replies, the issued table, the
certificate.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.comments.answers import Decision
from app.comments.states import TargetKind
from app.extensions import db
from app.kernel.clock import now
from app.results.states import ReplyStage
from app.submissions.models import BigId


class Theme(db.Model):
    """«Nhóm vấn đề»: points that are answered together."""

    __tablename__ = "comment_theme"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "title"),
        sa.CheckConstraint("title <> ''", name="named"),
    )


class Reply(db.Model):
    """What the authority says to one point or to a whole group.

    Drafted by one person, made final by another.
    """

    __tablename__ = "comment_reply"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), index=True)
    stage: Mapped[ReplyStage] = mapped_column(default=ReplyStage.DRAFT)
    decision: Mapped[Decision | None]
    text: Mapped[str] = mapped_column(sa.Text, default="")
    #: Sanitised paragraphs, made once.
    html: Mapped[str] = mapped_column(sa.Text, default="")
    #: Where the draft was changed, when it was.
    changed_where: Mapped[str] = mapped_column(sa.String(500), default="")
    #: Which unit drafts it.
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    agreed_at: Mapped[dt.datetime | None]
    final_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    final_at: Mapped[dt.datetime | None]
    #: An office of one: the author made it final, and it is recorded.
    self_approved: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "stage = 'draft' OR (decision IS NOT NULL AND text <> '')", name="agreed_says_something"
        ),
        sa.CheckConstraint("stage <> 'final' OR final_at IS NOT NULL", name="final_has_date"),
        sa.CheckConstraint(
            "final_by IS NULL OR final_by <> drafted_by OR self_approved", name="two_people"
        ),
    )


class Point(db.Model):
    """One thing that a comment says. A comment has one by default."""

    __tablename__ = "comment_point"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comment.id"))
    #: Within its comment, from 1.
    number: Mapped[int] = mapped_column(default=1)
    #: The words of the comment (redacted where they were) that make this point.
    text: Mapped[str] = mapped_column(sa.Text)
    #: The wording in the table where a person changed it; kept when the table is made again.
    table_text: Mapped[str | None] = mapped_column(sa.Text)
    target_kind: Mapped[TargetKind] = mapped_column(default=TargetKind.WHOLE)
    clause_anchor: Mapped[str | None] = mapped_column(sa.String(120))
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project_item.id"))
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment_theme.id"), index=True)
    reply_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment_reply.id"), index=True)
    #: Numbers of the issued tables: locked by the newest; a correction is a new issue.
    issued_number: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.UniqueConstraint("comment_id", "number"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.Index(None, "consultation_id", "id"),
    )


class ResultTable(db.Model):
    """An issued «Bảng tổng hợp, tiếp thu, giải trình». Never changed, only followed by another
    issue.

    Its DOCX and XLSX belong to Ref("result_table", id).
    """

    __tablename__ = "result_table"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    #: Issue number, from 1.
    number: Mapped[int]
    issued_at: Mapped[dt.datetime] = mapped_column(default=now)
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    issued_name: Mapped[str] = mapped_column(sa.String(120))
    #: Why a correction was needed; empty for the first issue.
    reason: Mapped[str] = mapped_column(sa.String(1000), default="")
    #: What differs from the issue before: [{"row": "…", "before": "…", "after": "…"}]
    changes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: Everything above and below the rows as issued (header, opening, counts, meetings, signature).
    #: The rows are ResultRow.
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, deferred=True)
    #: SHA-256 over the canonical JSON of the whole table: {"head": content, "rows": [...]}.
    sha256: Mapped[str] = mapped_column(sa.String(64))
    row_count: Mapped[int] = mapped_column(default=0)
    __table_args__ = (sa.UniqueConstraint("consultation_id", "number"),)


class ResultRow(db.Model):
    """One row of an issued table, exactly as issued.

    Never changed: the table's hash is over these.
    """

    __tablename__ = "result_row"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    table_id: Mapped[int] = mapped_column(sa.ForeignKey("result_table.id"))
    #: STT, from 1 in the order of the table.
    position: Mapped[int]
    #: The same in every issue: y- and eight letters that say nothing about the sender.
    anchor: Mapped[str] = mapped_column(sa.String(20))
    #: Whose point it is; no foreign key: what was issued outlives it.
    point_id: Mapped[int] = mapped_column(BigId)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    #: Folded, then in lower case with its marks: found either way.
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (
        sa.UniqueConstraint("table_id", "position"),
        sa.Index(None, "table_id", "anchor"),
        sa.CheckConstraint("position >= 1", name="counted_from_one"),
    )


class Certificate(db.Model):
    """Giấy chứng nhận lấy ý kiến: what was posted, when, and what came back, frozen.

    Its files belong to Ref("certificate", id).
    """

    __tablename__ = "certificate"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    number: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("consultation_id", "number"),)
