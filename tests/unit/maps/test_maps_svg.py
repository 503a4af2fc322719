"""The map as a drawing: numbers and escaped text only, nothing inline that the
policy would block.
"""

import datetime as dt
import json
import re
from xml.etree import ElementTree

from app.comments.states import Stance
from app.devtools.demo import maps as demo
from app.maps import geo
from app.maps import svg as maps_svg
from app.maps.queries import NO_COLOUR, Drawing, LandUse, Layer, Pin
from app.maps.states import LayerKind


def drawing(**names: str) -> Drawing:
    land = demo.land_use()["features"]
    land[0]["properties"].update(names)
    layers = [
        Layer(1, LayerKind.BOUNDARY, "Ranh giới", demo.boundary()["features"]),
        Layer(2, LayerKind.LAND_USE, "Quy hoạch", land),
        Layer(3, LayerKind.PROJECTS, "Công trình", demo.projects()["features"]),
    ]
    return Drawing(layers, {"LUC": LandUse("LUC", "Đất chuyên trồng lúa", "#fffc8c")})


def draw(what: Drawing, **more: object) -> str:
    return str(maps_svg.draw(what, width=1000, height=660, title="Bản đồ <thử>", **more))  # type: ignore[arg-type]


def test_every_area_is_drawn_with_its_colour() -> None:
    svg = draw(drawing())
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own)
    paths = root.findall("{http://www.w3.org/2000/svg}path")
    assert len(paths) == 1 + 40 + 24
    fills = [path.get("fill") for path in paths]
    assert fills[0] == "none"
    assert fills.count("#fffc8c") == sum(codes.count("LUC") for codes in demo.LAND_USES)
    assert NO_COLOUR in fills


def test_presentation_attributes_only() -> None:
    svg = draw(drawing())
    assert "style" not in svg
    assert "class" not in svg
    assert "&lt;thử&gt;" in svg
    numbers = [
        float(number)
        for path in re.findall(r' d="([^"]+)"', svg)
        for number in re.findall(r"-?[\d.]+", path)
    ]
    assert min(numbers) > -1
    assert max(numbers) < 1001


def test_text_of_a_file_is_escaped() -> None:
    svg = draw(drawing(code='"><x'))
    assert "&#34;&gt;&lt;x" in svg
    assert "<x" not in svg


def test_codes_are_written_where_there_is_room_and_never_over_each_other() -> None:
    svg = draw(drawing())
    labels = [(float(x), float(y)) for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', svg)]
    assert 30 < len(labels) < 64
    for number, (x, y) in enumerate(labels):
        assert not any(abs(x - a) < 34 and abs(y - b) < 18 for a, b in labels[:number])
    assert ">B01</text>" in svg
    small = str(maps_svg.draw(drawing(), width=100, height=66, title=""))
    assert "<text" not in small


def test_pins_points_and_lines() -> None:
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [108.8, 15.1]},
        },
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "LineString",
                "coordinates": [[108.8, 15.1], [108.8, 15.1], [108.9, 15.1]],
            },
        },
    ]
    svg = draw(
        Drawing([Layer(1, LayerKind.PROJECTS, "", features)]),
        pins=[Pin("AS-1", "Ý kiến & hỏi", Stance.AGREE, 108.85, 15.1)],
    )
    assert svg.count("<circle") == 1
    assert "Ý kiến &amp; hỏi" in svg
    assert 'fill="none" stroke="#9b1c1c"' in svg


def test_nothing_to_draw_is_a_blank_sheet() -> None:
    svg = draw(Drawing())
    assert svg.count("<rect") == 1
    assert "<path" not in svg


def test_a_wrong_place_is_shown_beside_the_boundary() -> None:
    far = [
        {
            "type": "Feature",
            "properties": {"code": "LUC"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[109.1, 15.1], [109.2, 15.1], [109.2, 15.2], [109.1, 15.1]]],
            },
        }
    ]
    what = Drawing(
        [
            Layer(1, LayerKind.BOUNDARY, "", demo.boundary()["features"]),
            Layer(2, LayerKind.LAND_USE, "", far),
        ]
    )
    assert what.bounds == geo.Bounds(109.1, 15.1, 109.2, 15.2)
    assert what.whole is not None
    assert what.whole.west < 108.8


def test_the_list_has_what_the_map_has() -> None:
    what = drawing()
    spots = list(what.spots())
    assert len(spots) == 64
    assert (spots[0].key, spots[0].project, spots[0].code) == ("3-1", "A01", "CQP")
    assert spots[24].key == "2-1"
    for spot in spots:
        layer, number = map(int, spot.key.split("-"))
        feature = next(row for row in what.layers if row.id == layer).features[number - 1]
        assert geo.in_features(spot.longitude, spot.latitude, [feature])
    codes = {feature["properties"]["code"] for layer in what.plan for feature in layer.features}
    assert [use.code for use in what.legend] == sorted(codes)
    data = json.loads(
        what.as_geojson(
            [Pin("AS-1", "Ý kiến", Stance.AMEND, 108.8, 15.1)],
            note="thử",
            at=dt.date(2026, 1, 1).isoformat(),
        )
    )
    assert len(data["features"]) == 1 + 64 + 1
    assert data["note"] == "thử"
    assert {feature["properties"]["kind"] for feature in data["features"]} == {
        "boundary",
        "land_use",
        "projects",
        "comment",
    }
    assert data["land_uses"]["LUC"] == {"name": "Đất chuyên trồng lúa", "colour": "#fffc8c"}
