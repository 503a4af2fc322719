"""From VN-2000 to WGS 84, with the parameters of Decision 05/2007/QĐ-BTNMT, and what a file says
about its projection.

The register has two conversions of VN-2000; the one with the Decision's seven parameters is asked
for by name, so that no version of PROJ and no table of its own decides. Nothing is fetched from a
network.
"""

import functools
import re

import pyproj
from pyproj.exceptions import CRSError
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]
from pyproj.transformer import TransformerGroup

from app.maps.zones import BY_CODE, KNOWN, UTM, VN2000, WGS84, ZONES

#: EPSG:6960: the parameters of Decision 05/2007/QĐ-BTNMT. Its accuracy is one metre.
OPERATION = "VN-2000 to WGS 84 (2)"
_CLOSE = 1e-6
_EPSG = re.compile(r"(?:EPSG:+|EPSG/0/)(\d{4,5})$", re.IGNORECASE)
_CRS84 = re.compile(r"(?:OGC|CRS)[:.\d]*:?CRS84$", re.IGNORECASE)


@functools.cache
def converter(epsg: int) -> pyproj.Transformer:
    """From this projection to longitude and latitude of WGS 84.

    Raises LookupError when PROJ lacks the Decision's conversion.
    """
    set_network_enabled(False)
    group = TransformerGroup(f"EPSG:{epsg}", f"EPSG:{WGS84}", always_xy=True)
    for transformer in group.transformers:
        if OPERATION in transformer.description:
            return transformer
    raise LookupError(f"{OPERATION} for EPSG:{epsg}")


def convert(epsg: int, xs: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    """Longitudes and latitudes; infinite where a place has none."""
    if epsg == WGS84:
        return xs, ys
    made_xs, made_ys = converter(epsg).transform(xs, ys)
    return list(made_xs), list(made_ys)


def of_name(name: str) -> int | None:
    """The code behind a GeoJSON crs name such as urn:ogc:def:crs:EPSG::5898, when we know it."""
    if _CRS84.search(name):
        return WGS84
    found = _EPSG.search(name)
    return int(found.group(1)) if found and int(found.group(1)) in KNOWN else None


def of_wkt(text: str) -> int | None:
    """The code of what a .prj file describes, or None when it is none of ours.

    Drawing programs name VN-2000 in many ways; the numbers of the projection count, not the names.
    """
    try:
        crs = pyproj.CRS.from_wkt(text)
    except CRSError:
        return None
    if crs.is_bound:
        crs = crs.source_crs or crs
    vietnamese = "vn" in text.lower() and "2000" in text
    if crs.is_geographic:
        return VN2000 if vietnamese else WGS84 if crs.to_epsg() == WGS84 else None
    return _of_projection(crs, vietnamese=vietnamese) if crs.is_projected else None


def _of_projection(crs: pyproj.CRS, *, vietnamese: bool) -> int | None:
    operation = crs.coordinate_operation
    if (
        operation is None
        or operation.method_name != "Transverse Mercator"
        or crs.axis_info[0].unit_conversion_factor != 1
    ):
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    if values.get("False easting") != 500_000 or values.get("False northing") != 0:
        return None
    for zone in ZONES:
        same = (
            abs(values.get("Longitude of natural origin", 0.0) - zone.meridian) < _CLOSE
            and abs(values.get("Scale factor at natural origin", 1.0) - zone.scale) < _CLOSE
        )
        # The same UTM zones exist on WGS 84 itself; zones of three degrees with 0,9999 are only
        # ours.
        if same and (vietnamese or zone not in UTM):
            return zone.epsg
    return None


def others(epsg: int | None) -> list[int]:
    """The zones that might be meant instead."""
    return [code for code in BY_CODE if code != epsg]
