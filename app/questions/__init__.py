"""Hỏi – đáp: from a citizen's question to a published answer.

The stages and moves are in states.py, who may make them in policy.py, and every change goes through
service.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kernel.display import navigation

#: Acts in the record that are no moves.
TAGS = {
    "self_approved": _l("Tự duyệt trong cơ quan một người"),
    "second_person_asked": _l("Đề nghị người thứ hai xác nhận"),
    "second_person_decided": _l("Người thứ hai quyết định"),
    "report_handled": _l("Xử lý báo sai"),
    "template_saved": _l("Lưu mẫu trả lời"),
    "template_removed": _l("Xóa mẫu trả lời"),
}


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P
    from app.audit import tags
    from app.questions import jobs, wiring
    from app.questions.officer import bp
    from app.questions.public import asking, reading, tracking
    from app.questions.states import MOVE_LABELS
    from app.submissions import kinds

    wiring.init_app(app)
    for blueprint in (asking.bp, reading.bp, tracking.bp, bp):
        app.register_blueprint(blueprint)
    kinds.register(
        "question",
        kinds.Kind(
            track=tracking.ACTS.show, confirm=tracking.confirm, may_read=wiring.may_read_sent
        ),
    )
    menus = navigation(app)
    menus.add_staff(10, "hang-cho", lambda: _("Hàng chờ"), "/can-bo/hoi-dap", P.QUESTION_READ)
    menus.add_staff(20, "nhap-ho", lambda: _("Nhập hộ"), "/can-bo/nhap-ho", P.QUESTION_ENTER)
    for move, label in MOVE_LABELS.items():
        tags.declare(f"question:{move}", label)
    for tag, label in TAGS.items():
        tags.declare(f"question:{tag}", label)
    menus.add_public(50, "hoi-dap", lambda: _("Hỏi đáp"), "/hoi-dap")
    jobs.init_app(app)
