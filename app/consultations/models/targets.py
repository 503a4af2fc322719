"""What can be commented on: clauses of a draft, rows of the project list, places on a map."""

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.consultations.states import ClauseKind, LayerKind, LayerState
from app.extensions import db
from app.kernel.clock import now
from app.submissions.models import BigId

#: Hectares with two decimals, as in the statutory tables.
Hectares = sa.Numeric(12, 2)


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


class ProjectItem(db.Model):
    """One row of the list of works and projects (Biểu 10/CH). Areas in hectares."""

    __tablename__ = "project_item"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    position: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(sa.String(30))
    name: Mapped[str] = mapped_column(sa.String(300))
    group_name: Mapped[str] = mapped_column(sa.String(120), default="")
    land_code: Mapped[str] = mapped_column(sa.String(10))
    planned_ha: Mapped[Decimal] = mapped_column(Hectares)
    existing_ha: Mapped[Decimal] = mapped_column(Hectares, default=Decimal(0))
    added_ha: Mapped[Decimal] = mapped_column(Hectares, default=Decimal(0))
    #: From which land it is taken: [{"code": "LUC", "ha": "21.40"}]
    uses: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    #: Sheets and parcels as written in the list.
    map_text: Mapped[str] = mapped_column(sa.String(300), default="")
    basis: Mapped[str] = mapped_column(sa.String(300), default="")
    funding: Mapped[str] = mapped_column(sa.String(120), default="")
    year: Mapped[str] = mapped_column(sa.String(20), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    #: Name, place, code, sheets: folded, for the search box.
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    #: Taken out of the list, and kept because comments or points refer to it.
    removed_at: Mapped[dt.datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "code"),
        sa.CheckConstraint("name <> '' AND code <> ''", name="named"),
        sa.CheckConstraint("planned_ha >= 0 AND existing_ha >= 0", name="areas_not_negative"),
        sa.Index(None, "consultation_id", "position", "id"),
    )


class ProjectParcel(db.Model):
    """Which parcels of which sheet a project touches, so that a farmer finds it by «tờ 07 thửa
    118».
    """

    __tablename__ = "project_parcel"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    project_id: Mapped[int] = mapped_column(
        sa.ForeignKey("project_item.id", ondelete="CASCADE"), index=True
    )
    sheet: Mapped[int]
    #: Both None: the whole sheet.
    parcel_from: Mapped[int | None]
    parcel_to: Mapped[int | None]
    __table_args__ = (sa.Index(None, "consultation_id", "sheet"),)


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


class MapLayer(db.Model):
    """A surveyor's file after conversion to WGS 84."""

    __tablename__ = "map_layer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: None: the boundary of the authority itself, which every other layer is checked against.
    consultation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("consultation.id"), index=True
    )
    kind: Mapped[LayerKind]
    state: Mapped[LayerState] = mapped_column(default=LayerState.UNCONFIRMED)
    title: Mapped[str] = mapped_column(sa.String(200))
    file_name: Mapped[str] = mapped_column(sa.String(150), default="")
    #: Where the coordinates came from, such as EPSG:5898.
    crs: Mapped[str] = mapped_column(sa.String(40), default="EPSG:4326")
    feature_count: Mapped[int] = mapped_column(default=0)
    #: [west, south, east, north] in degrees.
    bounds: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: How much of it lies within the authority's boundary, 0 to 1; None: there is no boundary to
    #: compare with.
    inside_share: Mapped[float | None]
    #: GeoJSON FeatureCollection in WGS 84; large, so it is read only where it is wanted.
    geojson: Mapped[str] = mapped_column(sa.Text, default="", deferred=True)
    #: What the person who confirms should look at: a zone that fits better, rounded corners, codes
    #: that the list lacks.
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    #: EPSG code of the zone in which the layer would fit the boundary, when it does not fit as it
    #: is.
    better_crs: Mapped[int | None]
    #: How much of it would lie within the boundary then, 0 to 1.
    better_share: Mapped[float | None]
    #: The file that it was read from …
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"))
    #: … and the layer whose place it takes as soon as it is confirmed.
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("map_layer.id"))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    confirmed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_has_date"
        ),
        sa.CheckConstraint("title <> ''", name="named"),
    )
