"""What people say about a consultation: on the web, on paper, in meetings, to guiding questions;
moderated, and shown.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app. Importing the jobs registers them."""
    from app.audit import tags
    from app.comments import jobs, labels, wiring  # noqa: F401
    from app.comments.officer import bp
    from app.comments.public import BLUEPRINTS, tracking
    from app.comments.states import COMMENT_MOVE_LABELS
    from app.submissions import kinds

    labels.init_app(app)
    wiring.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(bp)
    kinds.register(
        "comment",
        kinds.Kind(
            track=tracking.ACTS.show, confirm=tracking.confirm, may_read=wiring.may_read_sent
        ),
    )
    for move, label in COMMENT_MOVE_LABELS.items():
        tags.declare(f"comment:{move}", label)
