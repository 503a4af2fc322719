"""What people said, as far as everybody may read it, and what its sender reads of a comment of
their own.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.consultations.models.comment import Comment, CommentLog
from app.consultations.models.consultation import Consultation
from app.consultations.models.results import Point, Reply
from app.consultations.models.targets import Clause, DraftVersion, ProjectItem
from app.consultations.queries.public import COLUMNS, PublicConsultation, public, public_comments
from app.consultations.states import (
    BODIES,
    CommentStage,
    Decision,
    Phase,
    ReplyStage,
    SenderKind,
    Stage,
    Stance,
    TargetKind,
)
from app.extensions import db
from app.kernel.paging import Page, keyset, page_of
from app.kernel.text import initials
from app.organisation.models import Place
from app.submissions.models import Submission
from app.submissions.states import NameDisplay

PAGE = 20
#: What may be asked for with ?so=: a page of a whole consultation for those who read everything.
SIZES = (20, 200)
_PARTS = {
    "chuong": _l("Chương"),
    "muc": _l("Mục"),
    "dieu": _l("Điều"),
    "khoan": _l("khoản"),
    "diem": _l("điểm"),
}
_PART = re.compile(r"(chuong|muc|dieu|khoan|diem)-([0-9a-z]+)")


@dataclass(frozen=True, slots=True)
class PublicReply:
    """The final reply to one point of a comment."""

    number: int
    decision: Decision
    html: str
    changed_where: str
    #: The words that make this point; only its sender reads them beside the reply.
    text: str = ""


@dataclass(frozen=True, slots=True)
class PublicComment:
    """One comment as everybody may read it."""

    id: int
    code: str
    published_at: dt.datetime
    received_at: dt.datetime
    stance: Stance
    sender: str
    sender_kind: SenderKind
    target_kind: TargetKind
    clause_anchor: str | None
    #: «Điều 5, khoản 2», the name of the project or of the hamlet; empty for the whole.
    target: str
    project_code: str | None
    #: Stored HTML, made safe at write time.
    html: str
    proposed_html: str
    late: bool
    replies: list[PublicReply] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader filters by; None or empty: everything."""

    clause: str = ""
    project: str = ""
    stance: Stance | None = None
    sender: SenderKind | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What belongs to the file, shown or not: comments by stance, and the people behind them.

    Silence is in none of them.
    """

    agree: int
    amend: int
    disagree: int
    other: int
    people: int

    @property
    def comments(self) -> int:
        """All of them."""
        return self.agree + self.amend + self.disagree + self.other

    @property
    def rows(self) -> list[tuple[Stance, int]]:
        """By stance, in the order of the form."""
        return list(zip(Stance, (self.agree, self.amend, self.disagree, self.other), strict=True))


def shown_sender(kind: SenderKind, name: str, organisation: str, display: NameDisplay) -> str:
    """Who sent it, as everybody may read it: bodies by their own name, people as they chose; empty
    when not to be shown.
    """
    if display is NameDisplay.HIDDEN:
        return ""
    if kind in BODIES and organisation:
        return organisation
    return name if display is NameDisplay.FULL else initials(name)


def clause_words(anchor: str, label: str = "", heading: str = "") -> str:
    """Where in the draft:

    «Điều 5, khoản 2, điểm a», from the anchor, the label («a)») and the heading of the clause.
    """
    pairs = [(_PARTS[kind], value) for kind, value in _PART.findall(anchor)]
    own = label.strip(" .)")
    if len(pairs) < 2 or own.count(" "):
        return ". ".join(part for part in (label.strip(" ."), heading) if part) or anchor
    words = [f"{kind} {value}" for kind, value in pairs]
    if own:
        words[-1] = f"{pairs[-1][0]} {own}"
    return ", ".join(words) + (f". {heading}" if heading else "")


def with_counts(slug: str) -> tuple[PublicConsultation, Counts] | None:
    """The consultation at this address with its comments counted by stance, in one statement;

    None when it is not public.
    """
    mine = sa.select(Consultation.id).where(Consultation.slug == slug).scalar_subquery()
    counted = (
        sa.select(
            *(
                sa.func.count(sa.case((Comment.stance == stance, 1))).label(stance.value)
                for stance in Stance
            ),
            sa.func.coalesce(sa.func.sum(Comment.people), 0).label("people"),
        )
        .where(
            Comment.consultation_id == mine,
            Comment.stage == CommentStage.RECEIVED,
            Comment.late.is_(False),
        )
        .subquery()
    )
    query = public(*COLUMNS, *counted.c).where(Consultation.slug == slug).join(counted, sa.true())
    row = db.session.execute(query).first()
    if row is None:
        return None
    size = len(COLUMNS)
    return PublicConsultation(*row[:size]), Counts(*(int(value) for value in row[size:]))


def shown(
    c: PublicConsultation,
    wanted: Wanted | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Page[PublicComment]:
    """Comments that everybody may read now, the most recently shown first, with their final
    replies. One statement.

    A clause means that clause with all its parts. Replies are there once the result is published.
    """
    inner = _filtered(c, wanted or Wanted())
    columns = (Comment.published_at, Comment.id)
    inner, backwards = keyset(
        inner, columns=columns, descending=True, size=size, after=after, before=before
    )
    page = inner.subquery()
    query = sa.select(*page.c)
    order: list[Any] = (
        [page.c.published_at.asc(), page.c.id.asc()]
        if backwards
        else [page.c.published_at.desc(), page.c.id.desc()]
    )
    if c.phase is Phase.RESULT:
        query = (
            sa.select(*page.c, Point.number, Reply.decision, Reply.html, Reply.changed_where)
            .select_from(page)
            .outerjoin(Point, Point.comment_id == page.c.id)
            .outerjoin(Reply, sa.and_(Reply.id == Point.reply_id, Reply.stage == ReplyStage.FINAL))
        )
        order.append(Point.number)
    found = _comments(db.session.execute(query.order_by(*order)), len(page.c))
    return page_of(
        found,
        size=size,
        key=lambda row: (row.published_at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def _filtered(c: PublicConsultation, wanted: Wanted) -> sa.Select[Any]:
    query = (
        public_comments(
            Comment.id,
            Submission.code,
            Comment.published_at,
            Submission.received_at,
            Comment.stance,
            Comment.sender_kind,
            Submission.name.label("sender_name"),
            Comment.organisation_name,
            Submission.name_display,
            Comment.target_kind,
            Comment.clause_anchor,
            Clause.label.label("clause_label"),
            Clause.heading,
            ProjectItem.code.label("project_code"),
            ProjectItem.name.label("project_name"),
            Place.name.label("place_name"),
            Submission.public_html,
            Comment.proposed_html,
            Comment.late,
        )
        .outerjoin(
            Clause,
            sa.and_(Clause.version_id == _newest(c.id), Clause.anchor == Comment.clause_anchor),
        )
        .outerjoin(ProjectItem, ProjectItem.id == Comment.project_id)
        .outerjoin(
            Place, sa.and_(Place.id == Submission.place_id, Comment.target_kind == TargetKind.PLACE)
        )
        .where(Comment.consultation_id == c.id)
    )
    if wanted.clause:
        parts = Comment.clause_anchor.startswith(f"{wanted.clause}-", autoescape=True)
        query = query.where(sa.or_(Comment.clause_anchor == wanted.clause, parts))
    if wanted.project:
        query = query.where(
            ProjectItem.code == wanted.project, Comment.target_kind == TargetKind.PROJECT
        )
    if wanted.stance is not None:
        query = query.where(Comment.stance == wanted.stance)
    return query if wanted.sender is None else query.where(Comment.sender_kind == wanted.sender)


def _newest(consultation_id: int) -> Any:
    return (
        sa.select(DraftVersion.id)
        .where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
        )
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def _comments(rows: Iterable[Any], size: int) -> list[PublicComment]:
    """The rows of a page; one comment comes once for each of its points."""
    found: dict[int, PublicComment] = {}
    for row in rows:
        one = found.get(row[0]) or found.setdefault(row[0], _comment(row[:size]))
        if len(row) > size and row[size + 1] is not None:
            one.replies.append(PublicReply(*row[size:]))
    return list(found.values())


def _comment(row: Sequence[Any]) -> PublicComment:
    # The whole name goes no further than here.
    (
        number,
        code,
        published,
        received,
        stance,
        kind,
        name,
        organisation,
        display,
        target_kind,
        anchor,
        *rest,
    ) = row
    label, heading, project_code, project_name, place, html, proposed, late = rest
    names = {
        TargetKind.CLAUSE: clause_words(anchor or "", label or "", heading or ""),
        TargetKind.PROJECT: project_name or "",
        TargetKind.PLACE: place or "",
    }
    return PublicComment(
        number,
        code,
        published,
        received,
        stance,
        shown_sender(kind, name, organisation, display),
        kind,
        target_kind,
        anchor,
        names.get(target_kind, ""),
        project_code,
        html,
        proposed,
        late,
    )


# One's own
# --------------------------------------------------------------------------------------------------
def target_of(comment: Comment) -> str:
    """What one comment is about, in words, for its sender; a clause by its newest wording."""
    if comment.target_kind is TargetKind.CLAUSE:
        anchor = comment.clause_anchor or ""
        query = sa.select(Clause.label, Clause.heading).where(
            Clause.version_id == _newest(comment.consultation_id), Clause.anchor == anchor
        )
        row = db.session.execute(query).first()
        return clause_words(anchor, *row) if row else anchor
    if comment.target_kind is TargetKind.PROJECT:
        item = db.session.get(ProjectItem, comment.project_id)
        return f"{item.code} – {item.name}" if item else ""
    if comment.target_kind is TargetKind.PLACE:
        place = (
            db.session.get(Place, comment.submission.place_id)
            if comment.submission.place_id
            else None
        )
        pin = (
            f"{comment.latitude:.5f}, {comment.longitude:.5f}"
            if comment.latitude is not None
            else ""
        )
        return " · ".join(
            part for part in (place.name if place else "", comment.place_text, pin) if part
        )
    return str(_("Toàn bộ hồ sơ"))


def log_of(comment: Comment) -> list[CommentLog]:
    """What happened to it, oldest first."""
    return list(
        db.session.scalars(
            sa.select(CommentLog).where(CommentLog.comment_id == comment.id).order_by(CommentLog.id)
        )
    )


def replies_to(comment: Comment, consultation: Consultation) -> list[PublicReply]:
    """The points of one's own comment with what was decided: final replies only, once the result is
    published.
    """
    if consultation.stage not in {Stage.ANSWERED, Stage.ARCHIVED}:
        return []
    columns: tuple[Any, ...] = (
        Point.number,
        Reply.decision,
        Reply.html,
        Reply.changed_where,
        Point.text,
    )
    query = (
        sa.select(*columns)
        .join(Reply, sa.and_(Reply.id == Point.reply_id, Reply.stage == ReplyStage.FINAL))
        .where(Point.comment_id == comment.id)
        .order_by(Point.number)
    )
    return [PublicReply(*row) for row in db.session.execute(query)]
