"""The page cache: what everybody reads is made once and handed out many times, by a layer in front
of Flask.

A finished page is kept under everything that may change it: address, known query parameters,
language and display choices, and its generation, which is the day in Hà Nội and the publication
revision. Every public change raises the revision in its own transaction, so no process hands out a
page from before a publish or a hide. Nothing is kept that has to do with one person: no request
with a session, no answer with a cookie, a form's token, or any status but 200.
"""

import structlog
from flask import Flask, Response, current_app, g, request

from app.extensions import db
from app.kernel.pagecache.layer import PageCache, View
from app.kernel.pagecache.pages import PRIVATE, PUBLIC
from app.kernel.pagecache.revision import revision_reader
from app.kernel.pagecache.rules import ANONYMOUS, HARMLESS, cacheable, rule_finder, rule_of

__all__ = ["PageCache", "View", "cacheable", "init_app", "take_views"]
log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Put the cache in front of the app.

    With page_cache off nothing is kept; pages still get their ETag.
    """
    with app.app_context():
        revision = revision_reader(db.engine) if app.config["SETTINGS"].page_cache else None
    layer = PageCache(
        app.wsgi_app,
        find_rule=rule_finder(app),
        revision=revision,
        session_cookie=app.config["SESSION_COOKIE_NAME"],
    )
    app.extensions["page_cache"] = layer
    app.wsgi_app = layer  # type: ignore[method-assign]
    # Registered last, so it runs before the security headers, which forbid keeping whatever says
    # nothing else.
    app.after_request(_say_who_may_keep)


def _say_who_may_keep(response: Response) -> Response:
    # A session that was begun shows in a cookie, which the layer sees; to ask for it here would
    # count as using it.
    harmless = "csrf_token" not in g
    request.environ[HARMLESS] = harmless
    if rule_of(current_app, request.endpoint) is None:
        return response
    if not request.environ.get(ANONYMOUS):
        response.headers["Cache-Control"] = PRIVATE
    elif response.status_code == 200 and harmless:
        response.headers.setdefault("Cache-Control", PUBLIC)
    elif response.status_code == 200:
        log.error(
            "page_cannot_be_cached",
            endpoint=request.endpoint,
            reason="a form token in a page for everybody",
        )
    return response


def take_views(app: Flask) -> list[View]:
    """Pages looked at in this process since the last call, robots left out; whoever counts visits
    writes them in batches.
    """
    views = app.extensions["page_cache"].views
    taken = []
    while views:
        taken.append(views.popleft())
    return taken
