"""Asking a signed-in person for something they know again, with a limit on tries: password, code,
recovery code.
"""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import throttle
from app.kernel.errors import TooMany

WINDOW = dt.timedelta(minutes=15)
LIMIT = 10


def begin(scope: str, user_id: int) -> None:
    """Count one try; the caller commits at once. Raises TooMany when the limit is reached."""
    throttle.check(
        f"confirm:{scope}", _key(user_id), limit=LIMIT, within=WINDOW, message=_too_many()
    )
    throttle.note(f"confirm:{scope}", _key(user_id))


def still_allowed(scope: str, user_id: int) -> None:
    """Raise TooMany when tries that came in at the same moment used the limit up."""
    if throttle.count(f"confirm:{scope}", _key(user_id), within=WINDOW) > LIMIT:
        raise TooMany(_too_many(), retry_after=int(WINDOW.total_seconds()))


def succeed(scope: str, user_id: int) -> None:
    """Forget the wrong tries."""
    throttle.clear(f"confirm:{scope}", _key(user_id))


def password_matches(user_id: int, password: str) -> bool:
    """Is this the person's password? Slow: to be called inside `reading()`."""
    stored = db.session.scalar(sa.select(User.password_hash).where(User.id == user_id))
    return vault().verify_password(stored, password)


def _key(user_id: int) -> str:
    return vault().hash_token("confirm", str(user_id))


def _too_many() -> str:
    return str(_("Có quá nhiều lần nhập không đúng nên hệ thống tạm dừng nhận thêm."))
