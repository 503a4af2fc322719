"""PDF: kept as it came, so it has to be whole, unlocked, and a document rather than a program.

It is only ever served as an attachment in a sandbox. Nevertheless what runs, starts programs or
carries other files is refused, because officers open these files on their own machines. A locked
document is refused because neither we nor a scanner can look inside; that includes those whose
password only forbids printing. A form, a link or a start page is fine. This reads the file's own
marks and its object streams; it does not understand pages.
"""

import re
import zlib
from collections.abc import Iterator

from flask_babel import gettext as _

from app.files.errors import FileRefused

#: Marks of things that act or carry others; long enough that no compressed picture contains one by
#: chance.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition|Movie)(?![A-Za-z])"
)
#: «/JS» alone is three letters: looked for only outside compressed data.
_SCRIPT = re.compile(rb"/JS(?![A-Za-z])")
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
#: A plain letter written as a code inside a name serves only to hide the name.
_HIDDEN_NAME = re.compile(rb"/[A-Za-z0-9]{0,40}#(?:4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])")
_TOKENS = re.compile(rb"/ObjStm|endstream|endobj|stream\r?\n")
#: Of what object streams hold when unpacked.
_MAX_UNPACKED = 20 * 1024 * 1024
_ZIP_END = b"PK\x05\x06"
_TAIL = 66_000


def check(data: bytes, name: str) -> None:
    """Raises FileRefused for a file that is cut off, locked, active, or something else as well."""
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0:
        raise _broken(name)
    # A web page or an archive behind the end makes the file two things at once.
    if data[end + 5 :].strip(b" \t\r\n\x00\x1a") or _ZIP_END in data[-_TAIL:]:
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» có phần lạ ở cuối. Hãy mở tệp, chọn «In ra PDF» rồi gửi bản "
                "mới.",
                name=name,
            )
        )
    if _LOCKED.search(data):
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» đang bị khóa. Hãy lưu một bản không có mật khẩu, hoặc chụp "
                "ảnh các trang rồi gửi.",
                name=name,
            )
        )
    parts = (data, *_outside_streams(data, name))
    if _ACTIVE.search(data) or any(
        pattern.search(part) for part in parts[1:] for pattern in (_ACTIVE, _SCRIPT, _HIDDEN_NAME)
    ):
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» có mã chạy hoặc tệp khác bên trong. Hãy mở tệp, chọn «In ra "
                "PDF» rồi gửi bản mới.",
                name=name,
            )
        )


def _outside_streams(data: bytes, name: str) -> Iterator[bytes]:
    """The file's structure: what stands between the streams, and what its object streams hold."""
    between: list[bytes] = []
    position, inside, objects, unpacked = 0, False, False, 0
    for token in _TOKENS.finditer(data):
        word = token.group()
        if inside:
            if word == b"endstream":
                position, inside, objects = token.start(), False, False
        elif word.startswith(b"stream"):
            between.append(data[position : token.start()])
            inside = True
            if objects:
                end = data.find(b"endstream", token.end())
                content = _unpack(
                    data[token.end() : end if end >= 0 else None], _MAX_UNPACKED - unpacked, name
                )
                unpacked += len(content)
                yield content
        else:
            objects = word == b"/ObjStm" or (objects and word != b"endobj")
    if not inside:
        between.append(data[position:])
    yield b"\n".join(between)


def _unpack(data: bytes, room: int, name: str) -> bytes:
    """An object stream, unpacked within bounds; one that is not packed, or packed in another way,
    cannot hide in it.
    """
    machine = zlib.decompressobj()
    try:
        content = machine.decompress(data, room + 1)
    except zlib.error:
        # Not packed: its text stands in the file itself, where the search above sees it.
        return data
    if len(content) > room:
        raise _broken(name)
    return content


def _broken(name: str) -> FileRefused:
    return FileRefused(
        _("Không mở được tệp PDF «%(name)s»: tệp hỏng hoặc thiếu. Hãy lưu lại rồi gửi.", name=name)
    )
