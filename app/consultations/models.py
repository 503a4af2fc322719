"""A consultation, its dossier, its meetings, the rules about its length, and everything that
happened to it.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.consultations.states import ConsultationType, DossierKind, ShowComments, Stage, Visibility
from app.extensions import db
from app.kernel.clock import now
from app.submissions.models import BigId

_PUBLIC = sa.text("visibility = 'public'")

# What the public pages of a consultation have tabs for; by name, since those tables are defined
# after this one.
_drafts = sa.table("draft_version", sa.column("consultation_id"), sa.column("published_at"))
_projects = sa.table("project_item", sa.column("consultation_id"))
_layers = sa.table("map_layer", sa.column("consultation_id"), sa.column("state"))


class Consultation(db.Model):
    """One thing about which people are asked."""

    __tablename__ = "consultation"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: Address part; never changes once posted.
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    #: What staff and citizens quote, such as LYK-2026-07.
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    type: Mapped[ConsultationType]
    title: Mapped[str] = mapped_column(sa.String(300))
    #: Trích yếu, as plain paragraphs …
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    #: … and as sanitised HTML, made once at write time.
    summary_html: Mapped[str] = mapped_column(sa.Text, default="")
    lead_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    #: Who looks after it.
    officer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    #: [{"text": "Luật …, Điều 70", "url": ""}]
    legal_basis: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    notice_number: Mapped[str] = mapped_column(sa.String(60), default="")
    #: Stamped when it is published (scheduled); the days are counted from here.
    posted_at: Mapped[dt.datetime | None]
    #: First and last day on which comments arrive in time, both included, on a calendar in Hà Nội.
    opens_on: Mapped[dt.date | None]
    closes_on: Mapped[dt.date | None]
    #: The last day as it was wanted, before days off were passed over («vì sao ngày này?»); None:
    #: the same.
    wanted_closes_on: Mapped[dt.date | None]
    #: The last day before the extension.
    first_closes_on: Mapped[dt.date | None]
    extended_at: Mapped[dt.datetime | None]
    extension_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    receive_address: Mapped[str] = mapped_column(sa.String(300), default="")
    receive_phone: Mapped[str] = mapped_column(sa.String(40), default="")
    receive_email: Mapped[str] = mapped_column(sa.String(254), default="")
    #: Nơi niêm yết.
    posting_place: Mapped[str] = mapped_column(sa.String(500), default="")
    show_comments: Mapped[ShowComments] = mapped_column(default=ShowComments.AT_ONCE)
    stage: Mapped[Stage] = mapped_column(default=Stage.DRAFT)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PRIVATE)
    hidden_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    opened_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    #: Chúng tôi đã hỏi · Bà con đã nói · Chúng tôi đã làm: plain paragraphs that people write; HTML
    #: made at write time.
    result_asked: Mapped[str] = mapped_column(sa.Text, default="")
    result_heard: Mapped[str] = mapped_column(sa.Text, default="")
    result_done: Mapped[str] = mapped_column(sa.Text, default="")
    #: The opening paragraph of the table as people edited it; empty: composed anew from the counts
    #: each time.
    table_opening: Mapped[str] = mapped_column(sa.Text, default="")
    result_published_at: Mapped[dt.datetime | None]
    #: Days after closing of the newest reminder that the result is missing: 0, 15 or 30.
    reminded_days: Mapped[int] = mapped_column(default=0)
    #: Count, groups and sums of the list of works, made anew with every change of it; see
    #: app/works/service/works.py.
    project_summary: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, deferred=True)
    #: Kept by UPDATE … SET n = n + 1, never by the ORM: comments in the file, shown to everybody,
    #: with a final reply.
    received_count: Mapped[int] = mapped_column(default=0)
    public_count: Mapped[int] = mapped_column(default=0)
    replied_count: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)
    #: Is there a published draft text, a list of projects, a confirmed map layer? Read only where
    #: it is wanted.
    has_draft: Mapped[bool] = column_property(
        sa.exists(sa.literal(1))
        .where(_drafts.c.consultation_id == id, _drafts.c.published_at.is_not(None))
        .correlate_except(_drafts),
        deferred=True,
        group="tabs",
    )
    has_projects: Mapped[bool] = column_property(
        sa.exists(sa.literal(1))
        .where(_projects.c.consultation_id == id)
        .correlate_except(_projects),
        deferred=True,
        group="tabs",
    )
    has_map: Mapped[bool] = column_property(
        sa.exists(sa.literal(1))
        .where(_layers.c.consultation_id == id, _layers.c.state == "confirmed")
        .correlate_except(_layers),
        deferred=True,
        group="tabs",
    )
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint("title <> '' AND slug <> '' AND code <> ''", name="named"),
        sa.CheckConstraint(
            "closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name="dates_in_order"
        ),
        sa.CheckConstraint(
            "stage = 'draft' OR (opens_on IS NOT NULL AND closes_on IS NOT NULL AND posted_at IS "
            "NOT NULL)",
            name="scheduled_has_dates",
        ),
        sa.CheckConstraint("stage <> 'draft' OR visibility = 'private'", name="draft_is_private"),
        sa.CheckConstraint(
            "stage NOT IN ('answered', 'archived') OR result_published_at IS NOT NULL",
            name="answered_has_result",
        ),
        sa.CheckConstraint(
            "extended_at IS NULL OR extension_reason <> ''", name="extension_says_why"
        ),
        sa.Index(
            "ix_consultation_public",
            "closes_on",
            "id",
            sqlite_where=_PUBLIC,
            postgresql_where=_PUBLIC,
        ),
        sa.Index(None, "stage", "closes_on"),
    )


class ConsultationRule(db.Model):
    """The least number of days for a type, from a day on.

    Data, because law changes; the source and how sure we are stand beside it.
    """

    __tablename__ = "consultation_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[ConsultationType]
    #: Calendar days, the day of posting not counted.
    min_days: Mapped[int]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    #: The law and article, or how it was inferred.
    source: Mapped[str] = mapped_column(sa.String(500))
    #: A or B: shown as law; C or U: shown as this authority's own setting, never as law.
    confidence: Mapped[str] = mapped_column(sa.String(1))
    updated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    __table_args__ = (
        sa.CheckConstraint("min_days BETWEEN 0 AND 365", name="days_sane"),
        sa.CheckConstraint("confidence IN ('A', 'B', 'C', 'U')", name="confidence_known"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )


class ConsultationLog(db.Model):
    """One row for each thing that happened. Append only."""

    __tablename__ = "consultation_log"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    actor: Mapped[str] = mapped_column(sa.String(120))
    move: Mapped[str] = mapped_column(sa.String(32))
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage]
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    #: Shown on the public page too (posting, opening, extension, closing, result).
    public: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (sa.Index(None, "consultation_id", "id"),)


class DossierItem(db.Model):
    """One document of the dossier. Its file belongs to Ref("dossier", id)."""

    __tablename__ = "dossier_item"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[DossierKind]
    title: Mapped[str] = mapped_column(sa.String(300))
    #: The heavy document of which this is the light version («bản nhẹ»).
    light_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("dossier_item.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    __table_args__ = (
        sa.CheckConstraint("title <> ''", name="named"),
        sa.CheckConstraint("light_of_id <> id", name="not_own_light_version"),
        sa.Index(None, "consultation_id", "position", "id"),
    )


class PublicMeeting(db.Model):
    """Lịch họp dân: a meeting that is announced."""

    __tablename__ = "public_meeting"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), index=True)
    starts_at: Mapped[dt.datetime]
    place: Mapped[str] = mapped_column(sa.String(300))
    note: Mapped[str] = mapped_column(sa.String(500), default="")


class LandType(db.Model):
    """A land-use code with its colour, from a day on. Data: circulars change it."""

    __tablename__ = "land_type"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(200))
    #: #rrggbb; colours repeat, so the code is always written out.
    colour: Mapped[str] = mapped_column(sa.String(7), default="")
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(sa.String(300), default="")
    confidence: Mapped[str] = mapped_column(sa.String(1), default="U")
    __table_args__ = (
        sa.UniqueConstraint("code", "valid_from"),
        sa.CheckConstraint("confidence IN ('A', 'B', 'C', 'U')", name="confidence_known"),
    )
