"""Staff accounts: the mails that carry one-time links, and those that say that
something changed.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

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
