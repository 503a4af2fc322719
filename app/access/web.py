"""The guards: everything below /can-bo/ is closed unless a route says otherwise."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import Flask, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access.permissions import P
from app.kernel.web import STAFF_PREFIX

Params = ParamSpec("Params")
#: Endpoints below /can-bo/ that somebody who is not signed in may reach (sign-in, password reset).
OPEN_STAFF_ENDPOINTS: set[str] = set()


def open_to_anyone(
    view: Callable[Params, ResponseReturnValue],
) -> Callable[Params, ResponseReturnValue]:
    """Mark a staff route as reachable without signing in."""
    view.open_to_anyone = True  # type: ignore[attr-defined]
    return view


def require(
    *permissions: P,
) -> Callable[[Callable[Params, ResponseReturnValue]], Callable[Params, ResponseReturnValue]]:
    """Only for people who hold at least one of these permissions (403 otherwise)."""

    def decorate(
        view: Callable[Params, ResponseReturnValue],
    ) -> Callable[Params, ResponseReturnValue]:
        @functools.wraps(view)
        def wrapper(*args: Params.args, **kwargs: Params.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _to_sign_in()
            if not any(current_user.has(permission) for permission in permissions):
                abort(403)
            return view(*args, **kwargs)

        wrapper.permissions = permissions  # type: ignore[attr-defined]  # read by the test that walks the routes
        return wrapper

    return decorate


def _to_sign_in() -> ResponseReturnValue:
    if request.method == "GET":
        flash(_("Hãy đăng nhập để tiếp tục."), "info")
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    return redirect(url_for("accounts.sign_in"))


def init_app(app: Flask) -> None:
    """Close the staff addresses."""

    @app.before_request
    def closed_by_default() -> Any:
        if not (request.path == STAFF_PREFIX or request.path.startswith(STAFF_PREFIX + "/")):
            return None
        if request.endpoint is None:
            # Outsiders do not learn which staff addresses exist.
            return None if current_user.is_authenticated else _to_sign_in()
        view = app.view_functions[request.endpoint]
        if getattr(view, "open_to_anyone", False):
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not getattr(view, "permissions", None):
            abort(403)
        return None

    @app.context_processor
    def permission_names() -> dict[str, Any]:
        return {"P": P}
