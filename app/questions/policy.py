"""Who may do what to which question. The same predicates show the buttons and guard the routes."""

from app.access import P
from app.access.actors import Actor
from app.questions.models import Answer, Question
from app.questions.states import FLOW, MOVE_PERMISSIONS, Classification, Stage, Visibility
from app.submissions.states import Consent

#: Moves that belong to the question's own unit when the actor is an officer and no more.
_OWN_UNIT = frozenset({"ask_more", "hand_back", "submit", "extend", "assign"})
#: Those who may act on questions of every unit.
_EVERYWHERE = (P.QUESTION_MODERATE, P.QUESTION_APPROVE)
#: Within how many days a citizen may reopen.
REOPEN_DAYS = 30


def is_restricted(question: Question) -> bool:
    """Khiếu nại or tố cáo."""
    return question.classification is not Classification.ORDINARY


def may_read(actor: Actor, question: Question) -> bool:
    """May this person open the question at all? Restricted ones: only the restricted role."""
    if is_restricted(question):
        return actor.has(P.COMPLAINT_HANDLE)
    if not actor.has(P.QUESTION_READ):
        return False
    if sees_everything(actor):
        return True
    return question.unit_id is not None and question.unit_id == actor.unit_id


def may_read_answer(asker: Question, answered: Question) -> bool:
    """What may this addressee read? The sender of `asker` reads the own answer, and that of another
    question only where everybody may: its sender agreed to publishing, it is no complaint or
    denunciation, and nobody took it down.
    """
    if asker.id == answered.id:
        return True
    return (
        answered.submission.consent is Consent.PUBLISH
        and not is_restricted(answered)
        and answered.visibility not in {Visibility.HIDDEN, Visibility.ERASED}
    )


def sees_everything(actor: Actor) -> bool:
    """Questions of all units, not only of the person's own?"""
    return any(
        actor.has(permission) for permission in (*_EVERYWHERE, P.QUESTION_PUBLISH, P.AUDIT_READ)
    )


def may_see_contact(actor: Actor, question: Question) -> bool:
    """Name, phone and address of the sender: for those who have to reach them, not for auditors and
    publishers.
    """
    return may_read(actor, question) and sees_contacts(actor)


def sees_contacts(actor: Actor) -> bool:
    """Somebody whose work it is to reach senders?"""
    return any(
        actor.has(permission)
        for permission in (
            P.QUESTION_MODERATE,
            P.QUESTION_ANSWER,
            P.COMPLAINT_HANDLE,
            P.QUESTION_APPROVE,
        )
    )


def may_move(actor: Actor, question: Question, move: str) -> bool:
    """Does the table allow the move from here, and the person's role and unit allow it to them?"""
    return FLOW.allows(question.stage, move) and may_ever(actor, question, move)


def may_ever(actor: Actor, question: Question, move: str) -> bool:
    """The person's half of the rule, whatever the stage.

    Erasing needs no reading, and afterwards nothing is left to do.
    """
    if move == "erase":
        return actor.has(P.SUBMISSION_ERASE)
    if not may_read(actor, question) or question.visibility is Visibility.ERASED:
        return False
    allowed = MOVE_PERMISSIONS[move]
    if is_restricted(question):
        # The restricted role guides or transfers; there is nothing to answer, approve or publish.
        return move in {"refuse", "transfer", "ask_more"} and actor.has(P.COMPLAINT_HANDLE)
    held = [permission for permission in allowed if actor.has(permission)]
    if not held:
        return False
    if move in _OWN_UNIT and not any(actor.has(permission) for permission in _EVERYWHERE):
        return question.unit_id is not None and question.unit_id == actor.unit_id
    return True


def may_write_answer(actor: Actor, question: Question) -> bool:
    """May this person edit the draft now?"""
    if (
        question.stage is not Stage.ASSIGNED
        or is_restricted(question)
        or question.visibility is Visibility.ERASED
    ):
        return False
    if not actor.has(P.QUESTION_ANSWER):
        return False
    return question.unit_id == actor.unit_id or actor.has(P.QUESTION_MODERATE)


def may_approve(
    actor: Actor, question: Question, answer: Answer | None, *, solo_office: bool
) -> bool:
    """Approver, and not the author — unless the office has only one person, which
    is then recorded.
    """
    if not may_move(actor, question, "approve") or answer is None:
        return False
    return solo_office or answer.author_id != actor.id


def may_publish(actor: Actor, question: Question) -> bool:
    """Stage answered, and the person is a publisher.

    Consent and redaction are checked by the service, with a reason.
    """
    return may_move(actor, question, "publish") and question.visibility in {
        Visibility.PRIVATE,
        Visibility.SCHEDULED,
    }


def may_classify(actor: Actor, question: Question) -> bool:
    """Topic, kind, classification, redaction."""
    if question.visibility is Visibility.ERASED:
        return False
    if is_restricted(question):
        return actor.has(P.COMPLAINT_HANDLE)
    return actor.has(P.QUESTION_MODERATE) or (may_write_answer(actor, question))


def may_note(actor: Actor, question: Question) -> bool:
    """Internal notes: everybody who works on it. Of what is erased nothing is written any more."""
    return (
        question.visibility is not Visibility.ERASED
        and may_read(actor, question)
        and any(
            actor.has(permission)
            for permission in (
                P.QUESTION_MODERATE,
                P.QUESTION_ANSWER,
                P.QUESTION_APPROVE,
                P.QUESTION_PUBLISH,
                P.COMPLAINT_HANDLE,
            )
        )
    )
