"""How each kind of submission continues after code and PIN: its feature registers here, since it
lies above us.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from app.access.actors import Actor
from app.extensions import db
from app.files import gate
from app.submissions.models import Submission, SubmissionToken


@dataclass(frozen=True, slots=True)
class Kind:
    """What the tracking and confirming pages need from the feature that handles a kind of
    submission.
    """

    #: The tracking page of an unlocked submission.
    track: Callable[[Submission], ResponseReturnValue]
    #: The sender confirmed the address; returns whether anything changed.
    confirm: Callable[[SubmissionToken, Submission], bool]
    #: May this member of staff read what the citizen sent, and so fetch what was attached?
    may_read: Callable[[Actor, Submission], bool]


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """A feature says how its kind of submission is tracked and confirmed."""
    _kinds[name] = kind


def kind_of(submission: Submission) -> Kind:
    """The feature that handles this submission."""
    return _kinds[submission.kind]


def may_fetch_sent(submission_id: int, actor: Actor | None) -> gate.Access:
    """What a citizen attached: never public; only for staff who may read the thing itself."""
    submission = db.session.get(Submission, submission_id)
    allowed = (
        submission is not None
        and actor is not None
        and kind_of(submission).may_read(actor, submission)
    )
    return gate.Access.PRIVATE if allowed else gate.Access.NONE
