"""The result of a consultation, to each participant: their own points with the decisions and the
replies.

One mail an address, whatever the number of its comments, and only to addresses that are known to be
the sender's. A job writes them, a hundred addresses at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from app.comments.answers import DECISION_LABELS
from app.comments.models import Comment
from app.comments.states import CommentStage
from app.consultations.models import Consultation
from app.consultations.queries import public
from app.consultations.states import Phase, Visibility
from app.extensions import db
from app.jobs import service as jobs
from app.jobs.registry import job
from app.kernel.clock import now
from app.kernel.links import Ref
from app.kernel.tokens import keyed_hash
from app.notifications import mails
from app.results.queries.points import PointReply, points_by_comment
from app.submissions import service as submissions
from app.submissions.models import Submission

BATCH = 100
JOB = "consultation-result-mails"


@dataclass(frozen=True, slots=True)
class Told:
    """One comment of the mail."""

    code: str
    points: Sequence[PointReply]
    track_url: str


def tell(consultation: Consultation) -> None:
    """Plan the mails, in the transaction that publishes the result."""
    _plan(consultation.id, 0)


def _plan(consultation_id: int, after: int) -> None:
    # Jobs are kept for a month: no address may stand in them.
    payload = {"consultation_id": consultation_id, "after": after}
    jobs.enqueue(JOB, payload, run_at=now(), dedupe_key=f"result:{consultation_id}:{after}")


@job(JOB, label=_l("Gửi kết quả lấy ý kiến cho người góp ý"))
def send_results(payload: dict[str, Any]) -> None:
    """Write one batch of mails, and plan the next.

    Safe to repeat: the keys of the mails are what counts.
    """
    consultation_id = int(payload["consultation_id"])
    found = public.rows(public.public(*public.COLUMNS).where(Consultation.id == consultation_id))
    if not found or found[0].phase is not Phase.RESULT:
        return
    consultation = found[0]
    firsts = _addresses(consultation_id, after=int(payload["after"]))
    addresses = list(firsts)
    comments = _comments(consultation_id, addresses)
    points = dict(points_by_comment(consultation_id, [comment.id for comment in comments]))
    for address in addresses:
        mine = [
            one
            for one in comments
            if (one.submission.email or "").lower() == address
            and submissions.address_is_known(one.submission)
        ]
        if mine:
            _send(consultation, mine, points)
    if len(addresses) == BATCH:
        _plan(consultation_id, firsts[addresses[-1]])


def _in_file(consultation_id: int) -> tuple[Any, ...]:
    return (
        Comment.consultation_id == consultation_id,
        Comment.stage == CommentStage.RECEIVED,
        Comment.visibility != Visibility.ERASED,
        Submission.email.is_not(None),
        Submission.confirmed_at.is_not(None),
    )


def _addresses(consultation_id: int, *, after: int) -> dict[str, int]:
    """The addresses whose first comment lies behind `after`, each with that comment."""
    address, first = sa.func.lower(Submission.email), sa.func.min(Comment.id)
    query = (
        sa.select(address, first)
        .join(Comment, Comment.submission_id == Submission.id)
        .where(*_in_file(consultation_id))
    )
    query = query.group_by(address).having(first > after).order_by(first).limit(BATCH)
    return {row[0]: row[1] for row in db.session.execute(query)}


def _comments(consultation_id: int, addresses: Sequence[str]) -> list[Comment]:
    query = (
        sa.select(Comment)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(*_in_file(consultation_id), sa.func.lower(Submission.email).in_(addresses))
        .order_by(Comment.id)
    )
    return list(db.session.scalars(query))


def _send(
    consultation: public.PublicConsultation,
    comments: Sequence[Comment],
    points: Mapping[int, Sequence[PointReply]],
) -> None:
    secret = str(current_app.secret_key)
    first = comments[0].submission
    told = [
        Told(
            code=comment.submission.code,
            points=points.get(comment.id, ()),
            track_url=mails.link(
                "/tra-cuu/lien-ket/"
                + submissions.new_track_token(comment.submission, secret_key=secret)
            ),
        )
        for comment in comments
    ]
    mails.send(
        "comment-result",
        to=first.email,
        about=Ref("comment", comments[0].id),
        key=f"{consultation.code}:{keyed_hash(secret, 'result', (first.email or '').lower())[:40]}",
        language=first.language,
        title=consultation.title,
        comments=told,
        decisions=DECISION_LABELS,
        url=mails.link(f"{consultation.url}/ket-qua"),
    )
