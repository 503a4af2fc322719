"""Layers of a plan's map and the authority's boundary: taking them in, confirming their place,
renaming, replacing, removing.

A layer becomes public only when a person has looked at it over the boundary and confirmed it: a
wrong meridian in a file moves everything by some 27 km, and no program can know it. A layer with
`replaces_id` takes the other's place in that moment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit import moving
from app.audit import service as audit
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.service import core
from app.extensions import db
from app.files.runtime import runtime
from app.imports import kinds
from app.imports import service as imports
from app.imports.models import ImportRun
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.links import Ref
from app.kernel.text import clean_line, shorten
from app.maps import geo, queries, zones
from app.maps.models import MapLayer
from app.maps.readers.limits import DOUBTFUL
from app.maps.states import LAYER_FILE, LayerKind, LayerState
from app.works.models import ProjectItem

TITLE_MAX = 200
#: Further codes of a layer that the note names before it only counts.
_NAMED_CODES = 5
EXTENSIONS = ("zip", "geojson")


def ref(layer: MapLayer) -> Ref:
    """The reference by which the record knows this layer."""
    return Ref("map_layer", layer.id)


def guard(consultation: Consultation | None, actor: Actor) -> None:
    """Raises Forbidden for somebody who may not change this map (None: the
    authority's boundary).
    """
    allowed = (
        actor.has(P.CONSULTATION_SETUP)
        if consultation is None
        else policy.may_edit(actor, consultation)
    )
    if not allowed:
        raise Forbidden(_("Bạn không có quyền sửa bản đồ này."))


# Taking in
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer says about a file."""

    kind: LayerKind
    title: str = ""
    #: EPSG code of the projection; 0: what the file says.
    crs: int = 0
    #: The layer whose place it is to take.
    replaces: int | None = None


def start(
    consultation: Consultation | None, upload: Any, wanted: Wanted, actor: Actor
) -> ImportRun:
    """Take a surveyor's file in and put its reading in line.

    Raises as imports.start does, and FieldError on `title` and `crs`.
    """
    title = clean_line(wanted.title)
    if upload is None:
        raise FieldError("file", _("Hãy chọn một tệp."))
    if len(title) > TITLE_MAX:
        raise FieldError("title", _("Tên lớp dài quá %(limit)s chữ.", limit=TITLE_MAX))
    if wanted.crs and wanted.crs not in zones.KNOWN:
        raise FieldError("crs", _("Hãy chọn một mục trong danh sách."))
    kind = LayerKind.BOUNDARY if consultation is None else wanted.kind
    if consultation is not None and kind is LayerKind.BOUNDARY:
        raise FieldError("kind", _("Hãy chọn một mục trong danh sách."))
    options = {
        "kind": kind.value,
        "title": title,
        "crs": wanted.crs,
        "replaces": wanted.replaces,
        "boundary": [] if kind is LayerKind.BOUNDARY else queries.boundary_features(),
    }
    return imports.start(
        consultation.id if consultation else None, LAYER_FILE, upload, options, actor
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that is here already, as an upload."""

    filename: str | None
    stream: IO[bytes]


def read_again(
    consultation: Consultation | None, run: ImportRun, crs: int, actor: Actor
) -> ImportRun:
    """Read the same file once more in another zone; the unconfirmed layer of the first reading
    gives way to the new one.

    Raises FieldError on `crs` for an unknown zone, NotFound when the file is gone.
    """
    guard(consultation, actor)
    source = imports.source_of(run)
    wanted = Wanted(
        LayerKind(run.options["kind"]),
        str(run.options.get("title", "")),
        crs,
        run.options.get("replaces"),
    )
    with runtime().storage.open(source.blob) as stream:
        again = start(consultation, _Kept(source.name, stream), wanted, actor)
    again.options = {**again.options, "instead_of": run.id}
    db.session.flush()
    return again


def apply_layer(run: ImportRun, rows: kinds.Rows, actor: Actor) -> kinds.ApplyResult:
    """Keep what was read as a layer that nobody outside sees before a person has confirmed its
    place.
    """
    features = list(rows)
    bounds = geo.bounds_of(features)
    if bounds is None or not bounds.within(geo.VIETNAM):
        raise Refused(_("Tệp không có đối tượng bản đồ nào đọc được."))
    options, meta = dict(run.options), rows.meta
    replaced = queries.replaceable(run.consultation_id, options.get("replaces"))
    better = meta.get("better")
    layer = MapLayer(
        consultation_id=run.consultation_id,
        kind=LayerKind(options["kind"]),
        title=_title(options, run, replaced),
        file_name=run.file_name,
        crs=f"EPSG:{meta['crs']}",
        feature_count=len(features),
        bounds=list(bounds),
        inside_share=meta.get("inside_share"),
        geojson=json.dumps(
            {"type": "FeatureCollection", "features": features},
            ensure_ascii=False,
            separators=(",", ":"),
        ),
        note=_remarks(run, features, meta)[:1000],
        better_crs=better[0] if better else None,
        better_share=better[1] if better else None,
        run_id=run.id,
        replaces_id=replaced.id if replaced else None,
    )
    if options.get("instead_of"):
        db.session.execute(
            sa.delete(MapLayer).where(
                MapLayer.run_id == options["instead_of"], MapLayer.state == LayerState.UNCONFIRMED
            ),
        )
    db.session.add(layer)
    # The boundary was only for the reader: the run need not keep a copy of it.
    run.options = {name: value for name, value in options.items() if name != "boundary"}
    advice = doubt(layer) or _("Hãy xem lớp trên bản đồ và xác nhận vị trí trước khi công khai.")
    return kinds.ApplyResult(len(features), message=advice)


def doubt(layer: MapLayer) -> str:
    """Why the layer is probably at a wrong place, with the zone in which it would fit; empty when
    nothing speaks against it.
    """
    if layer.inside_share is None or layer.inside_share >= DOUBTFUL:
        return ""
    share = round(layer.inside_share * 100)
    if layer.better_crs is None or layer.better_share is None:
        return str(
            _(
                "Chỉ %(now)s %% của lớp này nằm trong ranh giới. Hãy kiểm tra tệp và múi chiếu.",
                now=share,
            )
        )
    zone, then = zones.BY_CODE[layer.better_crs].label, round(layer.better_share * 100)
    text = _(
        "%(now)s %% nằm trong ranh giới; nếu chọn múi %(zone)s thì %(then)s %%. Có lẽ tệp dùng "
        "múi đó.",
        now=share,
        zone=zone,
        then=then,
    )
    return str(text)


def _title(options: Mapping[str, Any], run: ImportRun, replaced: MapLayer | None) -> str:
    return str(
        options.get("title")
        or (replaced.title if replaced else "")
        or clean_line(run.file_name.rpartition(".")[0])
        or run.file_name
    )


def _remarks(run: ImportRun, features: list[geo.Feature], meta: Mapping[str, Any]) -> str:
    """What the person who confirms should know."""
    remarks = []
    if meta.get("swapped"):
        remarks.append(_("Trong tệp, tọa độ Bắc đứng trước tọa độ Đông; hệ thống đã đổi lại."))
    if meta.get("tolerance"):
        metres = max(1, round(float(meta["tolerance"]) * 110_650))
        remarks.append(
            _(
                "Đường ranh đã được làm đơn giản, lệch không quá %(metres)s m, để mở được trên "
                "điện thoại.",
                metres=metres,
            )
        )
    is_boundary = run.options.get("kind") == LayerKind.BOUNDARY
    if not is_boundary and not any(feature["properties"].get("code") for feature in features):
        remarks.append(_("Không tìm thấy cột mã loại đất trong tệp."))
    unknown = _unknown_projects(run, features)
    if unknown:
        listed = ", ".join(unknown[:_NAMED_CODES]) + ("…" if len(unknown) > _NAMED_CODES else "")
        remarks.append(
            _(
                "%(n)s mã công trình không có trong danh mục: %(codes)s.",
                n=len(unknown),
                codes=listed,
            )
        )
    return " ".join(remarks)


def _unknown_projects(run: ImportRun, features: list[geo.Feature]) -> list[str]:
    codes = dict.fromkeys(
        feature["properties"]["project"]
        for feature in features
        if feature["properties"].get("project")
    )
    if not codes or run.options.get("kind") != LayerKind.PROJECTS:
        return []
    listed = set(
        db.session.scalars(
            sa.select(ProjectItem.code).where(ProjectItem.consultation_id == run.consultation_id)
        )
    )
    return [code for code in codes if code not in listed] if listed else []


# Changing
# --------------------------------------------------------------------------------------------------
def _begin(layer: MapLayer, actor: Actor, seen_revision: int | None) -> Consultation | None:
    consultation = (
        db.session.get_one(Consultation, layer.consultation_id)
        if layer.consultation_id is not None
        else None
    )
    guard(consultation, actor)
    moving.check_revision(layer, seen_revision)
    return consultation


def _done(
    layer: MapLayer, consultation: Consultation | None, act: str, note: str, actor: Actor
) -> None:
    """One row of the log, one record, new public pages: the boundary is on the map of every
    consultation.
    """
    db.session.flush()
    data = {
        "layer": layer.id,
        "act": act,
        "title": layer.title,
        "features": layer.feature_count,
        "crs": layer.crs,
    }
    if consultation is not None:
        core.note_change(consultation, "map", actor, note=note, data=data)
        return
    audit.record(
        "consultation:map", actor_id=actor.id, actor=actor.full_name, about=ref(layer), data=data
    )
    publication.bump()


def confirm(layer: MapLayer, *, sure: bool, actor: Actor, seen_revision: int | None) -> None:
    """A person has seen the layer at its place: everybody may see it now.

    Raises Refused when it is confirmed already or lies outside Việt Nam, FieldError on `sure` when
    most of it lies outside the authority's boundary and the person did not say that this is right.
    """
    consultation = _begin(layer, actor, seen_revision)
    if layer.state is LayerState.CONFIRMED:
        raise Refused(_("Lớp này đã được xác nhận."))
    if not geo.Bounds(*layer.bounds).within(geo.VIETNAM):
        raise Refused(_("Lớp này nằm ngoài Việt Nam. Hãy đọc lại tệp với múi chiếu đúng."))
    if layer.inside_share is not None and layer.inside_share < DOUBTFUL and not sure:
        raise FieldError(
            "sure",
            _(
                "Phần lớn lớp này nằm ngoài ranh giới. Hãy đánh dấu nếu bạn chắc chắn vị trí là "
                "đúng."
            ),
        )
    layer.state, layer.confirmed_by, layer.confirmed_at = LayerState.CONFIRMED, actor.id, now()
    replaced = layer.replaces_id
    layer.replaces_id, layer.better_crs, layer.better_share = None, None, None
    db.session.flush()
    if layer.kind is LayerKind.BOUNDARY:
        _drop(
            MapLayer.kind == LayerKind.BOUNDARY,
            MapLayer.consultation_id.is_(None),
            MapLayer.id != layer.id,
        )
    elif replaced is not None:
        _drop(MapLayer.id == replaced)
    _done(
        layer,
        consultation,
        "confirm",
        _("Xác nhận vị trí lớp bản đồ «%(title)s».", title=shorten(layer.title, 100)),
        actor,
    )


def _drop(*conditions: Any) -> None:
    ids = list(db.session.scalars(sa.select(MapLayer.id).where(*conditions)))
    db.session.execute(
        sa.update(MapLayer).where(MapLayer.replaces_id.in_(ids)).values(replaces_id=None)
    )
    db.session.execute(sa.delete(MapLayer).where(MapLayer.id.in_(ids)))


def retitle(layer: MapLayer, title: str, *, actor: Actor, seen_revision: int | None) -> None:
    """Give the layer another name. Raises FieldError on `title`."""
    consultation = _begin(layer, actor, seen_revision)
    title = clean_line(title)
    if not title:
        raise FieldError("title", _("Hãy nhập tên lớp."))
    if len(title) > TITLE_MAX:
        raise FieldError("title", _("Tên lớp dài quá %(limit)s chữ.", limit=TITLE_MAX))
    layer.title = title
    _done(
        layer,
        consultation,
        "retitle",
        _("Đổi tên lớp bản đồ thành «%(title)s».", title=shorten(title, 100)),
        actor,
    )


def remove(layer: MapLayer, *, actor: Actor, seen_revision: int | None) -> None:
    """Take the layer away. What people said about its places stays."""
    consultation = _begin(layer, actor, seen_revision)
    db.session.execute(
        sa.update(MapLayer).where(MapLayer.replaces_id == layer.id).values(replaces_id=None)
    )
    db.session.delete(layer)
    _done(
        layer,
        consultation,
        "remove",
        _("Bỏ lớp bản đồ «%(title)s».", title=shorten(layer.title, 100)),
        actor,
    )
