"""The first half of signing in: tries are counted before anything is hashed, and every wrong answer
looks alike.

Strangers lock nobody out. Tries count for the account and the place they come from together, so
that wrong passwords from elsewhere cost the owner nothing; a browser in which this account signed
in before counts by itself; and nothing is ever closed, tries only come more slowly. What that
leaves to a guesser is worked out in docs/security.md.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.events import SignInAlert
from app.accounts.models import User
from app.accounts.policy import may_sign_in
from app.accounts.service import recording
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import guessing, throttle
from app.kernel.clock import today
from app.kernel.events import emit
from app.kernel.text import clean_line, fold

WINDOW = dt.timedelta(minutes=15)
#: Wrong passwords of one place for one account that cost no waiting; while somebody guesses all
#: over the site, only this many.
FREE, FREE_WHEN_BRAKED = 5, 1
#: Seconds to wait then, doubled each time, and the longest wait. Waits are reckoned by an hour.
FIRST_WAIT, LONGEST_WAIT = 2, 900
_HOUR = dt.timedelta(hours=1)
#: Accounts that one place may try in vain within WINDOW before it waits as a whole, and how long at
#: most: short, since others sit behind the same address.
ACCOUNTS, LONGEST_WAIT_OF_ALL = 10, 60
BRAKE = guessing.Brake("sign-in", 100, WINDOW)
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
    #: The place on the net; empty for a browser that the account has used before.
    address: str
    pair: str
    #: The number of this try among all.
    number: int


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


def begin_attempt(*, username: str, address: str, device: str | None = None) -> Attempt:
    """Count one try; the caller commits at once, so that tries sent side by side all count.

    `device` is the secret of a browser in which this account signed in before. Raises TooMany with
    the seconds to wait, the same for names that nobody has; such a try does not count.
    """
    place = throttle.address_key(vault().secret_key, address)
    name = normal_username(username)
    pair = _pair(name, device or place)
    if device is None:
        throttle.pace(
            _ADDRESS,
            place,
            free=ACCOUNTS,
            first=FIRST_WAIT,
            longest=LONGEST_WAIT_OF_ALL,
            within=WINDOW,
            message=_too_many(),
        )
    _check_pace(pair, known=device is not None)
    number = throttle.note(_PAIR, pair)
    account = vault().hash_token("account", name)
    return Attempt(account, "" if device else place, pair, number)


def _pair(name: str, source: str) -> str:
    return vault().hash_token("pair", name, source, today().isoformat())


def _check_pace(pair: str, *, known: bool, before: int | None = None) -> None:
    throttle.pace(
        _PAIR,
        pair,
        free=FREE if known or not BRAKE.is_on else FREE_WHEN_BRAKED,
        first=FIRST_WAIT,
        longest=LONGEST_WAIT,
        within=_HOUR,
        message=_too_many(),
        before=before,
    )


def verify(attempt: Attempt, *, username: str, password: str) -> Verified | None:
    """Is this the password of an open account? Slow: to be called inside `reading()`, outside the
    writers' turn.

    Raises TooMany when tries that came in at the same moment used the limit up.
    """
    _check_pace(attempt.pair, known=not attempt.address, before=attempt.number)
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
    if attempt.address and throttle.count(_PAIR, attempt.pair, within=WINDOW) <= 1:
        throttle.note(_ADDRESS, attempt.address)
    throttle.note(_ACCOUNT, attempt.account)
    BRAKE.note()
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
    throttle.clear(_PAIR, attempt.pair)
    throttle.clear(_ACCOUNT, attempt.account)
    if verified.better is not None:
        user.password_hash = verified.better
    db.session.flush()
    return user


def forget_failures(user: User, *, address: str) -> None:
    """No waiting from this place: its owner set a new password through the mailbox."""
    place = throttle.address_key(vault().secret_key, address)
    throttle.clear(_PAIR, _pair(user.username, place))
    throttle.clear(_ACCOUNT, vault().hash_token("account", user.username))


def _too_many() -> str:
    return str(
        _(
            "Có nhiều lần nhập sai mật khẩu từ nơi này, nên giữa hai lần thử phải chờ một lúc. "
            "Lần này chưa được xét, cũng không bị tính là sai."
        )
    )
