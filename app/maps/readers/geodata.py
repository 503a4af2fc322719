"""A surveyor's map file — a zipped Shapefile or GeoJSON, in VN-2000 or WGS 84 — as plain GeoJSON in
WGS 84.

Options: `crs` (EPSG code that the officer chose; 0: what the file says), `boundary` (features of
the authority's boundary). Rows are GeoJSON features whose properties are `code`, `name`, `project`
and `ha`. Meta: `crs`, `swapped`, `inside_share`, `better` ([EPSG code, share] of the zone that fits
when the one used does not), `tolerance` (degrees of simplification).
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.imports.protocol import Unreadable, meta, progress, refused, row
from app.maps import geo, zones
from app.maps.readers import attributes, projections, shapefile_zip
from app.maps.readers.limits import (
    DOUBTFUL,
    MAX_FEATURES,
    MAX_SIZE,
    MAX_TOLERANCE,
    MAX_VERTICES,
    TARGET_SIZE,
)
from app.maps.readers.simplify import simplify_geometries

_FIRST_TOLERANCE = 0.000004
#: Another zone is proposed when so much more lies inside.
BETTER = 0.2
_NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


@dataclass(slots=True)
class Source:
    """A file taken apart: coordinates as they stand in it."""

    #: Number in the file from 1, properties, geometry (None: empty).
    features: list[tuple[int, dict[str, Any], dict[str, Any] | None]]
    columns: dict[str, str]
    #: EPSG code that the file states; None: nothing, or nothing that we know.
    declared: int | None
    #: What it states when we do not know it.
    unknown: str = ""


@dataclass(slots=True)
class Taken:
    """What became of the features."""

    features: list[geo.Feature] = field(default_factory=list)
    refused: list[tuple[int, dict[str, Any], str]] = field(default_factory=list)


def read(path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """See the module. Raises Unreadable with a sentence for the officer."""
    source = _open(path)
    count = len(source.features)
    yield progress(0, count)
    swapped = _turn_axes(source)
    boundary: list[geo.Feature] = options.get("boundary") or []
    crs = _projection(source, int(options.get("crs") or 0), boundary)
    taken = _take(source, crs)
    yield progress(count // 2, count)
    if not taken.features:
        raise Unreadable(_nothing_left(source, taken, crs, boundary))
    share = geo.inside_share(taken.features, boundary) if boundary else None
    better = _better(source, crs, share, boundary)
    tolerance = _thin(taken.features)
    yield meta(
        {
            "crs": crs,
            "swapped": swapped,
            "inside_share": share,
            "better": better,
            "tolerance": tolerance,
        }
    )
    for feature in taken.features:
        yield row(feature)
    for number, cells, reason in taken.refused:
        yield refused(number, cells, [reason])
    yield progress(count, count)


# Opening
# --------------------------------------------------------------------------------------------------
def _open(path: Path) -> Source:
    with path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    if not is_zip:
        return _geojson(path.read_bytes())
    parts = shapefile_zip.parts_of(path)
    return _geojson(parts["geojson"]) if "geojson" in parts else _shapefile(parts)


def _shapefile(parts: dict[str, bytes]) -> Source:
    rows = shapefile_zip.records(parts["dbf"])
    chosen = attributes.columns(list(rows[0])) if rows else {}
    features: list[tuple[int, dict[str, Any], dict[str, Any] | None]] = []
    for number, geometry in enumerate(shapefile_zip.shapes(parts), 1):
        _check_count(number)
        features.append((number, dict(rows[number - 1]) if number <= len(rows) else {}, geometry))
    text = parts.get("prj", b"").decode("utf-8", "replace").strip("\ufeff \0\r\n")
    declared = projections.of_wkt(text) if text else None
    return _checked(
        Source(features, chosen, declared, text[:80] if text and declared is None else "")
    )


def _geojson(data: bytes) -> Source:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(
            _("Tệp không phải GeoJSON (UTF-8) và cũng không phải Shapefile nén .zip.")
        ) from error
    if (
        not isinstance(document, dict)
        or document.get("type") != "FeatureCollection"
        or not isinstance(document.get("features"), list)
    ):
        raise Unreadable(_("Tệp GeoJSON phải là một FeatureCollection."))
    _check_count(len(document["features"]))
    features: list[tuple[int, dict[str, Any], dict[str, Any] | None]] = []
    for number, feature in enumerate(document["features"], 1):
        known = feature if isinstance(feature, dict) else {}
        properties, geometry = known.get("properties"), known.get("geometry")
        features.append(
            (
                number,
                properties if isinstance(properties, dict) else {},
                geometry if isinstance(geometry, dict) else None,
            ),
        )
    names = list(
        dict.fromkeys(name for _number, properties, _geometry in features for name in properties)
    )
    declared, unknown = _stated(document)
    return _checked(Source(features, attributes.columns(names), declared, unknown))


def _stated(document: dict[str, Any]) -> tuple[int | None, str]:
    """The crs member of GeoJSON 2008, which drawing programs still write; without it RFC 7946 says
    WGS 84.
    """
    stated = document.get("crs")
    if stated is None:
        return zones.WGS84, ""
    properties = stated.get("properties") if isinstance(stated, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    code = projections.of_name(name)
    return code, "" if code else name[:80] or "?"


def _check_count(count: int) -> None:
    if count > MAX_FEATURES:
        raise Unreadable(
            _(
                "Lớp bản đồ có hơn %(limit)s đối tượng. Hãy chia nhỏ lớp rồi tải lên lại.",
                limit=MAX_FEATURES,
            )
        )


def _checked(source: Source) -> Source:
    """Only geometries whose coordinates have the shape that their type says, with two finite
    numbers each; bounded in number.
    """
    total = 0
    for place, (number, properties, geometry) in enumerate(source.features):
        flat = _flat(geometry) if geometry is not None else None
        if flat is None:
            source.features[place] = (number, properties, None)
            continue
        total += sum(1 for _position in geo.positions(flat))
        if total > MAX_VERTICES:
            raise Unreadable(
                _(
                    "Lớp bản đồ có quá nhiều đỉnh (hơn %(limit)s). Hãy chia nhỏ hoặc làm đơn giản "
                    "lớp.",
                    limit=MAX_VERTICES,
                )
            )
        source.features[place] = (number, properties, flat)
    return source


def _flat(geometry: dict[str, Any]) -> dict[str, Any] | None:
    kind = geometry.get("type")
    depth = _NESTING.get(kind) if isinstance(kind, str) else None
    if depth is None:
        return None
    try:
        return {"type": kind, "coordinates": _numbers(geometry.get("coordinates"), depth)}
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _numbers(part: Any, depth: int) -> Any:
    if depth:
        if not part:
            raise ValueError
        return [_numbers(inner, depth - 1) for inner in part]
    x, y = float(part[0]), float(part[1])
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError
    return [x, y]


# Which projection
# --------------------------------------------------------------------------------------------------
def _extent(source: Source) -> geo.Bounds | None:
    return geo.bounds_of(
        {"geometry": geometry}
        for _number, _properties, geometry in source.features
        if geometry is not None
    )


def _turn_axes(source: Source) -> bool:
    """Vietnamese surveyors call the northing X: a file with it in front is turned round.

    In Việt Nam it is always the larger one.
    """
    extent = _extent(source)
    if extent is None or extent.west < 900_000 or extent.north > 900_000 or extent.south < 100_000:
        return False
    for _number, _properties, geometry in source.features:
        for place in geo.positions(geometry) if geometry is not None else ():
            place.reverse()
    return True


def _projection(source: Source, chosen: int, boundary: list[geo.Feature]) -> int:
    """The officer's choice, else what the file says. Raises Unreadable when neither says it."""
    extent = _extent(source)
    if extent is None:
        raise Unreadable(_("Tệp không có đối tượng bản đồ nào đọc được."))
    in_degrees = (
        geo.Bounds(-180, -90, 180, 90).holds(extent.west, extent.south)
        and max(extent.east, extent.north) <= 180
    )
    if chosen in zones.KNOWN:
        _check_unit(chosen, in_degrees=in_degrees)
        return chosen
    stated = source.declared
    if in_degrees and stated is None and not source.unknown:
        return zones.WGS84
    if stated is not None and (stated in zones.BY_CODE) is not in_degrees:
        return stated
    fits = _fits(source, zones.BY_CODE, boundary)[:1] if boundary and not in_degrees else []
    raise Unreadable(_unstated(source, fits))


def _check_unit(chosen: int, *, in_degrees: bool) -> None:
    if in_degrees and chosen in zones.BY_CODE:
        raise Unreadable(
            _("Tọa độ trong tệp là độ, không phải mét. Hãy chọn «Theo tệp» hoặc WGS 84.")
        )
    if not in_degrees and chosen not in zones.BY_CODE:
        raise Unreadable(_("Tọa độ trong tệp là mét, không phải độ. Hãy chọn múi chiếu VN-2000."))


def _unstated(source: Source, fits: list[tuple[float, int]]) -> str:
    if source.unknown:
        said = _("Không nhận ra hệ tọa độ ghi trong tệp («%(name)s»).", name=source.unknown)
    else:
        said = _("Tệp không nói rõ hệ tọa độ.")
    if fits and fits[0][0] >= DOUBTFUL:
        share, code = fits[0]
        advice = _(
            "Nếu là múi %(zone)s thì %(share)s %% nằm trong ranh giới. Hãy chọn múi đó rồi đọc "
            "lại.",
            zone=zones.BY_CODE[code].label,
            share=round(share * 100),
        )
    else:
        advice = _("Hãy hỏi đơn vị đo vẽ kinh tuyến trục, chọn múi rồi đọc lại.")
    return f"{said} {advice}"


def _fits(source: Source, codes: Any, boundary: list[geo.Feature]) -> list[tuple[float, int]]:
    """How much of the layer lies within the boundary in each zone, best first.

    Far zones are dismissed by their rectangles.
    """
    around = geo.bounds_of(boundary)
    extent = _extent(source)
    if around is None or extent is None:
        return []
    result = []
    for code in codes:
        xs, ys = projections.convert(code, [extent.west, extent.east], [extent.south, extent.north])
        if not _meets(geo.Bounds(xs[0], ys[0], xs[1], ys[1]), around):
            continue
        share = geo.inside_share(_take(source, code).features, boundary)
        result.append((share, code))
    return sorted(result, key=lambda fit: (-fit[0], _order(fit[1])))


def _order(code: int) -> int:
    """Zones of three degrees before UTM when both fit alike."""
    return [zone.epsg for zone in zones.ZONES].index(code)


def _meets(one: geo.Bounds, other: geo.Bounds) -> bool:
    # The corners of a projected rectangle are not exactly its rectangle in degrees: a little more
    # is allowed.
    slack = 0.02
    return not (
        one.east + slack < other.west
        or other.east + slack < one.west
        or one.north + slack < other.south
        or other.north + slack < one.south
    )


def _better(
    source: Source, crs: int, share: float | None, boundary: list[geo.Feature]
) -> list[Any] | None:
    """The zone that fits, when the one that was used does not: a wrong meridian moves everything by
    some 27 km.
    """
    if share is None or share >= DOUBTFUL or crs not in zones.BY_CODE:
        return None
    fits = _fits(source, projections.others(crs), boundary)
    return [fits[0][1], fits[0][0]] if fits and fits[0][0] >= share + BETTER else None


def _nothing_left(source: Source, taken: Taken, crs: int, boundary: list[geo.Feature]) -> str:
    found = _better(source, crs, 0.0, boundary) if boundary else None
    if found:
        text = _(
            "Với %(used)s, không có gì nằm trong ranh giới; nếu chọn múi %(zone)s thì %(share)s "
            "%%. Hãy chọn múi đó rồi đọc lại.",
            used=zones.label(crs),
            zone=zones.BY_CODE[found[0]].label,
            share=round(found[1] * 100),
        )
        return str(text)
    return str(
        _("Không nhận được đối tượng nào. Lý do đầu tiên: %(reason)s", reason=taken.refused[0][2])
    )


# Converting
# --------------------------------------------------------------------------------------------------
def _take(source: Source, crs: int) -> Taken:
    taken = Taken()
    for number, properties, geometry in source.features:
        values = attributes.kept(properties, source.columns)
        made = (
            _converted(geometry, crs)
            if geometry is not None
            else _("Không có hình, hoặc hình không đọc được.")
        )
        if isinstance(made, str):
            taken.refused.append((number, _cells(properties), made))
            continue
        area = geo.area_m2(made)
        extra = {"ha": geo.hectares(area)} if area else {}
        taken.features.append(
            {"type": "Feature", "properties": {**values, **extra}, "geometry": made}
        )
    return taken


def _cells(properties: dict[str, Any]) -> dict[str, str]:
    """The attributes of a refused feature, so that the surveyor finds it again."""
    return {
        str(name)[:60]: str(value)[:200]
        for name, value in list(properties.items())[:30]
        if value not in (None, "")
    }


def _converted(geometry: dict[str, Any], crs: int) -> dict[str, Any] | str:
    """The geometry in WGS 84 with rounded coordinates, or why not."""
    places = list(geo.positions(geometry))
    xs, ys = projections.convert(
        crs, [place[0] for place in places], [place[1] for place in places]
    )
    if not all(geo.VIETNAM.holds(x, y) for x, y in zip(xs, ys, strict=True)):
        return str(_("Nằm ngoài Việt Nam: hệ tọa độ hoặc múi chiếu chưa đúng."))
    numbers = iter(zip(xs, ys, strict=True))
    made = {
        "type": geometry["type"],
        "coordinates": _rounded(geometry["coordinates"], _NESTING[geometry["type"]], numbers),
    }
    if any(
        len(ring) < 4 or ring[0] != ring[-1] for polygon in geo.polygons(made) for ring in polygon
    ):
        return str(_("Vùng không khép kín hoặc có ít hơn ba đỉnh."))
    if any(len(line) < 2 for line in geo.lines(made)):
        return str(_("Đường có ít hơn hai đỉnh."))
    if geo.polygons(made) and not geo.area_m2(made):
        return str(_("Vùng không có diện tích."))
    return made


def _rounded(part: Any, depth: int, numbers: Iterator[tuple[float, float]]) -> Any:
    if depth == 0:
        x, y = next(numbers)
        return [round(x, geo.DECIMALS), round(y, geo.DECIMALS)]
    made = [_rounded(inner, depth - 1, numbers) for inner in part]
    # Corners that fell together are one corner.
    return (
        [place for number, place in enumerate(made) if number == 0 or place != made[number - 1]]
        if depth == 1
        else made
    )


def _thin(features: list[geo.Feature]) -> float:
    """Fewer corners until the layer fits a phone; borders that areas share stay shared.

    Returns the tolerance in degrees.
    """
    originals = [feature["geometry"] for feature in features]
    tolerance = 0.0
    while len(_text(features)) > TARGET_SIZE and tolerance < MAX_TOLERANCE:
        tolerance = min(MAX_TOLERANCE, tolerance * 2 or _FIRST_TOLERANCE)
        for feature, geometry in zip(
            features, simplify_geometries(originals, tolerance), strict=True
        ):
            feature["geometry"] = geometry
    if len(_text(features)) > MAX_SIZE:
        raise Unreadable(
            _("Lớp bản đồ quá lớn để xem trên điện thoại. Hãy chia nhỏ lớp rồi tải lên lại.")
        )
    return tolerance


def _text(features: list[geo.Feature]) -> str:
    return json.dumps(features, ensure_ascii=False, separators=(",", ":"))
