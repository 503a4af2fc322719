"""Checks that need slow hashing, done where nobody waits for a turn at the database behind them."""

from flask_babel import gettext as _

from app.accounts.forms import NewPasswordForm
from app.accounts.models import User
from app.accounts.service import confirming, passwords
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.db import reading
from app.kernel.errors import FieldError
from app.kernel.forms import BaseForm

_SCOPE = "password"


def password_confirmed(form: BaseForm, user: User) -> bool:
    """Did the signed-in person give their present password in the form's `password`? If not, the
    form says so.

    A wrong try is committed at once. Raises TooMany after ten within a quarter of an hour.
    """
    user_id = user.id
    confirming.begin(_SCOPE, user_id)
    db.session.commit()
    with reading():
        confirming.still_allowed(_SCOPE, user_id)
        right = confirming.password_matches(user_id, form["password"].data or "")
    if right:
        confirming.succeed(_SCOPE, user_id)
    else:
        form.apply(FieldError("password", _("Mật khẩu hiện tại không đúng.")))
    return right


def hash_new_password(form: NewPasswordForm, user: User) -> str | None:
    """The hash of a new password that is good enough, else None and the reason beside the field.

    Inside `reading()`.
    """
    password = form.new_password.data or ""
    if password != form.repeat_password.data:
        form.apply(FieldError("repeat_password", _("Hai lần nhập mật khẩu chưa giống nhau.")))
        return None
    try:
        passwords.check_new(password, user)
    except FieldError as error:
        form.apply(error)
        return None
    return vault().hash_password(password)
