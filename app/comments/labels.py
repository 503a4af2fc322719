"""The words of comments for templates."""

from flask import Flask

from app.comments import answers, states


def init_app(app: Flask) -> None:
    """Give every template these words."""
    app.jinja_env.globals.update(
        stance_labels=states.STANCE_LABELS,
        stance_colours=states.STANCE_COLOURS,
        sender_labels=states.SENDER_LABELS,
        target_labels=states.TARGET_LABELS,
        decision_labels=answers.DECISION_LABELS,
        decision_colours=answers.DECISION_COLOURS,
        comment_stage_labels=states.COMMENT_STAGE_LABELS,
        comment_stage_colours=states.COMMENT_STAGE_COLOURS,
    )
