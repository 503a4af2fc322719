"""/hoi-dap/feed.atom, /hoi-dap/feed.json, /sitemap.xml, /robots.txt"""

import datetime as dt
from xml.sax.saxutils import escape

from feedgen.feed import FeedGenerator
from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel.pagecache import cacheable
from app.organisation import queries as organisation
from app.questions import queries as questions
from app.questions.queries import FEED_SIZE, PublicRow

bp = Blueprint("feeds", __name__)
#: The protocol allows 50.000; the newest are what a crawler has not seen.
SITEMAP_SIZE = 5_000
STATIC_PAGES = ("/", "/hoi-dap", "/hoi-dap/gui", "/tra-cuu", "/so-do-cong", "/kha-nang-tiep-can", "/du-lieu-ca-nhan")


def _link(path: str) -> str:
    return str(current_app.config["SETTINGS"].public_base_url).rstrip("/") + path


def _summary(row: PublicRow) -> str:
    return row.short


@bp.get("/hoi-dap/feed.atom")
@cacheable()
def atom() -> ResponseReturnValue:
    """The newest answers as Atom."""
    agency, rows = organisation.agency(), questions.latest(FEED_SIZE)
    feed = FeedGenerator()
    feed.id(_link("/hoi-dap"))
    feed.title(_("Hỏi đáp – %(agency)s", agency=agency.name))
    feed.link(href=_link("/hoi-dap/feed.atom"), rel="self", type="application/atom+xml")
    feed.link(href=_link("/hoi-dap"), rel="alternate", type="text/html")
    feed.author(name=agency.name)
    feed.language("vi")
    # Without entries: a fixed date, so that the same feed is the same bytes.
    feed.updated(max((row.published_at for row in rows), default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))
    for row in rows:
        entry = feed.add_entry(order="append")
        entry.id(_link(f"/hoi-dap/{row.code}"))
        entry.title(row.title)
        entry.link(href=_link(f"/hoi-dap/{row.code}"), rel="alternate", type="text/html")
        entry.published(row.published_at)
        entry.updated(max(row.published_at, row.answered_at))
        entry.summary(_summary(row))
        if row.topic:
            entry.category(term=row.topic)
        if row.unit:
            entry.author(name=row.unit)
    return Response(feed.atom_str(pretty=True), content_type="application/atom+xml; charset=utf-8")


@bp.get("/hoi-dap/feed.json")
@cacheable()
def json_feed() -> ResponseReturnValue:
    """The newest answers as JSON Feed 1.1."""
    agency, rows = organisation.agency(), questions.latest(FEED_SIZE)
    items = [
        {
            "id": _link(f"/hoi-dap/{row.code}"),
            "url": _link(f"/hoi-dap/{row.code}"),
            "title": row.title,
            "content_text": _summary(row),
            "date_published": row.published_at.isoformat(),
            "date_modified": max(row.published_at, row.answered_at).isoformat(),
            "authors": [{"name": row.unit or agency.name}],
            "tags": [row.topic] if row.topic else [],
        }
        for row in rows
    ]
    response = jsonify(
        version="https://jsonfeed.org/version/1.1",
        title=_("Hỏi đáp – %(agency)s", agency=agency.name),
        home_page_url=_link("/hoi-dap"),
        feed_url=_link("/hoi-dap/feed.json"),
        language="vi",
        items=items,
    )
    response.content_type = "application/feed+json; charset=utf-8"
    return response


@bp.get("/sitemap.xml")
@cacheable()
def sitemap() -> ResponseReturnValue:
    """Every public page, for search engines."""
    lines = [f"<url><loc>{escape(_link(path))}</loc></url>" for path in STATIC_PAGES]
    lines += [
        f"<url><loc>{escape(_link(f'/hoi-dap/{row.code}'))}</loc><lastmod>{max(row.published_at, row.answered_at).date()}</lastmod></url>"
        for row in questions.latest(SITEMAP_SIZE)
    ]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "\n".join(lines)
        + "\n</urlset>\n"
    )
    return Response(body, content_type="application/xml; charset=utf-8")


@bp.get("/robots.txt")
@cacheable()
def robots() -> ResponseReturnValue:
    """What search engines should leave alone."""
    lines = [
        "User-agent: *",
        "Disallow: /can-bo/",
        "Disallow: /tra-cuu/",
        "Disallow: /xac-nhan/",
        "Disallow: /theo-doi/",
        f"Sitemap: {_link('/sitemap.xml')}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
