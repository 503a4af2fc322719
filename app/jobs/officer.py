"""The background work on screen: is the runner alive, and what could not be done."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import P, require
from app.jobs import queries, registry, service
from app.jobs.states import LABELS
from app.kernel import clock
from app.kernel.display import capped
from app.kernel.web import commits

bp = Blueprint(
    "jobs", __name__, url_prefix="/can-bo/he-thong/cong-viec", template_folder="templates"
)


@bp.get("")
@require(P.JOB_READ)
def index() -> ResponseReturnValue:
    """The state of the background work."""
    counts = queries.counts()
    return render_template(
        "jobs/index.html",
        life=queries.life(clock.now()),
        counts=[
            {"label": LABELS[state], "value": capped(number)} for state, number in counts.items()
        ],
        dead=queries.dead(),
        timetable=queries.timetable(),
        label=registry.label,
    )


@bp.post("/<int:job_id>/chay-lai")
@require(P.JOB_READ)
@commits
def retry(job_id: int) -> ResponseReturnValue:
    """Put a dead job in line again."""
    job = service.retry(job_id, actor=current_user.full_name)
    flash(_("Việc «%(name)s» sẽ được chạy lại.", name=registry.label(job.name)), "success")
    return redirect(url_for(".index"))
