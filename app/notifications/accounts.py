"""Staff accounts: the mails that carry one-time links, and those that say that
something changed.
"""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from app.access import P
from app.accounts import queries
from app.accounts.events import (
    ChangeCancelled,
    ChangeWaits,
    EmailChanged,
    PasswordChanged,
    PasswordResetAsked,
    RolesChanged,
    SecondFactorChanged,
    SignInAlert,
    UserInvited,
)
from app.accounts.models import User
from app.accounts.service import waiting
from app.kernel.events import on
from app.kernel.guessing import GuessingNoticed
from app.kernel.links import Ref
from app.notifications.mails import link, moment_key, send


def _about(user: User) -> Ref:
    return Ref("user", user.id)


@on(UserInvited)
def invited(event: UserInvited) -> None:
    """The link with which a new person sets a password."""
    user = event.user
    url = link(f"/can-bo/dat-lai-mat-khau/{event.token}")
    send(
        "account-invite",
        to=user.email,
        about=_about(user),
        key=moment_key(),
        name=user.full_name,
        username=user.username,
        url=url,
    )


@on(PasswordResetAsked)
def reset_asked(event: PasswordResetAsked) -> None:
    """The link with which a password is set anew."""
    user = event.user
    url = link(f"/can-bo/dat-lai-mat-khau/{event.token}")
    send(
        "account-reset",
        to=user.email,
        about=_about(user),
        key=moment_key(),
        name=user.full_name,
        url=url,
    )


@on(SignInAlert)
def alert(event: SignInAlert) -> None:
    """Somebody tries passwords."""
    user = event.user
    send(
        "account-alert",
        to=user.email,
        about=_about(user),
        key=moment_key(),
        name=user.full_name,
        url=link("/can-bo/quen-mat-khau"),
    )


@on(GuessingNoticed)
def guessing(event: GuessingNoticed) -> None:
    """Somebody tries passwords or PINs of many: whoever looks after the accounts should know."""
    for person in queries.with_permission(P.USER_EDIT):
        send(
            "guessing-alert",
            to=person.email,
            about=None,
            key=f"{moment_key()}:{person.id}",
            name=person.full_name,
            what=event.what,
            tries=event.tries,
            minutes=event.within // dt.timedelta(minutes=1),
            hours=event.within // dt.timedelta(hours=1),
        )


def _changed(user: User, address: str, what: Any) -> None:
    send(
        "account-changed",
        to=address,
        about=_about(user),
        key=f"{moment_key()}:{address}",
        name=user.full_name,
        what=what,
    )


@on(PasswordChanged)
def password_changed(event: PasswordChanged) -> None:
    """Tell the owner."""
    _changed(
        event.user,
        event.user.email,
        _l("Mật khẩu của ông/bà vừa được đổi. Mọi phiên đăng nhập khác đã kết thúc."),
    )


@on(SecondFactorChanged)
def second_factor_changed(event: SecondFactorChanged) -> None:
    """Tell the owner."""
    _changed(event.user, event.user.email, _l("Xác thực hai bước của ông/bà vừa được thay đổi."))


@on(EmailChanged)
def email_changed(event: EmailChanged) -> None:
    """Tell both addresses."""
    for address in (event.old, event.user.email):
        _changed(event.user, address, _l("Địa chỉ thư điện tử của tài khoản vừa được đổi."))


@on(RolesChanged)
def roles_changed(event: RolesChanged) -> None:
    """Tell the person."""
    _changed(event.user, event.user.email, _l("Vai trò của ông/bà vừa được thay đổi."))


@on(ChangeWaits)
def change_waits(event: ChangeWaits) -> None:
    """Tell the owner, who gets a link to stop it, the address to come, and the administrators who
    did not ask for it.
    """
    change, user = event.change, event.user
    others = {
        colleague.email
        for colleague in queries.with_permission(P.USER_EDIT)
        if colleague.id not in (change.requested_by, user.id)
    }
    links = {address: link(f"/can-bo/he-thong/nguoi-dung/{user.username}") for address in others}
    if change.email:
        links[change.email] = ""
    links[user.email] = link(f"/can-bo/thay-doi/{event.token}")
    for address, url in links.items():
        send(
            "account-waiting",
            to=address,
            about=_about(user),
            key=f"{change.id}:{address}",
            name=user.full_name,
            what=waiting.describe(change),
            by=change.requester.full_name,
            due=change.due_at,
            own=address == user.email,
            url=url,
        )


@on(ChangeCancelled)
def change_cancelled(event: ChangeCancelled) -> None:
    """Tell the owner and whoever asked for it."""
    change, user = event.change, event.user
    for address in {user.email, change.requester.email}:
        send(
            "account-waiting-cancelled",
            to=address,
            about=_about(user),
            key=f"{change.id}:{address}",
            name=user.full_name,
            what=waiting.describe(change),
        )
