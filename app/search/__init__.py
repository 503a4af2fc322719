"""One box over everything public, with or without diacritics.

Each kind says how its hits are read through its own gate.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.search import cli, public

    app.register_blueprint(public.bp)
    app.cli.add_command(cli.search)
