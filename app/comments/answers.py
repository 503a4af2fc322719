"""A port: what was answered to the points of comments, filled by the room above that writes
replies.
"""

import enum
from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l


class Decision(enum.StrEnum):
    """What becomes of a point."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    EXPLAINED = "explained"
    TRANSFERRED = "transferred"
    OUT_OF_SCOPE = "out_of_scope"


DECISION_LABELS = {
    Decision.ACCEPTED: _l("Tiếp thu"),
    Decision.PARTLY_ACCEPTED: _l("Tiếp thu một phần"),
    Decision.EXPLAINED: _l("Giải trình (giữ nguyên)"),
    Decision.TRANSFERRED: _l("Chuyển cơ quan khác"),
    Decision.OUT_OF_SCOPE: _l("Ngoài phạm vi"),
}


DECISION_COLOURS = {
    Decision.ACCEPTED: "green",
    Decision.PARTLY_ACCEPTED: "teal",
    Decision.EXPLAINED: "blue",
    Decision.TRANSFERRED: "purple",
    Decision.OUT_OF_SCOPE: "grey",
}


@dataclass(frozen=True, slots=True)
class PublicReply:
    """The final reply to one point of a comment."""

    number: int
    decision: Decision
    html: str
    changed_where: str
    #: The words that make this point; only its sender reads them beside the reply.
    text: str = ""


AnswersOf = Callable[[Collection[int]], dict[int, list[PublicReply]]]
_answers: list[AnswersOf] = []


def fill(find: AnswersOf) -> None:
    """The room of replies says how they are found."""
    _answers[:] = [find]


def answers_of(ids: Collection[int]) -> dict[int, list[PublicReply]]:
    """Final replies by comment, in the order of its points; one statement, none for no comments.

    The caller knows that the result is published.
    """
    return _answers[0](ids) if ids else {}
