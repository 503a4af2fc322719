"""Geometry of the map: what lies inside, areas, pixels, public places."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devtools.demo import maps as demo
from app.maps import geo
from app.maps.geo import Bounds

SQUARE = [[108.0, 15.0], [108.01, 15.0], [108.01, 15.01], [108.0, 15.01], [108.0, 15.0]]
HOLE = [
    [108.004, 15.004],
    [108.006, 15.004],
    [108.006, 15.006],
    [108.004, 15.006],
    [108.004, 15.004],
]


def feature(kind: str, coordinates: Any, **properties: Any) -> geo.Feature:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def moved(ring: list[list[float]], east: float) -> list[list[float]]:
    return [[x + east, y] for x, y in ring]


def test_a_hole_is_outside() -> None:
    assert geo.in_polygon(108.001, 15.001, [SQUARE, HOLE])
    assert not geo.in_polygon(108.005, 15.005, [SQUARE, HOLE])
    assert not geo.in_polygon(108.02, 15.005, [SQUARE, HOLE])


def test_bounds_hold_points_and_lines_too() -> None:
    features = [
        feature("Point", [108.5, 15.2]),
        feature("MultiLineString", [[[108.1, 15.3], [108.2, 15.1]]]),
    ]
    assert geo.bounds_of(features) == Bounds(108.1, 15.1, 108.5, 15.3)
    assert geo.bounds_of([]) is None
    assert geo.joined([None, Bounds(1, 2, 3, 4), Bounds(0, 3, 2, 5)]) == Bounds(0, 2, 3, 5)
    assert geo.joined([None]) is None
    assert Bounds(108, 15, 109, 16).within(geo.VIETNAM)
    assert not Bounds(108, 15, 119, 16).within(geo.VIETNAM)


def test_area_agrees_with_the_ellipsoid() -> None:
    # A tenth by a tenth of a degree... of a hundredth: 1.075 km by 1.107 km at 15° N.
    whole = geo.area_m2({"type": "Polygon", "coordinates": [SQUARE]})
    assert whole == pytest.approx(1_189_600, rel=0.002)
    assert geo.area_m2({"type": "Polygon", "coordinates": [SQUARE, HOLE]}) == pytest.approx(
        whole * 0.96, rel=0.001
    )
    assert geo.area_m2(
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [moved(SQUARE, 0.1)]]}
    ) == pytest.approx(2 * whole, rel=0.001)
    assert geo.area_m2({"type": "Point", "coordinates": [108, 15]}) == 0
    assert geo.hectares(12_345.6) == 1.23


def test_share_inside_by_area() -> None:
    boundary = [feature("Polygon", [SQUARE])]
    assert geo.inside_share([feature("Polygon", [SQUARE])], boundary) == pytest.approx(1)
    assert geo.inside_share(
        [feature("Polygon", [moved(SQUARE, 0.005)])], boundary
    ) == pytest.approx(0.5, abs=0.001)
    assert geo.inside_share([feature("Polygon", [moved(SQUARE, 0.25)])], boundary) == 0
    # Two layers over each other count once.
    twice = [
        feature("Polygon", [SQUARE]),
        feature("Polygon", [SQUARE]),
        feature("Polygon", [moved(SQUARE, 0.01)]),
    ]
    assert geo.inside_share(twice, boundary) == pytest.approx(0.5, abs=0.001)


def test_share_inside_of_points_and_lines_by_position() -> None:
    boundary = [feature("Polygon", [SQUARE])]
    assert (
        geo.inside_share([feature("MultiPoint", [[108.005, 15.005], [109, 15.005]])], boundary)
        == 0.5
    )
    assert (
        geo.inside_share([feature("LineString", [[108.005, 15.005], [108.006, 15.006]])], boundary)
        == 1
    )
    assert geo.inside_share([], boundary) == 0


def test_the_demo_commune_lies_within_itself() -> None:
    boundary = demo.boundary()["features"]
    assert geo.inside_share(demo.land_use()["features"], boundary) == pytest.approx(1, abs=0.001)
    assert geo.inside_share(demo.projects()["features"], boundary) == pytest.approx(1, abs=0.001)
    land = sum(geo.area_m2(area["geometry"]) for area in demo.land_use()["features"])
    assert geo.area_m2(boundary[0]["geometry"]) == pytest.approx(land, rel=0.001)


def test_the_middle_lies_inside() -> None:
    horseshoe = [[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]
    place = geo.middle_of(
        {
            "type": "MultiPolygon",
            "coordinates": [[horseshoe], [[[20, 0], [21, 0], [21, 1], [20, 0]]]],
        }
    )
    assert geo.in_polygon(*place, [horseshoe])
    assert geo.middle_of({"type": "LineString", "coordinates": [[0, 0], [1, 1], [2, 2]]}) == (1, 1)
    assert geo.middle_of({"type": "MultiPoint", "coordinates": [[3, 4]]}) == (3, 4)
    flat = [[0, 0], [1, 0], [0, 0], [0, 0]]
    assert geo.middle_of({"type": "Polygon", "coordinates": [flat]}) == (0, 0)


@given(
    st.floats(104, 109),
    st.floats(9, 22),
    st.floats(0, 0.3),
    st.floats(0, 0.3),
    st.floats(0, 288),
    st.floats(0, 288),
)
def test_a_pixel_is_the_place_that_was_drawn_there(
    west: float, south: float, wide: float, high: float, x: float, y: float
) -> None:
    bounds = Bounds(west, south, west + wide, south + high)
    frame = geo.frame(bounds, 288, 288)
    for corner in ((bounds.west, bounds.south), (bounds.east, bounds.north)):
        left, top = frame.pixel(*corner)
        assert -0.01 <= left <= 288.01
        assert -0.01 <= top <= 288.01
    place = geo.from_pixel(bounds, 288, 288, x, y)
    assert place is not None
    back = frame.pixel(*place)
    assert math.hypot(back[0] - x, back[1] - y) < 0.2
    assert geo.from_pixel(bounds, 288, 288, 289, y) is None


@given(st.floats(102, 118), st.floats(6, 23.5))
def test_a_public_place_is_rounded_to_about_five_metres(longitude: float, latitude: float) -> None:
    x, y = geo.public_place(longitude, latitude)
    east, north = geo.metres_per_degree(latitude)
    assert abs(x - longitude) * east <= 2.9
    assert abs(y - latitude) * north <= 2.9
    assert f"{x:.5f}"[-1] in "05"
    assert f"{y:.5f}"[-1] in "05"
    assert geo.public_place(x, y) == (x, y)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("15.09000,108.77000", (108.77, 15.09)),
        ("1", None),
        ("", None),
        ("15.09,", None),
        ("nan,108", None),
        ("51.5,0.1", None),
        ("15.09," + "1" * 60, None),
    ],
)
def test_a_place_in_a_link(text: str, place: tuple[float, float] | None) -> None:
    assert geo.parse_place(text) == place
