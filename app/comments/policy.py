"""Who may do what to which comment. The same predicates show the buttons and guard the routes."""

from app.access import P
from app.access.actors import Actor
from app.comments.models import Comment
from app.comments.states import COMMENT_FLOW, COMMENT_MOVE_PERMISSIONS
from app.consultations.models import Consultation
from app.consultations.states import Stage, Visibility


def may_read_comment(actor: Actor, comment: Comment) -> bool:
    """May this person open the comment?

    Everybody who works on consultations may; contacts are another matter.
    """
    return actor.has(P.CONSULTATION_READ)


def sees_contacts(actor: Actor) -> bool:
    """Name, phone, address, parcel: for those who have to reach the sender or enter slips, not for
    auditors and publishers.
    """
    return actor.has(P.COMMENT_MODERATE) or actor.has(P.COMMENT_ENTER)


def may_move_comment(actor: Actor, comment: Comment, move: str) -> bool:
    """Does the table allow the move from here, and the person's role allow it to them?"""
    return COMMENT_FLOW.allows(comment.stage, move) and may_ever_comment(actor, comment, move)


def may_ever_comment(actor: Actor, comment: Comment, move: str) -> bool:
    """The person's half of the rule, whatever the stage."""
    if move != "erase" and (
        not actor.has(P.CONSULTATION_READ) or comment.visibility is Visibility.ERASED
    ):
        return False
    return any(actor.has(permission) for permission in COMMENT_MOVE_PERMISSIONS[move])


def may_enter(actor: Actor, consultation: Consultation) -> bool:
    """Type in slips, letters and meetings: while open, and afterwards (marked late) until the
    result is published.
    """
    return actor.has(P.COMMENT_ENTER) and consultation.stage in {Stage.OPEN, Stage.CLOSED}
