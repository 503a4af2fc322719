"""Word, Excel and OpenDocument files: archives, kept as they came, so their insides are checked
within bounds.

First the list of contents is judged without unpacking anything; then every entry is read through
once, and what it really holds has to be what the list said. Macros, embedded programs, document
types in XML and addresses from which a program would fetch something on opening are refused;
ordinary links are fine.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from urllib.parse import unquote
from xml.parsers import expat

from flask_babel import gettext as _

from app.files.errors import FileRefused

MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
#: How many times larger the contents may be than the archive.
MAX_RATIO = 100
_MAX_LIST = 1024 * 1024
_MAX_RELATIONS = 1024 * 1024
#: An XML file says within so many bytes what it is.
_MAX_PROLOG = 64 * 1024
_CHUNK = 64 * 1024

CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
#: What its entry `mimetype` says.
_OPEN_DOCUMENT = {
    "odt": CONTENT_TYPES["odt"],
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_MUST_HAVE = {
    "docx": ("[content_types].xml", "word/document.xml"),
    "xlsx": ("[content_types].xml", "xl/workbook.xml"),
    "xlsb": ("[content_types].xml", "xl/workbook.bin"),
    "odt": ("mimetype", "content.xml"),
    "ods": ("mimetype", "content.xml"),
}
_XML = (".xml", ".rels", ".vml", ".rdf")
#: Entries that run, or carry something that does.
_DANGEROUS = re.compile(
    r"vbaproject\.bin|vbadata\.xml|(?:^|/)activex/|(?:^|/)macrosheets/|(?:^|/)dialogsheets/|/embeddings/[^/]*\.bin$|oleobject|"
    r"^basic/|^scripts/|\.(?:exe|dll|com|scr|js|jse|vbs|vbe|wsf|bat|cmd|ps1|hta|jar|lnk|msi|html?|mht|docm|dotm|xlsm|xltm|xlsb|xlam)$"
)
#: Commands to other programs: fields of Word, links of Excel; and the types of files that may hold
#: macros.
_COMMANDS = re.compile(rb"DDEAUTO|<[^<>]{0,40}ddeLink|macroEnabled|vbaProject")
_LOOKED_FOR_COMMANDS = ("word/", "xl/externallinks/", "[content_types].xml")
#: What a program fetches by itself on opening.
_FETCHED = frozenset(
    {
        "attachedtemplate",
        "frame",
        "subdocument",
        "externallink",
        "externallinkpath",
        "package",
        "control",
    }
)


class _Enough(Exception):
    """The beginning of an XML file has been seen."""


class _Bad(Exception):
    """Not an archive that an office program wrote."""


class _Bomb(Exception):
    """Unpacks to more than it should."""


class _Active(Exception):
    """Runs, or fetches something."""


def check(data: bytes, kind: str, name: str) -> None:
    """Raises FileRefused for an archive that is broken, too large inside, or more
    than a document.
    """
    try:
        _check_end(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_list(entries, len(data))
            _check_names([entry.filename for entry in entries], kind)
            room = MAX_UNPACKED
            for entry in entries:
                room -= _check_entry(archive, entry, room, kind)
    except _Active as error:
        raise FileRefused(
            _(
                "Tệp «%(name)s» có lệnh tự chạy, đối tượng nhúng hoặc liên kết tự động. Hãy lưu "
                "tệp thành PDF rồi gửi.",
                name=name,
            )
        ) from error
    except _Bomb as error:
        raise FileRefused(
            _(
                "Tệp «%(name)s» chứa quá nhiều dữ liệu khi mở ra. Hãy lưu tệp thành PDF rồi gửi.",
                name=name,
            )
        ) from error
    except Exception as error:
        # The reader of archives answers hostile bytes with errors of every class.
        raise FileRefused(
            _(
                "Không mở được tệp «%(name)s»: tệp hỏng hoặc thiếu. Hãy mở và lưu lại rồi gửi.",
                name=name,
            )
        ) from error


def check_plain(
    data: bytes, is_wanted: Callable[[str], bool], *, max_entries: int, max_ratio: int
) -> None:
    """An archive of data files (such as a zipped Shapefile), each of a wanted name: the same
    bounds, and all of it read through.

    Raises ValueError for a broken one or one with other files, OverflowError for one that unpacks
    to too much.
    """
    try:
        _check_end(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > max_entries:
                raise _Bomb
            _check_list(entries, len(data), max_ratio)
            names = [entry.filename.lower() for entry in entries if not entry.is_dir()]
            if (
                any(map(_is_unsafe, names))
                or len(set(names)) != len(names)
                or not all(map(is_wanted, names))
            ):
                raise _Bad
            room = MAX_UNPACKED
            for entry in entries:
                room -= sum(len(piece) for piece in _pieces(archive, entry, room))
    except _Bomb as error:
        raise OverflowError from error
    except Exception as error:
        raise ValueError from error


def _check_end(data: bytes) -> None:
    """The archive fills the whole file and its list is short enough to read."""
    if len(data) < 22 or data[-22:-18] != b"PK\x05\x06" or not data.startswith(b"PK\x03\x04"):
        raise _Bad
    if b"%PDF-" in data[:1024]:
        raise _Bad
    disk, start_disk, here, total, size, _offset, comment = struct.unpack("<4H2LH", data[-18:])
    if disk or start_disk or comment or here != total or data[-42:-38] == b"PK\x06\x07":
        raise _Bad
    if total > MAX_ENTRIES or size > _MAX_LIST:
        raise _Bomb


def _check_list(entries: list[zipfile.ZipInfo], packed: int, max_ratio: int = MAX_RATIO) -> None:
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise _Bad
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED or total > max_ratio * packed:
        raise _Bomb
    for entry in entries:
        is_link = entry.external_attr >> 28 == 0xA
        if (
            is_link
            or entry.flag_bits & 1
            or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        ):
            raise _Bad
        if entry.file_size > 1024 * 1024 and entry.file_size > max_ratio * max(
            1, entry.compress_size
        ):
            raise _Bomb


def _check_names(names: list[str], kind: str) -> None:
    lowered = [name.lower() for name in names]
    for name in lowered:
        if _is_unsafe(name):
            raise _Bad
        if _DANGEROUS.search(name):
            raise _Active
    if len(set(lowered)) != len(lowered) or not set(_MUST_HAVE[kind]) <= set(lowered):
        raise _Bad


def _is_unsafe(name: str) -> bool:
    """Would unpacking it write somewhere else?"""
    return (
        name.startswith("/")
        or "\\" in name
        or ":" in name
        or "\0" in name
        or ".." in name.split("/")
    )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int, kind: str) -> int:
    """Read one entry through and return how many bytes it had.

    A wrong checksum or length is an error of the reader.
    """
    name = entry.filename.lower()
    pieces = _pieces(archive, entry, room)
    if name.endswith(".rels"):
        content = _limited(pieces, _MAX_RELATIONS)
        _check_relations(content)
        return len(content)
    if name == "mimetype":
        content = _limited(pieces, 200)
        if kind in _OPEN_DOCUMENT and content.strip() != _OPEN_DOCUMENT[kind].encode():
            raise _Bad
        return len(content)
    # The type of every .xlsb says that it may hold macros; those are entries of their own.
    commands = name.startswith(_LOOKED_FOR_COMMANDS) and (kind, name) != (
        "xlsb",
        "[content_types].xml",
    )
    return _read_through(pieces, is_xml=name.endswith(_XML), look_for_commands=commands)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            room -= len(piece)
            if room < 0:
                raise _Bomb
            yield piece


def _limited(pieces: Iterator[bytes], limit: int) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > limit:
            raise _Bomb
    return bytes(content)


def _read_through(pieces: Iterator[bytes], *, is_xml: bool, look_for_commands: bool) -> int:
    size, before = 0, b""
    beginning = _Beginning() if is_xml else None
    for piece in pieces:
        size += len(piece)
        if beginning:
            beginning.feed(piece)
        if look_for_commands:
            if _COMMANDS.search(before + piece):
                raise _Active
            before = piece[-64:]
    if beginning:
        beginning.close()
    return size


class _Beginning:
    """Reads an XML file up to its first element, where a document type would stand.

    Nothing is expanded.
    """

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = _stop_at_element
        self._seen = 0
        self._done = False

    def feed(self, piece: bytes) -> None:
        """The next bytes of the file."""
        if self._done:
            return
        self._seen += len(piece[:_MAX_PROLOG])
        try:
            self._parser.Parse(piece[:_MAX_PROLOG], False)
        except _Enough:
            self._done = True
        if not self._done and self._seen >= _MAX_PROLOG:
            raise _Bad

    def close(self) -> None:
        """The file is over: it must have had an element."""
        if self._done:
            return
        try:
            self._parser.Parse(b"", True)
        except _Enough:
            return
        raise _Bad


def _stop_at_element(tag: str, attributes: dict[str, str]) -> None:
    raise _Enough


def _refuse_doctype(*declaration: object) -> None:
    raise _Active


def _check_relations(content: bytes) -> None:
    """No relation may make a program fetch something from elsewhere."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _check_relation
    parser.Parse(content, True)


def _check_relation(tag: str, attributes: dict[str, str]) -> None:
    kind = attributes.get("Type", "").rpartition("/")[2].lower()
    external = attributes.get("TargetMode", "").lower() == "external"
    if kind in {"oleobject", "afchunk", "vbaproject"} or (
        external and kind in _FETCHED and _is_elsewhere(attributes.get("Target", ""))
    ):
        raise _Active


def _is_elsewhere(target: str) -> bool:
    """Does this address lead to another machine?

    Templates on the writer's own disk are harmless and common.
    """
    address = unquote(target).strip().replace("\\", "/").lower()
    if address.startswith("file:"):
        path = address.removeprefix("file:")
        return (
            len(path) - len(path.lstrip("/")) not in {1, 3} or re.match(r"/+[a-z]:", path) is None
        )
    return address.startswith("//") or re.match(r"[a-z][a-z0-9+.-]+:", address) is not None
