"""First things first: whoever got an initial password from somebody else replaces it before doing
anything.
"""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.kernel.web import STAFF_PREFIX

#: What remains open meanwhile.
_OPEN = frozenset({"own_account.password", "own_account.submit_password", "accounts.sign_out"})


def password_first() -> ResponseReturnValue | None:
    """Send such a person to the form for another password."""
    if not request.path.startswith(STAFF_PREFIX + "/") or request.endpoint in _OPEN:
        return None
    if current_user.is_authenticated and current_user.must_change_password:
        return redirect(url_for("own_account.password"))
    return None
