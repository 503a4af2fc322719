"""/nhung/lay-y-kien and /nhung/hoi-dap: small pages for a frame on another site. docs/embedding.md
has the line to paste.
"""

from flask import Blueprint, Response, current_app, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations.queries import public
from app.kernel.pagecache import cacheable
from app.questions.queries import public as questions_public

bp = Blueprint("embed", __name__, template_folder="../templates", url_prefix="/nhung")
SHOWN = 5


@bp.before_request
def _no_cookie() -> None:
    # Another site's page is no place to keep a reader's choices.
    g.no_cookie = True


@bp.after_request
def _may_be_framed(response: Response) -> Response:
    """By this site and by those of the setting `embed_parents`; nobody else, and no other page of
    ours.
    """
    response.headers["Content-Security-Policy"] = current_app.config["EMBED_CSP"]
    # Browsers that know frame-ancestors do not look at this one.
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.get("/lay-y-kien")
@cacheable()
def consultations() -> ResponseReturnValue:
    """What people may comment on today."""
    return render_template(
        "feeds/embed_consultations.html",
        rows=public.opened(SHOWN),
        heading=_("Đang lấy ý kiến"),
        home="/lay-y-kien",
    )


@bp.get("/hoi-dap")
@cacheable()
def answers() -> ResponseReturnValue:
    """The newest answers."""
    return render_template(
        "feeds/embed_answers.html",
        rows=questions_public.latest(SHOWN),
        heading=_("Câu hỏi mới được trả lời"),
        home="/hoi-dap",
    )
