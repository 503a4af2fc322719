"""Thinning corners: borders that two areas share stay the same line in both."""

import math
import random

from app.maps import geo
from app.maps.readers.simplify import simplified, simplify_geometries


def wavy(
    start: tuple[float, float], end: tuple[float, float], steps: int, chance: random.Random
) -> list[tuple[float, float]]:
    return [
        (
            start[0] + (end[0] - start[0]) * n / steps + chance.uniform(-1, 1) * 1e-5,
            start[1] + (end[1] - start[1]) * n / steps,
        )
        for n in range(1, steps)
    ]


def two_neighbours() -> tuple[
    list[tuple[float, float]], list[tuple[float, float]], list[tuple[float, float]]
]:
    """A left and a right area with a wavy border of 200 corners between them, which runs the other
    way in the right one.
    """
    border = [(1.0, 0.0), *wavy((1.0, 0.0), (1.0, 1.0), 200, random.Random(1)), (1.0, 1.0)]
    left = [(0.0, 0.0), *border, (0.0, 1.0), (0.0, 0.0)]
    right = [*reversed(border), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]
    return left, right, border


def test_a_shared_border_stays_shared() -> None:
    left, right, border = two_neighbours()
    thin_left, thin_right = simplified([left, right], 5e-5)
    shared = [place for place in thin_left if place in set(thin_right)]
    assert len(shared) < 10
    assert {border[0], border[-1]} <= set(shared)
    assert {place for place in thin_right if place in set(thin_left)} == set(shared)
    area = sum(
        abs(geo._ring_area([list(place) for place in ring])) for ring in (thin_left, thin_right)
    )
    assert abs(area - 2.0) < 1e-9, "no gap and no overlap"


def test_nothing_moves_further_than_the_tolerance() -> None:
    left, right, _border = two_neighbours()
    thin_left, _thin_right = simplified([left, right], 6e-6)
    assert 4 < len(thin_left) < len(left)
    for place in left:
        assert (
            min(_distance(place, *side) for side in zip(thin_left, thin_left[1:], strict=False))
            <= 6.001e-6
        )


def _distance(
    place: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    part = max(
        0.0,
        min(1.0, ((place[0] - start[0]) * dx + (place[1] - start[1]) * dy) / (dx * dx + dy * dy)),
    )
    return math.hypot(place[0] - start[0] - part * dx, place[1] - start[1] - part * dy)


def test_an_island_and_the_hole_around_it_stay_the_same_ring() -> None:
    chance = random.Random(3)
    island = [
        (5.0, 5.0),
        *wavy((5.0, 5.0), (5.0, 6.0), 50, chance),
        (5.0, 6.0),
        (6.0, 6.0),
        (6.0, 5.0),
        (5.0, 5.0),
    ]
    turned = [*island[20:-1], *island[:20], island[20]][::-1]
    sea = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    _sea, hole, thin = simplified([sea, turned, island], 5e-5)
    assert set(hole) == set(thin)
    assert len(thin) < 10
    assert thin[0] == thin[-1]
    assert hole[0] == hole[-1]


def test_a_small_area_keeps_its_corners() -> None:
    small = [(0.0, 0.0), (1e-6, 0.0), (1e-6, 1e-6), (0.0, 1e-6), (0.0, 0.0)]
    assert set(simplified([small], 1e-3)[0]) == set(small)


def test_every_kind_of_geometry() -> None:
    line = [[0.0, 0.0], [0.5, 1e-9], [1.0, 0.0]]
    ring = [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    made = simplify_geometries(
        [
            {"type": "Point", "coordinates": [1, 2]},
            {"type": "LineString", "coordinates": line},
            {"type": "MultiLineString", "coordinates": [line, [[3.0, 3.0], [3.0, 3.0]]]},
            {"type": "Polygon", "coordinates": [ring]},
            {"type": "MultiPolygon", "coordinates": [[[[x + 5, y] for x, y in ring]]]},
        ],
        1e-6,
    )
    assert made[0] == {"type": "Point", "coordinates": [1, 2]}
    assert made[1]["coordinates"] == [[0.0, 0.0], [1.0, 0.0]]
    assert [len(part) for part in made[2]["coordinates"]] == [2, 2]
    assert made[3]["type"] == "Polygon"
    assert len(made[4]["coordinates"][0][0]) == 5
