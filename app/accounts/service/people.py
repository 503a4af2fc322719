"""Making and changing accounts: what an administrator does, and what people change about
themselves.
"""

import hashlib
import re
from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.access import Role
from app.access.actors import SYSTEM, Actor
from app.access.permissions import SENSITIVE_ROLES
from app.accounts.events import EmailChanged, RolesChanged, UserInvited
from app.accounts.models import (
    ChangeKind,
    PendingChange,
    SessionEnd,
    TokenPurpose,
    User,
    UserRole,
)
from app.accounts.policy import may_administer
from app.accounts.service import recording, waiting
from app.accounts.service.locking import lock
from app.accounts.service.passwords import issue_link, revoke_links
from app.accounts.service.sessions import end_all
from app.accounts.service.signing_in import normal_username
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.kernel.events import emit
from app.kernel.text import clean_line, fold

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
#: Words that stand in the addresses of the screens.
_RESERVED = frozenset({"moi"})


def create_user(
    *,
    username: str,
    full_name: str,
    email: str,
    roles: Iterable[Role] = (),
    position: str = "",
    unit_id: int | None = None,
    password: str | None = None,
    must_change_password: bool = False,
    is_demo: bool = False,
    invite: bool = False,
    actor: Actor = SYSTEM,
) -> User:
    """Make an account. Without a password nobody can sign in until the link of the invitation (or
    of the console) is used. Roles that weigh wait, unless the console gives them.

    The password is hashed here, slowly and unchecked: for commands, demo data and tests. Raises
    FieldError when the username is taken or malformed, or the name or address is missing.
    """
    name = normal_username(username)
    if not _USERNAME.fullmatch(name) or name in _RESERVED:
        raise FieldError(
            "username",
            _(
                "Tên đăng nhập chỉ gồm chữ thường không dấu, chữ số, dấu chấm, gạch nối; ví dụ: "
                "nguyen.van.a."
            ),
        )
    wanted = frozenset(roles)
    later = wanted & SENSITIVE_ROLES if actor.id is not None else frozenset[Role]()
    moment = now()
    user = User(
        username=name, created_at=moment, is_demo=is_demo, must_change_password=must_change_password
    )
    _describe(
        user, full_name=full_name, position=position, unit_id=unit_id, email=_checked_email(email)
    )
    if password is not None:
        user.password_hash = vault().hash_password(password)
        user.password_changed_at = moment
    user.role_rows = [UserRole(role=role) for role in sorted(wanted - later)]
    try:
        # Asking first whether the name is free would not help against somebody who takes it now.
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise FieldError(
            "username", _("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")
        ) from error
    recording.write(
        "user:created", user, actor=actor, data={"roles": _names(user.roles), "invited": invite}
    )
    if invite:
        emit(UserInvited(user, issue_link(user, TokenPurpose.INVITE)))
    if later:
        waiting.ask(user, ChangeKind.ROLES, actor=actor, roles=later)
    return user


def fingerprint(user: User) -> str:
    """What an administrator's form was filled from, to see whether it is still so."""
    facts = (user.full_name, user.position, user.unit_id, user.email, _names(user.roles))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def edit_user(
    user: User,
    *,
    full_name: str,
    position: str,
    unit_id: int | None,
    email: str,
    roles: Iterable[Role],
    actor: User,
    seen: str | None = None,
) -> list[PendingChange]:
    """Change what an account says and is. New roles end the person's sessions: they sign in again
    with the new ones. What has to wait (see `waiting`) is returned.

    `seen` is the fingerprint that the form began with. Raises Stale when somebody else changed the
    account since, Forbidden for one's own roles, Refused when no administrator would remain,
    FieldError for a bad name or address.
    """
    lock(user, actor, administrators=True)
    if seen is not None and seen != fingerprint(user):
        raise Stale(_("Người khác vừa sửa tài khoản này. Hãy tải lại trang rồi sửa lại."))
    wanted = frozenset(roles)
    if wanted != user.roles:
        _check_may_administer(actor, user)
    later = []
    # Before roles are taken away: what the account was until now guards it.
    if change := change_email(user, email, actor=actor):
        later.append(change)
    if wanted != user.roles:
        later += _change_roles(user, wanted, actor=actor)
    before = (user.full_name, user.position, user.unit_id)
    _describe(user, full_name=full_name, position=position, unit_id=unit_id, email=user.email)
    after = (user.full_name, user.position, user.unit_id)
    db.session.flush()
    fields = [
        name
        for name, old, new in zip(("full_name", "position", "unit"), before, after, strict=True)
        if old != new
    ]
    if fields:
        recording.write("user:changed", user, actor=actor, data={"fields": fields})
    return later


def change_email(user: User, email: str, *, actor: Actor) -> PendingChange | None:
    """Send mails elsewhere from now on, or, where somebody else changes a guarded account, later:
    then the waiting change is returned. Raises FieldError.
    """
    new = _checked_email(email)
    lock(user)
    if new == user.email:
        return None
    if waiting.must_wait(user, actor):
        return waiting.ask(user, ChangeKind.EMAIL, actor=actor, email=new)
    set_email(user, new, actor=actor)
    return None


def set_email(user: User, new: str, *, actor: Actor) -> None:
    """Put an address into effect: links sent to the old one die, and both are told."""
    old = user.email
    _describe(
        user, full_name=user.full_name, position=user.position, unit_id=user.unit_id, email=new
    )
    revoke_links(user)
    db.session.flush()
    recording.write("user:email:changed", user, actor=actor)
    emit(EmailChanged(user, old))


def disable(user: User, *, actor: User) -> None:
    """Close an account: its sessions and links end at once; nothing it did is lost.

    Raises Forbidden for one's own account, Refused for the last administrator.
    """
    _check_may_administer(actor, user)
    lock(user, actor, administrators=True)
    if not user.is_active:
        return
    _keep_an_administrator(without=user)
    user.is_active = False
    end_all(user, SessionEnd.DISABLED)
    revoke_links(user)
    recording.write("user:disabled", user, actor=actor)


def enable(user: User, *, actor: User) -> None:
    """Open an account again. Raises Forbidden for one's own."""
    _check_may_administer(actor, user)
    lock(user, actor)
    if user.is_active:
        return
    user.is_active = True
    db.session.flush()
    recording.write("user:enabled", user, actor=actor)


def _change_roles(user: User, wanted: frozenset[Role], *, actor: User) -> list[PendingChange]:
    removed, added = user.roles - wanted, wanted - user.roles
    later = added & SENSITIVE_ROLES
    if Role.ADMINISTRATOR in removed:
        _keep_an_administrator(without=user)
    if removed & SENSITIVE_ROLES:
        waiting.guard(user, until=waiting.due_after(now()))
    set_roles(user, wanted - later, actor=actor)
    return [waiting.ask(user, ChangeKind.ROLES, actor=actor, roles=later)] if later else []


def set_roles(user: User, wanted: frozenset[Role], *, actor: Actor) -> None:
    """Put roles into effect; sessions end, and the person is told."""
    added, removed = wanted - user.roles, user.roles - wanted
    if not added and not removed:
        return
    user.role_rows = [row for row in user.role_rows if row.role in wanted] + [
        UserRole(role=role) for role in sorted(added)
    ]
    db.session.flush()
    end_all(user, SessionEnd.ROLE)
    recording.write(
        "user:roles:changed",
        user,
        actor=actor,
        data={"added": _names(added), "removed": _names(removed)},
    )
    emit(RolesChanged(user))


def _check_may_administer(actor: User, user: User) -> None:
    if actor.id != user.id and not may_administer(actor, user):
        raise Forbidden
    if actor.id == user.id:
        raise Forbidden(
            _(
                "Không ai tự đổi vai trò hay tự khóa, mở khóa tài khoản của mình. Hãy nhờ một "
                "quản trị viên khác."
            )
        )


def _keep_an_administrator(*, without: User) -> None:
    # The caller holds the rows of all of them: two who close each other's account wait.
    query = (
        sa.select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.ADMINISTRATOR, User.is_active)
    )
    remaining = set(db.session.scalars(query)) - {without.id}
    if Role.ADMINISTRATOR in without.roles and not remaining:
        raise Refused(
            _(
                "Đây là quản trị viên cuối cùng còn hoạt động. Hãy giao quyền quản trị cho người "
                "khác trước."
            )
        )


def _describe(
    user: User, *, full_name: str, position: str, unit_id: int | None, email: str
) -> None:
    name = clean_line(full_name)
    if not name:
        raise FieldError("full_name", _("Hãy nhập họ và tên."))
    user.full_name, user.position, user.unit_id, user.email = (
        name[:120],
        clean_line(position)[:120],
        unit_id,
        email,
    )
    user.search_text = fold(f"{user.full_name} {user.username} {user.position} {user.email}")[:600]


def _checked_email(email: str) -> str:
    line = clean_line(email)
    if len(line) > 254 or not _EMAIL.fullmatch(line):
        raise FieldError("email", _("Thư điện tử chưa đúng. Ví dụ: ten@example.vn."))
    return line


def _names(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)
