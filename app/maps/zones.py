"""The map projections that a surveyor's file may be drawn in: VN-2000 in its zones, and plain WGS
84.

The codes and meridians are those of the EPSG register; tests/unit/consultations compares them with
the PROJ database.
"""

from typing import NamedTuple

WGS84 = 4326
#: VN-2000 as longitude and latitude.
VN2000 = 4756


class Zone(NamedTuple):
    """One zone of VN-2000: a transverse Mercator projection with 500.000 m at its
    central meridian.
    """

    epsg: int
    #: Degrees East.
    meridian: float
    #: Scale on the central meridian: 0,9999 in zones of three degrees, 0,9996 in UTM's.
    scale: float

    @property
    def meridian_text(self) -> str:
        """108°00′."""
        degrees = int(self.meridian)
        return f"{degrees}°{round((self.meridian - degrees) * 60):02d}′"

    @property
    def label(self) -> str:
        """108°00′ (EPSG:5898)."""
        utm = {3405: "UTM 48N, ", 3406: "UTM 49N, "}.get(self.epsg, "")
        return f"{utm}{self.meridian_text} (EPSG:{self.epsg})"


TM3 = tuple(
    Zone(epsg, meridian, 0.9999)
    for epsg, meridian in (
        (5896, 102.0),
        (9205, 103.0),
        (9206, 104.0),
        (9207, 104.5),
        (9208, 104.75),
        (5897, 105.0),
        (9209, 105.5),
        (9210, 105.75),
        (9211, 106.0),
        (9212, 106.25),
        (9213, 106.5),
        (9214, 107.0),
        (9215, 107.25),
        (9216, 107.5),
        (5899, 107.75),
        (5898, 108.0),
        (9217, 108.25),
        (9218, 108.5),
    )
)
UTM = (Zone(3405, 105.0, 0.9996), Zone(3406, 111.0, 0.9996))
ZONES = (*TM3, *UTM)
BY_CODE = {zone.epsg: zone for zone in ZONES}
#: Everything that may be named in a file or chosen by an officer.
KNOWN = frozenset(BY_CODE) | {WGS84, VN2000}


def label(epsg: int) -> str:
    """What a projection is called on the screen."""
    if epsg in BY_CODE:
        return f"VN-2000, {BY_CODE[epsg].label}"
    return {WGS84: "WGS 84 (EPSG:4326)", VN2000: "VN-2000 (EPSG:4756)"}.get(epsg, f"EPSG:{epsg}")
