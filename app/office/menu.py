"""The menu of the staff pages."""

from collections.abc import Iterable
from typing import Any

from flask import current_app, request
from flask_login import current_user

from app.kernel.display import navigation


def staff_menu() -> dict[str, Any]:
    """The menu of the staff pages, as far as this person may go.

    Only below /can-bo: other pages ask for no session.
    """
    if (
        not (request.path == "/can-bo" or request.path.startswith("/can-bo/"))
        or not current_user.is_authenticated
    ):
        return {}
    entries = navigation(current_app).staff
    return {
        "staff_nav": [
            {"url": url, "label": label(), "key": key}
            for _order, key, label, url, permission in entries
            if _holds_one(permission)
        ]
    }


def _holds_one(permission: Any) -> bool:
    """Menus name one permission, or several of which one is enough."""
    wanted = (
        [permission]
        if isinstance(permission, str) or not isinstance(permission, Iterable)
        else list(permission)
    )
    return any(current_user.has(item) for item in wanted)
