"""Who may do what to points, replies and the result. The same predicates show the buttons and
guard the routes."""

from app.access import P
from app.access.actors import Actor
from app.consultations.models import Consultation
from app.consultations.policy import acts_everywhere
from app.consultations.states import Stage
from app.results.models import Reply
from app.results.states import REPLY_FLOW, REPLY_MOVE_PERMISSIONS, ReplyStage


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
