"""A surveyor's file as GeoJSON: zones stated, chosen, wrong and missing; old encodings; broken and
hostile files.
"""

import datetime as dt
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapefile

from app.devtools.demo import maps as demo
from app.imports import legacy_text
from app.imports.protocol import Unreadable
from app.maps import geo
from app.maps.readers import attributes, geodata, limits, shapefile_zip

BOUNDARY = demo.boundary()["features"]
LAND = demo.land_use()
SQUARE = [[108.0, 15.0], [108.01, 15.0], [108.01, 15.01], [108.0, 15.01], [108.0, 15.0]]


class Read:
    """What the reader said about one file."""

    def __init__(self, folder: Path, data: bytes, **options: Any) -> None:
        path = folder / "source"
        path.write_bytes(data)
        said = list(geodata.read(path, options))
        self.rows = [message["row"] for message in said if "row" in message]
        self.refused = [message["refused"] for message in said if "refused" in message]
        self.meta = next(message["meta"] for message in said if "meta" in message)
        self.progress = [message["progress"] for message in said if "progress" in message]


def collection(*geometries: Any, **more: Any) -> bytes:
    features = [
        {"type": "Feature", "properties": {"ten": f"Khu {n}"}, "geometry": shape}
        for n, shape in enumerate(geometries, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def square(east: float = 0.0) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[x + east, y] for x, y in SQUARE]]}


def crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def refusal(folder: Path, data: bytes, **options: Any) -> str:
    with pytest.raises(Unreadable) as error:
        Read(folder, data, **options)
    return str(error.value)


def zipped(parts: dict[str, bytes], level: int = 9) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Zones ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("epsg", [5898, 9217, 3406])
def test_the_zone_that_the_file_states(tmp_path: Path, epsg: int) -> None:
    found = Read(tmp_path, demo.zipped_shapefile(LAND, epsg=epsg), boundary=BOUNDARY)
    assert (found.meta["crs"], found.meta["better"], found.meta["swapped"]) == (epsg, None, False)
    assert found.meta["inside_share"] > 0.99
    assert len(found.rows) == 40
    assert found.progress == [[0, 40], [20, 40], [40, 40]]
    first, original = found.rows[0], LAND["features"][0]
    assert first["properties"] == {
        "code": "RPH",
        "name": "Khu 1",
        "ha": pytest.approx(95.4, abs=0.5),
    }
    corners = {tuple(place) for place in original["geometry"]["coordinates"][0]}
    for x, y in first["geometry"]["coordinates"][0]:
        assert min(abs(x - a) + abs(y - b) for a, b in corners) < 4e-6
        assert round(x, 6) == x


def test_a_wrong_zone_is_caught_and_the_right_one_proposed(tmp_path: Path) -> None:
    found = Read(tmp_path, demo.zipped_shapefile(LAND, prj=None), boundary=BOUNDARY, crs=9217)
    assert found.meta["inside_share"] == 0
    assert found.meta["better"][0] == 5898
    assert found.meta["better"][1] > 0.98


def test_the_officers_choice_wins_over_a_wrong_prj(tmp_path: Path) -> None:
    data = demo.zipped_shapefile(LAND, prj=pyproj.CRS.from_epsg(9217).to_wkt("WKT1_ESRI"))
    assert Read(tmp_path, data, boundary=BOUNDARY).meta["better"][0] == 5898
    assert Read(tmp_path, data, boundary=BOUNDARY, crs=5898).meta["inside_share"] > 0.99


def test_no_zone_is_asked_for_with_the_one_that_fits(tmp_path: Path) -> None:
    said = refusal(tmp_path, demo.zipped_shapefile(LAND, prj=None), boundary=BOUNDARY)
    assert "không nói rõ hệ tọa độ" in said
    assert "108°00′ (EPSG:5898) thì 100 %" in said
    said = refusal(tmp_path, demo.zipped_shapefile(LAND, prj=None))
    assert "Hãy hỏi đơn vị đo vẽ" in said
    said = refusal(tmp_path, demo.zipped_shapefile(LAND, prj="LOCAL_CS"), boundary=[])
    assert "«LOCAL_CS»" in said


def test_everything_outside_the_country_says_which_zone_fits(tmp_path: Path) -> None:
    utm = demo.zipped_shapefile(LAND, epsg=3406, prj=None)
    said = refusal(tmp_path, utm, crs=5896, boundary=BOUNDARY)
    assert "nếu chọn múi UTM 49N, 111°00′ (EPSG:3406) thì 100 %" in said
    assert "Nằm ngoài Việt Nam" in refusal(tmp_path, utm, crs=5896)


def test_northing_first_is_turned_round(tmp_path: Path) -> None:
    found = Read(tmp_path, demo.zipped_shapefile(LAND, turned=True), boundary=BOUNDARY)
    assert found.meta["swapped"] is True
    assert found.meta["inside_share"] > 0.99


def test_the_unit_of_the_choice_has_to_fit(tmp_path: Path) -> None:
    assert "là độ, không phải mét" in refusal(tmp_path, json.dumps(LAND).encode(), crs=5898)
    assert "là mét, không phải độ" in refusal(tmp_path, demo.zipped_shapefile(LAND), crs=4326)


def test_geojson_in_wgs84_and_in_vn2000(tmp_path: Path) -> None:
    assert Read(tmp_path, b"\xef\xbb\xbf" + json.dumps(LAND).encode()).meta["crs"] == 4326
    assert (
        Read(tmp_path, collection(square(), crs=crs("urn:ogc:def:crs:EPSG::4756"))).meta["crs"]
        == 4756
    )
    metres = {
        "type": "Polygon",
        "coordinates": [
            [[586000, 1670000], [587000, 1670000], [587000, 1671000], [586000, 1670000]]
        ],
    }
    found = Read(tmp_path, collection(metres, crs=crs("EPSG:5898")))
    assert found.rows[0]["properties"] == {"name": "Khu 1", "ha": pytest.approx(50, abs=0.1)}
    assert "«EPSG:3857»" in refusal(tmp_path, collection(metres, crs=crs("EPSG:3857")))
    assert "«?»" in refusal(tmp_path, collection(metres, crs={"type": "link"}))
    assert "không nói rõ" in refusal(tmp_path, collection(metres))


# Attributes -------------------------------------------------------------------------------------
def old(text: str) -> bytes:
    table = {character: byte for byte, character in legacy_text._TCVN3.items()}
    return bytes(table.get(character, ord(character) % 256) for character in text)


def windows(text: str) -> bytes:
    """As Windows-1258 writes it: a letter, then its tone."""
    result = b""
    for character in text:
        letters = unicodedata.normalize("NFD", character)
        tones = "".join(mark for mark in letters if mark in legacy_text._TONES)
        bare = unicodedata.normalize(
            "NFC", "".join(mark for mark in letters if mark not in legacy_text._TONES)
        )
        result += (bare + tones).encode("cp1258")
    return result


NAMES = [
    "Đường tránh Quốc lộ",
    "Khu dân cư Tân Mỹ",
    "Nghĩa trang nhân dân",
    "Rừng phòng hộ",
    "Kè chống sạt lở",
    "Trường Mầm non",
]


@pytest.mark.parametrize("write", [str.encode, windows, old], ids=["utf-8", "cp1258", "tcvn3"])
def test_names_in_old_encodings(write: Any) -> None:
    raw = [write(name) for name in NAMES]
    encoding = legacy_text.encoding_of(raw)
    assert [legacy_text.decoded(value, encoding) for value in raw] == NAMES


def test_a_table_in_tcvn3_within_a_shapefile(tmp_path: Path) -> None:
    def written(text: str) -> str:
        return old(text).decode("latin-1")

    features = [
        {**feature, "properties": {"code": "LUC", "name": written(name)}}
        for feature, name in zip(LAND["features"], NAMES, strict=False)
    ]
    found = Read(
        tmp_path, demo.zipped_shapefile({"features": features}, encoding="latin-1", cpg=None)
    )
    assert [row["properties"]["name"] for row in found.rows] == NAMES


@pytest.mark.parametrize("word", ["Đất", "giếng", "khuya", "nghiêng", "quyền", "khuỷu", "yên", "ở"])
def test_syllables(word: str) -> None:
    assert legacy_text.is_syllable(word)


@pytest.mark.parametrize("word", ["§Êt", "gió́", "đst", "wạ"])
def test_what_is_no_syllable(word: str) -> None:
    assert not legacy_text.is_syllable(word)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["MaLoaiDat", "Ten", "MaCT"], {"code": "MaLoaiDat", "name": "Ten", "project": "MaCT"}),
        (
            ["OBJECTID", "MDSD2030", "KyHieu", "tenCongTri"],
            {"code": "KyHieu", "name": "tenCongTri"},
        ),
        (
            ["Mã_loại_đất", "Tên công trình", "Số hiệu"],
            {"code": "Mã_loại_đất", "name": "Tên công trình", "project": "Số hiệu"},
        ),
        (["SHAPE_Leng", "X"], {}),
    ],
)
def test_columns_by_their_aliases(names: list[str], found: dict[str, str]) -> None:
    assert attributes.columns(names) == found


def test_only_three_attributes_are_kept() -> None:
    values = {"Ma": " luc ", "Ten": "Ruộng\u200b", "ChuSoHuu": "Nguyễn Văn A", "MaCT": 7.0}
    assert attributes.kept(values, attributes.columns(list(values))) == {
        "code": "LUC",
        "name": "Ruộng",
        "project": "7",
    }
    assert attributes.kept({"Ten": None, "Ma": {"x": 1}}, {"name": "Ten", "code": "Ma"}) == {}
    assert len(attributes.kept({"Ten": "x" * 900}, {"name": "Ten"})["name"]) == 200


# Features ---------------------------------------------------------------------------------------
def test_features_are_refused_one_by_one_with_their_reasons(tmp_path: Path) -> None:
    found = Read(
        tmp_path,
        collection(
            square(),
            None,
            {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
            {"type": "Polygon", "coordinates": [[[108, 15], [108, 15], [108, 15], [108, 15]]]},
            {"type": "Polygon", "coordinates": [[[108, 15], [108.1, 15], [108.2, 15], [108, 15]]]},
            square(-20),
            {"type": "Polygon", "coordinates": [[["a", 15], [108, 15]]]},
            {"type": "GeometryCollection", "geometries": []},
            {"type": "LineString", "coordinates": [[108, 15], [108, 15]]},
            {"type": "Polygon", "coordinates": [[[1e999, 15], [108, 15]]]},
            {"type": ["Polygon"]},
        ),
    )
    assert [row["properties"]["name"] for row in found.rows] == ["Khu 1"]
    assert [row["row"] for row in found.refused] == list(range(2, 12))
    reasons = [row["reasons"][0] for row in found.refused]
    assert reasons[0].startswith("Không có hình")
    assert reasons[1].startswith("Vùng không khép kín")
    assert reasons[2].startswith("Vùng không khép kín")
    assert reasons[3].startswith("Vùng không có diện tích")
    assert reasons[4].startswith("Nằm ngoài Việt Nam")
    assert reasons[7].startswith("Đường có ít hơn hai đỉnh")
    assert found.refused[0]["cells"] == {"ten": "Khu 2"}


def test_points_lines_and_several_areas(tmp_path: Path) -> None:
    found = Read(
        tmp_path,
        collection(
            {"type": "Point", "coordinates": [108.5, 15.1, 12.0]},
            {"type": "MultiPoint", "coordinates": [[108.5, 15.1]]},
            {"type": "MultiLineString", "coordinates": [[[108.5, 15.1], [108.6, 15.1]]]},
            {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        ),
    )
    assert [row["geometry"]["type"] for row in found.rows] == [
        "Point",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
    ]
    assert found.rows[0]["geometry"]["coordinates"] == [108.5, 15.1]
    assert "ha" not in found.rows[0]["properties"]


def test_a_large_layer_is_thinned_and_stays_whole(tmp_path: Path) -> None:
    """One area of 120.000 corners, seven MB as it came."""
    ring = [[108.0 + n / 100_000, 15.0 + (n % 2) * 1e-6] for n in range(60_000)]
    ring += [[108.6 - n / 100_000, 15.3 + (n % 2) * 1e-6] for n in range(60_000)]
    found = Read(tmp_path, collection({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}))
    assert 0 < found.meta["tolerance"] <= limits.MAX_TOLERANCE
    assert len(json.dumps(found.rows)) < limits.TARGET_SIZE
    assert found.rows[0]["properties"]["ha"] == pytest.approx(
        geo.area_m2(found.rows[0]["geometry"]) / 10_000, rel=1e-3
    )


def test_bounds_of_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geodata, "MAX_FEATURES", 3)
    assert "hơn 3 đối tượng" in refusal(tmp_path, json.dumps(LAND).encode())
    assert "hơn 3 đối tượng" in refusal(tmp_path, demo.zipped_shapefile(LAND))
    monkeypatch.undo()
    monkeypatch.setattr(geodata, "MAX_VERTICES", 100)
    assert "quá nhiều đỉnh (hơn 100)" in refusal(tmp_path, json.dumps(LAND).encode())
    monkeypatch.undo()
    monkeypatch.setattr(geodata, "TARGET_SIZE", 10)
    monkeypatch.setattr(geodata, "MAX_SIZE", 100)
    assert "quá lớn để xem trên điện thoại" in refusal(tmp_path, json.dumps(LAND).encode())


# Files ------------------------------------------------------------------------------------------
def test_a_zipped_geojson_file(tmp_path: Path) -> None:
    assert len(Read(tmp_path, zipped({"ban do/lop.geojson": json.dumps(LAND).encode()})).rows) == 40


def test_a_shapefile_without_its_index_and_in_a_folder(tmp_path: Path) -> None:
    parts = unzipped(demo.zipped_shapefile(LAND))
    moved = {
        f"Ho so/LOP.{name.rpartition('.')[2].upper()}": content
        for name, content in parts.items()
        if not name.endswith("shx")
    }
    assert len(Read(tmp_path, zipped({**moved, "__MACOSX/Ho so/._lop.shp": b"x"})).rows) == 40


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 broken", "Không mở được tệp .zip"),
        (zipped({"doc.txt": b"x"}), "không có tệp .shp"),
        (zipped({"a.shp": b"x", "b.shp": b"x"}), "nhiều lớp"),
        (zipped({"a.shp": b"x"}), "thiếu tệp .dbf"),
        (zipped({"a.shp": b"x", "a.dbf": b"x"}), "Tệp .dbf hỏng"),
        (zipped({"a.shp": b"x", "a.dbf": b"\0" * 64}), "Tệp .dbf hỏng"),
        (zipped({f"{n}.txt": b"" for n in range(101)}), "quá nhiều dữ liệu"),
        (zipped({"a.shp": b"\0" * 4_000_000, "a.dbf": b"x"}), "quá nhiều dữ liệu"),
        (b"not json", "không phải GeoJSON"),
        (b"[" * 100_000, "không phải GeoJSON"),
        (b"\xff\xfe{}", "không phải GeoJSON"),
        (b"{}", "phải là một FeatureCollection"),
        (b"[]", "phải là một FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": {}}', "phải là một FeatureCollection"),
        (
            b'{"type": "FeatureCollection", "features": [1, {"properties": 1}]}',
            "không có đối tượng bản đồ nào",
        ),
        (b'{"type": "FeatureCollection", "features": []}', "không có đối tượng bản đồ nào"),
    ],
    ids=range(16),
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refusal(tmp_path, data)


def test_an_entry_that_is_longer_than_it_says(tmp_path: Path) -> None:
    class Longer:
        def open(self, entry: zipfile.ZipInfo) -> io.BytesIO:
            return io.BytesIO(b"x" * 100)

    with pytest.raises(Unreadable):
        shapefile_zip._content(Longer(), zipfile.ZipInfo("a.shp"))  # type: ignore[arg-type]


def dbf(*rows: list[Any]) -> bytes:
    """A table of a text, a whole figure, one with decimals, a day and a truth."""
    target = io.BytesIO()
    with shapefile.Writer(dbf=target, encoding="latin-1") as made:
        for name, kind, size, decimal in (
            ("TEN", "C", 40, 0), ("SO", "N", 9, 0), ("HA", "N", 12, 4), ("NGAY", "D", 8, 0),
            ("CO", "L", 1, 0),
        ):  # fmt: skip
            made.field(name, kind, size, decimal)
        for row in rows:
            made.record(*row)
    return target.getvalue()


def test_the_columns_of_a_table() -> None:
    day = dt.date(2026, 11, 24)
    table = dbf(
        [" Xã Tân Hội".encode().decode("latin-1"), 7, 12.5, day, True],
        ["", None, None, None, None],
    )
    assert shapefile_zip.records(table) == [
        {"TEN": "Xã Tân Hội", "SO": 7, "HA": 12.5, "NGAY": day, "CO": True},
        {"TEN": "", "SO": None, "HA": None, "NGAY": None, "CO": None},
    ]


def test_a_deleted_row_is_empty_and_the_rows_after_it_keep_their_places() -> None:
    table = bytearray(dbf(["A", 1, 1, None, None], ["B", 2, 2, None, None]))
    first = int.from_bytes(table[8:10], "little")
    table[first : first + 1] = b"*"
    rows = shapefile_zip.records(bytes(table))
    assert [row["TEN"] for row in rows] == ["", "B"]
    assert rows[0].keys() == rows[1].keys()


@pytest.mark.parametrize(
    "break_it",
    [
        lambda table: table[:40],
        lambda table: table.replace(b"NGAY\0\0\0\0\0\0\0D", b"NGAY\0\0\0\0\0\0\0?"),
        lambda table: table[:8] + b"\xff\xff" + table[10:],
        lambda table: b"",
    ],
)
def test_a_broken_table_says_so(break_it: Any) -> None:
    with pytest.raises(Unreadable, match="dbf"):
        shapefile_zip.records(break_it(dbf(["A", 1, 1, None, None])))


def test_a_table_that_says_it_has_more_rows_than_it_has() -> None:
    table = dbf(["A", 1, 1, None, None])
    assert len(shapefile_zip.records(table[:4] + b"\xff\xff\xff\x0f" + table[8:])) == 1


def test_a_table_shorter_than_it_says_and_an_empty_shape(tmp_path: Path) -> None:
    parts = unzipped(demo.zipped_shapefile(LAND))
    cut = {**parts, "lop.dbf": parts["lop.dbf"][:-1_000]}
    found = Read(tmp_path, zipped(cut))
    assert len(found.rows) == 40
    assert found.rows[-1]["properties"].keys() == {"ha"}
    empty = demo.zipped_shapefile({"features": []}, prj=None)
    assert "không có đối tượng" in refusal(tmp_path, empty)
