"""Rules about accounts, as pure functions: who needs a second factor, when somebody is signed in,
who may change whom.
"""

import datetime as dt

from app.access import P
from app.access.permissions import SECOND_FACTOR_ROLES
from app.accounts.models import DELEGABLE, StaffSession, User

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
    return user.totp_seed is None and not needs_second_factor(user, demo=demo)


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
