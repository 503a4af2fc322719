"""What people said, as far as everybody may read it, and what its sender reads of a comment of
their own.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app.comments.answers import PublicReply, answers_of
from app.comments.models import Comment, CommentLog
from app.comments.queries.gate import public_comments
from app.comments.states import BODIES, CommentStage, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries.public import COLUMNS, PublicConsultation, public
from app.consultations.states import Phase
from app.drafts.models import Clause
from app.drafts.names import clause_words, newest_version
from app.extensions import db
from app.kernel.paging import Page, keyset, page_of
from app.kernel.text import initials
from app.organisation.models import Place
from app.submissions.models import Submission
from app.submissions.states import NameDisplay
from app.works.models import ProjectItem

PAGE = 20
#: What may be asked for with ?so=: a page of a whole consultation for those who read everything.
SIZES = (20, 200)


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
    replies.

    A clause means that clause with all its parts. Replies are there once the result is published.
    """
    inner = _filtered(c, wanted or Wanted())
    columns = (Comment.published_at, Comment.id)
    inner, backwards = keyset(
        inner, columns=columns, descending=True, size=size, after=after, before=before
    )
    found = [_comment(row) for row in db.session.execute(inner)]
    if c.phase is Phase.RESULT:
        given = answers_of([one.id for one in found])
        for one in found:
            # The words of a point are for the sender alone.
            one.replies.extend(replace(reply, text="") for reply in given.get(one.id, ()))
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
            sa.and_(
                Clause.version_id == newest_version(c.id), Clause.anchor == Comment.clause_anchor
            ),
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


def log_of(comment: Comment) -> list[CommentLog]:
    """What happened to it, oldest first."""
    return list(
        db.session.scalars(
            sa.select(CommentLog).where(CommentLog.comment_id == comment.id).order_by(CommentLog.id)
        )
    )


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """One comment as everybody may read it: redacted, named as its sender chose."""

    id: int
    code: str
    published_at: dt.datetime
    received_at: dt.datetime
    stance: Stance
    target_kind: TargetKind
    clause_anchor: str | None
    project: str | None
    sender_kind: SenderKind
    sender: str
    text: str
    proposed_text: str
    late: bool


def records(
    consultation_id: int, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[CommentRecord]:
    """The comments that everybody may read now, the most recently shown first."""
    query = (
        public_comments(
            Comment.id,
            Submission.code,
            Comment.published_at,
            Submission.received_at,
            Comment.stance,
            Comment.target_kind,
            Comment.clause_anchor,
            ProjectItem.code,
            Comment.sender_kind,
            Submission.name,
            Comment.organisation_name,
            Submission.name_display,
            Submission.public_body,
            Comment.public_proposed,
            Comment.late,
        )
        .outerjoin(ProjectItem, ProjectItem.id == Comment.project_id)
        .where(Consultation.id == consultation_id)
    )
    columns = (Comment.published_at, Comment.id)
    query, backwards = keyset(
        query, columns=columns, descending=True, size=size, after=after, before=before
    )
    found = [_record(*row) for row in db.session.execute(query)]
    return page_of(
        found,
        size=size,
        key=lambda row: (row.published_at, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def _record(*row: Any) -> CommentRecord:
    (*head, kind, name, organisation, display, text, proposed, late) = row
    return CommentRecord(
        *(*head, kind, shown_sender(kind, name, organisation, display), text or "", proposed, late)
    )
