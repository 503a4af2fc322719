"""Who may do what to which consultation and comment.

The same predicates show the buttons and guard the routes.
"""

from app.access import P
from app.access.actors import Actor
from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation
from app.consultations.models.results import Reply
from app.consultations.states import (
    COMMENT_FLOW,
    COMMENT_MOVE_PERMISSIONS,
    FLOW,
    MOVE_PERMISSIONS,
    REPLY_FLOW,
    REPLY_MOVE_PERMISSIONS,
    ReplyStage,
    Stage,
    Visibility,
)

#: Those who may act on consultations and replies of every unit.
_EVERYWHERE = (P.COMMENT_MODERATE, P.COMMENT_APPROVE, P.CONSULTATION_PUBLISH)


def acts_everywhere(actor: Actor) -> bool:
    return any(actor.has(permission) for permission in _EVERYWHERE)


def may_read(actor: Actor) -> bool:
    """May this person open consultations on the staff side at all?"""
    return actor.has(P.CONSULTATION_READ)


def may_edit(actor: Actor, consultation: Consultation) -> bool:
    """Texts, dossier, imports, guiding questions: the lead unit, the person in charge, and those
    who work for all units.
    """
    if not actor.has(P.CONSULTATION_EDIT) or consultation.stage in {Stage.ANSWERED, Stage.ARCHIVED}:
        return False
    if acts_everywhere(actor) or consultation.officer_id == actor.id:
        return True
    return consultation.lead_unit_id is None or consultation.lead_unit_id == actor.unit_id


def may_move(actor: Actor, consultation: Consultation, move: str) -> bool:
    """Does the table allow the move from here, and the person's role allow it to them?"""
    return FLOW.allows(consultation.stage, move) and may_ever(actor, move)


def may_ever(actor: Actor, move: str) -> bool:
    """The person's half of the rule, whatever the stage."""
    return actor.has(P.CONSULTATION_READ) and any(
        actor.has(permission) for permission in MOVE_PERMISSIONS[move]
    )


# Comments
# --------------------------------------------------------------------------------------------------
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


# Points and replies
# --------------------------------------------------------------------------------------------------
def may_group(actor: Actor, consultation: Consultation) -> bool:
    """Split comments into points, name themes, say who drafts a reply."""
    return actor.has(P.COMMENT_REPLY) and consultation.stage in {
        Stage.OPEN,
        Stage.CLOSED,
        Stage.ANSWERED,
    }


def may_write_reply(actor: Actor, reply: Reply) -> bool:
    """Edit a draft: the unit it was given to, and those who work for all units."""
    if reply.stage is not ReplyStage.DRAFT or not actor.has(P.COMMENT_REPLY):
        return False
    return acts_everywhere(actor) or reply.unit_id is None or reply.unit_id == actor.unit_id


def may_move_reply(actor: Actor, reply: Reply, move: str, *, solo_office: bool = False) -> bool:
    """Agree and make final: never the one who drafted it, unless the office has only one person,
    which is then recorded.
    """
    if not REPLY_FLOW.allows(reply.stage, move) or not any(
        actor.has(permission) for permission in REPLY_MOVE_PERMISSIONS[move]
    ):
        return False
    if move == "finalise":
        return solo_office or reply.drafted_by != actor.id
    return True


def may_issue(actor: Actor, consultation: Consultation) -> bool:
    """Issue the statutory table, open it again for a correction, make the certificate: once the
    time is over.
    """
    return actor.has(P.CONSULTATION_PUBLISH) and consultation.stage in {
        Stage.CLOSED,
        Stage.ANSWERED,
    }
