"""Fewer corners without gaps: borders that two areas share are simplified once, and both get the
same line.

Rings are cut into arcs where three lines meet (as in TopoJSON), each arc is thinned by
Douglas–Peucker in one direction only, and the rings are put together again. An area that would
collapse keeps its corners.
"""

from typing import Any

Place = tuple[float, float]
Ring = list[Place]
_FEWEST = 4


def simplified(rings: list[Ring], tolerance: float) -> list[Ring]:
    """The same rings and lines with fewer corners; none moves by more than the tolerance (degrees).

    Closed ones stay closed.
    """
    meeting = _meeting_points(rings)
    known: dict[tuple[Place, ...], Ring] = {}
    return [_thin_ring(ring, meeting, tolerance, known) for ring in rings]


def _meeting_points(rings: list[Ring]) -> set[Place]:
    """Places where lines part: their two neighbours are not the same everywhere, or a line ends
    there.
    """
    neighbours: dict[Place, tuple[Place, Place]] = {}
    meeting: set[Place] = set()
    for ring in rings:
        closed = ring[0] == ring[-1]
        if not closed:
            meeting.update((ring[0], ring[-1]))
        body = ring[:-1] if closed else ring
        for number in range(0 if closed else 1, len(body) if closed else len(body) - 1):
            before, after = body[number - 1], body[(number + 1) % len(body)]
            pair = (before, after) if before < after else (after, before)
            if neighbours.setdefault(body[number], pair) != pair:
                meeting.add(body[number])
    return meeting


def _thin_ring(
    ring: Ring, meeting: set[Place], tolerance: float, known: dict[tuple[Place, ...], Ring]
) -> Ring:
    closed = ring[0] == ring[-1]
    if closed:
        ring = _rotated(ring, meeting)
    cuts = [
        0,
        *(number for number in range(1, len(ring) - 1) if ring[number] in meeting),
        len(ring) - 1,
    ]
    result: Ring = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        result.extend(_thin_arc(ring[start : end + 1], tolerance, known)[:-1])
    result.append(ring[-1])
    return ring if closed and len(result) < _FEWEST else result


def _rotated(ring: Ring, meeting: set[Place]) -> Ring:
    """The ring beginning at a place where lines meet, or at its smallest place, so that its
    neighbour begins there too.
    """
    body = ring[:-1]
    first = next((number for number, place in enumerate(body) if place in meeting), None)
    if first is None:
        first = min(range(len(body)), key=body.__getitem__)
    body = body[first:] + body[:first]
    return [*body, body[0]]


def _thin_arc(arc: Ring, tolerance: float, known: dict[tuple[Place, ...], Ring]) -> Ring:
    """One arc, always thinned in the same direction whoever asks."""
    turned = tuple(reversed(arc)) < tuple(arc)
    key = tuple(reversed(arc)) if turned else tuple(arc)
    if key not in known:
        known[key] = _douglas_peucker(list(key), tolerance)
    return list(reversed(known[key])) if turned else known[key]


def _douglas_peucker(line: Ring, tolerance: float) -> Ring:
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    if line[0] == line[-1] and len(line) > _FEWEST:
        # A whole ring has no chord: the farthest corner gives it one.
        x, y = line[0]
        far = max(
            range(1, len(line) - 1),
            key=lambda number: (line[number][0] - x) ** 2 + (line[number][1] - y) ** 2,
        )
        keep.add(far)
        waiting = [(0, far), (far, len(line) - 1)]
    while waiting:
        start, end = waiting.pop()
        number, distance = _farthest(line, start, end)
        if distance > tolerance * tolerance:
            keep.add(number)
            waiting += [(start, number), (number, end)]
    return [line[number] for number in sorted(keep)]


def _farthest(line: Ring, start: int, end: int) -> tuple[int, float]:
    """The place between two that is farthest from the straight line between them, and its distance
    squared.
    """
    (x1, y1), (x2, y2) = line[start], line[end]
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    best, distance = start, -1.0
    for number in range(start + 1, end):
        x, y = line[number]
        if length:
            part = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length))
            away = (x - x1 - part * dx) ** 2 + (y - y1 - part * dy) ** 2
        else:
            away = (x - x1) ** 2 + (y - y1) ** 2
        if away > distance:
            best, distance = number, away
    return best, distance


def simplify_geometries(geometries: list[dict[str, Any]], tolerance: float) -> list[dict[str, Any]]:
    """GeoJSON geometries, all thinned together so that shared borders stay shared.

    Points stay as they are.
    """
    rings: list[Ring] = []
    for geometry in geometries:
        _walk(geometry, rings)
    thin = iter(simplified(rings, tolerance))
    return [_rebuilt(geometry, thin) for geometry in geometries]


_DEPTH = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}


def _walk(geometry: dict[str, Any], rings: list[Ring]) -> None:
    depth = _DEPTH.get(geometry["type"])
    if depth is None:
        return
    level: list[Any] = [geometry["coordinates"]]
    for _step in range(depth):
        level = [part for whole in level for part in whole]
    rings.extend([(place[0], place[1]) for place in ring] for ring in level)


def _rebuilt(geometry: dict[str, Any], thin: Any) -> dict[str, Any]:
    depth = _DEPTH.get(geometry["type"])
    if depth is None:
        return geometry

    def build(part: Any, level: int) -> Any:
        return (
            [list(place) for place in next(thin)]
            if level == 0
            else [build(inner, level - 1) for inner in part]
        )

    return {"type": geometry["type"], "coordinates": build(geometry["coordinates"], depth)}
