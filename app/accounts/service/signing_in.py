"""The first half of signing in: tries are counted before anything is hashed, and every wrong answer
looks alike.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.events import SignInAlert
from app.accounts.models import User
from app.accounts.policy import may_sign_in
from app.accounts.service import recording
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import today
from app.kernel.errors import TooMany
from app.kernel.events import emit
from app.kernel.text import clean_line, fold

WINDOW = dt.timedelta(minutes=15)
#: Wrong passwords within the window, for one account; also accounts tried in vain from one address.
LIMIT = 10
#: The owner is told at this many.
ALERT_AT = 5
_ACCOUNT, _ADDRESS, _PAIR, _ALERT = (
    "sign-in:account",
    "sign-in:address",
    "sign-in:pair",
    "sign-in:alert",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, by the keys under which it counts.

    Names and addresses appear only as keyed hashes.
    """

    account: str
    address: str
    pair: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The password was right. Hashing is done; what remains is writing."""

    user_id: int
    stored: str
    #: The same password under today's parameters, when the stored hash has older ones.
    better: str | None


def normal_username(typed: str) -> str:
    """A username as it is stored: lower case, without diacritics, whatever was typed."""
    return fold(clean_line(typed))[:200]


def network_of(address: str) -> str:
    """What counts as one place on the net: an IPv4 address, or the /64 that a household or office
    gets of IPv6.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def begin_attempt(*, username: str, address: str) -> Attempt:
    """Count one try; the caller commits at once, so that tries sent side by side all count.

    An address is closed only after failing at ten different accounts: one forgetful person does not
    lock out the office. Raises TooMany, the same for names that nobody has, while the account or
    the address is closed.
    """
    key = vault().secret_key
    place = throttle.address_key(key, network_of(address))
    name = normal_username(username)
    attempt = Attempt(
        account=vault().hash_token("account", name),
        address=place,
        pair=vault().hash_token("pair", name, place, today().isoformat()),
    )
    throttle.check(_ADDRESS, attempt.address, limit=LIMIT, within=WINDOW, message=_too_many())
    throttle.check(_ACCOUNT, attempt.account, limit=LIMIT, within=WINDOW, message=_too_many())
    throttle.note(_ACCOUNT, attempt.account)
    return attempt


def verify(attempt: Attempt, *, username: str, password: str) -> Verified | None:
    """Is this the password of an open account? Slow: to be called inside `reading()`, outside the
    writers' turn.

    Raises TooMany when tries that came in at the same moment used the limit up.
    """
    if throttle.count(_ACCOUNT, attempt.account, within=WINDOW) > LIMIT:
        raise TooMany(_too_many(), retry_after_minutes=int(WINDOW.total_seconds() // 60))
    user = db.session.scalar(sa.select(User).where(User.username == normal_username(username)))
    stored = (
        user.password_hash if user is not None and may_sign_in(user, demo=vault().demo) else None
    )
    if not vault().verify_password(stored, password) or user is None or stored is None:
        return None
    return Verified(
        user.id, stored, vault().hash_password(password) if vault().needs_rehash(stored) else None
    )


def fail(attempt: Attempt, *, username: str) -> None:
    """Remember a wrong password (the caller commits); at the fifth within the window the owner gets
    a mail.
    """
    if not throttle.count(_PAIR, attempt.pair, within=WINDOW):
        throttle.note(_ADDRESS, attempt.address)
    throttle.note(_PAIR, attempt.pair)
    alerted = throttle.count(_ALERT, attempt.account, within=WINDOW) > 0
    if alerted or throttle.count(_ACCOUNT, attempt.account, within=WINDOW) < ALERT_AT:
        return
    throttle.note(_ALERT, attempt.account)
    user = db.session.scalar(sa.select(User).where(User.username == normal_username(username)))
    if user is not None and may_sign_in(user, demo=vault().demo):
        recording.write("user:sign-in:alerted", user)
        emit(SignInAlert(user))


def succeed(attempt: Attempt, verified: Verified) -> User | None:
    """Forget the wrong tries and return the person;

    None when the account was closed or its password changed meanwhile.
    """
    user = db.session.get(User, verified.user_id)
    if (
        user is None
        or not may_sign_in(user, demo=vault().demo)
        or user.password_hash != verified.stored
    ):
        return None
    forget_failures(user)
    if verified.better is not None:
        user.password_hash = verified.better
    db.session.flush()
    return user


def forget_failures(user: User) -> None:
    """Open the account again: its owner gave the right password, or set a new one through the
    mailbox.
    """
    throttle.clear(_ACCOUNT, vault().hash_token("account", user.username))


def _too_many() -> str:
    return str(
        _(
            "Có quá nhiều lần đăng nhập không thành công nên hệ thống tạm dừng nhận thêm. Mật "
            "khẩu đúng cũng phải chờ."
        )
    )
