"""What stands around the queue: who has how much to do, what can still be undone, templates,
reports by number.
"""

import sqlalchemy as sa

from app.access.actors import Actor
from app.extensions import db
from app.files import queries as files
from app.files.models import StoredFile
from app.kernel.errors import NotFound
from app.kernel.links import Ref
from app.kernel.paging import COUNT_CAP
from app.organisation import queries as organisation
from app.questions.models import IS_OPEN, AnswerTemplate, ContentReport, Question
from app.questions.queries.staff import QueueFilter, Tab, filtered, in_tab
from app.submissions.models import Submission

#: More templates than anybody reads through.
_MOST_TEMPLATES = 200


def workload() -> dict[tuple[int | None, int | None], int]:
    """Open questions by unit and officer (None: nobody named); one statement over the partial index
    of what is open.
    """
    query = (
        sa.select(Question.unit_id, Question.officer_id, sa.func.count())
        .where(IS_OPEN)
        .group_by(Question.unit_id, Question.officer_id)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def answer_files(question: Question) -> list[StoredFile]:
    """What is attached to the answer: what was approved, then what the draft adds."""
    return [
        file
        for owner in (Ref("answer", question.id), Ref("draft", question.id))
        for file in files.of(owner)
    ]


def count_filtered(actor: Actor, tab: Tab, wanted: QueueFilter) -> int:
    """How many questions of a tab pass the filter, up to one more than COUNT_CAP."""
    rows = filtered(
        in_tab(sa.select(Question.id).join(Submission), tab, actor), wanted, actor
    ).limit(COUNT_CAP + 1)
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def content_report(number: int) -> ContentReport:
    """A report of wrong content. Raises NotFound."""
    found = db.session.get(ContentReport, number)
    if found is None:
        raise NotFound
    return found


def answer_templates(actor: Actor, *, topic_id: int | None = None) -> list[AnswerTemplate]:
    """Templates of the person's unit and of the whole office; those of the topic and of every topic
    where one is named.
    """
    query = sa.select(AnswerTemplate).where(
        sa.or_(AnswerTemplate.unit_id.is_(None), AnswerTemplate.unit_id == actor.unit_id)
    )
    if topic_id is not None:
        query = query.where(
            sa.or_(AnswerTemplate.topic_id.is_(None), AnswerTemplate.topic_id == topic_id)
        )
    return list(
        db.session.scalars(
            query.order_by(AnswerTemplate.title, AnswerTemplate.id).limit(_MOST_TEMPLATES)
        )
    )


def answer_template(number: int, actor: Actor) -> AnswerTemplate:
    """One of those templates. Raises NotFound, also for another unit's."""
    found = db.session.get(AnswerTemplate, number)
    if found is None or (found.unit_id is not None and found.unit_id != actor.unit_id):
        raise NotFound
    return found


def official_contacts() -> tuple[str, ...]:
    """The office's own numbers and addresses, which are no personal data."""
    return organisation.official_contacts()
