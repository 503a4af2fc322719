"""Data files that officers read in and citizens never send: zipped Shapefiles, GeoJSON, and tables.

They are kept as they came and never shown. Their readers run in a bounded process; here only what
they claim to be is looked at, and that an archive unpacks to something bearable.
"""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.files import office
from app.files.errors import FileRefused

CONTENT_TYPES = {
    "zip": "application/zip",
    "geojson": "application/geo+json",
    "csv": "text/csv",
    "xls": "application/vnd.ms-excel",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
#: Tables that can be read in (imports/sheets.py), .xlsx being a document as well.
TABLES = ("xlsx", "xls", "xlsb", "ods", "csv")
#: For the attribute `accept` of a file control, and its hint.
ACCEPT_TABLES = ",".join(f".{extension}" for extension in TABLES)
TABLES_HINT = _l(
    "Excel (.xlsx, .xls, .xlsb), OpenDocument (.ods) hoặc CSV. Nên dùng .xlsx: tệp .xls và .xlsb "
    "không cho biết ô báo lỗi (#N/A), tệp .xlsb không cho biết ô gộp."
)
#: A Shapefile is a handful of files; some programs zip several layers together.
MAX_ENTRIES = 60
#: dBase fills its columns with blanks, which pack better than anything in a document: some 200
#: times in real layers.
MAX_RATIO = 300
_SHAPEFILE = re.compile(
    r".+\.(?:shp|shx|dbf|prj|cpg|cst|sbn|sbx|qix|qpj|qmd|ain|aih|atx|fbn|fbx|ixs|mxs|shp\.xml|xml|txt|geojson)"
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: An .xls is one of the old compound files; what is in it is told by the names of its parts.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOKS = tuple(name.encode("utf-16-le") + b"\0\0" for name in ("Workbook", "Book"))
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")


def check(data: bytes, kind: str, name: str) -> None:
    """Raises FileRefused for a file that is not what its extension says, or an archive that unpacks
    to too much.
    """
    if kind == "zip":
        _check_zip(data, name)
    elif kind == "geojson":
        if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") or b"\0" in data:
            raise _other(name, kind)
    elif kind == "xls":
        _check_xls(data, name)
    elif kind in {"xlsb", "ods"}:
        if not data.startswith(b"PK\x03\x04"):
            raise _other(name, kind)
        office.check(data, kind, name)
    elif data.startswith((b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0")) or (
        b"\0" in data and not data.startswith(_UTF16)
    ):
        raise _other(name, kind)


def _check_xls(data: bytes, name: str) -> None:
    if data.startswith(_COMPOUND) and _LOCKED in data:
        raise FileRefused(
            _("Tệp «%(name)s» có mật khẩu. Hãy lưu lại không có mật khẩu rồi gửi.", name=name)
        )
    if not data.startswith(_COMPOUND) or not any(book in data for book in _BOOKS):
        raise _other(name, "xls")
    if _MACROS in data:
        raise FileRefused(
            _(
                "Tệp «%(name)s» có lệnh tự chạy (macro). Hãy lưu lại thành .xlsx rồi gửi.",
                name=name,
            )
        )


def _check_zip(data: bytes, name: str) -> None:
    try:
        office.check_plain(
            data,
            lambda entry: _SHAPEFILE.fullmatch(entry) is not None,
            max_entries=MAX_ENTRIES,
            max_ratio=MAX_RATIO,
        )
    except OverflowError as error:
        raise FileRefused(
            _("Tệp «%(name)s» chứa quá nhiều dữ liệu khi mở ra. Hãy chia nhỏ rồi gửi.", name=name)
        ) from error
    except ValueError as error:
        raise FileRefused(
            _(
                "Không nhận được tệp nén «%(name)s»: tệp hỏng, hoặc có tệp không thuộc bộ "
                "Shapefile (.shp, .shx, .dbf, .prj).",
                name=name,
            )
        ) from error


def _other(name: str, kind: str) -> FileRefused:
    return FileRefused(
        _(
            "Nội dung tệp «%(name)s» không đúng với đuôi .%(extension)s. Hãy mở và lưu lại rồi "
            "gửi.",
            name=name,
            extension=kind,
        )
    )
