"""How a comment comes in, from the web or typed in by an officer, and what its sender may still do
with it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.comments.events import CommentReceived
from app.comments.models import IS_SPAM, IS_UNVERIFIED, Comment
from app.comments.queries import staff as comments_staff
from app.comments.service import accepting, moderating, moving, surveys
from app.comments.service.accepting import BODY_MIN, Sender, Target
from app.comments.service.surveys import SurveyGiven
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
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
from app.submissions import queries as sent
from app.submissions import service as submissions
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import Channel, Consent, NameDisplay

FILES_MAX = 3
#: Days for which rubbish is kept.
SPAM_DAYS = 30
_BATCH = 100
#: The wording of the privacy notice beside the form
#: (templates/comments/public_privacy.html).
CONSENT_TEXT = "2026-11-gop-y"


@dataclass(frozen=True, slots=True)
class Commented:
    """What the receipt page shows."""

    comment: Comment
    pin: str
    #: The form had been sent before; nothing new was made.
    repeated: bool


def comment(
    *,
    secret_key: str,
    prefix: str,
    idempotency_key: str,
    consultation: Consultation,
    body: str,
    stance: Stance,
    target_kind: TargetKind = TargetKind.WHOLE,
    clause_anchor: str | None = None,
    project_id: int | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    place_id: int | None = None,
    place_text: str = "",
    proposed_text: str = "",
    sender_kind: SenderKind,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    name_display: NameDisplay = NameDisplay.INITIALS,
    consent: Consent,
    organisation_name: str = "",
    tax_code: str = "",
    letter_number: str = "",
    sheet: str = "",
    parcel: str = "",
    channel: Channel = Channel.WEB,
    language: str = "vi",
    file_keys: Sequence[str] = (),
    spam: Mapping[str, Any] | None = None,
    survey: Mapping[int, SurveyGiven] | None = None,
    actor: Actor = CITIZEN,
    arrived_at: dt.datetime | None = None,
    meeting_id: int | None = None,
    people: int = 1,
    held: bool = False,
) -> Commented:
    """Take a comment in. Sent twice with the same key it is one comment, and the same receipt.

    `arrived_at` is when the request began, or the day on which a slip, letter or meeting reached
    the office (None: now): what arrived before 24:00 in Hà Nội on the last day is in time, later
    ones are kept and marked. `longitude`, `latitude` are degrees in WGS 84; `survey` is keyed by
    the question's id; `people` is how many stand behind it; `held`: a moderator looks before it
    counts, since many sent from the same place.

    Raises FieldError for what cannot be accepted, Refused before the opening day and once the
    result is published.
    """
    arrived = arrived_at or now()
    if (why := refusal(consultation, arrived)) and not sent.is_known(idempotency_key):
        raise Refused(why)
    answers = surveys.checked(consultation.id, survey or {})
    body, proposed = accepting.texts(
        body, proposed_text, stance=stance, answered=bool(answers), channel=channel
    )
    asked = Target(target_kind, clause_anchor, project_id, longitude, latitude, place_text)
    target = accepting.target(consultation, asked, place_id)
    sender = accepting.sender(
        Sender(sender_kind, name, organisation_name, tax_code, letter_number, sheet, parcel)
    )
    received = submissions.receive(
        secret_key=secret_key,
        kind="comment",
        prefix=prefix,
        idempotency_key=idempotency_key,
        body=body,
        name=sender.name,
        phone=phone,
        email=email,
        name_display=name_display,
        consent=consent,
        channel=channel,
        place_id=place_id,
        language=language,
        entered_by=actor.id,
        file_keys=file_keys,
        spam=spam,
        least=submissions.BodyLimit(BODY_MIN, _("Hãy viết ít nhất 10 ký tự.")),
        received_at=arrived,
        consent_text=CONSENT_TEXT,
        held=held,
    )
    if received.repeated:
        return Commented(
            comments_staff.comment_by_submission(received.submission.id),
            received.pin,
            repeated=True,
        )
    made = _written(
        received.submission,
        consultation,
        target,
        sender,
        stance=stance,
        proposed_text=proposed,
        late=is_late(consultation, arrived),
        meeting_id=meeting_id,
        people=max(1, people),
        stage=CommentStage.RECEIVED
        if received.submission.confirmed_at and not held
        else CommentStage.UNVERIFIED,
    )
    surveys.keep(made, answers)
    moving.write_comment_log(made, "receive", actor, from_stage=None, public=True)
    moving.record_comment(made, "receive", actor, {"channel": channel.value, "late": made.late})
    _count_in(made)
    emit(CommentReceived(made, received.pin, received.confirm_token, received.track_token, actor))
    return Commented(made, received.pin, repeated=False)


def _written(
    submission: Submission,
    consultation: Consultation,
    target: Target,
    sender: Sender,
    **columns: Any,
) -> Comment:
    made = Comment(
        submission_id=submission.id,
        submission=submission,
        consultation_id=consultation.id,
        visibility=Visibility.PRIVATE,
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
        **columns,
    )
    db.session.add(made)
    db.session.flush()
    return made


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
