"""Submissions: whatever a citizen sends, with code and PIN, contact, consent, confirmation,
redaction and spam marks.

Questions and consultation comments are built on it; what happens to them afterwards is their own
business.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.files import gate
    from app.submissions import jobs, kinds, public  # noqa: F401  (importing registers the job)

    app.register_blueprint(public.bp)
    gate.register("submission", kinds.may_fetch_sent)
