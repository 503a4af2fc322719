"""The days that differ from Monday to Friday, which years are confirmed, and the revision of it
all.
"""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class DayKind(enum.StrEnum):
    """What is exceptional about a day."""

    OFF = "off"
    WORKED = "worked"


class CalendarDay(db.Model):
    """One exceptional day. A weekend needs no row to be off, and a weekday none to be worked."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('off', 'worked')", name="kind_known"),
        sa.CheckConstraint("name <> ''", name="named"),
    )
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    #: What people read as the reason: "Quốc khánh", "Làm bù".
    name: Mapped[str] = mapped_column(sa.String(120))
    #: Where it was decided, or which day it was exchanged for.
    source: Mapped[str] = mapped_column(sa.String(255), default="")


class CalendarYear(db.Model):
    """Whether somebody compared a year's list with the official notice."""

    __tablename__ = "calendar_year"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.String(500), default="")


class CalendarRevision(db.Model):
    """A single row that every change of the calendar renews."""

    __tablename__ = "calendar_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Random, not counted: a number that was rolled back could come again with other days behind
    #: it.
    value: Mapped[str] = mapped_column(sa.String(32))
