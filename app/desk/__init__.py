"""The officers' side of whatever people send: place in the queue, tabs, many at once, workbench.

Questions and comments stand on it; it knows neither.
"""

from flask import Blueprint, Flask

#: No routes of its own: the templates that the rooms above fill.
bp = Blueprint("desk", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    app.register_blueprint(bp)
