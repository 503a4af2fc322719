"""What somebody has filled in so far of a question: its choices, beside what every sheet has."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request

from app.extensions import db
from app.files.service import MAX_FILES
from app.kernel.clock import today
from app.kernel.display import chosen_locale
from app.kernel.text import clean_line
from app.organisation import queries as organisation
from app.organisation.models import AgencyProfile, Place, Topic
from app.questions.forms.public import QUERY_MAX, AskForm
from app.submissions.sheet import Sheet, TakenFiles, take_files


@dataclass(kw_only=True)
class QuestionSheet(Sheet[AskForm]):
    """The form of one question between two screens."""

    FILES_MAX = MAX_FILES
    TEXTS = ("title", "body")
    SALT = "ask-started"

    topics: Sequence[Topic]

    @property
    def topic(self) -> Topic | None:
        """The chosen topic; None leaves the choice to the officers."""
        return next((row for row in self.topics if row.slug == self.form.topic.data), None)

    def offer(self) -> None:
        """Fill the form's choices from the lists at hand."""
        language = chosen_locale()
        self.form.offer(
            topics=[(row.slug, row.name_in(language)) for row in self.topics],
            places=[(row.slug, row.name) for row in self.places],
        )

    def offer_all(self) -> None:
        """The whole lists, where only what was chosen had been read."""
        _agency, self.topics, self.places = _offered()
        self.offer()


def blank(search: str = "") -> QuestionSheet:
    """A new form; what was searched for begins the text."""
    search = clean_line(search)[:QUERY_MAX]
    return _made(AskForm(formdata=None, q=search, body=search))


def read() -> QuestionSheet:
    """The form as it was posted.

    Files are taken in first: on SQLite they must not be decoded during a writer's turn.
    """
    form = AskForm()
    taken = take_files(
        form.files.data or [],
        request.form.getlist("file_keys"),
        most=MAX_FILES,
        idempotency_key=form.idempotency_key.data or "",
    )
    return _made(form, taken, chosen_only=request.form.get("action") == "gui")


def _made(
    form: AskForm, taken: TakenFiles | None = None, *, chosen_only: bool = False
) -> QuestionSheet:
    agency, topics, places = _chosen(form) if chosen_only else _offered()
    sheet = QuestionSheet(form=form, agency=agency, topics=topics, places=places)
    sheet.offer()
    if taken:
        sheet.keep(taken)
    sheet.start_unless_begun()
    return sheet


def _offered() -> tuple[AgencyProfile, Sequence[Topic], Sequence[Place]]:
    return organisation.agency(), organisation.active_topics(), organisation.active_places()


def _chosen(form: AskForm) -> tuple[AgencyProfile, Sequence[Topic], Sequence[Place]]:
    """For sending, when no list is shown: the office and what was chosen, in one statement."""
    day = today()
    in_use = [
        Topic.slug == (form.topic.data or ""),
        sa.or_(Topic.valid_from.is_(None), Topic.valid_from <= day),
        sa.or_(Topic.valid_to.is_(None), Topic.valid_to >= day),
    ]
    query = (
        sa.select(AgencyProfile, Topic, Place)
        .select_from(AgencyProfile)
        .outerjoin(Topic, sa.and_(*in_use))
        .outerjoin(Place, sa.and_(Place.slug == (form.place.data or ""), Place.active))
    )
    row = db.session.execute(query).first()
    if row is None:
        return _offered()
    agency, topic, place = row
    return agency, [topic] if topic else [], [place] if place else []
