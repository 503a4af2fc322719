"""The list of works and projects of a plan, row by row."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.works import officer, public

    app.register_blueprint(public.bp)
    app.register_blueprint(officer.bp)
