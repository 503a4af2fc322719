"""Lấy ý kiến góp ý: from a draft plan to a published result.

The stages and moves are in states.py, who may make them in policy.py, and every change goes through
service. Comments are submissions, as questions are; what becomes of them (points, replies, the
statutory table) is here.
"""

from flask import Flask
from flask_babel import gettext as _

from app.kernel.display import navigation


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P, system_pages
    from app.audit import tags
    from app.consultations import cli, jobs, labels, wiring
    from app.consultations.officer import bp
    from app.consultations.public import BLUEPRINTS, tracking
    from app.consultations.service import setup
    from app.consultations.states import COMMENT_MOVE_LABELS, MOVE_LABELS
    from app.submissions import kinds

    labels.init_app(app)
    wiring.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(bp)
    app.cli.add_command(cli.commands)
    kinds.register(
        "comment",
        kinds.Kind(track=tracking.show, confirm=tracking.confirm, may_read=wiring.may_read_sent),
    )
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
    for move, label in COMMENT_MOVE_LABELS.items():
        tags.declare(f"comment:{move}", label)
    jobs.init_app(app)
