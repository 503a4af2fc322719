"""From comments to a published result: points, replies, the statutory table, its issue, the
certificate.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app. Importing the jobs registers them."""
    from app.results import cli, jobs, public, wiring  # noqa: F401
    from app.results.officer import bp

    wiring.init_app(app)
    app.register_blueprint(public.bp)
    app.register_blueprint(bp)
    app.cli.add_command(cli.commands)
