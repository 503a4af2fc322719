"""A zipped Shapefile, taken apart in memory and within bounds: nothing is unpacked to the disk."""

import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import shapefile
from flask_babel import gettext as _

from app.imports.legacy_text import decoded, encoding_of
from app.imports.protocol import Unreadable

MAX_ENTRIES = 100
#: Bytes of all the parts together.
MAX_UNPACKED = 100 * 1024 * 1024
#: How many times larger the contents may be than the archive.
MAX_RATIO = 300
_SMALL = 1024 * 1024
_NEEDED = ("shp", "dbf")
_PARTS = ("shp", "shx", "dbf", "prj", "cpg")
_CHUNK = 256 * 1024
#: Of an attribute's value; names of places and codes are shorter.
_VALUE_MAX = 254


# Its remarks about odd rings would go to a terminal that nobody watches.
shapefile.VERBOSE = False


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of the one layer in the archive, or its one GeoJSON file under `geojson`.

    Raises Unreadable for what is no archive, holds several layers, lacks a part or unpacks to too
    much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [
                entry
                for entry in archive.infolist()
                if not entry.is_dir() and "__MACOSX" not in entry.filename
            ]
            _check(entries, path.stat().st_size)
            return _chosen(archive, entries)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable(_("Không mở được tệp .zip: tệp hỏng, thiếu hoặc có mật khẩu.")) from error


def _check(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MAX_ENTRIES
        or total > MAX_UNPACKED
        or (total > _SMALL and total > MAX_RATIO * packed)
    ):
        raise Unreadable(_("Tệp .zip chứa quá nhiều dữ liệu khi mở ra. Hãy chia nhỏ lớp bản đồ."))


def _chosen(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    named = [(PurePosixPath(entry.filename.replace("\\", "/").lower()), entry) for entry in entries]
    layers = [name for name, _entry in named if name.suffix == ".shp"]
    texts = [entry for name, entry in named if name.suffix in {".geojson", ".json"}]
    if not layers and len(texts) == 1:
        return {"geojson": _content(archive, texts[0])}
    if not layers:
        raise Unreadable(_("Trong tệp .zip không có tệp .shp hay .geojson nào."))
    if len(layers) > 1:
        raise Unreadable(_("Trong tệp .zip có nhiều lớp (.shp). Mỗi lần hãy gửi một lớp."))
    found = {
        name.suffix[1:]: entry
        for name, entry in named
        if name.with_suffix("") == layers[0].with_suffix("")
    }
    missing = [part for part in _NEEDED if part not in found]
    if missing:
        raise Unreadable(
            _("Trong tệp .zip thiếu tệp .%(part)s đi cùng lớp bản đồ.", part=missing[0])
        )
    return {part: _content(archive, found[part]) for part in _PARTS if part in found}


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    content = bytearray()
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            content += piece
            if len(content) > entry.file_size:
                raise Unreadable(_("Không mở được tệp .zip: tệp hỏng, thiếu hoặc có mật khẩu."))
    return bytes(content)


def shapes(parts: dict[str, bytes]) -> Iterator[dict[str, Any] | None]:
    """The geometries in the order of the file, as GeoJSON in the file's own coordinates;

    None for an empty one.
    """
    files = {part: io.BytesIO(parts[part]) for part in ("shp", "shx") if part in parts}
    with shapefile.Reader(**files) as reader:
        for shape in reader.iterShapes():
            yield (
                dict(shape.__geo_interface__)
                if shape is not None and shape.shapeType != shapefile.NULL
                else None
            )


def records(table: bytes) -> list[dict[str, Any]]:
    """The rows of a .dbf table; deleted ones are empty.

    Old tables do not say how they are written, so text is taken as it stands (latin-1 gives the
    bytes back) until all of it is seen. A table that ends too early has the rows that are there.
    """
    rows: list[dict[str, Any]] = []
    try:
        with shapefile.Reader(dbf=io.BytesIO(table), encoding="latin-1") as reader:
            nothing = dict.fromkeys((field.name for field in reader.fields[1:]), "")
            with suppress(struct.error):
                for row in reader.iterRecords(deleted_as_None=True):
                    rows.append(nothing if row is None else row.as_dict())
    except (shapefile.ShapefileException, struct.error, LookupError, ValueError) as error:
        raise Unreadable(_("Tệp .dbf hỏng hoặc thiếu.")) from error
    encoding = encoding_of(
        _bytes(value) for row in rows for value in row.values() if isinstance(value, str)
    )
    return [
        {
            name: decoded(_bytes(value), encoding) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def _bytes(text: str) -> bytes:
    return text.strip(" \0").encode("latin-1")[:_VALUE_MAX]
