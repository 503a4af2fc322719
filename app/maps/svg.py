"""The map as one SVG, made by the server: for readers without scripts, for print, and for the
person who confirms a layer.

Presentation attributes only. Colours come from the table of land types; the code is written on
every area that has room, and always in the legend.
"""

from collections.abc import Iterable

from markupsafe import Markup, escape

from app.maps import geo
from app.maps.queries import Drawing, Layer, Pin
from app.maps.states import LayerKind

PAPER, LINE, PROJECT_LINE, PIN = "#f7f5f0", "#6b6b6b", "#9b1c1c", "#0b4f8a"
#: Corners closer than so many pixels to the one before are not drawn.
_NEAR = 0.5
#: Pixels of an area's sides from which on its code is written.
_ROOM_X, _ROOM_Y = 34, 18
_MOST_LABELS = 400


def draw(
    drawing: Drawing,
    *,
    width: int,
    height: int,
    title: str,
    pins: Iterable[Pin] = (),
    bounds: geo.Bounds | None = None,
) -> Markup:
    """The drawing in `width` × `height` pixels;

    `bounds` chooses what it shows, else everything. A blank sheet when there is nothing.
    """
    around = bounds or drawing.bounds
    parts = [f'<rect width="{width}" height="{height}" fill="{PAPER}"/>']
    if around is not None:
        frame = geo.frame(around, width, height)
        for layer in drawing.layers:
            parts.extend(_layer(layer, drawing, frame))
        parts.extend(_labels(drawing, frame))
        parts.extend(_pin(pin, frame) for pin in pins)
    body = "".join(parts)
    return Markup(  # noqa: S704  (made of numbers and escaped text)
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def _layer(layer: Layer, drawing: Drawing, frame: geo.Frame) -> Iterable[str]:
    for feature in layer.features:
        geometry, values = feature["geometry"], feature["properties"]
        code = values.get("code", "")
        colour = drawing.land_use(code).colour
        outline = "".join(
            _path(line, frame, closed=bool(geo.polygons(geometry))) for line in geo.lines(geometry)
        )
        if outline:
            yield _shape(layer.kind, outline, colour, is_area=bool(geo.polygons(geometry)))
        for x, y, *_ in geo.points(geometry):
            left, top = frame.pixel(x, y)
            yield (
                f'<circle cx="{left:.1f}" cy="{top:.1f}" r="5" fill="{colour}" '
                f'stroke="{PROJECT_LINE}" stroke-width="2"/>'
            )


def _shape(kind: LayerKind, outline: str, colour: str, *, is_area: bool) -> str:
    if kind is LayerKind.BOUNDARY:
        return (
            f'<path d="{outline}" fill="none" stroke="#1b1b1b" stroke-width="3" '
            f'stroke-dasharray="10 4 2 4"/>'
        )
    if not is_area:
        return f'<path d="{outline}" fill="none" stroke="{PROJECT_LINE}" stroke-width="3"/>'
    line, weight = (PROJECT_LINE, 2) if kind is LayerKind.PROJECTS else (LINE, 0.8)
    return (
        f'<path d="{outline}" fill="{colour}" fill-rule="evenodd" stroke="{line}" '
        f'stroke-width="{weight}"/>'
    )


def _path(line: geo.Ring, frame: geo.Frame, *, closed: bool) -> str:
    steps: list[str] = []
    before: tuple[float, float] | None = None
    for number, (x, y, *_) in enumerate(line):
        left, top = frame.pixel(x, y)
        is_near = before is not None and abs(left - before[0]) + abs(top - before[1]) < _NEAR
        if is_near and number != len(line) - 1:
            continue
        steps.append(f"{'L' if steps else 'M'}{left:.1f} {top:.1f}")
        before = left, top
    return "".join(steps) + ("Z" if closed else "")


def _room(geometry: dict[str, object], frame: geo.Frame) -> tuple[float, float] | None:
    """Where the code of an area goes, in pixels; None when it is too small to write on."""
    around = geo.bounds_of([{"geometry": geometry}])
    if around is None or not geo.polygons(geometry):
        return None
    wide, high = (
        (around.east - around.west) * frame.east_scale,
        (around.north - around.south) * frame.north_scale,
    )
    return frame.pixel(*geo.middle_of(geometry)) if wide >= _ROOM_X and high >= _ROOM_Y else None


def _labels(drawing: Drawing, frame: geo.Frame) -> Iterable[str]:
    """Codes where there is room, those of projects first; one that would cover
    another is left out.
    """
    taken: list[tuple[float, float]] = []
    for layer in sorted(drawing.plan, key=lambda layer: layer.kind is not LayerKind.PROJECTS):
        for feature in layer.features:
            values = feature["properties"]
            text = values.get("project") or values.get("code", "")
            place = (
                _room(feature["geometry"], frame) if text and len(taken) < _MOST_LABELS else None
            )
            if place and not any(
                abs(x - place[0]) < _ROOM_X and abs(y - place[1]) < _ROOM_Y for x, y in taken
            ):
                taken.append(place)
                yield _label(text, *place, bold=layer.kind is LayerKind.PROJECTS)


def _label(text: str, left: float, top: float, *, bold: bool) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{left:.1f}" y="{top + 4:.1f}" text-anchor="middle" font-family="sans-serif" '
        f'font-size="12"{weight} fill="#1b1b1b"'
        f' stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )


def _pin(pin: Pin, frame: geo.Frame) -> str:
    left, top = frame.pixel(pin.longitude, pin.latitude)
    return (
        f'<path d="M{left:.1f} {top:.1f}l-6 -11a7 7 0 1 1 12 0z" fill="{PIN}" stroke="#ffffff" '
        f'stroke-width="1.5">'
        f"<title>{escape(pin.title)}</title></path>"
    )
