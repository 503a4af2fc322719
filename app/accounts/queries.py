"""Reading accounts: people by what they are and may do, the administrator's list, the session
behind a cookie.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import ROLE_PERMISSIONS, P, Role
from app.accounts.models import (
    DELEGABLE,
    Delegation,
    PendingChange,
    RecoveryCode,
    StaffSession,
    User,
    UserRole,
)
from app.accounts.policy import may_stand_in
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import paging
from app.kernel.clock import now, today
from app.kernel.errors import NotFound
from app.kernel.links import Resolved
from app.kernel.paging import Page
from app.kernel.text import fold, tokens

PAGE_SIZE = 50


def by_id(user_id: int) -> User:
    """The person with this id. Raises NotFound."""
    user: User | None = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def by_username(username: str) -> User:
    """The person who signs in by this name. Raises NotFound."""
    user: User | None = db.session.scalar(sa.select(User).where(User.username == fold(username)))
    if user is None:
        raise NotFound
    return user


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Full names by id, closed accounts included, in one statement; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {
        row.id: row.full_name
        for row in db.session.execute(sa.select(User.id, User.full_name).where(User.id.in_(wanted)))
    }


def with_permission(permission: P) -> list[User]:
    """Active people who hold a permission now, by a role or as a deputy today, in the order of
    their names.
    """
    roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    holders = sa.select(UserRole.user_id).where(UserRole.role.in_(roles))
    condition: sa.ColumnElement[bool] = User.id.in_(holders)
    if permission in DELEGABLE:
        givers = sa.select(User.id).where(User.is_active, User.id.in_(holders))
        in_charge = (
            Delegation.withdrawn_at.is_(None),
            Delegation.starts_on <= today(),
            Delegation.ends_on >= today(),
        )
        deputies = sa.select(Delegation.to_user_id).where(
            Delegation.from_user_id.in_(givers), *in_charge
        )
        condition = sa.or_(condition, User.id.in_(deputies))
    return _named(sa.select(User).where(User.is_active, condition))


def officers_of(unit_id: int) -> list[User]:
    """Active people of a unit who answer questions, in the order of their names."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if P.QUESTION_ANSWER in held]
    answering = sa.select(UserRole.user_id).where(UserRole.role.in_(roles))
    return _named(
        sa.select(User).where(User.is_active, User.unit_id == unit_id, User.id.in_(answering))
    )


def possible_deputies(giver: User) -> list[User]:
    """Whom an approver may name."""
    return [user for user in with_permission(P.QUESTION_READ) if may_stand_in(giver, user)]


def all_users() -> list[User]:
    """Every account, in the order of names (for the command line)."""
    return _named(sa.select(User))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the administrator's list is narrowed to."""

    text: str = ""
    role: Role | None = None
    unit_id: int | None = None
    #: True: open accounts; False: closed ones; None: all.
    active: bool | None = None


def people(filters: Filters, *, after: str | None = None, before: str | None = None) -> Page[User]:
    """One page of accounts, in the order of names; every word of the text has to occur, with or
    without diacritics.
    """
    query = sa.select(User)
    for word in tokens(filters.text):
        query = query.where(User.search_text.contains(word, autoescape=True))
    if filters.role is not None:
        query = query.where(
            User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == filters.role))
        )
    if filters.unit_id is not None:
        query = query.where(User.unit_id == filters.unit_id)
    if filters.active is not None:
        query = query.where(User.is_active.is_(filters.active))
    columns = (User.search_text, User.id)
    query, backwards = paging.keyset(
        query, columns=columns, descending=False, size=PAGE_SIZE, after=after, before=before
    )
    rows = db.session.scalars(query).all()
    return paging.page_of(
        rows,
        size=PAGE_SIZE,
        key=lambda user: (user.search_text, user.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def session_with_token(token: str) -> StaffSession | None:
    """The session whose secret this is, its person, their roles and whom they stand in for: one
    statement a request.
    """
    person = joinedload(StaffSession.user)
    query = (
        sa.select(StaffSession)
        .where(StaffSession.token_hash == vault().hash_token("session", token))
        .options(
            person.joinedload(User.role_rows),
            person.joinedload(User.received)
            .joinedload(Delegation.from_user)
            .joinedload(User.role_rows),
        )
    )
    return db.session.scalars(query).unique().one_or_none()


def sessions_of(user: User) -> list[StaffSession]:
    """Where this person is signed in now, newest first.

    Idle ones are listed until their twelve hours are over.
    """
    query = (
        sa.select(StaffSession)
        .where(
            StaffSession.user_id == user.id,
            StaffSession.ended_at.is_(None),
            StaffSession.ends_at > now(),
        )
        .order_by(StaffSession.created_at.desc(), StaffSession.id.desc())
    )
    return list(db.session.scalars(query))


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are still unused."""
    query = sa.select(sa.func.count()).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(query) or 0


def delegations_of(giver: User, *, day: dt.date | None = None) -> list[Delegation]:
    """Whom this person named, for today and later."""
    query = (
        sa.select(Delegation)
        .where(
            Delegation.from_user_id == giver.id,
            Delegation.withdrawn_at.is_(None),
            Delegation.ends_on >= (day or today()),
        )
        .options(joinedload(Delegation.to_user))
        .order_by(Delegation.starts_on, Delegation.id)
    )
    return list(db.session.scalars(query))


def waiting_changes(user: User | None = None) -> list[PendingChange]:
    """Changes that wait to take effect, of one account or of all, the next one first."""
    query = (
        sa.select(PendingChange)
        .where(PendingChange.settled_at.is_(None))
        .options(joinedload(PendingChange.user), joinedload(PendingChange.requester))
        .order_by(PendingChange.due_at, PendingChange.id)
    )
    if user is not None:
        query = query.where(PendingChange.user_id == user.id)
    return list(db.session.scalars(query))


def waiting_change(user: User, change_id: int) -> PendingChange:
    """One change of this account, waiting or settled. Raises NotFound."""
    change = db.session.get(PendingChange, change_id)
    if change is None or change.user_id != user.id:
        raise NotFound
    return change


def resolve(user_id: int) -> Resolved | None:
    """What a reference to a person leads to."""
    user = db.session.get(User, user_id)
    return (
        Resolved(user.full_name, None, f"/can-bo/he-thong/nguoi-dung/{user.username}")
        if user
        else None
    )


def _named(query: sa.Select[tuple[User]]) -> list[User]:
    return list(db.session.scalars(query.order_by(User.search_text, User.id)))
