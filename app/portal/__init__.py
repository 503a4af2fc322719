"""The portal around the conversation: home page, site map, statements.

It composes what the other features offer.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.portal import public

    public.add_menus(app)
    app.register_blueprint(public.bp)
