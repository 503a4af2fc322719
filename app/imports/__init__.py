"""Files that are read in: taken, read in a child process with limits, applied, explained.

Each room with something to read in registers a kind (kinds.py); nothing here knows any of them.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app. Importing the jobs registers them."""
    from app.files import gate
    from app.imports import jobs, officer, queries  # noqa: F401

    app.register_blueprint(officer.bp)
    gate.register("import", queries.may_fetch)
