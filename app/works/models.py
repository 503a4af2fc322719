"""The list of works and projects."""

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.submissions.models import BigId

WORKS_FILE = "projects"


#: Hectares with two decimals, as in the statutory tables.
Hectares = sa.Numeric(12, 2)


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
