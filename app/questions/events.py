"""What happens to a question that others may want to hear of.

Listeners run inside the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.access.actors import Actor
from app.questions.models import ContentReport, Question, SecondPerson


@dataclass(frozen=True, slots=True)
class QuestionReceived:
    """Somebody asked. The secrets are for the one mail that carries them."""

    question: Question
    pin: str
    confirm_token: str | None
    track_token: str | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class QuestionMoved:
    """A move of the table was made (see states.FLOW)."""

    question: Question
    move: str
    actor: Actor
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecondPersonAsked:
    """Somebody wants an act that another person has to confirm."""

    question: Question
    request: SecondPerson
    actor: Actor


@dataclass(frozen=True, slots=True)
class ProgressAdded:
    """A progress line was added to a published answer."""

    question: Question
    text: str


@dataclass(frozen=True, slots=True)
class ContentReported:
    """Somebody says that a published answer is wrong."""

    question: Question
    report: ContentReport
