"""How a question comes in: from the web form, or typed in by an officer for somebody."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.access.actors import CITIZEN, Actor
from app.extensions import db
from app.kernel.clock import local_date, now, today
from app.kernel.events import emit
from app.organisation.models import Topic
from app.questions.events import QuestionReceived
from app.questions.models import Question
from app.questions.queries.staff import by_submission_id
from app.questions.service.core import (
    DEFAULT_DAYS,
    FAR_AWAY,
    guard,
    move,
    record,
    set_due,
    write_log,
)
from app.questions.states import Classification, QuestionKind, Stage
from app.submissions import service as submissions
from app.submissions.models import Submission, SubmissionToken
from app.submissions.service import Contact, Sent, Terms
from app.workdays import queries as workdays
from app.workdays.calendar import Calendar

BODY_MIN = 20
#: The wording of the privacy notice beside the form (templates/questions/privacy.html); a new
#: wording gets a new name.
CONSENT_TEXT = "2026-11"


@dataclass(frozen=True, slots=True)
class QuestionReceipt:
    """What its sender gets to see once."""

    question: Question
    pin: str
    repeated: bool
    #: By which the due date was counted; None for a question that was there already.
    calendar: Calendar | None = None


def ask(
    kind: QuestionKind,
    body: str,
    contact: Contact,
    sent: Sent,
    *,
    title: str = "",
    topic: Topic | None = None,
    place_id: int | None = None,
) -> QuestionReceipt:
    """Take a question in. Sent twice with the same key it is one question, and the same receipt.

    Raises FieldError for what cannot be accepted.
    """
    terms = Terms(
        BODY_MIN,
        _("Hãy viết ít nhất %(n)s ký tự để cán bộ hiểu rõ câu hỏi.", n=BODY_MIN),
        CONSENT_TEXT,
    )
    received = submissions.receive(
        "question", body, contact, sent, terms=terms, title=title, place_id=place_id
    )
    submission, actor = received.submission, sent.actor
    if received.repeated:
        return QuestionReceipt(by_submission_id(submission.id), received.pin, repeated=True)
    question = Question(
        submission_id=submission.id,
        submission=submission,
        kind=kind,
        # Defaults are filled in at the flush; the clock is read before it.
        classification=Classification.ORDINARY,
        extra_days=0,
        stage=Stage.RECEIVED if submission.confirmed_at and not sent.held else Stage.UNVERIFIED,
        topic_id=topic.id if topic else None,
        received_on=local_date(submission.received_at),
        working_days=(topic.answer_working_days if topic else None) or DEFAULT_DAYS,
        sort_on=FAR_AWAY,
    )
    calendar = workdays.calendar()
    set_due(question, calendar, known_pauses=[])
    db.session.add(question)
    db.session.flush()
    write_log(question, "receive", actor, from_stage=None, public=True)
    record(question, "receive", actor, {"channel": sent.channel.value})
    emit(
        QuestionReceived(
            question, received.pin, received.confirm_token, received.track_token, actor
        )
    )
    return QuestionReceipt(question, received.pin, repeated=False, calendar=calendar)


def confirm_by_link(question: Question, token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link. Harmless when repeated; returns whether it
    changed anything.

    The clock starts on the day of confirming, before which the question was in nobody's queue;
    where it was only held, on the day on which it came.
    """
    held = question.is_held
    submissions.confirm(token, submission)
    if question.stage is not Stage.UNVERIFIED:
        return False
    if not held:
        question.received_on = today()
    move(question, "confirm", actor=CITIZEN, public_note=True)
    return True


def confirm_by_officer(question: Question, *, actor: Actor, seen_revision: int, note: str) -> None:
    """A moderator lets an unconfirmed question in, for instance after a telephone call, or one that
    was held, after a look.
    """
    guard(question, "confirm", actor=actor, seen_revision=seen_revision)
    if not question.is_held:
        question.received_on = today()
        question.submission.confirmed_at = now()
    move(question, "confirm", actor=actor, note=note)
