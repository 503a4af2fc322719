"""Flat values, as tests like to write them, into the dataclasses that services take."""

import dataclasses
import uuid
from typing import Any

from flask import current_app

from app.comments.service import commenting
from app.comments.service.accepting import Opinion, Sender, Target
from app.comments.service.commenting import CommentReceipt
from app.comments.states import SenderKind, TargetKind
from app.consultations.models import Consultation
from app.questions.service import intake
from app.questions.service.intake import QuestionReceipt
from app.submissions import service as submissions
from app.submissions.service import Contact, Received, Sent, Terms
from app.submissions.states import Consent

TERMS = Terms(20, "Hãy viết ít nhất 20 ký tự để cán bộ hiểu rõ câu hỏi.", "2026-11")


def taken(made: Any, values: dict[str, Any], **defaults: Any) -> Any:
    """One of `made`, of those values that bear the names of its fields, which are taken out."""
    names = [one.name for one in dataclasses.fields(made)]
    return made(**defaults | {name: values.pop(name) for name in names if name in values})


def contact_of(values: dict[str, Any]) -> Contact:
    """Who sends it; Nguyễn Thị Ân unless something else is said."""
    found: Contact = taken(Contact, values, name="Nguyễn Thị Ân", consent=Consent.PUBLISH)
    return found


def sent_of(values: dict[str, Any]) -> Sent:
    """How it came: a fresh form of this installation."""
    found: Sent = taken(
        Sent,
        values,
        secret_key=str(current_app.secret_key),
        prefix="AS",
        idempotency_key=uuid.uuid4().hex,
    )
    return found


def receive(kind: str, body: str, **values: Any) -> Received:
    """A submission and nothing above it."""
    contact, sent = contact_of(values), sent_of(values)
    return submissions.receive(kind, body, contact, sent, **{"terms": TERMS, **values})


def ask(kind: Any, body: str, **values: Any) -> QuestionReceipt:
    """A question as it comes in."""
    return intake.ask(kind, body, contact_of(values), sent_of(values), **values)


def comment(consultation: Consultation, **values: Any) -> CommentReceipt:
    """A comment as it comes in; about the whole unless something else is said."""
    values["kind"] = values.pop("target_kind", TargetKind.WHOLE)
    target = taken(Target, values)
    contact, sent = contact_of(values), sent_of(values)
    values["kind"] = values.pop("sender_kind", SenderKind.RESIDENT)
    sender = taken(Sender, values, contact=contact)
    opinion = taken(Opinion, values)
    return commenting.comment(consultation, opinion, target, sender, sent, **values)
