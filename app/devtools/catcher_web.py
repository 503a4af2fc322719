"""The caught mails in the browser: /thu-nghiem/hop-thu.

Registered for demo data only, never in production.
"""

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from app.devtools import catcher
from app.kernel.errors import NotFound

bp = Blueprint(
    "mail_catcher", __name__, url_prefix="/thu-nghiem/hop-thu", template_folder="templates"
)

#: The HTML of a mail is somebody else's: nothing in it runs, loads or posts; only our own page may
#: frame it.
_FRAMED = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def _mail(name: str) -> catcher.CaughtMail:
    found = catcher.folder_of(current_app.instance_path).get(name)
    if found is None:
        raise NotFound
    return found


@bp.get("")
def index() -> ResponseReturnValue:
    """The mails caught last, newest first."""
    return render_template(
        "devtools/mail_list.html", mails=catcher.folder_of(current_app.instance_path).latest()
    )


@bp.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """One mail: headers, plain text with its links, and the HTML in a frame."""
    return render_template("devtools/mail_show.html", mail=_mail(name))


@bp.get("/<name>/html")
def html(name: str) -> ResponseReturnValue:
    """The HTML of a mail, for the frame only."""
    # A link must not open inside the frame, where our own pages refuse to be shown. At the end it
    # leaves the doctype first.
    response = Response(_mail(name).html() + '<base target="_blank">', mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
