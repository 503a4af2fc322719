"""/hoi-dap/feed.atom, /hoi-dap/feed.json"""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.feeds import entries
from app.feeds.entries import Entry, Feed, link
from app.kernel.pagecache import cacheable
from app.organisation import queries as organisation
from app.questions.queries import public
from app.questions.queries.public import FEED_SIZE

bp = Blueprint("feeds", __name__)


def _feed() -> Feed:
    found = [
        Entry(
            id=link(f"/hoi-dap/{row.code}"),
            url=link(f"/hoi-dap/{row.code}"),
            title=row.title,
            summary=row.short,
            published=row.published_at,
            updated=max(row.published_at, row.answered_at),
            author=row.unit,
            category=row.topic,
        )
        for row in public.latest(FEED_SIZE)
    ]
    return Feed(
        _("Hỏi đáp – %(agency)s", agency=organisation.agency().name),
        "/hoi-dap",
        "/hoi-dap/feed",
        found,
    )


@bp.get("/hoi-dap/feed.atom")
@cacheable()
def atom() -> ResponseReturnValue:
    """The newest answers as Atom."""
    return entries.atom(_feed())


@bp.get("/hoi-dap/feed.json")
@cacheable()
def json_feed() -> ResponseReturnValue:
    """The newest answers as JSON Feed 1.1."""
    return entries.json_feed(_feed())
