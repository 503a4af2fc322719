"""A map of the fictional commune near 15,1° N 108,8° E: its boundary, land uses and projects,
always the same.

`boundary`, `land_use` and `projects` are GeoJSON in WGS 84; `zipped_shapefile` writes one of them
as a surveyor would: in VN-2000, central meridian 108°00′ (EPSG:5898), with the attribute names that
Vietnamese programs use.
"""

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pyproj
import shapefile

from app.maps.readers.projections import converter

Collection = dict[str, Any]
Place = tuple[float, float]

#: The south-western corner, the size of a field of the mesh in degrees (about 900 m), and how many
#: there are.
WEST, SOUTH = 108.772, 15.066
STEP_X, STEP_Y = 0.0085, 0.0082
COLUMNS, ROWS = 8, 5
#: What lies where, row by row from the South: forest in the West, rice along the river, the village
#: in the middle.
LAND_USES = (
    ("RPH", "RSX", "HNK", "LUC", "LUC", "HNK", "NTS", "RPH"),
    ("RSX", "RSX", "CLN", "LUC", "LUC", "LUC", "NTS", "BCS"),
    ("RSX", "CLN", "ONT", "ONT", "DGD", "LUC", "SON", "NTS"),
    ("RSX", "HNK", "CLN", "ONT", "DTT", "HNK", "LUC", "RPH"),
    ("RSX", "RSX", "NTD", "HNK", "CLN", "SKN", "LUC", "BCS"),
)
#: Code, name, land code, place in the mesh (columns and rows as fractions), size in metres.
PROJECTS = (
    ("A01", "Thao trường huấn luyện xã Suối Khe", "CQP", 0.7, 3.3, 180),
    ("A02", "Trụ sở Công an xã Tân Hội", "CAN", 3.3, 3.4, 40),
    ("B01", "Cụm công nghiệp Hòa Lợi (giai đoạn 1)", "SKN", 5.5, 4.4, 620),
    ("B02", "Kho lạnh thủy sản Vĩnh Hải", "TMD", 6.6, 1.4, 130),
    ("C01", "Đường tránh phía Tây thị trấn An Sơn", "DGT", 1.8, 2.2, 350),
    ("C02", "Nâng cấp đường Hòa Lợi - Tân Hội", "DGT", 4.3, 3.7, 250),
    ("C03", "Cầu Suối Khe và đường dẫn", "DGT", 1.3, 1.2, 110),
    ("C04", "Bê tông hóa đường nội đồng Long Thạnh", "DGT", 4.4, 0.5, 140),
    ("D01", "Kiên cố hóa kênh N8 - N12", "DTL", 3.6, 0.6, 190),
    ("D02", "Kè chống sạt lở bờ biển Vĩnh Hải", "DTL", 7.6, 2.6, 220),
    ("E01", "Trường Mầm non Phước Mỹ (mở rộng)", "DGD", 4.4, 2.4, 90),
    ("E02", "Trường THCS Đồng Mía", "DGD", 3.6, 1.6, 125),
    ("E03", "Trạm Y tế xã Vĩnh Hải (xây mới)", "DYT", 6.4, 2.6, 50),
    ("E04", "Nhà văn hóa thôn Đông, xã Hòa Lợi", "DSH", 5.2, 3.3, 35),
    ("E05", "Sân vận động xã Tân Hội", "DTT", 4.5, 3.2, 105),
    ("F01", "Trạm biến áp 110 kV An Sơn và đấu nối", "DNL", 5.6, 0.6, 100),
    ("F02", "Bãi xử lý rác tập trung Suối Khe (mở rộng)", "DRA", 0.6, 1.6, 235),
    ("G01", "Khu dân cư Nam thị trấn", "ODT", 2.6, 2.5, 310),
    ("G02", "Khu tái định cư đường tránh phía Tây", "ODT", 2.3, 3.6, 155),
    ("G03", "Khu dân cư nông thôn Tân Hội", "ONT", 3.7, 2.6, 180),
    ("G04", "Chuyển mục đích đất vườn sang đất ở", "ONT", 1.6, 3.4, 240),
    ("H01", "Nghĩa trang nhân dân Đồng Mía", "NTD", 2.5, 4.5, 205),
    ("K01", "Trang trại chăn nuôi tập trung Suối Khe", "NKH", 0.5, 2.5, 270),
    ("K02", "Mỏ đất san lấp Gò Mía", "SKS", 1.5, 4.5, 285),
)
_METRE_X, _METRE_Y = 1 / 107_500, 1 / 110_650
#: Between two corners of the mesh, so that borders look like banks and roads.
_BENDS = 5


class _Mesh:
    """Fields whose neighbours share their borders exactly."""

    def __init__(self) -> None:
        self._chance = random.Random(2026)  # noqa: S311  (a drawing, not a secret)
        self._corners = {
            (column, row): (
                WEST + (column + self._chance.uniform(-0.22, 0.22)) * STEP_X,
                SOUTH + (row + self._chance.uniform(-0.22, 0.22)) * STEP_Y,
            )
            for column in range(COLUMNS + 1)
            for row in range(ROWS + 1)
        }
        self._borders: dict[tuple[tuple[int, int], tuple[int, int]], list[Place]] = {}

    def border(self, start: tuple[int, int], end: tuple[int, int]) -> list[Place]:
        """From one corner to the next, the last left out."""
        if start > end:
            whole = [*self.border(end, start), self._corners[start]]
            return whole[:0:-1]
        if (start, end) not in self._borders:
            (x1, y1), (x2, y2) = self._corners[start], self._corners[end]
            bends = [
                (
                    x1 + (x2 - x1) * number / _BENDS + self._chance.uniform(-0.05, 0.05) * STEP_X,
                    y1 + (y2 - y1) * number / _BENDS + self._chance.uniform(-0.05, 0.05) * STEP_Y,
                )
                for number in range(1, _BENDS)
            ]
            self._borders[start, end] = [(x1, y1), *bends]
        return self._borders[start, end]

    def ring(self, corners: Sequence[tuple[int, int]]) -> list[list[float]]:
        """A closed ring through these corners."""
        places = [
            place
            for start, end in zip(corners, [*corners[1:], corners[0]], strict=True)
            for place in self.border(start, end)
        ]
        return [[round(x, 6), round(y, 6)] for x, y in [*places, places[0]]]


def _feature(ring: list[list[float]], **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _collection(features: list[dict[str, Any]]) -> Collection:
    return {"type": "FeatureCollection", "features": features}


def _fields() -> tuple[list[dict[str, Any]], list[list[float]]]:
    mesh = _Mesh()
    fields = [
        _feature(
            mesh.ring([(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]),
            code=code,
            name=f"Khu {row * COLUMNS + column + 1}",
        )
        for row, codes in enumerate(LAND_USES)
        for column, code in enumerate(codes)
    ]
    south = [(column, 0) for column in range(COLUMNS)]
    east = [(COLUMNS, row) for row in range(ROWS)]
    north = [(column, ROWS) for column in range(COLUMNS, 0, -1)]
    west = [(0, row) for row in range(ROWS, 0, -1)]
    return fields, mesh.ring([*south, *east, *north, *west])


def boundary(name: str = "Xã An Sơn") -> Collection:
    """The commune's boundary: the outer line of the land uses."""
    return _collection([_feature(_fields()[1], name=name)])


def land_use() -> Collection:
    """Forty areas with their codes; neighbours share their borders."""
    return _collection(_fields()[0])


def projects() -> Collection:
    """The 24 projects of the demo list, each as an area of about its size."""
    chance = random.Random(7)  # noqa: S311  (a drawing, not a secret)
    features = []
    for code, name, land, column, row, size in PROJECTS:
        x, y, half = WEST + column * STEP_X, SOUTH + row * STEP_Y, size / 2
        corners = [
            (-half, -half),
            (half * 1.3, -half * 0.9),
            (half * 1.1, half * 0.8),
            (half * 0.2, half),
            (-half * 0.9, half * 0.9),
        ]
        ring = [
            [
                round(x + east * chance.uniform(0.85, 1.1) * _METRE_X, 6),
                round(y + north * chance.uniform(0.85, 1.1) * _METRE_Y, 6),
            ]
            for east, north in corners
        ]
        features.append(_feature([*ring, ring[0]], code=land, name=name, project=code))
    return _collection(features)


#: Our properties under the names that Vietnamese programs give their columns.
COLUMN_NAMES: Mapping[str, str] = {"code": "MaLoaiDat", "name": "Ten", "project": "MaCT"}


def zipped_shapefile(
    collection: Collection,
    *,
    epsg: int = 5898,
    prj: str | None = "",
    encoding: str = "utf-8",
    cpg: str | None = "UTF-8",
    turned: bool = False,
    name: str = "lop",
) -> bytes:
    """The areas of a collection as a zipped Shapefile in a zone of VN-2000.

    `prj`: "" writes the zone's own, None writes none, anything else as it stands. `turned` puts the
    northing first.
    """
    backwards = converter(epsg)
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(
        shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encoding
    ) as writer:
        for column in COLUMN_NAMES.values():
            writer.field(column, "C", size=120)
        for feature in collection["features"]:
            rings = []
            for ring in feature["geometry"]["coordinates"]:
                xs, ys = backwards.transform(
                    [place[0] for place in ring], [place[1] for place in ring], direction="INVERSE"
                )
                rings.append([[y, x] if turned else [x, y] for x, y in zip(xs, ys, strict=True)])
            # GeoJSON's outer rings run against the clock, a Shapefile's with it.
            writer.poly(rings if turned else [ring[::-1] for ring in rings])
            writer.record(*(feature["properties"].get(ours, "") for ours in COLUMN_NAMES))
    parts = {"shp": shp.getvalue(), "shx": shx.getvalue(), "dbf": dbf.getvalue()}
    if prj is not None:
        parts["prj"] = (prj or pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")).encode()
    if cpg is not None:
        parts["cpg"] = cpg.encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(f"{name}.{part}", content)
    return target.getvalue()
