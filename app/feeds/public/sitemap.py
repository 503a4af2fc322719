"""/sitemap.xml, /robots.txt"""

import datetime as dt
from collections.abc import Iterator
from xml.sax.saxutils import escape

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.consultations.queries import public as consultations
from app.consultations.states import Phase
from app.feeds.entries import link
from app.kernel.clock import local_date
from app.kernel.pagecache import cacheable
from app.questions.queries import public

bp = Blueprint("sitemap", __name__)
#: The protocol allows 50.000; the newest are what a crawler has not seen.
ANSWERS, CONSULTATIONS = 5_000, 1_000
STATIC_PAGES = (
    "/",
    "/lay-y-kien",
    "/hoi-dap",
    "/hoi-dap/gui",
    "/tra-cuu",
    "/lien-he",
    "/so-do-cong",
    "/kha-nang-tiep-can",
    "/du-lieu-ca-nhan",
)
#: The pages of a consultation, behind its address.
PAGES = ("", "/ho-so", "/noi-dung", "/danh-muc", "/ban-do", "/y-kien")


def _addresses() -> Iterator[tuple[str, dt.date | None]]:
    for path in STATIC_PAGES:
        yield path, None
    for one in consultations.newest(CONSULTATIONS):
        for page in (*PAGES, "/ket-qua") if one.phase is Phase.RESULT else PAGES:
            yield one.url + page, local_date(one.updated_at)
    for row in public.latest(ANSWERS):
        yield f"/hoi-dap/{row.code}", local_date(max(row.published_at, row.answered_at))


@bp.get("/sitemap.xml")
@cacheable()
def sitemap() -> ResponseReturnValue:
    """Every public page, for search engines."""
    lines = [
        f"<url><loc>{escape(link(path))}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for path, day in _addresses()
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
        "Disallow: /nhung/",
        f"Sitemap: {link('/sitemap.xml')}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
