"""Files that people send: sniffed, bounded, re-encoded, scanned, kept under random names, and
served through one gate.

`service.receive` takes a file in, `service.claim` gives it to whatever it belongs to, `gate`
decides who may fetch it. What is accepted and why is said in inspection.py, images.py, pdf.py and
office.py; nothing that a person sent is ever shown inside a page unless it is a picture that we
made anew.
"""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Set up the store and the scanner of this installation, the address of files
    and their jobs.
    """
    from app.audit import tags
    from app.files import jobs, public, runtime, service

    runtime.init_app(app)
    jobs.init_app(app)
    tags.declare(service.AUDIT_INFECTED, _l("Từ chối tệp có mã độc"))
    app.register_blueprint(public.bp)
    app.after_request(public.write_down_infected)
