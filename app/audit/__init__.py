"""The record of what staff and the system did: append-only, each row sealed with a key that the
database does not hold, over the row before.

`service.record` is called by every feature that changes something of weight; `service.verify`
shows what was altered, removed, reordered or put in by somebody who has the database and not the
key. Records cut off at the end show by a head or a mark kept elsewhere (mail, backup, paper); so
does everything, should the key be lost to somebody (docs/operations.md). The database itself
refuses UPDATE and DELETE (triggers.py). No text of a citizen belongs here: the record outlives
consent and erasure.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Wire the screen and the command."""
    from app.access import P, system_pages
    from app.audit import cli, officer, proof, service, tags
    from app.kernel import backup, doctor

    tags.declare(proof.MARK, _l("Lập mốc nhật ký"))
    tags.declare(service.KEY_BEGUN, _l("Bắt đầu dùng khóa nhật ký"))
    doctor.add_check(app, cli.check_keys)
    backup.add_fact(app, "audit", service.head_written)
    app.register_blueprint(officer.bp)
    app.cli.add_command(cli.group)
    system_pages.register(
        90,
        lambda: _("Nhật ký hệ thống"),
        lambda: _("Ai đã làm gì, lúc nào; xuất ra tệp CSV."),
        "/can-bo/he-thong/nhat-ky",
        P.AUDIT_READ,
    )
