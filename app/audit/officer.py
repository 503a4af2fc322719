"""The record on screen, for administrators and auditors. Nothing here changes anything."""

import itertools
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.access import P, require
from app.audit import export, queries, service, tags
from app.audit.forms import FilterForm
from app.audit.models import GENESIS
from app.kernel import clock, links

bp = Blueprint(
    "audit", __name__, url_prefix="/can-bo/he-thong/nhat-ky", template_folder="templates"
)


def _asked() -> tuple[FilterForm, queries.Filters, dict[str, Any]]:
    form = FilterForm(request.args)
    form.offer(queries.tags_in_use())
    form.validate()
    about = request.args.get("ve", "")
    kept = {name: value for name in (*form._fields, "ve") if (value := request.args.get(name))}
    return form, form.filters(about), kept


@bp.get("")
@require(P.AUDIT_READ)
def index() -> ResponseReturnValue:
    """One page of entries, newest first."""
    form, filters, kept = _asked()
    page = queries.page(filters, after=request.args.get("sau"), before=request.args.get("truoc"))
    return render_template(
        "audit/index.html",
        form=form,
        page=page,
        tag_label=tags.label,
        about=filters.about,
        previous_url=url_for(".index", **kept, truoc=page.previous_cursor)
        if page.previous_cursor
        else None,
        next_url=url_for(".index", **kept, sau=page.next_cursor) if page.next_cursor else None,
        export_url=url_for(".export_csv", **kept),
    )


@bp.get("/<int:number>")
@require(P.AUDIT_READ)
def show(number: int) -> ResponseReturnValue:
    """One entry with everything that was recorded, and its place in the chain."""
    entry = queries.entry(number)
    about = (
        links.Ref(entry.about_kind, entry.about_id)
        if entry.about_kind and entry.about_id is not None
        else None
    )
    return render_template(
        "audit/show.html",
        entry=entry,
        label=tags.label(entry.tag),
        about=about,
        resolved=links.resolve(about) if about else None,
    )


@bp.get("/moc")
@require(P.AUDIT_READ)
def marks() -> ResponseReturnValue:
    """The chain of heads, newest first, and what each is for."""
    return render_template(
        "audit/marks.html",
        marks=list(itertools.islice(queries.marks(), queries.PAGE_SIZE)),
        head=service.head_written(),
    )


@bp.get("/moc/<int:number>")
@require(P.AUDIT_READ)
def mark(number: int) -> ResponseReturnValue:
    """One mark as a sheet of paper, to sign and to keep away from this server."""
    return render_template(
        "audit/mark.html", mark=queries.as_mark(queries.entry(number)), genesis=GENESIS
    )


@bp.get("/nhat-ky.csv")
@require(P.AUDIT_READ)
def export_csv() -> ResponseReturnValue:
    """Everything that the filter finds, streamed."""
    _form, filters, _kept = _asked()
    name = f"nhat-ky-{clock.today():%Y%m%d}.csv"
    return Response(
        stream_with_context(export.lines(queries.every(filters))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
