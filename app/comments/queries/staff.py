"""What moderators read: the comments that wait, in tabs, and all comments of one consultation, each
list filtered and paged.
"""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager

from app.access import P
from app.access.actors import Actor
from app.comments import policy
from app.comments.models import (
    IS_SPAM,
    IS_UNVERIFIED,
    IS_WAITING,
    Comment,
    CommentLog,
    VillageMeeting,
)
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.comments.targets import target_names
from app.consultations.models import Consultation
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.paging import COUNT_CAP, Page, keyset, page_of
from app.kernel.text import mixed_scripts, shorten
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions.models import Submission
from app.submissions.states import Channel, Consent

QUEUE_SIZE = 25
#: «giống N góp ý khác» counts no further.
SAME_CAP = 100
#: More open consultations than any office has.
_MOST_CONSULTATIONS = 100


class CommentTab(enum.StrEnum):
    """The tabs of comments; the values stand in addresses."""

    WAITING = "cho-xem"
    UNCONFIRMED = "chua-xac-nhan"
    SPAM = "rac"


COMMENT_TAB_LABELS = {
    CommentTab.WAITING: _l("Góp ý chờ xem"),
    CommentTab.UNCONFIRMED: _l("Góp ý chưa xác nhận, chờ xem"),
    CommentTab.SPAM: _l("Góp ý rác"),
}
_RULES = {
    CommentTab.WAITING: IS_WAITING,
    CommentTab.UNCONFIRMED: IS_UNVERIFIED,
    CommentTab.SPAM: IS_SPAM,
}


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """What the officer filters by; kept in the address."""

    text: str = ""
    consultation_id: int | None = None
    target: TargetKind | None = None
    stance: Stance | None = None
    channel: Channel | None = None
    sender: SenderKind | None = None
    stage: CommentStage | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One row of a list of comments."""

    id: int
    revision: int
    code: str
    title: str
    #: Empty for those who do not reach senders.
    name: str
    organisation: str
    #: The name mixes letters of several alphabets, as those do who pass themselves off as somebody.
    odd_name: bool
    received_at: dt.datetime
    consultation: str
    consultation_slug: str
    consultation_code: str
    target_kind: TargetKind
    target: str
    stance: Stance
    sender_kind: SenderKind
    channel: Channel
    stage: CommentStage
    visibility: Visibility
    late: bool
    people: int
    may_publish: bool
    spam_points: int
    #: It waits for a look because of the crowd that it came from.
    held: bool
    concern: str | None
    #: Something that looks like personal data stands in the text.
    personal: bool
    #: Other comments of the same consultation with the same text, up to SAME_CAP.
    same: int
    created_at: dt.datetime


# Tabs
# --------------------------------------------------------------------------------------------------
def tabs_for(actor: Actor) -> list[CommentTab]:
    """The tabs of comments that this person needs, in order."""
    return list(CommentTab) if actor.has(P.COMMENT_MODERATE) else []


def counts(actor: Actor) -> dict[CommentTab, int]:
    """How many in each tab, up to one more than COUNT_CAP; one statement."""
    tabs = tabs_for(actor)
    if not tabs:
        return {}
    parts = [
        sa.select(sa.func.count())
        .select_from(sa.select(Comment.id).where(_RULES[tab]).limit(COUNT_CAP + 1).subquery())
        .scalar_subquery()
        for tab in tabs
    ]
    row = db.session.execute(sa.select(*parts)).one()
    return dict(zip(tabs, row, strict=True))


def queue(
    actor: Actor,
    tab: CommentTab,
    wanted: CommentFilter | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = QUEUE_SIZE,
) -> Page[CommentRow]:
    """One page of a tab, oldest first.

    Four statements and two for the office's own numbers, however many rows.
    """
    query = _filtered(_base().where(_RULES[tab]), wanted or CommentFilter(), actor)
    return _page(
        query, (Comment.created_at, Comment.id), actor, after=after, before=before, size=size
    )


def of_consultation(
    actor: Actor,
    consultation: Consultation,
    wanted: CommentFilter | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = QUEUE_SIZE,
) -> Page[CommentRow]:
    """One page of all comments of a consultation, in the order in which they came."""
    query = _base().where(
        Comment.consultation_id == consultation.id, Comment.visibility != Visibility.ERASED
    )
    query = _filtered(query, wanted or CommentFilter(), actor)
    return _page(query, (Comment.id,), actor, after=after, before=before, size=size)


def _base() -> sa.Select[Any]:
    query: Any = (
        sa.select(Comment, Consultation.title, Consultation.slug, Consultation.code)
        .join(Comment.submission)
        .options(contains_eager(Comment.submission))
        .join(Consultation, Consultation.id == Comment.consultation_id)
    )
    return query  # type: ignore[no-any-return]


def _filtered(query: sa.Select[Any], wanted: CommentFilter, actor: Actor) -> sa.Select[Any]:
    """Who may not see how to reach senders cannot guess it by filtering either."""
    for column, value in (
        (Comment.consultation_id, wanted.consultation_id),
        (Comment.target_kind, wanted.target),
        (Comment.stance, wanted.stance),
        (Submission.channel, wanted.channel),
        (Comment.sender_kind, wanted.sender),
        (Comment.stage, wanted.stage),
        (Comment.late, wanted.late or None),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.text:
        pattern = (
            "%" + wanted.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        )
        fields: list[Any] = [Submission.code, Submission.public_title]
        if policy.sees_contacts(actor):
            fields += [
                Submission.title,
                Submission.body,
                Submission.name,
                Submission.phone,
                Submission.email,
                Comment.organisation_name,
            ]
        query = query.where(sa.or_(*(field.ilike(pattern, escape="\\") for field in fields)))
    return query


def _page(
    query: sa.Select[Any],
    columns: tuple[Any, ...],
    actor: Actor,
    *,
    after: str | None,
    before: str | None,
    size: int,
) -> Page[CommentRow]:
    query, backwards = keyset(
        query, columns=columns, descending=False, size=size, after=after, before=before
    )
    found = db.session.execute(query).all()
    comments = [row[0] for row in found]
    targets, same, official = (
        target_names(comments),
        same_text(comments),
        organisation.official_contacts(),
    )
    sees = policy.sees_contacts(actor)
    rows = [
        _row(row, targets[row[0].id], same.get(_key(row[0]), 1), official, sees=sees)
        for row in found
    ]
    by_moment = len(columns) > 1
    return page_of(
        rows,
        size=size,
        key=lambda row: (row.created_at, row.id) if by_moment else (row.id,),
        backwards=backwards,
        after=after,
        before=before,
    )


def _row(
    row: Sequence[Any], target: str, same: int, official: tuple[str, ...], *, sees: bool
) -> CommentRow:
    comment, consultation, slug, code = row
    submission = comment.submission
    title = (
        submission.title
        if sees
        else redaction.mask(submission.title, redaction.find(submission.title, official=official))
    )
    return CommentRow(
        id=comment.id,
        revision=comment.revision,
        code=submission.code,
        title=submission.public_title or title,
        name=submission.name if sees else "",
        organisation=comment.organisation_name,
        odd_name=sees and mixed_scripts(submission.name),
        received_at=submission.received_at,
        consultation=consultation,
        consultation_slug=slug,
        consultation_code=code,
        target_kind=comment.target_kind,
        target=target,
        stance=comment.stance,
        sender_kind=comment.sender_kind,
        channel=submission.channel,
        stage=comment.stage,
        visibility=comment.visibility,
        late=comment.late,
        people=comment.people,
        may_publish=submission.consent is Consent.PUBLISH,
        spam_points=submission.spam_points,
        held=comment.is_held,
        concern=submission.concern,
        personal=bool(
            redaction.find(f"{submission.body}\n{comment.proposed_text}", official=official)
        ),
        same=max(0, same - 1),
        created_at=comment.created_at,
    )


# What belongs to the rows
# --------------------------------------------------------------------------------------------------


def _key(comment: Comment) -> tuple[int, str]:
    return comment.consultation_id, comment.text_key


def same_text(comments: Sequence[Comment]) -> dict[tuple[int, str], int]:
    """How many comments of a consultation have the text of these, themselves included, up to one
    more than SAME_CAP. One statement.
    """
    keys = list(dict.fromkeys(_key(comment) for comment in comments if comment.text_key))
    if not keys:
        return {}
    parts = []
    for number, text_key in keys:
        alike = sa.select(Comment.id).where(
            Comment.text_key == text_key, Comment.consultation_id == number
        )
        parts.append(
            sa.select(sa.func.count())
            .select_from(alike.limit(SAME_CAP + 1).subquery())
            .scalar_subquery()
        )
    return dict(zip(keys, db.session.execute(sa.select(*parts)).one(), strict=True))


def with_comments_open() -> list[tuple[str, str]]:
    """(slug, «code · title») of the consultations whose comments are being worked
    on, newest first.
    """
    stages = [Stage.OPEN, Stage.CLOSED]
    query = sa.select(Consultation.slug, Consultation.code, Consultation.title).where(
        Consultation.stage.in_(stages)
    )
    rows = db.session.execute(query.order_by(Consultation.id.desc()).limit(_MOST_CONSULTATIONS))
    return [(slug, shorten(f"{code} · {title}", 80)) for slug, code, title in rows]


# One comment
# --------------------------------------------------------------------------------------------------
def log_of(comment: Comment) -> list[CommentLog]:
    """What happened, oldest first."""
    return list(
        db.session.scalars(
            sa.select(CommentLog).where(CommentLog.comment_id == comment.id).order_by(CommentLog.id)
        )
    )


def meeting_of(comment: Comment) -> VillageMeeting | None:
    """The village meeting where it was said, if it was."""
    return db.session.get(VillageMeeting, comment.meeting_id) if comment.meeting_id else None


# Many at once
# --------------------------------------------------------------------------------------------------
def comment_by_code(code: str) -> Comment:
    """The comment with this tracking code. Raises NotFound."""
    query = (
        sa.select(Comment)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(Submission.code == code.upper())
    )
    found: Comment | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def comment_by_submission(submission_id: int) -> Comment:
    """The comment made from this submission. Raises NotFound."""
    found: Comment | None = db.session.scalar(
        sa.select(Comment).where(Comment.submission_id == submission_id)
    )
    if found is None:
        raise NotFound
    return found
