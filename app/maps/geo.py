"""Geometry of the plan's map in plain Python: bounds, point in polygon, how much lies inside,
areas, pixels.

Everything is GeoJSON (RFC 7946): longitude before latitude, in degrees of WGS 84. Nothing here
replaces a cadastral map.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Feature = dict[str, Any]
Ring = list[list[float]]

#: Degrees; 6 decimals are 11 cm, far below the accuracy of the conversion.
DECIMALS = 6
#: A comment's place as everybody sees it: 0.00005° are about five metres.
PUBLIC_STEP = 0.00005
#: How many horizontal lines `inside_share` lays through a layer.
SCANLINES = 240
_EQUATOR, _FLATTENING = 6_378_137.0, 1 / 298.257223563


class Bounds(NamedTuple):
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, x: float, y: float) -> bool:
        """Does the point lie in it?"""
        return self.west <= x <= self.east and self.south <= y <= self.north

    def within(self, other: "Bounds") -> bool:
        """Does all of it lie in the other?"""
        return other.holds(self.west, self.south) and other.holds(self.east, self.north)


#: The whole country with its archipelagos: what lies outside was read in the wrong way.
VIETNAM = Bounds(102.0, 6.0, 118.0, 23.5)
_AREAS = {"Polygon", "MultiPolygon"}


def polygons(geometry: dict[str, Any]) -> list[list[Ring]]:
    """The polygons of a geometry, each as its outer ring and its holes; none for
    points and lines.
    """
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if geometry["type"] == "MultiPolygon" else []


def lines(geometry: dict[str, Any]) -> list[Ring]:
    """Rings and lines of a geometry, as lists of positions."""
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiLineString":
        return list(geometry["coordinates"])
    return [ring for polygon in polygons(geometry) for ring in polygon]


def points(geometry: dict[str, Any]) -> list[list[float]]:
    """The positions of a point or of several; none for lines and areas."""
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if geometry["type"] == "MultiPoint" else []


def positions(geometry: dict[str, Any]) -> Iterator[list[float]]:
    """Every position of a geometry."""
    yield from points(geometry)
    for line in lines(geometry):
        yield from line


def bounds_of(features: Iterable[Feature]) -> Bounds | None:
    """The rectangle around all of them, or None when there is nothing."""
    xs: list[float] = []
    ys: list[float] = []
    for feature in features:
        for place in positions(feature["geometry"]):
            xs.append(place[0])
            ys.append(place[1])
    return Bounds(min(xs), min(ys), max(xs), max(ys)) if xs else None


def joined(several: Iterable[Bounds | None]) -> Bounds | None:
    """The rectangle around several rectangles."""
    known = [bounds for bounds in several if bounds is not None]
    if not known:
        return None
    return Bounds(
        min(b.west for b in known),
        min(b.south for b in known),
        max(b.east for b in known),
        max(b.north for b in known),
    )


def in_polygon(x: float, y: float, rings: Iterable[Ring]) -> bool:
    """Does the point lie inside, holes left out (even-odd rule)?"""
    inside = False
    for ring in rings:
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
    return inside


def in_features(x: float, y: float, features: Iterable[Feature]) -> bool:
    """Does the point lie in any of these areas?"""
    return any(
        in_polygon(x, y, polygon)
        for feature in features
        for polygon in polygons(feature["geometry"])
    )


# Areas
# --------------------------------------------------------------------------------------------------
def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Metres of one degree of longitude and of latitude at this latitude, on the ellipsoid of WGS
    84.
    """
    squared = _FLATTENING * (2 - _FLATTENING)
    sine = math.sin(math.radians(latitude))
    root = math.sqrt(1 - squared * sine * sine)
    east = _EQUATOR / root * math.cos(math.radians(latitude))
    north = _EQUATOR * (1 - squared) / root**3
    return math.radians(east), math.radians(north)


def _ring_area(ring: Ring) -> float:
    x0, y0 = ring[0][0], ring[0][1]
    total = 0.0
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:], strict=False):
        total += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    return total / 2


def area_m2(geometry: dict[str, Any]) -> float:
    """Square metres of an area, holes left out; 0 for points and lines.

    Good to about one in a thousand for a commune.
    """
    found = polygons(geometry)
    if not found:
        return 0.0
    east, north = metres_per_degree(found[0][0][0][1])
    total = 0.0
    for outer, *holes in found:
        total += abs(_ring_area(outer)) - sum(abs(_ring_area(hole)) for hole in holes)
    return max(0.0, total) * east * north


def hectares(square_metres: float) -> float:
    """With two decimals, as in the statutory tables."""
    return round(square_metres / 10_000, 2)


def middle_of(geometry: dict[str, Any]) -> tuple[float, float]:
    """A place that stands for the whole: inside the largest polygon, half-way along a line, the
    first point.
    """
    found = polygons(geometry)
    if found:
        largest = max(found, key=lambda polygon: abs(_ring_area(polygon[0])))
        return _inside(largest)
    line = (lines(geometry) or [points(geometry)])[0]
    place = line[len(line) // 2]
    return place[0], place[1]


def _inside(polygon: list[Ring]) -> tuple[float, float]:
    ys = [place[1] for place in polygon[0]]
    low, high = min(ys), max(ys)
    best, width = (polygon[0][0][0], polygon[0][0][1]), -1.0
    for part in (0.5, 0.35, 0.65, 0.2, 0.8):
        y = low + (high - low) * part
        for start, end in _spans(polygon, y):
            if end - start > width:
                best, width = ((start + end) / 2, y), end - start
        if width > 0:
            break
    return best


# How much lies inside
# --------------------------------------------------------------------------------------------------
def _spans(rings: Iterable[Ring], y: float) -> list[tuple[float, float]]:
    """Where a horizontal line runs through an area."""
    crossings: list[float] = []
    for ring in rings:
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y):
                crossings.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    crossings.sort()
    return list(zip(crossings[::2], crossings[1::2], strict=False))


def _rows(
    features: Iterable[Feature], south: float, step: float, count: int
) -> list[list[tuple[float, float]]]:
    """For each of `count` lines, `step` apart, the merged spans of all the areas."""
    crossed: list[list[tuple[float, float]]] = [[] for _ in range(count)]
    for feature in features:
        for polygon in polygons(feature["geometry"]):
            ys = [place[1] for ring in polygon for place in ring]
            first = max(0, math.ceil((min(ys) - south) / step - 0.5))
            last = min(count - 1, math.floor((max(ys) - south) / step - 0.5))
            for number in range(first, last + 1):
                crossed[number].extend(_spans(polygon, south + (number + 0.5) * step))
    return [_merged(row) for row in crossed]


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    result: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def _overlap(left: list[tuple[float, float]], right: list[tuple[float, float]]) -> float:
    total, i, j = 0.0, 0, 0
    while i < len(left) and j < len(right):
        total += max(0.0, min(left[i][1], right[j][1]) - max(left[i][0], right[j][0]))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return total


def inside_share(features: list[Feature], boundary: list[Feature]) -> float:
    """How much of a layer lies within the boundary, 0 to 1: by area, or by positions when it has
    points and lines only.
    """
    around = bounds_of(feature for feature in features if feature["geometry"]["type"] in _AREAS)
    if around is None or around.north <= around.south:
        places = [place for feature in features for place in positions(feature["geometry"])]
        inside = sum(in_features(place[0], place[1], boundary) for place in places)
        return inside / len(places) if places else 0.0
    step = (around.north - around.south) / SCANLINES
    mine, theirs = (
        _rows(features, around.south, step, SCANLINES),
        _rows(boundary, around.south, step, SCANLINES),
    )
    whole = sum(end - start for row in mine for start, end in row)
    return (
        min(
            1.0,
            sum(_overlap(left, right) for left, right in zip(mine, theirs, strict=True)) / whole,
        )
        if whole
        else 0.0
    )


# Pixels
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing of `width` × `height` pixels that shows at least the bounds, true to scale in both
    directions.
    """

    west: float
    north: float
    width: int
    height: int
    #: Pixels of one degree of longitude and of latitude.
    east_scale: float
    north_scale: float

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a place is drawn."""
        return (x - self.west) * self.east_scale, (self.north - y) * self.north_scale

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The place behind a pixel: longitude, latitude."""
        return round(self.west + x / self.east_scale, DECIMALS), round(
            self.north - y / self.north_scale, DECIMALS
        )


def frame(bounds: Bounds, width: int, height: int, *, margin: float = 0.04) -> Frame:
    """The drawing that holds these bounds with a margin (a share of each side), centred."""
    east, north = metres_per_degree((bounds.south + bounds.north) / 2)
    # A layer that is a single point still gets a piece of land of 200 m around it.
    metres_x = max((bounds.east - bounds.west) * east, 200.0) * (1 + 2 * margin)
    metres_y = max((bounds.north - bounds.south) * north, 200.0) * (1 + 2 * margin)
    scale = min(width / metres_x, height / metres_y)
    middle_x, middle_y = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
    return Frame(
        west=middle_x - width / 2 / (scale * east),
        north=middle_y + height / 2 / (scale * north),
        width=width,
        height=height,
        east_scale=scale * east,
        north_scale=scale * north,
    )


def from_pixel(
    bounds: Bounds, width: int, height: int, x: float, y: float
) -> tuple[float, float] | None:
    """Longitude and latitude behind a pixel of the drawing of these bounds, or None when it lies
    outside the drawing.
    """
    if not (0 <= x <= width and 0 <= y <= height):
        return None
    return frame(bounds, width, height).place(x, y)


def public_place(longitude: float, latitude: float) -> tuple[float, float]:
    """A comment's place as everybody may see it, to about five metres: nobody's doorstep."""
    return round(round(longitude / PUBLIC_STEP) * PUBLIC_STEP, 5), round(
        round(latitude / PUBLIC_STEP) * PUBLIC_STEP, 5
    )


def parse_place(text: str) -> tuple[float, float] | None:
    """Longitude and latitude of «15.09000,108.77000» (latitude first, as in a link), or None when
    it is no place in Việt Nam.
    """
    latitude, comma, longitude = text.partition(",")
    if not comma or len(text) > 40:
        return None
    try:
        y, x = float(latitude), float(longitude)
    except ValueError:
        return None
    return (x, y) if VIETNAM.holds(x, y) else None
