"""Putting waiting changes into effect: a second person agrees, or the day is over."""

import sqlalchemy as sa

from app.access import P
from app.access.actors import SYSTEM, Actor
from app.accounts.events import ChangeCancelled
from app.accounts.models import ChangeEnd, ChangeKind, PendingChange, User
from app.accounts.policy import may_confirm
from app.accounts.service import passwords, people, second_factor, waiting
from app.extensions import db
from app.jobs.registry import periodic
from app.kernel.clock import now
from app.kernel.errors import Forbidden
from app.kernel.events import emit


def confirm(change: PendingChange, *, actor: User) -> None:
    """A second person agrees: it takes effect at once.

    Raises Forbidden for whoever asked for it (and for the owner, where it gives them roles),
    Refused when it was settled meanwhile.
    """
    if not may_confirm(actor, change):
        raise Forbidden
    waiting.hold(change)
    _apply(change, ChangeEnd.CONFIRMED, actor=actor)


@periodic("accounts:changes", every_minutes=5)
def apply_due() -> None:
    """Put into effect what has waited long enough; drop what was asked for by somebody who is no
    administrator any more.
    """
    query = (
        sa.select(PendingChange)
        .where(PendingChange.settled_at.is_(None), PendingChange.due_at <= now())
        .order_by(PendingChange.id)
    )
    for change in db.session.scalars(query).all():
        waiting.hold(change)
        if change.requester.is_active and change.requester.has(P.USER_EDIT):
            _apply(change, ChangeEnd.WAITED, actor=SYSTEM)
        else:
            waiting.settle(change, ChangeEnd.CANCELLED, actor=SYSTEM)
            emit(ChangeCancelled(change))


def _apply(change: PendingChange, end: ChangeEnd, *, actor: Actor) -> None:
    user, by = change.user, change.requester
    waiting.settle(change, end, actor=actor)
    if change.kind is ChangeKind.EMAIL:
        people.set_email(user, change.email or user.email, actor=by)
    elif change.kind is ChangeKind.SECOND_FACTOR:
        second_factor.remove(user, actor=by)
    elif change.kind is ChangeKind.LINK:
        passwords.mail_link(user, actor=by)
    else:
        people.set_roles(user, user.roles | change.role_set, actor=by)
