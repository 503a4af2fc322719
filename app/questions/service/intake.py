"""How a question comes in: from the web form, or typed in by an officer for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access.actors import CITIZEN, Actor
from app.extensions import db
from app.kernel.clock import local_date, now, today
from app.kernel.events import emit
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
from app.submissions.states import Channel, Consent, NameDisplay
from app.workdays import queries as workdays
from app.workdays.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Asked:
    """What the receipt page shows."""

    question: Question
    pin: str
    repeated: bool
    #: By which the due date was counted; None for a question that was there already.
    calendar: Calendar | None = None


def ask(
    *,
    secret_key: str,
    prefix: str,
    idempotency_key: str,
    kind: QuestionKind,
    body: str,
    title: str = "",
    topic_id: int | None = None,
    topic_days: int | None = None,
    place_id: int | None = None,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    name_display: NameDisplay = NameDisplay.INITIALS,
    consent: Consent,
    channel: Channel = Channel.WEB,
    language: str = "vi",
    file_keys: Sequence[str] = (),
    spam: Mapping[str, Any] | None = None,
    held: bool = False,
    actor: Actor = CITIZEN,
) -> Asked:
    """Take a question in. Sent twice with the same key it is one question, and the same receipt.

    `topic_days` is the number of working days that the chosen topic allows; `held`: a moderator
    looks first, since many sent from the same place, and the clock runs from now all the same.
    Raises FieldError for what cannot be accepted.
    """
    received = submissions.receive(
        secret_key=secret_key,
        kind="question",
        prefix=prefix,
        idempotency_key=idempotency_key,
        body=body,
        title=title,
        name=name,
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
        held=held,
    )
    submission = received.submission
    if received.repeated:
        return Asked(by_submission_id(submission.id), received.pin, repeated=True)
    question = Question(
        submission_id=submission.id,
        submission=submission,
        kind=kind,
        # Defaults are filled in at the flush; the clock is read before it.
        classification=Classification.ORDINARY,
        extra_days=0,
        stage=Stage.RECEIVED if submission.confirmed_at and not held else Stage.UNVERIFIED,
        topic_id=topic_id,
        received_on=local_date(submission.received_at),
        working_days=topic_days or DEFAULT_DAYS,
        sort_on=FAR_AWAY,
    )
    calendar = workdays.calendar()
    set_due(question, calendar, known_pauses=[])
    db.session.add(question)
    db.session.flush()
    write_log(question, "receive", actor, from_stage=None, public=True)
    record(question, "receive", actor, {"channel": channel.value})
    emit(
        QuestionReceived(
            question, received.pin, received.confirm_token, received.track_token, actor
        )
    )
    return Asked(question, received.pin, repeated=False, calendar=calendar)


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
