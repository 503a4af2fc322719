"""The consultations of the office, in their stages."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import P, require
from app.consultations.officer.base import bp
from app.consultations.queries import office
from app.consultations.states import STAGE_LABELS, VISIBILITY_LABELS, Stage

#: What the stages are called in addresses.
_SLUGS = {
    Stage.OPEN: "dang-lay",
    Stage.SCHEDULED: "da-hen",
    Stage.DRAFT: "nhap",
    Stage.CLOSED: "tong-hop",
    Stage.ANSWERED: "da-cong-bo",
    Stage.ARCHIVED: "luu-tru",
}
_STAGES = {slug: stage for stage, slug in _SLUGS.items()}


@bp.get("/lay-y-kien")
@require(P.CONSULTATION_READ)
def index() -> ResponseReturnValue:
    """One page of one stage; without a choice the first stage that holds anything."""
    counts = office.counts()
    stage = _STAGES.get(request.args.get("the", "")) or next(
        (one for one in _SLUGS if counts[one]), Stage.OPEN
    )
    page = office.listing(stage, after=request.args.get("sau"), before=request.args.get("truoc"))

    def address(name: str, cursor: str) -> str:
        values: dict[str, Any] = {"the": _SLUGS[stage], name: cursor}
        return url_for("consultations_office.index", **values)

    tabs = [
        {
            "url": url_for("consultations_office.index", the=slug),
            "label": STAGE_LABELS[one],
            "count": f"{office.COUNT_CAP}+" if counts[one] > office.COUNT_CAP else counts[one],
            "current": one is stage,
        }
        for one, slug in _SLUGS.items()
    ]
    return render_template(
        "consultations/office_list.html",
        page=page,
        stage=stage,
        tabs=tabs,
        nothing=not any(counts.values()),
        overdue=office.overdue_count(),
        overdue_url=url_for("consultations_office.index", the=_SLUGS[Stage.CLOSED]),
        visibility_labels=VISIBILITY_LABELS,
        prev_url=address("truoc", page.previous_cursor) if page.previous_cursor else None,
        next_url=address("sau", page.next_cursor) if page.next_cursor else None,
    )
