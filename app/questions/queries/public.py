"""The one gate through which anything public reads questions: page, search, suggestion, feed,
sitemap, mail.

Rows, not entities: these pages are read a thousand times for each time that one is written.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.extensions import db
from app.kernel import fulltext
from app.kernel.clock import now, start_of_day
from app.kernel.paging import Page, keyset, page_of
from app.kernel.text import initials
from app.organisation.models import Place, Topic, Unit
from app.questions.models import AnswerVersion, Question
from app.questions.states import Classification, Outcome, Visibility
from app.submissions.models import Submission
from app.submissions.states import Consent, NameDisplay

PAGE_SIZE = 20
FEED_SIZE = 50
SUGGESTIONS = 3
#: Matches of a search that are shown.
SEARCHED = 50
#: A filter: an id, a subquery that gives one, or none.
Wanted = int | sa.ScalarSelect[int] | None


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One published answer in a list."""

    id: int
    code: str
    title: str
    short: str
    topic: str | None
    topic_en: str | None
    unit: str | None
    published_at: dt.datetime
    answered_at: dt.datetime
    took_days: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """One published question with its answer, as everybody may read it."""

    id: int
    code: str
    title: str
    question_html: str
    asker: str
    place: str | None
    received_at: dt.datetime
    answered_at: dt.datetime
    published_at: dt.datetime
    updated_at: dt.datetime
    took_days: int | None
    topic: str | None
    topic_en: str | None
    topic_slug: str | None
    topic_id: int | None
    unit: str | None
    unit_slug: str | None
    short: str
    findings_html: str
    resolution_html: str
    legal_basis: Sequence[dict[str, str]]
    outcome: Outcome | None
    promised_on: dt.date | None
    contact: str
    letter: str
    approver_name: str
    version_id: int
    version_number: int
    helpful_yes: int
    helpful_no: int


def public(*columns: Any) -> sa.Select[Any]:
    """THE gate: what everybody may see. Every public output starts from here."""
    return (
        sa.select(*columns)
        .select_from(Question)
        .join(Submission, Submission.id == Question.submission_id)
        .join(AnswerVersion, AnswerVersion.id == Question.version_id)
        .outerjoin(Topic, Topic.id == Question.topic_id)
        .outerjoin(Unit, Unit.id == Question.unit_id)
        .where(
            Question.visibility == Visibility.PUBLIC,
            Question.published_at <= now(),
            Question.classification == Classification.ORDINARY,
            Submission.consent == Consent.PUBLISH,
            Submission.public_html.is_not(None),
        )
    )


_ROW = (
    Question.id,
    Submission.code,
    Submission.public_title,
    AnswerVersion.short,
    Topic.name,
    Topic.name_en,
    Unit.name,
    Question.published_at,
    Question.answered_at,
    Question.took_days,
    Question.revision,
)


def _rows(query: sa.Select[Any]) -> list[PublicRow]:
    return [PublicRow(*row) for row in db.session.execute(query)]


def public_page(
    *,
    topic_id: Wanted = None,
    unit_id: Wanted = None,
    year: int | None = None,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[PublicRow]:
    """Published answers, newest first."""
    query = narrowed(public(*_ROW), {"topic_id": topic_id, "unit_id": unit_id, "year": year})
    query, backwards = keyset(
        query,
        columns=(Question.published_at, Question.id),
        descending=True,
        size=size,
        after=after,
        before=before,
    )
    return page_of(
        _rows(query),
        size=size,
        key=lambda row: (row.published_at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def rows_of(ids: Sequence[int], **filters: Wanted) -> list[PublicRow]:
    """Those of these questions that everybody may see, in the given order."""
    if not ids:
        return []
    query = narrowed(public(*_ROW).where(Question.id.in_(ids)), filters)
    order = {number: place for place, number in enumerate(ids)}
    return sorted(_rows(query), key=lambda row: order[row.id])


def narrowed(query: sa.Select[Any], filters: Mapping[str, Wanted]) -> sa.Select[Any]:
    """A query of questions behind these filters."""
    for name, column in (
        ("topic_id", Question.topic_id),
        ("unit_id", Question.unit_id),
        ("year", Question.published_year),
    ):
        if filters.get(name) is not None:
            query = query.where(column == filters[name])
    year = filters.get("year")
    if isinstance(year, int) and dt.MINYEAR < year < dt.MAXYEAR:
        # By the index of the date: an old year is not looked for from the newest answer on.
        first, after = start_of_day(dt.date(year, 1, 1)), start_of_day(dt.date(year + 1, 1, 1))
        query = query.where(Question.published_at >= first, Question.published_at < after)
    return query


def topic_of(slug: str) -> sa.ScalarSelect[int]:
    """The topic at this address as a filter; one that does not exist matches nothing."""
    return sa.select(Topic.id).where(Topic.slug == slug).scalar_subquery()


def unit_of(slug: str) -> sa.ScalarSelect[int]:
    """The unit at this address as a filter."""
    return sa.select(Unit.id).where(Unit.slug == slug).scalar_subquery()


def public_search(text: str, *, limit: int = SEARCHED, **filters: Wanted) -> list[PublicRow]:
    """Published answers that match, best first; with or without diacritics."""
    return rows_of(
        [hit.ref.id for hit in fulltext.search("question", text, limit=limit)], **filters
    )


def similar(
    text: str, *, limit: int = SUGGESTIONS, leave_out: int | None = None
) -> list[PublicRow]:
    """Published answers to questions like this one."""
    ids = [
        hit.ref.id
        for hit in fulltext.similar("question", text, limit=limit + 1)
        if hit.ref.id != leave_out
    ]
    return rows_of(ids[:limit])


def latest(limit: int) -> list[PublicRow]:
    """The newest published answers."""
    return _rows(
        public(*_ROW).order_by(Question.published_at.desc(), Question.id.desc()).limit(limit)
    )


def public_one(code: str) -> PublicAnswer | None:
    """One published answer, or None when there is nothing that everybody may see."""
    query = (
        public(
            Question.id,
            Submission.code,
            Submission.public_title,
            Submission.public_html,
            Submission.name,
            Submission.name_display,
            Place.name,
            Submission.received_at,
            Question.answered_at,
            Question.published_at,
            Question.updated_at,
            Question.took_days,
            Topic.name,
            Topic.name_en,
            Topic.slug,
            Topic.id,
            Unit.name,
            Unit.slug,
            AnswerVersion.short,
            AnswerVersion.findings_html,
            AnswerVersion.resolution_html,
            AnswerVersion.legal_basis,
            AnswerVersion.outcome,
            AnswerVersion.promised_on,
            AnswerVersion.contact,
            AnswerVersion.letter,
            AnswerVersion.approver_name,
            AnswerVersion.id,
            AnswerVersion.number,
            Question.helpful_yes,
            Question.helpful_no,
        )
        .outerjoin(Place, Place.id == Submission.place_id)
        .where(Submission.code == code)
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    number, found_code, title, html, name, display, *rest = row
    shown = (
        name
        if display is NameDisplay.FULL
        else initials(name)
        if display is NameDisplay.INITIALS
        else ""
    )
    return PublicAnswer(number, found_code, title, html, shown, *rest)


def tombstone(code: str) -> bool:
    """Was it public once, and is it hidden or erased now?

    Then its address says so, without a word of its text.
    """
    query = (
        sa.select(Question.id)
        .join(Submission, Submission.id == Question.submission_id)
        .where(
            Submission.code == code,
            Question.published_at.is_not(None),
            Question.visibility.in_([Visibility.HIDDEN, Visibility.ERASED]),
        )
    )
    return db.session.scalar(query) is not None
