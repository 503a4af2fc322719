"""Hỏi – đáp: from a citizen's question to a published answer.

The stages and moves are in states.py, who may make them in policy.py, and every change goes through
service.
"""

from flask import Flask
from flask_babel import gettext as _

from app.kernel.display import navigation


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.questions import jobs, wiring
    from app.questions.public import asking, reading, tracking
    from app.submissions import kinds

    wiring.init_app(app)
    for blueprint in (asking.bp, reading.bp, tracking.bp):
        app.register_blueprint(blueprint)
    kinds.register(
        "question",
        kinds.Kind(track=tracking.show, confirm=tracking.confirm, may_read=wiring.may_read_sent),
    )
    navigation(app).add_public(50, "hoi-dap", lambda: _("Hỏi đáp"), "/hoi-dap")
    jobs.init_app(app)
