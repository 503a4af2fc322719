"""/tim-kiem"""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import limiter
from app.kernel.pagecache import cacheable
from app.kernel.text import clean_line
from app.search.queries import KINDS, LIMIT, search

bp = Blueprint("search", __name__, template_folder="templates")
#: Longer texts are no search any more.
LONGEST = 200


@bp.get("/tim-kiem")
@cacheable(params=("q", "loai"))
# Finished pages do not count: this is for whoever makes us search anew each time.
@limiter.limit("60 per minute")
def results() -> ResponseReturnValue:
    """Everything public that matches."""
    text = clean_line(request.args.get("q"))[:LONGEST]
    kind = next((kind for kind in KINDS if kind.slug == request.args.get("loai")), KINDS[0])
    found = search(text, kind) if text else []
    tabs = [
        {
            "url": url_for(".results", q=text or None, loai=one.slug),
            "label": one.label,
            "count": None,
            "current": one is kind,
        }
        for one in KINDS
    ]
    return render_template(
        "search/results.html", text=text, kind=kind, tabs=tabs, found=found, limit=LIMIT
    )
