"""Rules about accounts, as pure functions: who needs a second factor, when somebody is signed in,
who may change whom.
"""

import datetime as dt

from app.access import P
from app.access.permissions import SECOND_FACTOR_ROLES, SENSITIVE_ROLES
from app.accounts.models import DELEGABLE, ChangeKind, PendingChange, StaffSession, User
from app.kernel.clock import local_date

#: Nobody stays signed in longer than a working day.
ABSOLUTE_LIFE = dt.timedelta(hours=12)
#: Nor without doing anything for this long.
IDLE_LIFE = dt.timedelta(minutes=30)
#: The password was right; the second factor has to follow soon.
HALF_WAY_LIFE = dt.timedelta(minutes=15)


def needs_second_factor(user: User, *, demo: bool) -> bool:
    """Must this person have a second factor: because of a role, or as a deputy today?

    Demo accounts in demo data need none.
    """
    if user.is_demo and demo:
        return False
    return bool(user.roles & SECOND_FACTOR_ROLES) or user.is_deputy_today


def may_sign_in(user: User, *, demo: bool) -> bool:
    """Is the account open at all? Demo accounts exist only where demo data may."""
    return user.is_active and (demo or not user.is_demo)


def is_alive(session: StaffSession, moment: dt.datetime, *, seen: dt.datetime) -> bool:
    """Is the session neither ended, nor twelve hours old, nor idle for half an hour?"""
    return session.ended_at is None and moment < session.ends_at and moment - seen < IDLE_LIFE


def is_signed_in(session: StaffSession, user: User, *, demo: bool) -> bool:
    """Did the person give everything that is asked of them?"""
    if not may_sign_in(user, demo=demo):
        return False
    if session.second_factor_at is not None:
        return True
    return not user.has_second_factor and not needs_second_factor(user, demo=demo)


def may_name_deputy(user: User) -> bool:
    """Only those who approve in their own right; a deputy cannot pass it on."""
    return P.QUESTION_APPROVE in user.own_permissions


def may_stand_in(giver: User, deputy: User) -> bool:
    """May this person be named?

    Active, somebody else, reads questions, and does not hold everything already.
    """
    return (
        deputy.is_active
        and deputy.id != giver.id
        and P.QUESTION_READ in deputy.own_permissions
        and not DELEGABLE & giver.own_permissions <= deputy.own_permissions
    )


def may_administer(actor: User, user: User) -> bool:
    """Roles, opening and closing an account: never one's own."""
    return actor.has(P.USER_EDIT) and actor.id != user.id


def is_guarded(user: User, moment: dt.datetime) -> bool:
    """Is this an account that nobody else changes alone: for its roles, for one that it held within
    the last day or is about to get, or because it stands in for an approver now or soon?
    """
    if user.roles & SENSITIVE_ROLES:
        return True
    if user.guarded_until is not None and moment < user.guarded_until:
        return True
    day = local_date(moment)
    return any(row.withdrawn_at is None and row.ends_on >= day for row in user.received)


def may_confirm(actor: User, change: PendingChange) -> bool:
    """Who may put a waiting change into effect at once: another administrator, or the account's
    owner. Never whoever asked for it, and nobody helps themselves to a role.
    """
    if not actor.is_active or actor.id == change.requested_by:
        return False
    if actor.id == change.user_id:
        return change.kind is not ChangeKind.ROLES
    return actor.has(P.USER_EDIT)


def may_cancel(actor: User, change: PendingChange) -> bool:
    """Stopping takes one person: the owner, or any administrator."""
    return actor.id == change.user_id or actor.has(P.USER_EDIT)
