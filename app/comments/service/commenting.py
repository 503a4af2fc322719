"""How a comment comes in, from the web or typed in by an officer, and what its sender may still do
with it.
"""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM
from app.comments.events import CommentReceived
from app.comments.models import IS_SPAM, IS_UNVERIFIED, Comment
from app.comments.queries import staff as comments_staff
from app.comments.service import accepting, moderating, moving, surveys
from app.comments.service.accepting import BODY_MIN, Opinion, Sender, Target
from app.comments.states import CommentStage
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.queries.public import closing_moment
from app.consultations.service import core
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now, start_of_day
from app.kernel.errors import Refused
from app.kernel.events import emit
from app.submissions import service as submissions
from app.submissions.models import Submission, SubmissionToken
from app.submissions.queries import is_known
from app.submissions.service import Sent, Terms
from app.submissions.states import Consent, NameDisplay

FILES_MAX = 3
#: Days for which rubbish is kept.
SPAM_DAYS = 30
_BATCH = 100
#: The wording of the privacy notice beside the form
#: (templates/comments/public_privacy.html).
CONSENT_TEXT = "2026-11-gop-y"


@dataclass(frozen=True, slots=True)
class CommentReceipt:
    """What its sender gets to see once."""

    comment: Comment
    pin: str
    #: The form had been sent before; nothing new was made.
    repeated: bool


def comment(
    consultation: Consultation,
    opinion: Opinion,
    target: Target,
    sender: Sender,
    sent: Sent,
    *,
    meeting_id: int | None = None,
    people: int = 1,
) -> CommentReceipt:
    """Take a comment in. Sent twice with the same key it is one comment, and the same receipt.

    What arrived before 24:00 in Hà Nội on the last day is in time, later ones are kept and marked;
    `people` is how many stand behind it.

    Raises FieldError for what cannot be accepted, Refused before the opening day and once the
    result is published.
    """
    arrived = sent.received_at or now()
    if (why := refusal(consultation, arrived)) and not is_known(sent.idempotency_key):
        raise Refused(why)
    answers = surveys.checked(consultation.id, opinion.survey)
    opinion = accepting.opinion(opinion, answered=bool(answers), channel=sent.channel)
    place_id = target.place_id
    target = accepting.target(consultation, target)
    sender = accepting.sender(sender)
    received = submissions.receive(
        "comment",
        opinion.body,
        sender.contact,
        replace(sent, received_at=arrived),
        terms=Terms(BODY_MIN, _("Hãy viết ít nhất 10 ký tự."), CONSENT_TEXT),
        place_id=place_id,
    )
    if received.repeated:
        known = comments_staff.comment_by_submission(received.submission.id)
        return CommentReceipt(known, received.pin, repeated=True)
    confirmed = received.submission.confirmed_at and not sent.held
    made = Comment(
        submission_id=received.submission.id,
        submission=received.submission,
        consultation_id=consultation.id,
        visibility=Visibility.PRIVATE,
        stage=CommentStage.RECEIVED if confirmed else CommentStage.UNVERIFIED,
        late=is_late(consultation, arrived),
        stance=opinion.stance,
        proposed_text=opinion.proposed_text,
        target_kind=target.kind,
        clause_anchor=target.clause_anchor,
        project_id=target.project_id,
        longitude=target.longitude,
        latitude=target.latitude,
        place_text=target.place_text,
        sender_kind=sender.kind,
        organisation_name=sender.organisation_name,
        tax_code=sender.tax_code,
        letter_number=sender.letter_number,
        sheet=sender.sheet,
        parcel=sender.parcel,
        meeting_id=meeting_id,
        people=max(1, people),
    )
    db.session.add(made)
    db.session.flush()
    surveys.keep(made, answers)
    moving.write_comment_log(made, "receive", sent.actor, from_stage=None, public=True)
    moving.record_comment(
        made, "receive", sent.actor, {"channel": sent.channel.value, "late": made.late}
    )
    _count_in(made)
    emit(
        CommentReceived(
            made, received.pin, received.confirm_token, received.track_token, sent.actor
        )
    )
    return CommentReceipt(made, received.pin, repeated=False)


def _count_in(made: Comment) -> None:
    if moving.in_file(made):
        core.count(made.consultation_id, received=1)
        publication.bump()


# Whether and when
# --------------------------------------------------------------------------------------------------
def refusal(consultation: Consultation, arrived: dt.datetime) -> str:
    """Why nothing can be taken in that arrived at this moment; empty when it can.

    The dates decide, not the jobs.
    """
    if consultation.stage is Stage.DRAFT or consultation.opens_on is None:
        return str(_("Cuộc lấy ý kiến này chưa được đăng."))
    if consultation.stage in {Stage.ANSWERED, Stage.ARCHIVED}:
        return str(_("Kết quả lấy ý kiến đã được công bố nên không nhận thêm góp ý."))
    if arrived < start_of_day(consultation.opens_on):
        return str(_("Chưa đến ngày mở lấy ý kiến nên chưa nhận được góp ý."))
    return ""


def is_late(consultation: Consultation, arrived: dt.datetime) -> bool:
    """Did it arrive after 24:00 in Hà Nội on the last day?"""
    return consultation.closes_on is not None and arrived >= closing_moment(consultation.closes_on)


# What its sender may still do
# --------------------------------------------------------------------------------------------------
def confirm_by_link(comment: Comment, token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link. Harmless when repeated; returns whether it
    changed anything.

    It counts from its arrival, not from this click; only once the result is published it is too
    late to be counted.
    """
    submissions.confirm(token, submission)
    if comment.stage is not CommentStage.UNVERIFIED:
        return False
    consultation = staff.by_id(comment.consultation_id)
    if consultation.stage in {Stage.ANSWERED, Stage.ARCHIVED}:
        comment.late = True
    moving.move_comment(comment, "confirm", actor=CITIZEN, public_note=True)
    return True


def may_withdraw(consultation: Consultation, moment: dt.datetime | None = None) -> bool:
    """Until the last day is over: afterwards the file is closed and counted."""
    return consultation.closes_on is not None and (moment or now()) < closing_moment(
        consultation.closes_on
    )


def withdraw(comment: Comment) -> None:
    """The sender takes it back while comments are still taken. Raises Refused afterwards."""
    if not may_withdraw(staff.by_id(comment.consultation_id)):
        raise Refused(
            _(
                "Đã hết hạn lấy ý kiến nên góp ý thuộc hồ sơ, không rút được. Bạn vẫn có thể thu "
                "hẹp sự đồng ý công khai."
            )
        )
    moving.move_comment(comment, "withdraw", actor=CITIZEN, public_note=True)


def tighten(
    comment: Comment, *, consent: Consent | None = None, name_display: NameDisplay | None = None
) -> None:
    """The sender allows less than before; what is public and no longer allowed goes at once.

    It stays part of the file.
    """
    was_public = comment.visibility is Visibility.PUBLIC
    submissions.tighten(comment.submission, consent=consent, name_display=name_display)
    hide = was_public and comment.submission.consent is not Consent.PUBLISH
    if hide:
        comment.hidden_reason = _("Người gửi không đồng ý công khai.")
    moving.move_comment(
        comment,
        "tighten",
        actor=CITIZEN,
        visibility=Visibility.HIDDEN if hide else None,
        public_note=True,
    )
    if was_public and not hide:
        # No counter moved, but the name is now shown otherwise.
        publication.bump()


def erase_expired() -> int:
    """Erase what was never confirmed after seven days, and rubbish after thirty;
    returns how many.
    """
    moment = now()
    unconfirmed = (
        IS_UNVERIFIED,
        Comment.created_at < moment - dt.timedelta(days=submissions.CONFIRM_DAYS),
        # What is only held has a known sender: nobody throws it away unseen.
        Comment.submission.has(Submission.confirmed_at.is_(None)),
    )
    spam = (IS_SPAM, Comment.spam_at < moment - dt.timedelta(days=SPAM_DAYS))
    comments = [
        row
        for rule in (unconfirmed, spam)
        for row in db.session.scalars(sa.select(Comment).where(*rule).limit(_BATCH))
    ]
    for old in comments:
        moderating.erase(old, actor=SYSTEM, reason=_("Hết thời hạn lưu."))
    return len(comments)
