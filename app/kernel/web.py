"""The way of one request: which transaction it gets, when that is committed, which page an error
becomes.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, ParamSpec
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from app.extensions import db, limiter
from app.kernel import errors
from app.kernel.db import set_read_only
from app.kernel.tokens import same

P = ParamSpec("P")
log = structlog.get_logger(__name__)

READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: Below this, everything is closed to those who are not signed in.
STAFF_PREFIX = "/can-bo"
#: Never handed back in a page that keeps what was typed.
SECRET_FIELDS = frozenset(
    {
        "csrf_token",
        "password",
        "new_password",
        "repeat_password",
        "pin",
        "code",
        "otp",
        "company_url",
    }
)
#: Hidden plumbing that a resubmission needs but nobody has to read.
PLUMBING_FIELDS = frozenset(
    {"step", "idempotency_key", "started", "action", "next", "seen_revision"}
)
_field_labels: dict[str, Any] = {}


class Number(BaseConverter):
    """`<int:…>` in an address: as many digits as the database can hold; with more, there is no such
    page.
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


def commits(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Commit the request's one transaction when the response is below 400, else undo it.

    It sits inside the permission decorator, so that nothing is committed for somebody who may not
    be here.
    """

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        return response

    wrapper.commits = True  # type: ignore[attr-defined]  # read by the test that walks the routes
    return wrapper


def commits_always(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Commit whatever the answer: for routes that count failures, where the refusal itself has to
    be remembered.
    """

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        db.session.commit()
        return response

    wrapper.commits = True  # type: ignore[attr-defined]
    return wrapper


def _start() -> None:
    set_read_only(request.method in READING)


def _finish(error: BaseException | None) -> None:
    set_read_only(False)


def label_fields(**labels: Any) -> None:
    """What form fields are called, in the reader's language, where typed text is shown outside its
    form.
    """
    _field_labels.update(labels)


def kept_text() -> list[tuple[str, str]]:
    """What the person typed, by label, to be shown again on a page that could not accept it.

    Choices and other short values without a label are left out: nobody has to type them again.
    """
    return [
        (str(_field_labels.get(name, _("Nội dung"))), value)
        for name, value in request.form.items(multi=True)
        if name not in SECRET_FIELDS | PLUMBING_FIELDS
        and value.strip()
        and (name in _field_labels or " " in value.strip())
    ]


def retry_fields() -> list[tuple[str, str]]:
    """The whole form but its secrets, for one button that sends it again."""
    return [
        (name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS
    ]


def _limiter_wait() -> int:
    """Seconds until flask-limiter takes the next request; a minute where it does not know."""
    limit = limiter.current_limit
    return max(1, limit.reset_at - int(time.time())) if limit else 60


def _page(code: int, **context: Any) -> tuple[str, int]:
    db.session.rollback()
    return render_template(f"errors/{code}.html", **context), code


def _not_found(error: Exception) -> ResponseReturnValue:
    return _page(404)


def _forbidden(error: Exception) -> ResponseReturnValue:
    return _page(403, message=getattr(error, "message", "") or getattr(error, "description", ""))


def _refused(error: errors.Refused) -> ResponseReturnValue:
    return _page(409, message=error.message, kept=kept_text())


def _simultaneous(error: StaleDataError) -> ResponseReturnValue:
    return _page(
        409,
        message=_("Người khác vừa thay đổi mục này. Hãy tải lại trang rồi làm lại."),
        kept=kept_text(),
    )


def _field_error(error: errors.FieldError) -> ResponseReturnValue:
    return _page(422, message=error.message, kept=kept_text())


def _too_many(error: Exception) -> ResponseReturnValue:
    seconds = getattr(error, "retry_after", None) or _limiter_wait()
    body, code = _page(429, message=getattr(error, "message", ""), wait=seconds, kept=kept_text())
    return body, code, {"Retry-After": str(seconds)}


def _own_origin() -> bool | None:
    """Was this sent by one of our own pages? None where the browser says nothing about it."""
    asked = request.headers.get("Sec-Fetch-Site")
    if asked is not None and asked != "same-origin":
        return False
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    if sender in {None, "null"}:
        return True if asked else None if sender is None else False
    ours = {
        urlsplit(address)[:2]
        for address in (request.host_url, current_app.config["SETTINGS"].public_base_url)
    }
    return urlsplit(str(sender))[:2] in ours


def _merely_old() -> bool:
    """Is the form's token one that this very session was given, past its time and nothing else?"""
    signer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    try:
        token = signer.loads(request.form.get("csrf_token", ""))
    except BadData:
        return False
    return same(str(token), str(session.get("csrf_token", "")))


def _expired(error: CSRFError) -> ResponseReturnValue:
    """A form without a good token.

    A page of somebody else may have sent it: only what we gave this session ourselves, and what
    only became old, gets a button that sends it again; what staff do never does.
    """
    own = _own_origin()
    # A file control left empty sends a part without a name; chosen files cannot be sent again by a
    # button.
    with_files = any(file.filename for _name, file in request.files.items(multi=True))
    staff = (request.path + "/").startswith(STAFF_PREFIX + "/")
    retry = request.method == "POST" and not with_files and not staff and own and _merely_old()
    # Nothing is too old where the browser keeps no session at all: the answer says that instead.
    cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    page, _code = _page(
        419,
        foreign=own is False,
        staff=staff,
        without_cookie=not cookie,
        kept=[] if own is False else kept_text(),
        retry_action=request.path if retry else None,
        retry_fields=retry_fields() if retry else [],
    )
    return page, 419 if cookie or staff or own is False else 400


def _unavailable(error: Exception) -> ResponseReturnValue:
    # The disk may be full or the database gone: this page asks neither.
    try:
        db.session.rollback()
    except Exception:  # the answer matters more than the clean-up
        log.warning("rollback_failed", exc_info=True)
    kept = kept_text() if request.method == "POST" else []
    page = current_app.jinja_env.get_template("errors/plain_503.html").render(
        kept=kept, css_url="/static/vendor/app.css"
    )
    return page, 503, {"Retry-After": "60"}


def _failed(error: Exception) -> ResponseReturnValue:
    log.error("unhandled_error", path=request.path, method=request.method, exc_info=error)
    try:
        db.session.rollback()
    except Exception:  # as above
        log.warning("rollback_failed", exc_info=True)
    page = current_app.jinja_env.get_template("errors/plain_500.html").render(
        css_url="/static/vendor/app.css"
    )
    return page, 500


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("database_unavailable", path=request.path, reason=str(error.orig))
    return _unavailable(error)


def _no_connection(error: PoolTimeout) -> ResponseReturnValue:
    log.error("no_connection_free", path=request.path)
    return _unavailable(error)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error
    if code in {400, 403, 404, 413}:
        return _page(code)
    if code == 429:
        return _too_many(error)
    if code == 405:
        body, _code = _page(404)
        return body, 405, error.get_headers()
    if code >= 500:
        return _failed(error)
    return error


def _leave_session(response: Response) -> Response:
    """What arrived without a good token changes no session and sets none: a new cookie would sign
    out whoever has one that the browser did not send along.
    """
    if request.method not in READING and not g.get("csrf_valid"):
        session.modified = False
    return response


def _security_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", current_app.config["CSP"])
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer" if g.get("no_referrer") else "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_app.config["HSTS"]:
        headers.setdefault("Strict-Transport-Security", current_app.config["HSTS"])
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Install the transaction mode, the error pages and the security headers."""
    app.url_map.converters["int"] = Number
    app.before_request(_start)
    app.teardown_request(_finish)
    app.after_request(_security_headers)
    app.after_request(_leave_session)
    for kind, handler in (
        (errors.NotFound, _not_found),
        (errors.Forbidden, _forbidden),
        (errors.Refused, _refused),
        (errors.FieldError, _field_error),
        (errors.TooMany, _too_many),
        (errors.Busy, _unavailable),
        (StaleDataError, _simultaneous),
        (OperationalError, _database),
        (PoolTimeout, _no_connection),
        (CSRFError, _expired),
        (HTTPException, _http),
        (Exception, _failed),
    ):
        app.register_error_handler(kind, handler)
