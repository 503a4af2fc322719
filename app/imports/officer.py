"""Files being read: progress, what was refused, the file of refused rows."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access import P, require
from app.files import queries as files
from app.imports import kinds, queries, service
from app.imports.models import ImportRun
from app.imports.states import IMPORT_STATE_LABELS, ImportState
from app.kernel.errors import Forbidden

bp = Blueprint("imports", __name__, url_prefix="/can-bo", template_folder="templates")

#: Rows of problems on the page; the rest is in the file.
SHOWN_PROBLEMS = 100
STATE_COLOURS = {
    ImportState.QUEUED: "grey",
    ImportState.RUNNING: "blue",
    ImportState.DONE: "green",
    ImportState.FAILED: "red",
}


def address(run: ImportRun) -> str:
    """The page of this run: where a route sends the officer after `imports.start`."""
    return url_for("imports.import_run", run_id=run.id)


@bp.get("/lay-y-kien/nhap-du-lieu/<int:run_id>")
@require(P.CONSULTATION_READ)
def import_run(run_id: int) -> ResponseReturnValue:
    """How far the file is, and what became of it.

    Looks again by itself while it is being read, with or without scripts.
    """
    run = queries.run(run_id)
    how = kinds.kind(run.kind)
    if not how.may_see(current_user):
        raise Forbidden(_("Tệp này có thông tin của người dân nên bạn không mở được."))
    if "X-Requested-With" in request.headers:
        return _part(run)
    trail = how.trail(run.consultation_id)
    refused = service.refused_file_of(run)
    return render_template(
        "imports/show.html",
        run=run,
        trail=[{"label": label, "url": url} for label, url in trail],
        back=trail[-1][1],
        over=queries.is_over(run),
        state_labels=IMPORT_STATE_LABELS,
        state_colours=STATE_COLOURS,
        kind_label=how.label,
        problems=run.problems[:SHOWN_PROBLEMS],
        refused_file=files.links([refused]) if refused else [],
    )


def _part(run: ImportRun) -> Response:
    """What the script fetches every two seconds; at the end it loads the page anew."""
    if queries.is_over(run):
        return Response(status=205)
    return Response(
        render_template("imports/_progress.html", run=run, state_labels=IMPORT_STATE_LABELS)
    )
