"""Consultations and comments in every stage, as rows: for tests that need one and are not about how
it came to be.

Call inside an application context. Everything is committed and no transaction stays open, so a test
client may follow at once.
"""

import datetime as dt
import itertools
import uuid
from typing import Any

from flask import current_app

from app.comments.models import Comment
from app.comments.service import moving
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries.public import closing_moment
from app.consultations.service import core
from app.consultations.states import ConsultationType, ShowComments, Stage, Visibility
from app.extensions import db
from app.kernel.clock import now, start_of_day, today
from app.kernel.html import paragraphs
from app.kernel.text import first_sentence
from app.submissions.service import pin_of
from app.submissions.states import Channel, Consent, NameDisplay
from tests.factories.sending import receive

PREFIX = "AS"
BODY = "Tuyến đường cắt đôi thửa ruộng của nhà tôi, đề nghị dịch về phía Tây khoảng sáu mươi mét."
_numbers = itertools.count(1)
_DAY = dt.timedelta(days=1)


def make_consultation(
    *,
    stage: Stage = Stage.OPEN,
    type: ConsultationType = ConsultationType.LAND_PLAN,
    title: str = "Quy hoạch sử dụng đất thời kỳ 2026–2035",
    slug: str | None = None,
    visibility: Visibility | None = None,
    show_comments: ShowComments = ShowComments.AT_ONCE,
    opens_on: dt.date | None = None,
    closes_on: dt.date | None = None,
    **columns: Any,
) -> Consultation:
    """One consultation whose dates fit its stage: open since five days for thirty, or closed ten
    days ago.
    """
    number = next(_numbers)
    start, end = {
        Stage.DRAFT: (None, None),
        Stage.SCHEDULED: (today() + 3 * _DAY, today() + 33 * _DAY),
        Stage.OPEN: (today() - 5 * _DAY, today() + 25 * _DAY),
    }.get(stage, (today() - 40 * _DAY, today() - 10 * _DAY))
    opens_on, closes_on = opens_on or start, closes_on or end
    posted = start_of_day(opens_on) - _DAY if opens_on else None
    found = Consultation(
        slug=slug or f"lay-y-kien-{number}-{uuid.uuid4().hex[:6]}",
        code=f"LYK-2026-{number:04d}",
        type=type,
        title=title,
        summary="Xin ý kiến của bà con về bản dự thảo.",
        summary_html="<p>Xin ý kiến của bà con về bản dự thảo.</p>",
        stage=stage,
        visibility=visibility
        or (Visibility.PRIVATE if stage is Stage.DRAFT else Visibility.PUBLIC),
        show_comments=show_comments,
        opens_on=opens_on,
        closes_on=closes_on,
        posted_at=min(posted, now()) if posted else None,
        opened_at=start_of_day(opens_on) if opens_on and opens_on <= today() else None,
        closed_at=closing_moment(closes_on) if closes_on and closes_on < today() else None,
        result_published_at=now() if stage in {Stage.ANSWERED, Stage.ARCHIVED} else None,
        **columns,
    )
    db.session.add(found)
    db.session.flush()
    core.reindex(found)
    db.session.commit()
    return found


def make_comment(
    consultation: Consultation,
    *,
    stage: CommentStage = CommentStage.RECEIVED,
    visibility: Visibility = Visibility.PRIVATE,
    body: str = BODY,
    stance: Stance = Stance.AMEND,
    name: str = "Nguyễn Thị Ân",
    phone: str | None = "0912345678",
    email: str | None = None,
    name_display: NameDisplay = NameDisplay.INITIALS,
    consent: Consent = Consent.PUBLISH,
    channel: Channel = Channel.WEB,
    sender_kind: SenderKind = SenderKind.RESIDENT,
    target_kind: TargetKind = TargetKind.WHOLE,
    **columns: Any,
) -> Comment:
    """One comment; a public one is shown with its whole text.

    The consultation's counters follow.
    """
    received = receive(
        "comment",
        body,
        name=name,
        phone=phone,
        email=email,
        name_display=name_display,
        consent=consent,
        channel=channel,
    )
    submission = received.submission
    submission.confirmed_at = now() if stage is not CommentStage.UNVERIFIED else None
    if visibility is Visibility.PUBLIC:
        submission.public_title, submission.public_body = first_sentence(body), body
        submission.public_html = str(paragraphs(body))
    comment = Comment(
        submission_id=submission.id,
        submission=submission,
        consultation_id=consultation.id,
        stage=stage,
        visibility=visibility,
        stance=stance,
        sender_kind=sender_kind,
        target_kind=target_kind,
        published_at=now() if visibility is Visibility.PUBLIC else None,
        **columns,
    )
    db.session.add(comment)
    db.session.flush()
    core.count(
        consultation.id,
        received=int(moving.in_file(comment)),
        public=int(visibility is Visibility.PUBLIC),
    )
    db.session.commit()
    return comment


def pin(comment: Comment) -> str:
    """The PIN that the sender was shown."""
    return pin_of(str(current_app.secret_key), comment.submission.idempotency_key)
