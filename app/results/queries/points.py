"""Points as the office reads them: filtered lists, themes, how far the work is; and what one
sender's points became.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.comments.answers import Decision
from app.comments.models import Comment
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.states import Stage
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.paging import Page, keyset, page_of
from app.results.models import Point, Reply, ResultRow, ResultTable, Theme
from app.results.states import ReplyStage
from app.submissions.models import Submission
from app.works.models import ProjectItem

PAGE_SIZE = 50
#: More than that is looked at in parts.
SUGGESTED_FROM = 5_000
_RESULT = (Stage.ANSWERED, Stage.ARCHIVED)


class State(enum.StrEnum):
    """How far the reply to a point is; the values stand in addresses."""

    WITHOUT = "chua-co"
    DRAFT = "ban-soan"
    AGREED = "da-thong-nhat"
    FINAL = "da-chot"


_STAGES = {
    State.DRAFT: ReplyStage.DRAFT,
    State.AGREED: ReplyStage.AGREED,
    State.FINAL: ReplyStage.FINAL,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which points: everything empty finds all."""

    #: The title of a theme; "-" for those in none.
    theme: str = ""
    state: State | None = None
    clause: str = ""
    project: str = ""
    q: str = ""
    #: Only those about the whole, a place, …
    kind: TargetKind | None = None
    #: Only those whose reply this unit drafts.
    unit_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Does it find all?"""
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class PointRow:
    """One point in a list."""

    id: int
    revision: int
    number: int
    text: str
    table_text: str | None
    comment_id: int
    code: str
    stance: Stance
    sender_kind: SenderKind
    target_kind: TargetKind
    clause_anchor: str | None
    project: str | None
    theme: str | None
    reply_id: int | None
    reply_stage: ReplyStage | None
    decision: Decision | None
    issued_number: int | None

    @property
    def wording(self) -> str:
        """As it stands in the table."""
        return self.table_text or self.text

    @property
    def seen(self) -> str:
        """«id:revision», as forms send it back."""
        return f"{self.id}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on one consultation is."""

    points: int
    without: int
    draft: int
    agreed: int
    final: int
    #: Comments in the file from which no point was made yet.
    comments_without: int

    @property
    def left(self) -> int:
        """Points without a final reply."""
        return self.points - self.final


def in_file() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions under which a comment belongs to the file (core.in_file, for queries)."""
    return Comment.stage == CommentStage.RECEIVED, Comment.late.is_(False)


def _base(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Point)
        .join(Comment, Comment.id == Point.comment_id)
        .join(Submission, Submission.id == Comment.submission_id)
        .outerjoin(Theme, Theme.id == Point.theme_id)
        .outerjoin(ProjectItem, ProjectItem.id == Point.project_id)
        .outerjoin(Reply, Reply.id == Point.reply_id)
        .where(*in_file())
    )


_COLUMNS = (
    Point.id,
    Point.revision,
    Point.number,
    Point.text,
    Point.table_text,
    Point.comment_id,
    Submission.code,
    Comment.stance,
    Comment.sender_kind,
    Point.target_kind,
    Point.clause_anchor,
    ProjectItem.name,
    Theme.title,
    Point.reply_id,
    Reply.stage,
    Reply.decision,
    Point.issued_number,
)


def _narrowed(query: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    if wanted.theme:
        query = query.where(
            Point.theme_id.is_(None) if wanted.theme == "-" else Theme.title == wanted.theme
        )
    if wanted.state:
        query = query.where(
            Point.reply_id.is_(None)
            if wanted.state is State.WITHOUT
            else Reply.stage == _STAGES[wanted.state]
        )
    if wanted.clause:
        query = query.where(Point.clause_anchor == wanted.clause)
    if wanted.project:
        query = query.where(ProjectItem.code == wanted.project)
    if wanted.kind:
        query = query.where(Point.target_kind == wanted.kind)
    if wanted.unit_id:
        query = query.where(Reply.unit_id == wanted.unit_id)
    if wanted.q:
        code = Submission.code == wanted.q.upper()
        query = query.where(sa.or_(code, Point.text.icontains(wanted.q, autoescape=True)))
    return query


def page(
    consultation: Consultation,
    wanted: Wanted,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Page[PointRow]:
    """One page of points in the order in which they came. One statement."""
    query = _narrowed(_base(*_COLUMNS).where(Point.consultation_id == consultation.id), wanted)
    query, backwards = keyset(
        query, columns=(Point.id,), descending=False, size=PAGE_SIZE, after=after, before=before
    )
    rows = [PointRow(*row) for row in db.session.execute(query)]
    return page_of(
        rows,
        size=PAGE_SIZE,
        key=lambda row: (row.id,),
        backwards=backwards,
        after=after,
        before=before,
    )


def matching(consultation: Consultation, wanted: Wanted, *, limit: int) -> dict[int, int]:
    """Revision by id of at most `limit` points that match, in order."""
    query = _narrowed(
        _base(Point.id, Point.revision).where(Point.consultation_id == consultation.id), wanted
    )
    return {
        row.id: row.revision for row in db.session.execute(query.order_by(Point.id).limit(limit))
    }


def rows_of(consultation: Consultation, ids: Sequence[int]) -> list[PointRow]:
    """These points of this consultation, in order."""
    found: list[PointRow] = []
    for start in range(0, len(ids), 500):
        query = _base(*_COLUMNS).where(
            Point.consultation_id == consultation.id, Point.id.in_(ids[start : start + 500])
        )
        found += [PointRow(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda row: row.id)


def progress(consultation: Consultation) -> Progress:
    """«1.043 ý, 812 đã chốt». Two statements."""
    query = (
        _base(Reply.stage, sa.func.count())
        .where(Point.consultation_id == consultation.id)
        .group_by(Reply.stage)
    )
    by_stage: Mapping[ReplyStage | None, int] = {stage: n for stage, n in db.session.execute(query)}
    without = (
        sa.select(sa.func.count())
        .select_from(Comment)
        .where(
            Comment.consultation_id == consultation.id,
            *in_file(),
            ~sa.exists().where(Point.comment_id == Comment.id),
        )
    )
    return Progress(
        points=sum(by_stage.values()),
        without=by_stage.get(None, 0),
        draft=by_stage.get(ReplyStage.DRAFT, 0),
        agreed=by_stage.get(ReplyStage.AGREED, 0),
        final=by_stage.get(ReplyStage.FINAL, 0),
        comments_without=db.session.scalar(without) or 0,
    )


def themes(consultation: Consultation) -> list[tuple[Theme, int]]:
    """The themes in order, each with the number of its points in the file. One statement."""
    points = (
        sa.select(Point.theme_id, sa.func.count().label("n"))
        .join(Comment, Comment.id == Point.comment_id)
        .where(Point.consultation_id == consultation.id, *in_file())
        .group_by(Point.theme_id)
        .subquery()
    )
    query = (
        sa.select(Theme, sa.func.coalesce(points.c.n, 0))
        .outerjoin(points, points.c.theme_id == Theme.id)
        .where(Theme.consultation_id == consultation.id)
        .order_by(Theme.position, Theme.id)
    )
    return [(theme, n) for theme, n in db.session.execute(query)]


def theme_by_title(consultation: Consultation, title: str) -> Theme:
    """The theme of this name. Raises NotFound."""
    found: Theme | None = db.session.scalar(
        sa.select(Theme).where(Theme.consultation_id == consultation.id, Theme.title == title)
    )
    if found is None:
        raise NotFound
    return found


def of_comment(comment_id: int) -> list[Point]:
    """The points of one comment, in order."""
    return list(
        db.session.scalars(
            sa.select(Point).where(Point.comment_id == comment_id).order_by(Point.number)
        )
    )


def by_place(code: str, number: int) -> Point:
    """Point `number` of the comment with this code. Raises NotFound."""
    query = (
        sa.select(Point)
        .join(Comment, Comment.id == Point.comment_id)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(Submission.code == code.upper(), Point.number == number)
    )
    found: Point | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def ungrouped_texts(consultation: Consultation) -> list[tuple[int, str]]:
    """(id, text) of the points in no theme, the first SUGGESTED_FROM of them: what suggestions are
    made from.
    """
    query = _base(Point.id, Point.text).where(
        Point.consultation_id == consultation.id, Point.theme_id.is_(None)
    )
    return [
        (row.id, row.text)
        for row in db.session.execute(query.order_by(Point.id).limit(SUGGESTED_FROM))
    ]


# What a sender reads
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PointReply:
    """One point of somebody's comment and what became of it, as issued."""

    number: int
    text: str
    decision: Decision | None
    reply: str
    changed_where: str
    #: The row on the result page: /lay-y-kien/<slug>/ket-qua?y=<anchor>#<anchor>.
    anchor: str


def _issued() -> sa.Select[Any]:
    other = aliased(ResultTable)
    newest = (
        sa.select(sa.func.max(other.number))
        .where(other.consultation_id == Point.consultation_id)
        .scalar_subquery()
    )
    return (
        sa.select(Point.comment_id, Point.number, ResultRow.data)
        .select_from(Point)
        .join(
            ResultTable,
            sa.and_(
                ResultTable.consultation_id == Point.consultation_id, ResultTable.number == newest
            ),
        )
        .join(
            ResultRow, sa.and_(ResultRow.table_id == ResultTable.id, ResultRow.point_id == Point.id)
        )
        .join(Consultation, Consultation.id == Point.consultation_id)
        .where(Consultation.stage.in_(_RESULT))
    )


def _point_reply(number: int, data: Mapping[str, Any]) -> PointReply:
    decision = Decision(data["decision"]) if data["decision"] else None
    return PointReply(
        number, data["text"], decision, data["reply"], data["changed_where"], data["anchor"]
    )


def points_by_comment(
    consultation_id: int, comment_ids: Sequence[int]
) -> Iterator[tuple[int, list[PointReply]]]:
    """The same for several comments of one consultation, for the mails at publication.

    One statement for each 500.
    """
    for start in range(0, len(comment_ids), 500):
        some = comment_ids[start : start + 500]
        query = _issued().where(
            Point.consultation_id == consultation_id, Point.comment_id.in_(some)
        )
        found: dict[int, list[PointReply]] = {}
        for row in db.session.execute(query.order_by(Point.comment_id, Point.number)):
            found.setdefault(row.comment_id, []).append(_point_reply(row.number, row.data))
        yield from found.items()
