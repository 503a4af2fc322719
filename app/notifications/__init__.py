"""Which happening leads to which mail, to whom; and who follows what.

Listeners run inside the transaction of what happened and only add rows to the outbox.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    # Importing registers the listeners and the jobs.
    from app.notifications import (  # noqa: F401
        accounts,
        consultations,
        digest,
        following,
        public,
        questions,
        results,
    )

    app.register_blueprint(public.bp)
