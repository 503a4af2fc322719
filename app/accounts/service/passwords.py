"""Setting passwords: by their owner, or through a one-time link that was sent to the owner's
address.
"""

import datetime as dt

import sqlalchemy as sa

from app.access.actors import Actor
from app.accounts import passwords as rules
from app.accounts.events import PasswordChanged, PasswordResetAsked, UserInvited
from app.accounts.models import (
    ChangeKind,
    PasswordToken,
    PendingChange,
    SessionEnd,
    StaffSession,
    TokenPurpose,
    User,
)
from app.accounts.policy import may_sign_in
from app.accounts.service import recording, waiting
from app.accounts.service.locking import lock
from app.accounts.service.sessions import end_all
from app.accounts.service.signing_in import forget_failures, normal_username
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import now
from app.kernel.events import emit
from app.kernel.text import clean_line
from app.kernel.tokens import new_token
from app.organisation import queries as organisation

LIFE = {TokenPurpose.RESET: dt.timedelta(minutes=60), TokenPurpose.INVITE: dt.timedelta(hours=72)}
_HOUR = dt.timedelta(hours=1)
#: Links that one address on the net may ask for, and that one account gets, within an hour.
_ASKED_PER_ADDRESS, _SENT_PER_ACCOUNT = 10, 3
#: An office may share a mailbox; more accounts than this never do.
_ACCOUNTS_PER_MAILBOX = 5


def check_new(password: str, user: User, *, field: str = "new_password") -> None:
    """Raise FieldError when this password is not good enough for this person."""
    check_for(password, user.username, user.full_name, field=field)


def check_for(password: str, *own_names: str, field: str = "new_password") -> None:
    """The same for somebody of these names, who may not have an account yet."""
    agency = organisation.agency()
    people = db.session.execute(sa.select(User.username, User.full_name))
    units = (unit.name for unit in organisation.active_units())
    rules.check(
        password,
        field=field,
        names=(*own_names, agency.name or "", agency.place_name or ""),
        whole_names=(*(name for row in people for name in row), *units),
    )


def change(user: User, *, password_hash: str, keep: StaffSession | None) -> None:
    """The owner, who gave the old password, sets a new one (checked and hashed before).

    Other sessions end.
    """
    lock(user)
    _store(user, password_hash, keep=keep)
    recording.write("user:password:changed", user)
    emit(PasswordChanged(user))


def issue_link(user: User, purpose: TokenPurpose) -> str:
    """A new one-time secret; every earlier link of this person dies."""
    lock(user)
    revoke_links(user)
    token = new_token()
    moment = now()
    db.session.add(
        PasswordToken(
            token_hash=vault().hash_token("link", token),
            user_id=user.id,
            purpose=purpose,
            email=user.email,
            created_at=moment,
            expires_at=moment + LIFE[purpose],
        )
    )
    db.session.flush()
    return token


def revoke_links(user: User) -> None:
    """No link sent so far opens anything: another was asked for, the address changed, the account
    was closed.
    """
    db.session.execute(
        sa.delete(PasswordToken).where(
            PasswordToken.user_id == user.id, PasswordToken.used_at.is_(None)
        )
    )


def ask_link(*, typed: str, address: str) -> None:
    """Somebody forgot their password and typed a username or a mail address.

    Says nothing about whether such an account exists, and sends at most three mails an hour to it.
    Raises TooMany for an address on the net that asks all the time.
    """
    place = throttle.address_key(vault().secret_key, address)
    throttle.check("link:address", place, limit=_ASKED_PER_ADDRESS, within=_HOUR, message="")
    throttle.note("link:address", place)
    for user in _owners(typed):
        account = vault().hash_token("account", user.username)
        if throttle.count("link:account", account, within=_HOUR) >= _SENT_PER_ACCOUNT:
            continue
        throttle.note("link:account", account)
        emit(PasswordResetAsked(user, issue_link(user, TokenPurpose.RESET)))


def send_link(user: User, *, actor: Actor) -> PendingChange | None:
    """An administrator sends a new invitation, or a link to reset the password once there is one.

    A link for a guarded account waits, and the waiting change is returned; its owner may ask for
    one at the entrance at any time.
    """
    lock(user)
    if user.password_hash is not None and waiting.must_wait(user, actor):
        return waiting.ask(user, ChangeKind.LINK, actor=actor)
    mail_link(user, actor=actor)
    return None


def mail_link(user: User, *, actor: Actor) -> None:
    """Send that invitation or link."""
    purpose = TokenPurpose.INVITE if user.password_hash is None else TokenPurpose.RESET
    token = issue_link(user, purpose)
    recording.write("user:link:issued", user, actor=actor, data={"purpose": purpose.value})
    emit(
        UserInvited(user, token)
        if purpose is TokenPurpose.INVITE
        else PasswordResetAsked(user, token)
    )


def print_link(user: User, *, actor: Actor) -> str:
    """An address for whoever sits at the server's console: the first administrator, or one without
    a mailbox.
    """
    purpose = TokenPurpose.INVITE if user.password_hash is None else TokenPurpose.RESET
    token = issue_link(user, purpose)
    recording.write(
        "user:link:issued", user, actor=actor, data={"purpose": purpose.value, "printed": True}
    )
    return f"{vault().base_url}/can-bo/dat-lai-mat-khau/{token}"


def valid_link(token: str) -> PasswordToken | None:
    """The link with this secret, if it still opens anything. Reading it uses nothing up."""
    found = db.session.scalar(
        sa.select(PasswordToken).where(
            PasswordToken.token_hash == vault().hash_token("link", token)
        )
    )
    if found is None or found.used_at is not None or now() >= found.expires_at:
        return None
    user = found.user
    return found if may_sign_in(user, demo=vault().demo) and user.email == found.email else None


def use_link(token: str, *, password_hash: str, address: str) -> User | None:
    """Set the password (checked and hashed before) and use the link up; None when it had died
    meanwhile.

    All sessions end; a second factor stays and is asked for as always. Wrong tries from `address`
    are forgotten.
    """
    link = valid_link(token)
    if link is None:
        return None
    lock(link.user)
    used = (
        sa.update(PasswordToken)
        .where(PasswordToken.id == link.id, PasswordToken.used_at.is_(None))
        .values(used_at=now())
    )
    if not db.session.execute(used).rowcount:  # type: ignore[attr-defined]
        return None
    user = link.user
    _store(user, password_hash, keep=None)
    forget_failures(user, address=address)
    recording.write("user:password:reset", user, data={"purpose": link.purpose.value})
    emit(PasswordChanged(user))
    return user


def _store(user: User, password_hash: str, *, keep: StaffSession | None) -> None:
    user.password_hash = password_hash
    user.password_changed_at = now()
    user.must_change_password = False
    revoke_links(user)
    end_all(user, SessionEnd.PASSWORD, keep=keep)
    db.session.flush()


def _owners(typed: str) -> list[User]:
    line = clean_line(typed)
    is_this = (
        sa.func.lower(User.email) == line.lower()
        if "@" in line
        else User.username == normal_username(line)
    )
    query = sa.select(User).where(is_this).order_by(User.id).limit(_ACCOUNTS_PER_MAILBOX)
    return [user for user in db.session.scalars(query) if may_sign_in(user, demo=vault().demo)]
