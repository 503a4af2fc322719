"""From a name and bytes to a file that we are ready to keep, or to a sentence that says why not.

A file is taken only when its extension, its first bytes and its parsing agree. A picture with the
extension of another kind of picture is common (chat programs rename them) and harmless, since it is
made anew: its name is corrected.
"""

import threading
from typing import IO, NamedTuple

from flask_babel import gettext as _

from app.files import datafiles, images, names, office, pdf
from app.files.errors import FileRefused
from app.kernel.display import file_size

#: For the attribute `accept` of a file control.
ACCEPT = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx,.odt"
_PICTURES = {"jpg": "jpg", "jpeg": "jpg", "png": "png", "webp": "webp"}
_OLD_OFFICE = frozenset({"doc", "xls", "ppt", "pptx", "rtf", "ods", "odp"})
_MACRO_OFFICE = frozenset({"docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm"})
_HEIC = frozenset({"heic", "heif", "avif"})
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")

# One file is decoded at a time in each process: the memory that takes is then that of one file,
# however many come.
_turn = threading.BoundedSemaphore(1)


class Inspected(NamedTuple):
    """What will be kept."""

    content: bytes
    name: str
    extension: str
    content_type: str
    width: int | None = None
    height: int | None = None


def inspect(
    stream: IO[bytes],
    filename: str | None,
    *,
    content_length: int | None,
    max_bytes: int,
    max_side: int,
    imports: bool = False,
) -> Inspected:
    """Read a file of at most `max_bytes` and judge it; pictures come back encoded anew.

    `imports`: also the data files that only officers read in. Raises FileRefused with a sentence
    for the person who sent it.
    """
    shown = names.split(filename)[0][:60] or _("không tên")
    with _turn:
        data = _read(stream, shown, content_length, max_bytes)
        if imports and names.split(filename)[1] in datafiles.CONTENT_TYPES:
            kind = names.split(filename)[1]
            datafiles.check(data, kind, shown)
            return Inspected(
                data, names.display_name(filename, kind), kind, datafiles.CONTENT_TYPES[kind]
            )
        extension = _extension(filename, shown)
        kind = _sniff(data)
        if kind == "heic":
            raise _heic(shown)
        if kind == "ole":
            raise FileRefused(
                _(
                    "Tệp «%(name)s» đang bị khóa hoặc ở dạng cũ. Hãy lưu lại không có mật khẩu, "
                    "dạng .docx hoặc PDF.",
                    name=shown,
                )
            )
        if kind != _expected(extension):
            raise FileRefused(
                _(
                    "Nội dung tệp «%(name)s» không đúng với đuôi .%(extension)s. Hãy mở và lưu "
                    "lại rồi gửi.",
                    name=shown,
                    extension=extension,
                )
            )
        return _judge(data, extension, filename, shown, max_side)


def _read(stream: IO[bytes], shown: str, content_length: int | None, max_bytes: int) -> bytes:
    too_large = FileRefused(
        _(
            "Tệp «%(name)s» quá lớn: mỗi tệp không quá %(limit)s. Hãy giảm cỡ hoặc chia nhỏ tệp.",
            name=shown,
            limit=file_size(max_bytes),
        )
    )
    if content_length is not None and content_length > max_bytes:
        raise too_large
    data = bytearray()
    while piece := stream.read(min(256 * 1024, max_bytes + 1 - len(data))):
        data += piece
        if len(data) > max_bytes:
            raise too_large
    if not data:
        raise FileRefused(_("Tệp «%(name)s» trống. Hãy chọn lại tệp.", name=shown))
    return bytes(data)


def _extension(filename: str | None, shown: str) -> str:
    extension = names.split(filename)[1]
    if extension in _PICTURES or extension == "pdf" or extension in office.CONTENT_TYPES:
        return extension
    if extension in _HEIC:
        raise _heic(shown)
    if extension in _MACRO_OFFICE:
        raise FileRefused(
            _(
                "Tệp «%(name)s» có thể chứa lệnh tự chạy nên không nhận được. Hãy lưu tệp thành "
                "PDF rồi gửi.",
                name=shown,
            )
        )
    if extension in _OLD_OFFICE:
        raise FileRefused(
            _(
                "Chưa nhận được dạng tệp của «%(name)s». Hãy lưu tệp thành PDF, .docx hoặc .xlsx "
                "rồi gửi.",
                name=shown,
            )
        )
    raise FileRefused(
        _(
            "Không nhận được tệp «%(name)s». Hãy gửi ảnh (JPG, PNG, WebP), PDF, Word (.docx), "
            "Excel (.xlsx) hoặc .odt.",
            name=shown,
        )
    )


def _expected(extension: str) -> str:
    if extension in _PICTURES:
        return "picture"
    return "pdf" if extension == "pdf" else "zip"


def _sniff(data: bytes) -> str:
    """What the first bytes say."""
    if _picture(data):
        return "picture"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"
    return "ole" if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") else "other"


def _picture(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _judge(
    data: bytes, extension: str, filename: str | None, shown: str, max_side: int
) -> Inspected:
    if picture := _picture(data):
        made = images.remake(data, picture, shown, max_side=max_side)
        name = names.display_name(filename, picture)
        return Inspected(
            made.content, name, picture, images.CONTENT_TYPES[picture], made.width, made.height
        )
    name = names.display_name(filename, extension)
    if extension == "pdf":
        pdf.check(data, shown)
        return Inspected(data, name, "pdf", "application/pdf")
    office.check(data, extension, shown)
    return Inspected(data, name, extension, office.CONTENT_TYPES[extension])


def _heic(shown: str) -> FileRefused:
    return FileRefused(
        _(
            "Ảnh «%(name)s» ở dạng HEIC, chưa nhận được. Trên iPhone, vào Cài đặt › Camera › Định "
            "dạng, chọn «Tương thích nhất» rồi"
            " chụp lại; hoặc gửi ảnh chụp màn hình.",
            name=shown,
        )
    )
