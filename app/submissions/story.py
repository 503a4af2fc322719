"""What a sender reads of their own submission, whatever it is: what happened, what they allow, what
they may still do.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from app.files.models import StoredFile
from app.kernel.display import vi_datetime
from app.submissions.models import Submission
from app.submissions.states import NAME_DISPLAY_LABELS, Consent, NameDisplay


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline."""

    at: str
    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class OpenAct:
    """Something that the sender may do: the last part of its address, and its words."""

    name: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that a tracking page shows. Each kind of submission adds its own."""

    #: The pages of what a sender may do: the last part of the address, and its words.
    ACTIONS: ClassVar[Mapping[str, Any]]
    #: What the two answers about publishing mean for this kind.
    CONSENTS: ClassVar[Mapping[Consent, Any]]

    submission: Submission
    entries: Sequence[TimelineEntry]
    files: Sequence[StoredFile]
    #: Where everybody can read it; empty while nobody can.
    public_url: str
    may: frozenset[str]

    @property
    def consent_label(self) -> str:
        """What its sender allows."""
        consent = self.submission.consent
        if consent is Consent.PRIVATE:
            return str(self.CONSENTS[consent])
        return f"{self.CONSENTS[consent]}. {NAME_DISPLAY_LABELS[self.submission.name_display]}."

    @property
    def actions(self) -> Sequence[OpenAct]:
        """Links to what the sender may do, in order."""
        return [
            OpenAct(name, str(label)) for name, label in self.ACTIONS.items() if name in self.may
        ]


class LogRow(Protocol):
    """A move as a log keeps it."""

    @property
    def at(self) -> dt.datetime: ...

    @property
    def move(self) -> str: ...

    @property
    def note(self) -> str: ...

    @property
    def public(self) -> bool: ...


def timeline(
    log: Iterable[LogRow],
    titles: Mapping[str, Any],
    tones: Mapping[str, str],
    *,
    once: frozenset[str] = frozenset(),
) -> list[TimelineEntry]:
    """The moves that have a title; notes only of public rows. Of moves in `once` that follow each
    other only the last is told.
    """
    found: list[TimelineEntry] = []
    for row in log:
        if row.move not in titles:
            continue
        title = str(titles[row.move])
        if row.move in once and found and found[-1].title == title:
            found.pop()
        text = row.note if row.public else ""
        found.append(TimelineEntry(vi_datetime(row.at), title, text, tones.get(row.move, "")))
    return found


def may_tighten(submission: Submission) -> bool:
    """Is anything left that its sender could still forbid?"""
    return (
        submission.consent is Consent.PUBLISH or submission.name_display is not NameDisplay.HIDDEN
    )
