"""One queue over what citizens send, and a workbench for each question: screens that compose, with
no states of their own.

Every change goes through questions.service; what is shown is what questions.policy allows.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user


def staff_menu() -> dict[str, Any]:
    """The menu of the staff pages, as far as this person may go.

    Only below /can-bo: other pages ask for no session.
    """
    from app.kernel.display import navigation

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


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P
    from app.audit import tags
    from app.kernel.display import navigation
    from app.moderation.officer import bp
    from app.questions.states import MOVE_LABELS

    app.register_blueprint(bp)
    app.context_processor(staff_menu)
    menu = navigation(app)
    menu.add_staff(5, "viec-cua-toi", lambda: _("Việc của tôi"), "/can-bo/", P.ACCOUNT_SELF)
    menu.add_staff(10, "hang-cho", lambda: _("Hàng chờ"), "/can-bo/hoi-dap", P.QUESTION_READ)
    menu.add_staff(20, "nhap-ho", lambda: _("Nhập hộ"), "/can-bo/nhap-ho", P.QUESTION_ENTER)
    for move, label in MOVE_LABELS.items():
        tags.declare(f"question:{move}", label)
    tags.declare("question:self_approved", _l("Tự duyệt trong cơ quan một người"))
    tags.declare("question:second_person_asked", _l("Đề nghị người thứ hai xác nhận"))
    tags.declare("question:second_person_decided", _l("Người thứ hai quyết định"))
    tags.declare("question:report_handled", _l("Xử lý báo sai"))
    tags.declare("question:template_saved", _l("Lưu mẫu trả lời"))
    tags.declare("question:template_removed", _l("Xóa mẫu trả lời"))
