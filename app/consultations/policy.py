"""Who may do what to which consultation and comment.

The same predicates show the buttons and guard the routes.
"""

from app.access import P
from app.access.actors import Actor
from app.consultations.models import Consultation
from app.consultations.states import FLOW, MOVE_PERMISSIONS, Stage

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


# Points and replies
# --------------------------------------------------------------------------------------------------
