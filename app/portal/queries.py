"""What the home page shows beside the newest answers, in one statement: it has three in all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.consultations.models import Consultation
from app.consultations.queries import public
from app.consultations.states import ConsultationType
from app.extensions import db
from app.kernel.clock import today
from app.organisation import queries as organisation
from app.organisation.models import Topic

#: Cards on the home page; more are on the list.
CARDS = 3
#: Open consultations are counted so far; beyond it, «hơn 20».
COUNTED = 20
#: Days left from which a card says so in yellow.
SOON = 7


@dataclass(frozen=True, slots=True)
class Card:
    """A consultation on which people may comment today."""

    url: str
    title: str
    type: ConsultationType
    closes_on: dt.date
    comments: int

    @property
    def days_left(self) -> int:
        """Whole days until the last day, that one included."""
        return (self.closes_on - today()).days + 1

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return "soon" if self.days_left <= SOON else "ok"


@dataclass(frozen=True, slots=True)
class TopicLink:
    """A topic to read answers by."""

    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Open consultations and topics."""

    cards: Sequence[Card]
    #: Up to COUNTED + 1.
    open_count: int
    topics: Sequence[TopicLink]


def surroundings() -> Surroundings:
    """What is open for comments, those that close first coming first, and the topics.

    One statement.
    """
    never: Any = sa.cast(sa.null(), sa.Date)
    opened = public.open_now(
        sa.literal("open").label("what"),
        Consultation.slug.label("slug"),
        Consultation.title.label("name"),
        sa.cast(Consultation.type, sa.String).label("more"),
        Consultation.closes_on.label("day"),
        Consultation.received_count.label("number"),
        Consultation.id.label("place"),
    ).limit(COUNTED + 1)
    topics = organisation.valid_topics(
        sa.literal("topic"), Topic.slug, Topic.name, Topic.name_en, never, sa.literal(0), Topic.sort
    )
    # A limit needs a table of its own inside a union.
    rows = db.session.execute(sa.union_all(sa.select(opened.subquery()), topics)).all()
    found = sorted(
        (row for row in rows if row.what == "open"), key=lambda row: (row.day, row.place)
    )
    cards = [
        Card(f"/lay-y-kien/{row.slug}", row.name, ConsultationType(row.more), row.day, row.number)
        for row in found[:CARDS]
    ]
    links = sorted(
        (row for row in rows if row.what == "topic"), key=lambda row: (row.place, row.name)
    )
    return Surroundings(
        cards, len(found), [TopicLink(row.slug, row.name, row.more) for row in links]
    )
