"""A surveyor's layers, the authority's boundary, and the maps drawn from them."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.maps import officer, public

    app.register_blueprint(public.bp)
    app.register_blueprint(officer.bp)
