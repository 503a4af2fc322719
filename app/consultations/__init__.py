"""Lấy ý kiến góp ý: what people are asked, from when to when, and on which grounds.

The stages and moves are in states.py, who may make them in policy.py, and every change goes through
service. What is commented on stands in drafts, works and maps, what people say in comments, what
becomes of it in results.
"""

from flask import Flask
from flask_babel import gettext as _

from app.kernel.display import navigation


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P, system_pages
    from app.audit import tags
    from app.consultations import jobs, labels, wiring  # noqa: F401
    from app.consultations.officer import bp
    from app.consultations.public import listing
    from app.consultations.service import setup
    from app.consultations.states import MOVE_LABELS

    labels.init_app(app)
    wiring.init_app(app)
    app.register_blueprint(listing.bp)
    app.register_blueprint(bp)
    menus = navigation(app)
    menus.add_public(40, "lay-y-kien", lambda: _("Lấy ý kiến"), "/lay-y-kien")
    menus.add_staff(
        30, "lay-y-kien", lambda: _("Lấy ý kiến"), "/can-bo/lay-y-kien", P.CONSULTATION_READ
    )
    system_pages.register(
        22,
        lambda: _("Lấy ý kiến: thời hạn, loại đất"),
        lambda: _("Số ngày tối thiểu theo loại, mã loại đất, ranh giới trên bản đồ."),
        "/can-bo/lay-y-kien/thiet-lap",
        P.CONSULTATION_SETUP,
    )
    for tag, label in setup.TAGS.items():
        tags.declare(tag, label)
    for move, label in MOVE_LABELS.items():
        tags.declare(f"consultation:{move}", label)
