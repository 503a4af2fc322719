"""Data files that only officers read in: what each claims to be, what an archive may hold, and that
citizens cannot send them.
"""

import io
import zipfile

import pytest

from app.files import datafiles
from app.files.errors import FileRefused
from app.files.inspection import inspect


def archive(*names: str, content: bytes = b"x", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as made:
        for name in names:
            made.writestr(name, content)
    return target.getvalue()


def take(content: bytes, name: str, *, imports: bool = True) -> str:
    return inspect(
        io.BytesIO(content),
        name,
        content_length=None,
        max_bytes=10**7,
        max_side=100,
        imports=imports,
    ).content_type


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (archive("lop/a.shp", "lop/a.dbf", "lop/a.shp.xml", "a.prj"), "Lớp.zip", "application/zip"),
        (b'\xef\xbb\xbf {"type": "FeatureCollection"}', "a.geojson", "application/geo+json"),
        ("Tên,Diện tích\n".encode(), "a.CSV", "text/csv"),
        ("\ufeffTên\n".encode("utf-16-le"), "a.csv", "text/csv"),
    ],
)
def test_what_officers_read_in(content: bytes, name: str, kind: str) -> None:
    assert take(content, name) == kind
    with pytest.raises(FileRefused):
        take(content, name, imports=False)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html>", "a.geojson", "không đúng với đuôi"),
        (b'{"a": "\0"}', "a.geojson", "không đúng với đuôi"),
        (archive("a.shp"), "a.csv", "không đúng với đuôi"),
        (b"a\0b", "a.csv", "không đúng với đuôi"),
        (archive("a.exe"), "a.zip", "Shapefile"),
        (archive("../a.shp"), "a.zip", "Shapefile"),
        (archive("a.shp", "A.SHP"), "a.zip", "Shapefile"),
        (b"PK\x03\x04" + b"x" * 100, "a.zip", "Shapefile"),
        (archive("a.shp", content=b"\0" * 5_000_000), "a.zip", "quá nhiều dữ liệu"),
        (
            archive(*(f"{n}.shp" for n in range(datafiles.MAX_ENTRIES + 1))),
            "a.zip",
            "quá nhiều dữ liệu",
        ),
    ],
)
def test_what_is_refused(content: bytes, name: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        take(content, name)
