"""Which happening leads to which mail, to whom; and who follows what.

Listeners run inside the transaction of what happened and only add rows to the outbox.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.notifications import accounts, digest, public, questions  # noqa: F401  (importing registers the listeners)

    app.register_blueprint(public.bp)
