"""What stands around published answers: what to filter a list by; files, progress and related
answers of one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.extensions import UTCDateTime, db
from app.files.models import StoredFile
from app.files.names import address_name
from app.files.states import FileState
from app.kernel import fulltext
from app.kernel.clock import local, now
from app.kernel.paging import COUNT_CAP
from app.organisation.models import Topic, Unit
from app.questions.models import ProgressNote, Question
from app.questions.queries.public import SUGGESTIONS, PublicAnswer, Wanted, narrowed, public
from app.questions.states import Visibility
from app.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Related:
    """Another published answer about the same."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A public file of an answer."""

    url: str
    name: str
    extension: str
    size: int


@dataclass(frozen=True, slots=True)
class Extras:
    """What stands below a published answer."""

    progress: Sequence[tuple[dt.datetime, str, bool]]
    files: Sequence[Attachment]
    related: Sequence[Related]


@dataclass(frozen=True, slots=True)
class Facet:
    """Something to filter the list by."""

    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Facets:
    """All there is to filter by, and how many there are behind the present filters (None: not
    asked).
    """

    topics: Sequence[Facet]
    units: Sequence[Facet]
    years: Sequence[int]
    count: int | None


def facets(*, counted: Mapping[str, Wanted] | None = None) -> Facets:
    """Topics and units with published answers, the years, and the number behind these filters up to
    one more than the cap.

    One statement, whatever the number of rows.
    """
    with_topic = sa.exists().where(
        Question.topic_id == Topic.id, Question.visibility == Visibility.PUBLIC
    )
    with_unit = sa.exists().where(
        Question.unit_id == Unit.id, Question.visibility == Visibility.PUBLIC
    )
    first = (
        sa.select(Question.published_year)
        .where(Question.visibility == Visibility.PUBLIC)
        .order_by(Question.published_at, Question.id)
    )
    empty = sa.literal("")
    parts = [
        sa.select(
            sa.literal("topic").label("what"),
            Topic.slug,
            Topic.name,
            Topic.name_en,
            Topic.sort.label("number"),
        ).where(with_topic),
        sa.select(sa.literal("unit"), Unit.slug, Unit.name, empty, Unit.sort).where(with_unit),
        sa.select(sa.literal("year"), empty, empty, empty, first.limit(1).scalar_subquery()),
    ]
    if counted is not None:
        some = narrowed(public(Question.id), counted).limit(COUNT_CAP + 1).subquery()
        parts.append(
            sa.select(
                sa.literal("count"),
                empty,
                empty,
                empty,
                sa.select(sa.func.count()).select_from(some).scalar_subquery(),
            )
        )
    found = db.session.execute(sa.union_all(*parts)).all()
    named = {
        what: sorted((row for row in found if row[0] == what), key=lambda row: (row[4], row[2]))
        for what in ("topic", "unit")
    }
    numbers = {row[0]: row[4] for row in found if row[0] in {"year", "count"}}
    return Facets(
        topics=[Facet(*row[1:4]) for row in named["topic"]],
        units=[Facet(*row[1:4]) for row in named["unit"]],
        years=list(range(local(now()).year, numbers["year"] - 1, -1))
        if numbers.get("year")
        else [],
        count=numbers.get("count"),
    )


def public_extras(answer: PublicAnswer) -> Extras:
    """Progress, files and related answers of a published answer, in one statement."""
    none, zero, never = sa.literal(""), sa.literal(0), sa.cast(sa.null(), UTCDateTime())
    parts: list[Any] = [
        sa.select(
            sa.literal("progress").label("what"),
            ProgressNote.text.label("name"),
            none.label("key"),
            none.label("more"),
            sa.case((ProgressNote.done, 1), else_=0).label("number"),
            ProgressNote.at.label("at"),
            ProgressNote.id.label("place"),
        ).where(ProgressNote.question_id == answer.id),
        sa.select(
            sa.literal("file"),
            StoredFile.name,
            StoredFile.key,
            StoredFile.extension,
            StoredFile.size,
            never,
            StoredFile.id,
        ).where(
            StoredFile.owner_kind == "answer",
            StoredFile.owner_id == answer.id,
            StoredFile.state == FileState.CLEAN,
        ),
    ]
    hits = fulltext.related("question", answer.title, limit=SUGGESTIONS + 1)
    if hits is not None:
        rank = sa.cast(-1_000_000_000_000 * hits.c.rank, sa.BigInteger)
        near = public(
            sa.literal("related"), Submission.public_title, Submission.code, none, zero, never, rank
        )
        parts.append(near.join(hits, hits.c.ref_id == Question.id).where(Question.id != answer.id))
    rows = sorted(db.session.execute(sa.union_all(*parts)).all(), key=lambda row: row.place)
    return Extras(
        progress=[(row.at, row.name, bool(row.number)) for row in rows if row.what == "progress"],
        files=[
            Attachment(f"/tep/{row.key}/{address_name(row.name)}", row.name, row.more, row.number)
            for row in rows
            if row.what == "file"
        ],
        related=[Related(row.key, row.name) for row in rows if row.what == "related"][:SUGGESTIONS],
    )
