"""Mails: written into the outbox in the transaction that causes them, sent by the runner, never
lost, never silent.

`service.queue` adds a message; `delivery` (a lane of `flask jobs run`) sends it through a
`transport`, at least once and always with the same Message-ID; staff see each message's state, send
again or drop it. No request ever speaks SMTP.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Choose the transport, give the runner its lane, wire the screen."""
    from app.access import P, system_pages
    from app.audit import tags
    from app.jobs import registry
    from app.mailer import delivery, officer, service, transport

    app.extensions["mail_transport"] = transport.choose(app.config["SETTINGS"])
    registry.add_source(delivery.MailLane())
    registry.periodic("mailer:forget", at="03:20", label=_l("Xóa nội dung thư cũ"))(service.forget)
    tags.declare("mailer:message:resent", _l("Gửi lại thư"))
    tags.declare("mailer:message:cancelled", _l("Bỏ thư"))
    app.register_blueprint(officer.bp)
    system_pages.register(
        70,
        lambda: _("Thư đã gửi và chờ gửi"),
        lambda: _("Thư nào đã đi, thư nào bị trả lại; gửi lại hoặc bỏ."),
        "/can-bo/he-thong/thu",
        P.MAIL_READ,
    )
