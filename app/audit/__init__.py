"""The record of what staff and the system did: append-only, each row sealed by the hash of the one
before.

`service.record` is called by every feature that changes something of weight; `service.verify`
proves that nothing was altered, removed, reordered or cut off. The database itself refuses UPDATE
and DELETE (triggers.py). No text of a citizen belongs here: the record outlives consent and
erasure.
"""

from flask import Flask
from flask_babel import gettext as _


def init_app(app: Flask) -> None:
    """Wire the screen and the command."""
    from app.access import P, system_pages
    from app.audit import cli, officer

    app.register_blueprint(officer.bp)
    app.cli.add_command(cli.group)
    system_pages.register(
        90,
        lambda: _("Nhật ký hệ thống"),
        lambda: _("Ai đã làm gì, lúc nào; xuất ra tệp CSV."),
        "/can-bo/he-thong/nhat-ky",
        P.AUDIT_READ,
    )
