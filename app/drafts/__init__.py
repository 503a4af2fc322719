"""The text of a draft, clause by clause."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.drafts import officer, public, states

    app.jinja_env.globals["clause_labels"] = states.CLAUSE_LABELS
    app.register_blueprint(public.bp)
    app.register_blueprint(officer.bp)
