"""Data files that only officers read in: what each claims to be, what an archive may hold, and that
citizens cannot send them.
"""

import io
import zipfile
from pathlib import Path

import pytest

from app.files import datafiles
from app.files.errors import FileRefused
from app.files.inspection import inspect

TABLES = Path(__file__).resolve().parents[2] / "factories" / "tables"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOOK = "Workbook".encode("utf-16-le") + b"\0\0"


def table(kind: str) -> bytes:
    return (TABLES / f"danh-muc.{kind}").read_bytes()


def with_entry(content: bytes, name: str) -> bytes:
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as made:
        made.writestr(name, b"x")
    return target.getvalue()


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
        (table("xls"), "Danh mục.XLS", "application/vnd.ms-excel"),
        (
            table("xlsb"),
            "a.xlsb",
            "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
        ),
        (table("ods"), "a.ods", "application/vnd.oasis.opendocument.spreadsheet"),
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
        (table("xlsx"), "a.xls", "không đúng với đuôi"),
        (table("xls"), "a.xlsb", "không đúng với đuôi"),
        (table("xls"), "a.ods", "không đúng với đuôi"),
        (table("xls"), "a.csv", "không đúng với đuôi"),
        (b"<table><tr><td>Excel</td></tr></table>", "a.xls", "không đúng với đuôi"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "a.xls", "không đúng với đuôi"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "a.xls", "có mật khẩu"),
        (OLE + BOOK + "_VBA_PROJECT_CUR".encode("utf-16-le"), "a.xls", "macro"),
        (with_entry(table("xlsb"), "xl/vbaProject.bin"), "a.xlsb", "lệnh tự chạy"),
        (with_entry(table("ods"), "Basic/Standard/Module1.xml"), "a.ods", "lệnh tự chạy"),
        (table("xlsx"), "a.xlsb", "hỏng hoặc thiếu"),
        (table("xlsx"), "a.ods", "hỏng hoặc thiếu"),
        (table("ods").replace(b"spreadsheet", b"text-master"), "a.ods", "hỏng hoặc thiếu"),
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
