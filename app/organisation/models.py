"""Agency, units, topics, places."""

import datetime as dt
import enum

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class AgencyLevel(enum.StrEnum):
    """What kind of authority this is."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    WARD = "ward"
    SPECIAL_ZONE = "special_zone"
    DEPARTMENT = "department"


LEVEL_LABELS = {
    AgencyLevel.PROVINCE: _l("Tỉnh"),
    AgencyLevel.DISTRICT: _l("Huyện"),
    AgencyLevel.COMMUNE: _l("Xã"),
    AgencyLevel.WARD: _l("Phường"),
    AgencyLevel.SPECIAL_ZONE: _l("Đặc khu"),
    AgencyLevel.DEPARTMENT: _l("Sở"),
}


class UnitKind(enum.StrEnum):
    """What kind of body a unit is."""

    LEADERS = "leaders"
    OFFICE = "office"
    DEPARTMENT = "department"
    PUBLIC_UNIT = "public_unit"
    VERTICAL = "vertical"
    UTILITY = "utility"
    COMMUNE = "commune"


UNIT_KIND_LABELS = {
    UnitKind.LEADERS: _l("Lãnh đạo"),
    UnitKind.OFFICE: _l("Văn phòng, bộ phận giúp việc"),
    UnitKind.DEPARTMENT: _l("Phòng, ban chuyên môn"),
    UnitKind.PUBLIC_UNIT: _l("Đơn vị sự nghiệp"),
    UnitKind.VERTICAL: _l("Cơ quan ngành dọc"),
    UnitKind.UTILITY: _l("Đơn vị cung cấp dịch vụ"),
    UnitKind.COMMUNE: _l("Ủy ban nhân dân cấp dưới"),
}


class AgencyProfile(db.Model):
    """The authority whose portal this is. A single row."""

    __tablename__ = "agency_profile"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single_row"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("tracking_prefix <> ''", name="has_prefix"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(200))
    #: The authority above, as shown over the name: "Tỉnh Nam Hải".
    parent_name: Mapped[str] = mapped_column(sa.String(200), default="")
    level: Mapped[AgencyLevel]
    #: The official code of the administrative unit.
    code: Mapped[str] = mapped_column(sa.String(20), default="")
    address: Mapped[str] = mapped_column(sa.String(255), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    fax: Mapped[str] = mapped_column(sa.String(40), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    #: Who answers for the content: name and title.
    responsible: Mapped[str] = mapped_column(sa.String(200), default="")
    #: The place in "An Sơn, ngày 24 tháng 11 năm 2026".
    place_name: Mapped[str] = mapped_column(sa.String(120), default="")
    domain: Mapped[str] = mapped_column(sa.String(253), default="")
    #: Licence or notice under which the portal runs, shown at the foot of the page.
    licence: Mapped[str] = mapped_column(sa.String(255), default="")
    #: Where and when complaints and denunciations are received in person; part of the guidance
    #: shown before sending.
    citizen_reception_text: Mapped[str] = mapped_column(sa.Text, default="")
    #: Letters in front of tracking codes: the AS of AS-2026-000123.
    tracking_prefix: Mapped[str] = mapped_column(sa.String(6))
    #: Names before mergers, so that people who still use them find us.
    former_names: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


class Unit(db.Model):
    """A body that answers: department, office, station."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name="dates_in_order",
        ),
        sa.CheckConstraint(
            "successor_id IS NULL OR valid_to IS NOT NULL", name="successor_after_end"
        ),
        sa.CheckConstraint("successor_id <> id", name="not_own_successor"),
        sa.CheckConstraint("parent_id <> id", name="not_own_parent"),
        sa.CheckConstraint("code <> '' AND slug <> '' AND name <> ''", name="named"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Short name used in lists and imports: KT, VHXH.
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    #: Address part; never changes.
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[UnitKind]
    #: Leaders first, never alphabetical.
    sort: Mapped[int] = mapped_column(default=100)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    #: Working hours in words, when they differ from the office's.
    hours: Mapped[str] = mapped_column(sa.String(255), default="")
    address: Mapped[str] = mapped_column(sa.String(255), default="")
    #: First and last day on which the unit exists, both included; None: always.
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    #: Who took over its work.
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    former_names: Mapped[list[str]] = mapped_column(sa.JSON, default=list)

    def is_active(self, day: dt.date) -> bool:
        """Does the unit exist on this day?"""
        return _valid(self.valid_from, self.valid_to, day)


class Topic(db.Model):
    """What questions are about: lĩnh vực."""

    __tablename__ = "topic"
    __table_args__ = (
        sa.CheckConstraint("answer_working_days BETWEEN 1 AND 60", name="days_in_range"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name="dates_in_order",
        ),
        sa.CheckConstraint("slug <> '' AND name <> ''", name="named"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    sort: Mapped[int] = mapped_column(default=100)
    default_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    #: Working days for an answer.
    answer_working_days: Mapped[int]
    #: Words that suggest this topic, separated by commas.
    keywords: Mapped[str] = mapped_column(sa.Text, default="")
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]

    def is_active(self, day: dt.date) -> bool:
        """May new questions have this topic on this day?"""
        return _valid(self.valid_from, self.valid_to, day)

    def name_in(self, language: str) -> str:
        """The name in this language, in Vietnamese when there is no translation."""
        return self.name_en if language == "en" and self.name_en else self.name


class Place(db.Model):
    """A village or quarter within the authority's area."""

    __tablename__ = "place"
    __table_args__ = (sa.CheckConstraint("slug <> '' AND name <> ''", name="named"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    sort: Mapped[int] = mapped_column(default=100)
    #: May be chosen for new questions.
    active: Mapped[bool] = mapped_column(default=True)


def _valid(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
