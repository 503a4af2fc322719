"""A surveyor's file on the map, and confirming its place; the boundary of the authority, which
everything is compared with.
"""

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations import importing, policy
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load, load_for_editing
from app.imports import officer as import_screens
from app.imports import queries as import_queries
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.kernel.errors import FieldError, NotFound
from app.kernel.office_forms import seen_number
from app.kernel.text import int_of
from app.kernel.web import commits
from app.maps import queries, service, svg, zones
from app.maps.forms import BoundaryForm, ConfirmForm, LayerForm, RemoveForm, TitleForm, ZoneForm
from app.maps.models import MapLayer
from app.maps.states import LAYER_FILE, LAYER_LABELS, LayerKind, LayerState

bp = Blueprint("maps", __name__, url_prefix="/can-bo", template_folder="templates")


add_tab(50, "ban-do", _l("Bản đồ"), "maps.map_layers")
importing.register(
    LAYER_FILE,
    _l("Lớp bản đồ"),
    "app.maps.readers.geodata",
    service.apply_layer,
    extensions=service.EXTENSIONS,
    endpoint="maps.map_layers",
    of_authority="maps.boundary",
)
#: Pixels of the drawing on the screens of the office.
WIDTH, HEIGHT = 960, 600
_ADVISED = re.compile(r"\(EPSG:(\d+)\) thì")


# All layers of a consultation
# --------------------------------------------------------------------------------------------------
def _layer_form(layers: list[MapLayer]) -> LayerForm:
    form = LayerForm()
    form.offer([(layer.id, layer.title) for layer in layers if layer.state is LayerState.CONFIRMED])
    return form


def _layers_page(
    consultation: Consultation, layers: list[MapLayer], form: LayerForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "maps/office.html",
        consultation=consultation,
        tab="ban-do",
        layers=layers,
        form=form,
        editable=policy.may_edit(me(), consultation),
        has_boundary=bool(queries.boundary_features()),
        **_runs(consultation.id),
    )
    return page, status


def _runs(consultation_id: int | None) -> dict[str, Any]:
    """Files that are being read, and the last one when it could not be: it may
    only lack its zone.
    """
    runs = import_queries.runs_of(consultation_id, LAYER_FILE)
    failed = runs[0] if runs and runs[0].state is ImportState.FAILED else None
    return {
        "waiting": [run for run in runs if not import_queries.is_over(run)],
        "failed": failed,
        "zone_form": ZoneForm(formdata=None, crs=_advised(failed)) if failed else None,
        "layer_labels": LAYER_LABELS,
        "crs_label": _crs_label,
    }


def _advised(run: ImportRun) -> str:
    """The zone that the reader's sentence proposes, to be chosen already."""
    found = _ADVISED.search(run.message)
    return found.group(1) if found else ""


def _crs_label(crs: str) -> str:
    return zones.label(int(crs.rpartition(":")[2]))


@bp.get("/lay-y-kien/<slug>/ban-do")
@require(P.CONSULTATION_READ)
def map_layers(slug: str) -> ResponseReturnValue:
    """The layers of a consultation, and sending one more."""
    consultation = load(slug)
    layers = queries.layers_of(consultation.id)
    return _layers_page(consultation, layers, _layer_form(layers))


@bp.post("/lay-y-kien/<slug>/ban-do")
@require(P.CONSULTATION_EDIT)
@commits
def add_map_layer(slug: str) -> ResponseReturnValue:
    """Take a surveyor's file in."""
    consultation = load_for_editing(slug)
    layers = queries.layers_of(consultation.id)
    form = _layer_form(layers)
    if not form.validate():
        return _layers_page(consultation, layers, form, 422)
    replaces = int_of(form.replaces.data)
    wanted = service.Wanted(
        LayerKind(form.kind.data), form.title.data or "", int(form.crs.data), replaces
    )
    try:
        run = service.start(consultation, form.file.data, wanted, me())
    except FieldError as error:
        form.apply(error)
        return _layers_page(consultation, layers, form, 422)
    return redirect(import_screens.address(run))


# The boundary
# --------------------------------------------------------------------------------------------------
def _boundary_page(form: BoundaryForm, status: int = 200) -> ResponseReturnValue:
    layers = queries.layers_of(None)
    return render_template("maps/boundary.html", layers=layers, form=form, **_runs(None)), status


@bp.get("/lay-y-kien/thiet-lap/ranh-gioi")
@require(P.CONSULTATION_SETUP)
def boundary() -> ResponseReturnValue:
    """The authority's boundary."""
    return _boundary_page(BoundaryForm())


@bp.post("/lay-y-kien/thiet-lap/ranh-gioi")
@require(P.CONSULTATION_SETUP)
@commits
def add_boundary() -> ResponseReturnValue:
    """Take the boundary's file in."""
    form = BoundaryForm()
    if not form.validate():
        return _boundary_page(form, 422)
    wanted = service.Wanted(LayerKind.BOUNDARY, form.title.data or "", int(form.crs.data))
    try:
        run = service.start(None, form.file.data, wanted, me())
    except FieldError as error:
        form.apply(error)
        return _boundary_page(form, 422)
    return redirect(import_screens.address(run))


# One layer
# --------------------------------------------------------------------------------------------------
# The same five acts stand below two addresses, because two permissions guard them: a consultation's
# layer, the boundary.
def _address(layer: MapLayer, consultation: Consultation | None, act: str = "") -> str:
    if consultation is None:
        return url_for(f"maps.boundary_layer{act}", layer_id=layer.id)
    return url_for(f"maps.map_layer{act}", slug=consultation.slug, layer_id=layer.id)


def _list_address(consultation: Consultation | None) -> str:
    if consultation is None:
        return url_for("maps.boundary")
    return url_for("maps.map_layers", slug=consultation.slug)


def _zone_form(layer: MapLayer) -> ZoneForm:
    """The zone that fits is chosen already."""
    return ZoneForm(formdata=None, crs=str(layer.better_crs or layer.crs.rpartition(":")[2]))


def _layer_page(
    layer: MapLayer, consultation: Consultation | None, status: int = 200, **forms: Any
) -> ResponseReturnValue:
    drawing = queries.layer_drawing(layer)
    shown = {
        "confirm_form": ConfirmForm(formdata=None, seen_revision=layer.revision),
        "title_form": TitleForm(formdata=None, seen_revision=layer.revision, title=layer.title),
        "remove_form": RemoveForm(formdata=None, seen_revision=layer.revision),
        "zone_form": _zone_form(layer),
        **forms,
    }
    page = render_template(
        "maps/layer.html",
        layer=layer,
        consultation=consultation,
        drawing=drawing,
        svg=svg.draw(drawing, width=WIDTH, height=HEIGHT, title=layer.title, bounds=drawing.whole),
        doubt=service.doubt(layer),
        used=_crs_label(layer.crs),
        kind_label=LAYER_LABELS[layer.kind],
        address=lambda act="": _address(layer, consultation, act),
        list_address=_list_address(consultation),
        editable=policy.may_edit(me(), consultation)
        if consultation
        else me().has(P.CONSULTATION_SETUP),
        **shown,
    )
    return page, status


def _confirm(layer: MapLayer, consultation: Consultation | None) -> ResponseReturnValue:
    form = ConfirmForm()
    if not form.validate():
        return _layer_page(layer, consultation, 422, confirm_form=form)
    try:
        service.confirm(
            layer,
            sure=bool(form.sure.data),
            actor=me(),
            seen_revision=seen_number(form.seen_revision.data),
        )
    except FieldError as error:
        form.apply(error)
        return _layer_page(layer, consultation, 422, confirm_form=form)
    flash(_("Đã xác nhận vị trí lớp «%(title)s».", title=layer.title), "success")
    return redirect(_list_address(consultation))


def _retitle(layer: MapLayer, consultation: Consultation | None) -> ResponseReturnValue:
    form = TitleForm()
    if not form.validate():
        return _layer_page(layer, consultation, 422, title_form=form)
    try:
        service.retitle(
            layer,
            form.title.data or "",
            actor=me(),
            seen_revision=seen_number(form.seen_revision.data),
        )
    except FieldError as error:
        form.apply(error)
        return _layer_page(layer, consultation, 422, title_form=form)
    flash(_("Đã đổi tên lớp."), "success")
    return redirect(_address(layer, consultation))


def _remove(layer: MapLayer, consultation: Consultation | None) -> ResponseReturnValue:
    form = RemoveForm()
    if not form.validate():
        return _layer_page(layer, consultation, 422)
    title = layer.title
    service.remove(layer, actor=me(), seen_revision=seen_number(form.seen_revision.data))
    flash(_("Đã bỏ lớp «%(title)s».", title=title), "success")
    return redirect(_list_address(consultation))


def _again(run: ImportRun | None, consultation: Consultation | None) -> ResponseReturnValue:
    """Read the same file in the chosen zone."""
    if (
        run is None
        or run.kind != LAYER_FILE
        or run.consultation_id != (consultation.id if consultation else None)
    ):
        raise NotFound
    form = ZoneForm()
    if not form.validate():
        flash(_("Hãy chọn một múi chiếu trong danh sách."), "error")
        return redirect(_list_address(consultation))
    return redirect(
        import_screens.address(service.read_again(consultation, run, int(form.crs.data), me()))
    )


def _geojson(layer: MapLayer) -> ResponseReturnValue:
    return Response(queries.layer_drawing(layer).as_geojson(), mimetype="application/geo+json")


@bp.get("/lay-y-kien/<slug>/ban-do/<int:layer_id>")
@require(P.CONSULTATION_READ)
def map_layer(slug: str, layer_id: int) -> ResponseReturnValue:
    """One layer over the boundary."""
    consultation = load(slug)
    return _layer_page(queries.by_id(layer_id, consultation.id), consultation)


@bp.get("/lay-y-kien/<slug>/ban-do/<int:layer_id>/lop.geojson")
@require(P.CONSULTATION_READ)
def map_layer_data(slug: str, layer_id: int) -> ResponseReturnValue:
    """The same for the script."""
    return _geojson(queries.by_id(layer_id, load(slug).id))


@bp.post("/lay-y-kien/<slug>/ban-do/<int:layer_id>/xac-nhan")
@require(P.CONSULTATION_EDIT)
@commits
def map_layer_confirm(slug: str, layer_id: int) -> ResponseReturnValue:
    """A person has looked at it."""
    consultation = load_for_editing(slug)
    return _confirm(queries.by_id(layer_id, consultation.id), consultation)


@bp.post("/lay-y-kien/<slug>/ban-do/<int:layer_id>/doi-ten")
@require(P.CONSULTATION_EDIT)
@commits
def map_layer_retitle(slug: str, layer_id: int) -> ResponseReturnValue:
    """Another name."""
    consultation = load_for_editing(slug)
    return _retitle(queries.by_id(layer_id, consultation.id), consultation)


@bp.post("/lay-y-kien/<slug>/ban-do/<int:layer_id>/bo")
@require(P.CONSULTATION_EDIT)
@commits
def map_layer_remove(slug: str, layer_id: int) -> ResponseReturnValue:
    """Away with it."""
    consultation = load_for_editing(slug)
    return _remove(queries.by_id(layer_id, consultation.id), consultation)


@bp.post("/lay-y-kien/<slug>/ban-do/tep/<int:run_id>/doc-lai")
@require(P.CONSULTATION_EDIT)
@commits
def map_read_again(slug: str, run_id: int) -> ResponseReturnValue:
    """The same file in another zone."""
    consultation = load_for_editing(slug)
    return _again(import_queries.run(run_id), consultation)


@bp.get("/lay-y-kien/thiet-lap/ranh-gioi/<int:layer_id>")
@require(P.CONSULTATION_SETUP)
def boundary_layer(layer_id: int) -> ResponseReturnValue:
    """One boundary."""
    return _layer_page(queries.by_id(layer_id, None), None)


@bp.get("/lay-y-kien/thiet-lap/ranh-gioi/<int:layer_id>/lop.geojson")
@require(P.CONSULTATION_SETUP)
def boundary_layer_data(layer_id: int) -> ResponseReturnValue:
    """The same for the script."""
    return _geojson(queries.by_id(layer_id, None))


@bp.post("/lay-y-kien/thiet-lap/ranh-gioi/<int:layer_id>/xac-nhan")
@require(P.CONSULTATION_SETUP)
@commits
def boundary_layer_confirm(layer_id: int) -> ResponseReturnValue:
    """A person has looked at it."""
    return _confirm(queries.by_id(layer_id, None), None)


@bp.post("/lay-y-kien/thiet-lap/ranh-gioi/<int:layer_id>/doi-ten")
@require(P.CONSULTATION_SETUP)
@commits
def boundary_layer_retitle(layer_id: int) -> ResponseReturnValue:
    """Another name."""
    return _retitle(queries.by_id(layer_id, None), None)


@bp.post("/lay-y-kien/thiet-lap/ranh-gioi/<int:layer_id>/bo")
@require(P.CONSULTATION_SETUP)
@commits
def boundary_layer_remove(layer_id: int) -> ResponseReturnValue:
    """Away with it."""
    return _remove(queries.by_id(layer_id, None), None)


@bp.post("/lay-y-kien/thiet-lap/ranh-gioi/tep/<int:run_id>/doc-lai")
@require(P.CONSULTATION_SETUP)
@commits
def boundary_read_again(run_id: int) -> ResponseReturnValue:
    """The same file in another zone."""
    return _again(import_queries.run(run_id), None)
