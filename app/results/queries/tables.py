"""The rows and figures of the statutory table from the database, and what was issued."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.comments.models import Comment, VillageMeeting
from app.comments.states import BODIES, SenderKind, TargetKind
from app.consultations.models import Consultation
from app.drafts.models import Clause
from app.drafts.names import clause_names, newest_version
from app.extensions import db
from app.kernel.display import vi_date
from app.kernel.text import initials
from app.organisation.models import Place
from app.results import tabling
from app.results.models import Point, Reply, ResultRow, ResultTable, Theme
from app.results.queries.points import in_file
from app.results.states import ReplyStage
from app.submissions.models import Submission
from app.submissions.states import Consent, NameDisplay
from app.works.models import ProjectItem

BATCH = 500
_LAST = 10**9
_PLACES = "Khu vực trên bản đồ"


# Names of clauses
# --------------------------------------------------------------------------------------------------


# Rows
# --------------------------------------------------------------------------------------------------
_RANK = sa.case(
    (Point.theme_id.is_not(None), 1),
    (Point.target_kind == TargetKind.CLAUSE, 2),
    (Point.target_kind == TargetKind.PROJECT, 3),
    (Point.target_kind == TargetKind.PLACE, 4),
    else_=0,
)


def ordered_ids(consultation_id: int, *, issued: int | None = None) -> "array[int]":
    """The points of the file in the order of the table: general ones, themes, clauses, projects,
    places; alike answers together.

    Only numbers, eight bytes each: this is all of a table that is ever held at once. `issued` keeps
    to those of that issue.
    """
    query = (
        sa.select(Point.id)
        .select_from(Point)
        .join(Comment, Comment.id == Point.comment_id)
        .outerjoin(Theme, Theme.id == Point.theme_id)
        .outerjoin(ProjectItem, ProjectItem.id == Point.project_id)
        .outerjoin(
            Clause,
            sa.and_(
                Clause.version_id == newest_version(consultation_id),
                Clause.anchor == Point.clause_anchor,
            ),
        )
        .where(Point.consultation_id == consultation_id)
        .order_by(
            _RANK,
            sa.func.coalesce(Theme.position, 0),
            sa.func.coalesce(Point.theme_id, 0),
            sa.func.coalesce(Clause.position, _LAST),
            sa.func.coalesce(Point.clause_anchor, ""),
            sa.func.coalesce(ProjectItem.position, 0),
            sa.func.coalesce(Point.project_id, 0),
            sa.func.coalesce(Point.reply_id, _LAST),
            Point.comment_id,
            Point.number,
        )
    )
    query = (
        query.where(*in_file()) if issued is None else query.where(Point.issued_number == issued)
    )
    return array("q", db.session.scalars(query.execution_options(yield_per=10 * BATCH)))


_COLUMNS = (
    Point.id,
    Submission.code,
    Point.number,
    Point.text,
    Point.table_text,
    Theme.title,
    Point.target_kind,
    Point.clause_anchor,
    ProjectItem.code.label("project_code"),
    ProjectItem.name.label("project_name"),
    Reply.stage,
    Reply.decision,
    Reply.text.label("reply"),
    Reply.changed_where,
    Comment.sender_kind,
    Comment.organisation_name,
    Comment.letter_number,
    Comment.people,
    Submission.name,
    Submission.name_display,
    Submission.consent,
    Place.name.label("place"),
    VillageMeeting.held_on,
    VillageMeeting.place.label("meeting_place"),
)


def table_rows(
    consultation_id: int, *, issued: int | None = None
) -> Iterator[tuple[int, tabling.Row]]:
    """(id of the point, its row) in the order of the table, read 500 at a time so that memory stays
    flat.
    """
    names = clause_names(consultation_id)
    ids = ordered_ids(consultation_id, issued=issued)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH].tolist()
        query = (
            sa.select(*_COLUMNS)
            .select_from(Point)
            .join(Comment, Comment.id == Point.comment_id)
            .join(Submission, Submission.id == Comment.submission_id)
            .outerjoin(Theme, Theme.id == Point.theme_id)
            .outerjoin(ProjectItem, ProjectItem.id == Point.project_id)
            .outerjoin(Reply, Reply.id == Point.reply_id)
            .outerjoin(VillageMeeting, VillageMeeting.id == Comment.meeting_id)
            .outerjoin(Place, Place.id == Submission.place_id)
            .where(Point.id.in_(some))
        )
        found = {row.id: row for row in db.session.execute(query)}
        for number, point_id in enumerate(some, start=start + 1):
            yield point_id, _row(number, found[point_id], names)


def _row(number: int, found: Any, names: Mapping[str, str]) -> tabling.Row:
    final = found.stage is ReplyStage.FINAL
    return tabling.Row(
        number=number,
        anchor=tabling.anchor_of(found.code, found.number),
        group=group_name(found, names),
        subject=subject_of(found),
        text=found.table_text or found.text,
        decision=found.decision.value if final else "",
        reply=found.reply if final else "",
        changed_where=found.changed_where if final else "",
    )


def group_name(found: Any, names: Mapping[str, str]) -> str:
    """Under which heading of the first column the point stands."""
    if found.title:
        return str(found.title)
    if found.target_kind is TargetKind.CLAUSE:
        return names.get(found.clause_anchor, found.clause_anchor)
    if found.target_kind is TargetKind.PROJECT and found.project_name:
        return f"{found.project_name} ({found.project_code})"
    return _PLACES if found.target_kind is TargetKind.PLACE else tabling.GENERAL


def subject_of(found: Any) -> str:
    """Who said it, as far as that may be printed: bodies in full, people as they chose, never more
    than they agreed to.
    """
    if found.held_on is not None:
        return f"Họp dân ngày {vi_date(found.held_on)} tại {found.meeting_place}"
    if found.sender_kind in BODIES and found.organisation_name:
        letter = (
            f" (văn bản số {found.letter_number})"
            if found.letter_number and found.sender_kind is SenderKind.AGENCY
            else ""
        )
        return f"{found.organisation_name}{letter}"
    name = _shown(found)
    if found.people > 1:
        crowd = tabling.number(found.people)
        return (
            f"{name} và {tabling.number(found.people - 1)} người khác"
            if name
            else f"{crowd} cá nhân"
        )
    return name or ("01 cá nhân" if not found.place else f"01 cá nhân tại {found.place}")


def _shown(found: Any) -> str:
    if (
        found.consent is not Consent.PUBLISH
        or found.name_display is NameDisplay.HIDDEN
        or not found.name
    ):
        return ""
    return str(found.name) if found.name_display is NameDisplay.FULL else initials(found.name)


# Figures
# --------------------------------------------------------------------------------------------------
def counts(consultation_id: int) -> tabling.Counts:
    """All figures of the opening, counted by the database."""
    mine = (Comment.consultation_id == consultation_id, *in_file())

    def by(column: Any) -> dict[str, int]:
        query = (
            sa.select(column, sa.func.count())
            .select_from(Comment)
            .join(Submission, Submission.id == Comment.submission_id)
            .where(*mine)
            .group_by(column)
        )
        return {value.value: n for value, n in db.session.execute(query)}

    comments, people = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Comment.people), 0))
        .select_from(Comment)
        .where(*mine)
    ).one()
    late = sa.select(sa.func.count()).select_from(Comment)
    decisions = by_decision(consultation_id)
    return tabling.Counts(
        comments=comments,
        people=int(people),
        points=sum(decisions.values()),
        late=db.session.scalar(
            late.where(Comment.consultation_id == consultation_id, in_file()[0], Comment.late)
        )
        or 0,
        channels=by(Submission.channel),
        senders=by(Comment.sender_kind),
        stances=by(Comment.stance),
        decisions=decisions,
    )


def by_decision(consultation_id: int) -> dict[str, int]:
    """Points of the file by final decision; "" for those without."""
    final = sa.case((Reply.stage == ReplyStage.FINAL, Reply.decision), else_=None)
    query = (
        sa.select(final, sa.func.count())
        .select_from(Point)
        .join(Comment, Comment.id == Point.comment_id)
        .outerjoin(Reply, Reply.id == Point.reply_id)
        .where(Point.consultation_id == consultation_id, *in_file())
        .group_by(final)
    )
    return {getattr(value, "value", value) or "": n for value, n in db.session.execute(query)}


def meetings(consultation_id: int) -> list[tabling.MeetingLine]:
    """The meetings of villagers with how many statements each gave."""
    said = (
        sa.select(Comment.meeting_id, sa.func.count().label("n"))
        .where(
            Comment.consultation_id == consultation_id, *in_file(), Comment.meeting_id.is_not(None)
        )
        .group_by(Comment.meeting_id)
        .subquery()
    )
    query = (
        sa.select(VillageMeeting, sa.func.coalesce(said.c.n, 0))
        .outerjoin(said, said.c.meeting_id == VillageMeeting.id)
        .where(VillageMeeting.consultation_id == consultation_id)
        .order_by(VillageMeeting.held_on, VillageMeeting.id)
    )
    return [
        tabling.MeetingLine(
            row.held_on.isoformat(), row.place, row.present, row.agree, row.disagree, n
        )
        for row, n in db.session.execute(query)
    ]


# What was issued
# --------------------------------------------------------------------------------------------------
def issues(consultation_id: int) -> Sequence[ResultTable]:
    """All issues, the newest first."""
    query = (
        sa.select(ResultTable)
        .where(ResultTable.consultation_id == consultation_id)
        .order_by(ResultTable.number.desc())
    )
    return db.session.scalars(query).all()


def newest_issue(consultation_id: int) -> ResultTable | None:
    """The issue that counts now."""
    found = issues(consultation_id)
    return found[0] if found else None


def issued_rows(table_id: int) -> Iterator[dict[str, Any]]:
    """The rows as issued, in order, 500 at a time."""
    position = 0
    while True:
        query = sa.select(ResultRow.position, ResultRow.data).where(
            ResultRow.table_id == table_id, ResultRow.position > position
        )
        rows = db.session.execute(query.order_by(ResultRow.position).limit(BATCH)).all()
        if not rows:
            return
        for row in rows:
            yield row.data
        position = rows[-1].position


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued table as its writers want it: the head, and its rows in a new
    iteration each time.
    """

    table: ResultTable
    head: tabling.Head

    def rows(self) -> Iterator[tabling.Row]:
        """From the first row."""
        return (tabling.Row(**data) for data in issued_rows(self.table.id))


def issued(table: ResultTable) -> Issued:
    """This issue, to be written."""
    return Issued(table, tabling.Head.of(table.content))


def consultation_of(table: ResultTable) -> Consultation:
    """Whose table it is."""
    return db.session.get_one(Consultation, table.consultation_id)
