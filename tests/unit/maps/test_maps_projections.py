"""VN-2000 to WGS 84: the Decision's seven parameters, worked out here once more by hand, and what
files say about themselves.
"""

import math

import pyproj
import pytest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from app.maps import geo, zones
from app.maps.readers import projections

# Decision 05/2007/QĐ-BTNMT.
SHIFT = (-191.90441429, -39.30318279, -111.45032835)
TURN = tuple(math.radians(seconds / 3600) for seconds in (-0.00928836, 0.01975479, -0.00427372))
SCALE = 1.000000252906278
A, F = 6_378_137.0, 1 / 298.257223563
E2 = F * (2 - F)


def geocentric(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, lam = math.radians(latitude), math.radians(longitude)
    n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return (
        n * math.cos(phi) * math.cos(lam),
        n * math.cos(phi) * math.sin(lam),
        n * (1 - E2) * math.sin(phi),
    )


def geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    p, phi = math.hypot(x, y), math.atan2(z, math.hypot(x, y))
    for _ in range(10):
        n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
        phi = math.atan2(z + E2 * n * math.sin(phi), p)
    return math.degrees(phi), math.degrees(math.atan2(y, x))


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Helmert's seven parameters (rotation of the coordinate frame) on a place of VN-2000."""
    x, y, z = geocentric(latitude, longitude)
    rx, ry, rz = TURN
    return geodetic(
        SHIFT[0] + SCALE * (x + rz * y - ry * z),
        SHIFT[1] + SCALE * (-rz * x + y + rx * z),
        SHIFT[2] + SCALE * (ry * x - rx * y + z),
    )


def projected(
    latitude: float, longitude: float, meridian: float, scale: float
) -> tuple[float, float]:
    """Transverse Mercator by Krüger's series, to the fourth power of n."""
    n = F / (2 - F)
    radius = A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    phi, lam, e = math.radians(latitude), math.radians(longitude - meridian), math.sqrt(E2)
    tau = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi, eta = (
        math.atan2(tau, math.cos(lam)),
        math.asinh(math.sin(lam) / math.hypot(tau, math.cos(lam))),
    )
    north = xi + sum(
        a * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, a in enumerate(alpha, 1)
    )
    east = eta + sum(
        a * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, a in enumerate(alpha, 1)
    )
    return 500_000 + scale * radius * east, scale * radius * north


@pytest.mark.parametrize(
    ("epsg", "meridian", "scale", "latitude", "longitude"),
    [
        (5898, 108.0, 0.9999, 15.1, 108.8),
        (5898, 108.0, 0.9999, 14.55, 107.35),
        (5897, 105.0, 0.9999, 21.03, 105.85),
        (9207, 104.5, 0.9999, 8.6, 104.75),
        (9217, 108.25, 0.9999, 13.77, 109.22),
        (3405, 105.0, 0.9996, 10.77, 106.7),
        (3406, 111.0, 0.9996, 15.1, 108.8),
    ],
)
def test_within_a_metre_of_the_published_parameters(
    epsg: int, meridian: float, scale: float, latitude: float, longitude: float
) -> None:
    east, north = projected(latitude, longitude, meridian, scale)
    wanted_latitude, wanted_longitude = to_wgs84(latitude, longitude)
    xs, ys = projections.convert(epsg, [east], [north])
    metres_east, metres_north = geo.metres_per_degree(latitude)
    assert (
        math.hypot(
            (xs[0] - wanted_longitude) * metres_east, (ys[0] - wanted_latitude) * metres_north
        )
        < 0.01
    )


def test_no_shift_at_all_and_the_older_operation_would_be_off() -> None:
    latitude, longitude = to_wgs84(15.1, 108.8)
    east, north = geo.metres_per_degree(15.1)
    assert math.hypot((longitude - 108.8) * east, (latitude - 15.1) * north) > 200
    assert projections.OPERATION in projections.converter(5898).description


def test_a_wrong_meridian_lands_27_km_away() -> None:
    east, north = projected(15.1, 108.8, 108.0, 0.9999)
    right, wrong = (projections.convert(epsg, [east], [north])[0][0] for epsg in (5898, 9217))
    assert (wrong - right) * geo.metres_per_degree(15.1)[0] == pytest.approx(26_800, abs=200)


def test_zones_are_those_of_the_register() -> None:
    known = {}
    for info in query_crs_info(auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS]):
        if info.name.startswith("VN-2000 /"):
            operation = pyproj.CRS.from_epsg(int(info.code)).coordinate_operation
            assert operation is not None
            values = {parameter.name: parameter.value for parameter in operation.params}
            known[int(info.code)] = (
                values["Longitude of natural origin"],
                values["Scale factor at natural origin"],
            )
    assert {zone.epsg: (zone.meridian, zone.scale) for zone in zones.ZONES} == known


def test_zones_are_named_by_meridian() -> None:
    assert zones.BY_CODE[5898].label == "108°00′ (EPSG:5898)"
    assert zones.BY_CODE[5899].label == "107°45′ (EPSG:5899)"
    assert zones.BY_CODE[3405].label == "UTM 48N, 105°00′ (EPSG:3405)"
    assert zones.label(9217) == "VN-2000, 108°15′ (EPSG:9217)"
    assert zones.label(4326) == "WGS 84 (EPSG:4326)"
    assert zones.label(1) == "EPSG:1"


@pytest.mark.parametrize("epsg", sorted(zones.KNOWN))
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_a_prj_file_is_recognised(epsg: int, version: str) -> None:
    assert projections.of_wkt(pyproj.CRS.from_epsg(epsg).to_wkt(version)) == epsg


TM = (
    'PROJCS["{name}",GEOGCS["{datum}",DATUM["D_{datum}",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",{east}],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["{unit}",{factor}]]'
)


def prj(
    name: str = "QuangNgai",
    datum: str = "GCS_WGS_1984",
    meridian: float = 108.0,
    scale: float = 0.9999,
    east: float = 500_000.0,
    factor: float = 1.0,
) -> str:
    return TM.format(
        name=name,
        datum=datum,
        meridian=meridian,
        scale=scale,
        east=east,
        unit="Meter",
        factor=factor,
    )


def test_names_of_drawing_programs_do_not_matter() -> None:
    assert projections.of_wkt(prj()) == 5898
    assert projections.of_wkt(prj(meridian=108.25)) == 9217
    # UTM 48N exists on WGS 84 too: only a name decides.
    assert (
        projections.of_wkt(prj(name="WGS_1984_UTM_Zone_48N", meridian=105.0, scale=0.9996)) is None
    )
    assert (
        projections.of_wkt(
            prj(name="VN2000_UTM48", datum="GCS_VN_2000", meridian=105.0, scale=0.9996)
        )
        == 3405
    )


@pytest.mark.parametrize(
    "text",
    [
        prj(meridian=108.1),
        prj(east=0.0),
        prj(factor=0.3048),
        "rubbish",
        pyproj.CRS.from_epsg(3857).to_wkt("WKT1_ESRI"),
        pyproj.CRS.from_epsg(4269).to_wkt(),
    ],
)
def test_other_projections_are_not_taken_for_ours(text: str) -> None:
    assert projections.of_wkt(text) is None


def test_a_bound_projection_is_looked_into() -> None:
    bound = pyproj.CRS.from_proj4(
        "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+towgs84=-191.9,-39.3,-111.45,0,0,0,0 +units=m"
    )
    assert projections.of_wkt(bound.to_wkt()) == 5898


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("urn:ogc:def:crs:EPSG::5898", 5898),
        ("EPSG:9217", 9217),
        ("http://www.opengis.net/def/crs/EPSG/0/3405", 3405),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("EPSG:3857", None),
        ("", None),
    ],
)
def test_the_name_in_a_geojson_file(name: str, code: int | None) -> None:
    assert projections.of_name(name) == code


def test_degrees_of_wgs84_stay_as_they_are() -> None:
    assert projections.convert(4326, [108.8], [15.1]) == ([108.8], [15.1])


def test_an_unknown_projection_has_no_conversion() -> None:
    with pytest.raises(LookupError):
        projections.converter(3857)
