"""Consultations and comments: which happening leads to which mail, to whom.

The rules of questions.py hold here too: nothing that a citizen wrote goes to an address that is not
yet confirmed, such an address gets three mails a day at most, and what staff are sent never carries
a sender's name or contact. News for followers and results for participants may be thousands of
mails: jobs write them (following.py, results.py).
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.access import P
from app.accounts import queries as accounts
from app.comments.events import CommentMoved, CommentReceived
from app.comments.models import IS_WAITING, Comment
from app.comments.states import STANCE_LABELS
from app.consultations.events import ConsultationMoved
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel.display import vi_date
from app.kernel.events import on
from app.kernel.links import Ref
from app.mailer import service as mailer
from app.notifications import following, mails, results
from app.notifications.questions import FIRST_MAILS, UNCONFIRMED_A_DAY
from app.organisation import queries as organisation
from app.results.events import ResultReminder
from app.submissions import service as submissions
from app.submissions.states import Channel, Consent

#: Days after closing from which those who publish are reminded, and not the person in charge alone.
LAST_REMINDER = 30


# To the sender
# --------------------------------------------------------------------------------------------------
def _common(comment: Comment, key: str) -> dict[str, Any]:
    submission = comment.submission
    consultation = staff.by_id(comment.consultation_id)
    return {
        "to": submission.email,
        "about": Ref("comment", comment.id),
        "key": key,
        "language": submission.language,
        "code_": submission.code,
        "title": consultation.title,
    }


def _secret() -> str:
    return str(current_app.secret_key)


def _may_still_hear(address: str) -> bool:
    return mailer.sent_today(address, FIRST_MAILS) < UNCONFIRMED_A_DAY


def to_sender(name: str, comment: Comment, *, key: str, **context: Any) -> None:
    """A mail to whoever commented.

    To an address that may be somebody else's: only that there is something to read.
    """
    submission = comment.submission
    if not submission.email:
        return
    if not submissions.address_is_known(submission):
        if _may_still_hear(submission.email):
            token = submissions.new_confirm_token(submission, secret_key=_secret())
            mails.send(
                "comment-unconfirmed",
                confirm_url=mails.link(f"/xac-nhan/{token}"),
                **_common(comment, key),
            )
        return
    token = submissions.new_track_token(submission, secret_key=_secret())
    mails.send(
        name, track_url=mails.link(f"/tra-cuu/lien-ket/{token}"), **_common(comment, key), **context
    )


def _own_words(comment: Comment) -> dict[str, Any]:
    return {
        "stance": STANCE_LABELS[comment.stance],
        "text": comment.submission.body,
        "proposed": comment.proposed_text,
    }


@on(CommentReceived)
def received(event: CommentReceived) -> None:
    """The receipt: to a web sender with the link that confirms; to somebody whom an officer helped,
    with their words.
    """
    comment, submission = event.comment, event.comment.submission
    if not submission.email:
        return
    if submission.channel is not Channel.WEB:
        to_sender("comment-entered", comment, key=submission.code, **_own_words(comment))
    elif _may_still_hear(submission.email):
        mails.send(
            "comment-received",
            needs_confirmation=submission.confirmed_at is None,
            late=comment.late,
            confirm_url=mails.link(f"/xac-nhan/{event.confirm_token}"),
            **_common(comment, submission.code),
        )


def _confirmed(event: CommentMoved, key: str) -> None:
    to_sender(
        "comment-confirmed",
        event.comment,
        key=key,
        late=event.comment.late,
        **_own_words(event.comment),
    )


def _shown(event: CommentMoved, key: str) -> None:
    consultation = staff.by_id(event.comment.consultation_id)
    to_sender(
        "comment-shown",
        event.comment,
        key=key,
        url=mails.link(f"/lay-y-kien/{consultation.slug}/y-kien"),
    )


def _kept_back(event: CommentMoved, key: str) -> None:
    # Whoever asked for it not to be shown need not hear that it is not.
    if event.comment.submission.consent is Consent.PUBLISH:
        to_sender(
            "comment-kept-back",
            event.comment,
            key=key,
            reason=event.comment.hidden_reason or event.note,
        )


def _withdrawn(event: CommentMoved, key: str) -> None:
    if event.comment.submission.confirmed_at is not None:
        to_sender("comment-withdrawn", event.comment, key=key)


def _erased(event: CommentMoved, key: str) -> None:
    # One mail about the result may tell of several comments of a sender; erasing one of them
    # empties it.
    mailer.forget_naming("comment-result", event.comment.submission.code)


#: Moves of a comment and what they lead to. A move that is in neither of the two fails a test.
COMMENT_MAILS: dict[str, Callable[[CommentMoved, str], None]] = {
    "confirm": _confirmed,
    "show": _shown,
    "keep_back": _kept_back,
    "withdraw": _withdrawn,
    "erase": _erased,
}
COMMENT_SILENT = frozenset({"mark_spam", "restore", "tighten"})


@on(CommentMoved)
def comment_moved(event: CommentMoved) -> None:
    """Send what the move calls for."""
    if handler := COMMENT_MAILS.get(event.move):
        handler(event, f"{event.comment.submission.code}:{event.move}:{event.comment.revision}")


# To staff
# --------------------------------------------------------------------------------------------------
def in_charge(consultation: Consultation) -> list[str]:
    """The addresses of whoever looks after it: the officer, else the lead unit's box, else its
    officers, else the moderators.
    """
    if consultation.officer_id is not None:
        officer = accounts.by_id(consultation.officer_id)
        if officer.is_active:
            return [officer.email]
    unit = (
        organisation.unit(consultation.lead_unit_id)
        if consultation.lead_unit_id is not None
        else None
    )
    if unit and unit.email:
        return [unit.email]
    people = accounts.officers_of(unit.id) if unit else []
    return [user.email for user in people or accounts.with_permission(P.COMMENT_MODERATE)]


def to_staff(
    name: str, consultation: Consultation, addresses: list[str], *, key: str, **context: Any
) -> None:
    """The same mail to each of these people. Nothing of a sender is ever in it."""
    for address in dict.fromkeys(addresses):
        mails.send(
            name,
            to=address,
            about=Ref("consultation", consultation.id),
            key=f"{consultation.code}:{key}:{address}",
            code_=consultation.code,
            title=consultation.title,
            opens=vi_date(consultation.opens_on),
            closes=vi_date(consultation.closes_on),
            staff_url=mails.link(f"/can-bo/lay-y-kien/{consultation.slug}"),
            **context,
        )


def _opened(event: ConsultationMoved, key: str) -> None:
    to_staff(
        "consultation-staff-opened", event.consultation, in_charge(event.consultation), key=key
    )
    following.tell(event.consultation, following.OPENED)


def _extended(event: ConsultationMoved, key: str) -> None:
    following.tell(event.consultation, following.EXTENDED)


def _closed(event: ConsultationMoved, key: str) -> None:
    consultation = event.consultation
    db.session.refresh(consultation, ["received_count"])
    to_staff(
        "consultation-staff-closed",
        consultation,
        in_charge(consultation),
        key=key,
        received=consultation.received_count,
    )


def _result(event: ConsultationMoved, key: str) -> None:
    following.tell(event.consultation, following.RESULT)
    results.tell(event.consultation)


#: Moves of a consultation and what they lead to. A move that is in neither of the two fails a test.
MAILS: dict[str, Callable[[ConsultationMoved, str], None]] = {
    "open": _opened,
    "extend": _extended,
    "close": _closed,
    "publish_result": _result,
}
SILENT = frozenset({"schedule", "unschedule", "archive", "hide", "unhide"})


@on(ConsultationMoved)
def moved(event: ConsultationMoved) -> None:
    """Send what the move calls for."""
    if handler := MAILS.get(event.move):
        handler(event, f"{event.move}:{event.consultation.closes_on}")


@on(ResultReminder)
def result_reminder(event: ResultReminder) -> None:
    """The result is still missing: to whoever looks after it, and in the end to those who publish
    as well.
    """
    consultation = event.consultation
    addresses = in_charge(consultation)
    if event.days >= LAST_REMINDER:
        addresses = [
            *addresses,
            *(user.email for user in accounts.with_permission(P.CONSULTATION_PUBLISH)),
        ]
    to_staff(
        "consultation-staff-reminder",
        consultation,
        addresses,
        key=f"reminder:{event.days}:{consultation.closes_on}",
        days=event.days,
    )


def waiting_lines() -> list[str]:
    """For the morning digest: how many comments of each consultation nobody has decided about.

    One statement, no titles.
    """
    query = (
        sa.select(Consultation.code, sa.func.count())
        .join(Comment, Comment.consultation_id == Consultation.id)
        .where(IS_WAITING, Consultation.visibility != Visibility.ERASED)
        .group_by(Consultation.id, Consultation.code)
        .order_by(Consultation.id)
    )
    return [
        _("%(code)s · %(n)s góp ý", code=code, n=number)
        for code, number in db.session.execute(query)
    ]
