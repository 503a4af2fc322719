"""For whoever tries the product or works on it: demo data, the mail catcher, `make run`.

Not active in production.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the command, and what demo data needs; production never sets `demo`
    (config.py refuses).
    """
    from app.devtools import cli

    app.cli.add_command(cli.demo)
    if app.config["SETTINGS"].demo:
        from app.devtools import catcher_web

        app.register_blueprint(catcher_web.bp)
