"""What the comments of one consultation add up to: comments and people apart, by channel, stance
and kind of sender.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from app.comments.models import Comment
from app.comments.states import CommentStage, SenderKind, Stance
from app.consultations.models import Consultation
from app.extensions import db
from app.submissions.models import Submission
from app.submissions.states import Channel


@dataclass(frozen=True, slots=True)
class Figure:
    """How many comments, and how many people stand behind them."""

    comments: int
    people: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What has come in for one consultation.

    Only what belongs to the file is split up; the rest stands beside it.
    """

    total: Figure
    channels: dict[Channel, Figure]
    stances: dict[Stance, Figure]
    senders: dict[SenderKind, Figure]
    late: Figure
    #: Unconfirmed, spam, withdrawn.
    others: dict[CommentStage, int]


def figures(consultation: Consultation) -> Figures:
    """Channels, stances and kinds of senders, comments and people apart; one statement over one
    consultation's comments.
    """
    query = (
        sa.select(
            Comment.stage,
            Comment.late,
            Submission.channel,
            Comment.stance,
            Comment.sender_kind,
            sa.func.count(),
            sa.func.sum(Comment.people),
        )
        .join(Submission, Submission.id == Comment.submission_id)
        .where(Comment.consultation_id == consultation.id)
        .group_by(
            Comment.stage, Comment.late, Submission.channel, Comment.stance, Comment.sender_kind
        )
    )
    total, late, others = Figure(0, 0), Figure(0, 0), dict[CommentStage, int]()
    channels, stances, senders = (
        dict[Channel, Figure](),
        dict[Stance, Figure](),
        dict[SenderKind, Figure](),
    )
    for stage, is_late, channel, stance, sender, comments, people in db.session.execute(query):
        number = Figure(comments, int(people))
        if stage is not CommentStage.RECEIVED:
            others[stage] = others.get(stage, 0) + comments
        elif is_late:
            late = _plus(late, number)
        else:
            total = _plus(total, number)
            channels[channel] = _plus(channels.get(channel), number)
            stances[stance] = _plus(stances.get(stance), number)
            senders[sender] = _plus(senders.get(sender), number)
    return Figures(total, channels, stances, senders, late, others)


def _plus(one: Figure | None, other: Figure) -> Figure:
    return Figure(one.comments + other.comments, one.people + other.people) if one else other
