"""Files being read: progress, what was refused, the file of refused rows."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.access import P, require
from app.consultations import policy
from app.consultations.models import Consultation, ImportRun
from app.consultations.officer.base import bp, me
from app.consultations.queries import imports as queries
from app.consultations.queries import staff
from app.consultations.service import imports as service
from app.consultations.states import IMPORT_LABELS, IMPORT_STATE_LABELS, ImportKind, ImportState
from app.files import queries as files
from app.kernel.errors import Forbidden

#: Rows of problems on the page; the rest is in the file.
SHOWN_PROBLEMS = 100
STATE_COLOURS = {
    ImportState.QUEUED: "grey",
    ImportState.RUNNING: "blue",
    ImportState.DONE: "green",
    ImportState.FAILED: "red",
}
_leads_to: dict[ImportKind, tuple[str, str]] = {}


def leads_to(kind: ImportKind, endpoint: str, *, of_authority: str = "") -> None:
    """Say with which screen an officer goes on after a file of this kind.

    `endpoint` takes `slug`; `of_authority` is the one, without arguments, after a file that belongs
    to no consultation.
    """
    _leads_to[kind] = (endpoint, of_authority)


def address(run: ImportRun) -> str:
    """The page of this run: where a route sends the officer after `imports.start`."""
    return url_for("consultations_office.import_run", run_id=run.id)


def _back(run: ImportRun, consultation: Consultation | None) -> str:
    endpoint, of_authority = _leads_to.get(run.kind, ("", ""))
    if consultation is None:
        return url_for(of_authority) if of_authority else "/can-bo/lay-y-kien"
    return (
        url_for(endpoint, slug=consultation.slug)
        if endpoint
        else f"/can-bo/lay-y-kien/{consultation.slug}"
    )


@bp.get("/lay-y-kien/nhap-du-lieu/<int:run_id>")
@require(P.CONSULTATION_READ)
def import_run(run_id: int) -> ResponseReturnValue:
    """How far the file is, and what became of it.

    Looks again by itself while it is being read, with or without scripts.
    """
    run = queries.run(run_id)
    if run.kind is ImportKind.SLIPS and not policy.sees_contacts(me()):
        raise Forbidden(_("Tệp này có thông tin của người dân nên bạn không mở được."))
    if "X-Requested-With" in request.headers:
        return _part(run)
    consultation = staff.by_id(run.consultation_id) if run.consultation_id is not None else None
    refused = service.refused_file_of(run)
    return render_template(
        "consultations/office_import.html",
        run=run,
        consultation=consultation,
        back=_back(run, consultation),
        over=queries.is_over(run),
        state_labels=IMPORT_STATE_LABELS,
        state_colours=STATE_COLOURS,
        kind_label=IMPORT_LABELS[run.kind],
        problems=run.problems[:SHOWN_PROBLEMS],
        refused_file=files.links([refused]) if refused else [],
    )


def _part(run: ImportRun) -> Response:
    """What the script fetches every two seconds; at the end it loads the page anew."""
    if queries.is_over(run):
        return Response(status=205)
    return Response(
        render_template("consultations/_progress.html", run=run, state_labels=IMPORT_STATE_LABELS)
    )
