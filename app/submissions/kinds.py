"""How each kind of submission continues after code and PIN: its feature registers here, since it lies above us."""

from collections.abc import Callable
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from app.submissions.models import Submission, SubmissionToken


@dataclass(frozen=True, slots=True)
class Kind:
    """What the tracking and confirming pages need from the feature that handles a kind of submission."""

    #: The tracking page of an unlocked submission.
    track: Callable[[Submission], ResponseReturnValue]
    #: The sender confirmed the address; returns whether anything changed.
    confirm: Callable[[SubmissionToken, Submission], bool]


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """A feature says how its kind of submission is tracked and confirmed."""
    _kinds[name] = kind


def kind_of(submission: Submission) -> Kind:
    """The feature that handles this submission."""
    return _kinds[submission.kind]
