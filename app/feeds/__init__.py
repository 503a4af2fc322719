"""What is public, for machines and other sites:

Atom, JSON Feed, site map, API, blocks for a frame. The gate is the same.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.feeds import api
    from app.feeds.public import BLUEPRINTS

    for blueprint in (*BLUEPRINTS, api.bp):
        app.register_blueprint(blueprint)
