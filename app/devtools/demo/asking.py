"""How the sample questions come in: from the web form, at the counter, by telephone."""

import sqlalchemy as sa
from flask import current_app

from app.access.actors import CITIZEN
from app.devtools.demo import pictures
from app.devtools.demo.office import Office
from app.devtools.demo.plan import Planned, fill
from app.extensions import db
from app.files import service as files
from app.kernel.clock import local, now
from app.kernel.db import Counter
from app.questions.models import Question
from app.questions.service import intake
from app.questions.states import QuestionKind
from app.submissions import screening
from app.submissions.models import SubmissionToken
from app.submissions.service import Contact, Sent
from app.submissions.states import Channel, Consent, NameDisplay, TokenPurpose

#: Citizens say what they send in three words; the rest is the office's.
_KINDS = {
    "incident": QuestionKind.INCIDENT,
    "complaint_service": QuestionKind.INCIDENT,
    "proposal": QuestionKind.PROPOSAL,
}


def form_key(seq: str) -> str:
    """The idempotency key of a sample question: its PIN follows from it."""
    return f"demo-question-{seq}"


def ask(planned: Planned, office: Office) -> None:
    """Take the question in. Its number is that of the list, in whatever year it came in."""
    told, channel = planned.told, Channel(planned.channel)
    prefix = str(office.profile.agency["tracking_prefix"])
    set_counter(f"{prefix}-{local(now()).year}", int(planned.seq) - 1)
    # Every second person chooses a topic; the others leave it to the office.
    topic = office.topics[planned.topic] if planned.topic and _chooses(planned) else None
    place = office.places[planned.place] if planned.place else None
    body = fill(told["body"], office.words(planned))
    score = screening.spam_score(body)
    asked = intake.ask(
        _KINDS.get(planned.kind, QuestionKind.QUESTION),
        body,
        Contact(
            name=told["name"],
            phone=told.get("phone"),
            email=told.get("email"),
            name_display=NameDisplay(told.get("shown", NameDisplay.INITIALS)),
            consent=Consent.PRIVATE if told.get("private") else Consent.PUBLISH,
        ),
        Sent(
            secret_key=str(current_app.secret_key),
            prefix=prefix,
            idempotency_key=form_key(planned.seq),
            channel=channel,
            actor=CITIZEN if channel is Channel.WEB else office.moderator,
            file_keys=[
                take_in(scene, f"Ảnh minh họa {number}.jpg")
                for number, scene in enumerate(told.get("photos", ()), start=1)
            ],
            spam={"points": score.points, "reasons": score.reasons},
        ),
        title=planned.title,
        topic=topic,
        place_id=place.id if place else None,
    )
    office.questions[planned.seq] = asked.question


def take_in(scene: str, name: str) -> str:
    """Draw a picture and hand it in like any other file; gives its key."""
    return files.receive(pictures.draw(scene), name).key


def _chooses(planned: Planned) -> bool:
    return int(planned.seq) % 2 == 0 and planned.channel == "web" and planned.status != "received"


def set_counter(name: str, value: int) -> None:
    """The next number of this counter is the one after `value`."""
    db.session.execute(sa.delete(Counter).where(Counter.name == name))
    db.session.execute(sa.insert(Counter).values(name=name, value=value))


def confirm(question: Question) -> None:
    """Press the button behind the link in the mail, where a mail was sent."""
    mine = (
        SubmissionToken.submission_id == question.submission_id,
        SubmissionToken.purpose == TokenPurpose.CONFIRM,
    )
    token = db.session.scalars(sa.select(SubmissionToken).where(*mine)).one_or_none()
    if token is not None:
        intake.confirm_by_link(question, token, question.submission)
