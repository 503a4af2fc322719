"""Published answers for machines: Atom, JSON Feed and the site map, through the same gate as the pages."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.feeds import public

    app.register_blueprint(public.bp)
