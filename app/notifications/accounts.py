"""Staff accounts: the mails that carry one-time links, and those that say that
something changed.
"""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from app.access import P
from app.accounts import queries as accounts
from app.accounts.events import (
    EmailChanged,
    PasswordChanged,
    PasswordResetAsked,
    SecondFactorChanged,
    SignInAlert,
    UserInvited,
)
from app.accounts.models import User
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
    for person in accounts.with_permission(P.USER_EDIT):
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
