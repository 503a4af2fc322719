"""The draft clause by clause, each with its comments: /lay-y-kien/<slug>/noi-dung."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.consultations.queries import public
from app.consultations.states import Phase
from app.drafts import queries
from app.drafts.queries import VersionRow
from app.drafts.states import ClauseKind
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable

bp = Blueprint("consultation_draft", __name__, template_folder="templates")
#: What the table of contents lists.
_LISTED = frozenset(
    {
        ClauseKind.PREAMBLE,
        ClauseKind.CHAPTER,
        ClauseKind.SECTION,
        ClauseKind.ARTICLE,
        ClauseKind.ANNEX,
    }
)


@bp.get("/lay-y-kien/<slug>/noi-dung")
@cacheable(params=("ban",))
def index(slug: str) -> ResponseReturnValue:
    """The newest published text, or with ?ban= an older one: contents, clauses under their anchors,
    what people say to each.
    """
    c = public.public_one(slug)
    if c is None:
        raise NotFound
    versions = queries.published_versions(c.id)
    shown = _chosen(versions)
    clauses = queries.with_counts(c.id, shown.id) if shown else []
    newest = bool(shown) and shown is versions[0]
    return render_template(
        "drafts/public.html",
        c=c,
        tab="noi-dung",
        versions=versions,
        version=shown,
        newest=newest,
        clauses=clauses,
        contents=[clause for clause in clauses if clause.kind in _LISTED],
        may_comment=newest and c.phase is Phase.OPEN,
        comments_shown=c.comments_shown,
    )


def _chosen(versions: list[VersionRow]) -> VersionRow | None:
    """The version in the address, else the newest.

    Raises NotFound for one that is not published.
    """
    wanted = request.args.get("ban", "")
    if not wanted:
        return versions[0] if versions else None
    for version in versions:
        if str(version.number) == wanted:
            return version
    raise NotFound
