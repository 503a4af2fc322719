"""The one address from which files are fetched."""

import structlog
from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wsgi import wrap_file

from app.extensions import db
from app.files import gate, names, queries, service
from app.files.gate import Access
from app.files.models import StoredFile
from app.files.runtime import runtime

bp = Blueprint("files", __name__)
log = structlog.get_logger(__name__)

#: Whatever the content is, it runs nothing, loads nothing and is not guessed at.
SANDBOX = "sandbox; default-src 'none'"


@bp.get("/tep/<key>/<name>")
def download(key: str, name: str) -> ResponseReturnValue:
    """Hand out a file to whoever the gate lets have it; for everybody else there is no such file.

    Pictures, which we encoded ourselves, may be shown in pages when they are public or a member of
    staff looks; everything else is saved. What is public may be kept by caches that ask each time;
    what is not is kept by none.
    """
    file = queries.by_key(key)
    actor = current_user._get_current_object() if current_user.is_authenticated else None
    allowed = gate.access(file, actor) if file is not None else Access.NONE
    if file is None or allowed is Access.NONE or name != file.address_name:
        abort(404)
    shared = allowed is Access.PUBLIC and actor is None
    if shared and request.if_none_match.contains(file.sha256):
        return _with_headers(Response(status=304), file, shared=True, inline=file.is_picture)
    try:
        content = runtime().storage.open(file.blob)
    except FileNotFoundError:
        log.error("file_content_missing", file_id=file.id)
        abort(404)
    response = Response(
        wrap_file(request.environ, content), mimetype=file.content_type, direct_passthrough=True
    )
    response.call_on_close(content.close)
    response.content_length = file.size
    return _with_headers(
        response, file, shared=shared, inline=file.is_picture and (shared or actor is not None)
    )


def _with_headers(response: Response, file: StoredFile, *, shared: bool, inline: bool) -> Response:
    response.headers["Content-Disposition"] = names.disposition(file.name, inline=inline)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    if shared:
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        response.set_etag(file.sha256)
    else:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def write_down_infected(response: Response) -> Response:
    """After the request: the refusal of an infected file undid its transaction, so the record gets
    one of its own.
    """
    if db.session.registry.has() and service.infected_noted():
        try:
            db.session.rollback()
            service.record_infected()
            db.session.commit()
        except Exception:  # the citizen's page matters more than the record of it
            db.session.rollback()
            log.error("infected_file_not_recorded", exc_info=True)
    return response
