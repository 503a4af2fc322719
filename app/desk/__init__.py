"""The officers' side of whatever people send: place in the queue, tabs, many at once, workbench.

Questions and comments stand on it; it knows neither.
"""

from flask import Blueprint, Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app: it has templates and no address of its own."""
    app.register_blueprint(Blueprint("desk", __name__, template_folder="templates"))
