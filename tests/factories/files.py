"""Files for tests: small real ones of every kind that is taken, hostile ones, and a scanner that
answers.
"""

import base64
import io
import socket
import socketserver
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PIL import Image

from app.extensions import db
from app.files import service
from app.files.models import StoredFile
from app.kernel.links import Ref

#: The harmless test file that every virus scanner knows, in two parts so that none finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def image(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **saving: Any
) -> bytes:
    """A picture whose left half differs from its right half."""
    picture = Image.new(mode, size)
    picture.paste(
        Image.new(mode, (size[0] // 2 or 1, size[1]), 200 if mode == "L" else None), (0, 0)
    )
    if mode == "RGB":
        picture.paste((200, 30, 30), (0, 0, size[0] // 2, size[1]))
    target = io.BytesIO()
    picture.save(target, kind, **saving)
    return target.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack("!L", len(body)) + name + body + struct.pack("!L", zlib.crc32(name + body))
        )

    header = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf(body: bytes = b"", *, catalog: bytes = b"", tail: bytes = b"\n") -> bytes:
    """A PDF that says it is one; `body` stands among its objects, `catalog` in its catalog."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
        + body
        + b"\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF"
        + tail
    )


def object_stream(content: bytes) -> bytes:
    """A compressed object stream of a PDF."""
    packed = zlib.compress(content)
    head = (
        b"7 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(packed)
    )
    return head + packed + b"\nendstream\nendobj\n"


def _run_lengths(content: bytes) -> bytes:
    pieces = [content[at : at + 128] for at in range(0, len(content), 128)]
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces) + b"\x80"


def _lzw(content: bytes) -> bytes:
    """Nine bits a letter, the table cleared before it would need ten."""
    codes: list[int] = []
    for at, letter in enumerate(content):
        codes += [256, letter] if at % 200 == 0 else [letter]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    size = (len(bits) + 7) // 8
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


PDF_FILTERS: dict[str, Callable[[bytes], bytes]] = {
    "ASCIIHexDecode": lambda content: content.hex().encode() + b">",
    "ASCII85Decode": lambda content: base64.a85encode(content) + b"~>",
    "RunLengthDecode": _run_lengths,
    "LZWDecode": _lzw,
    "FlateDecode": zlib.compress,
}


def packed_pdf(*filters: str, catalog: bytes = b"", kind: bytes = b"/ObjStm") -> bytes:
    """A sound PDF whose catalog and pages lie in an object stream, encoded by these filters in the
    order in which a reader undoes them.
    """
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    )
    places = [sum(len(one) + 1 for one in objects[:number]) for number in range(len(objects))]
    head = b" ".join(b"%d %d" % (number, at) for number, at in enumerate(places, start=1)) + b" "
    content = head + b" ".join(objects)
    for name in reversed(filters):
        content = PDF_FILTERS[name](content)
    chain = b" ".join(b"/" + name.encode() for name in filters)
    made = b"%PDF-1.7\n"
    stream_at = len(made)
    made += (
        b"4 0 obj\n<< /Type %s /N 3 /First %d /Filter [%s] /Length %d >>\nstream\n%s\nendstream\n"
        b"endobj\n" % (kind, len(head), chain, len(content), content)
    )
    table_at = len(made)
    rows = [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, stream_at, 0), (1, table_at, 0)]
    table = b"".join(struct.pack("!BLB", *row) for row in rows)
    return made + (
        b"5 0 obj\n<< /Type /XRef /W [1 4 1] /Size 6 /Root 1 0 R /Length %d >>\nstream\n%s\n"
        b"endstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(table), table, table_at)
    )


TYPES = (
    b'<?xml version="1.0"?><Types '
    b'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)
DOCUMENT = (
    b'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>Xin '
    b"ch\xc3\xa0o</w:body></w:document>"
)


def archive(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return target.getvalue()


def docx(more: Mapping[str, bytes] | None = None) -> bytes:
    """A Word file, with further entries."""
    return archive({"[Content_Types].xml": TYPES, "word/document.xml": DOCUMENT, **(more or {})})


def xlsx(more: Mapping[str, bytes] | None = None) -> bytes:
    """An Excel file, with further entries."""
    return archive(
        {"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>", **(more or {})}
    )


def odt(
    more: Mapping[str, bytes] | None = None,
    mimetype: bytes = b"application/vnd.oasis.opendocument.text",
) -> bytes:
    """An OpenDocument text, with further entries."""
    return archive(
        {
            "mimetype": mimetype,
            "content.xml": b"<office/>",
            "META-INF/manifest.xml": b"<manifest/>",
            **(more or {}),
        }
    )


def relations(kind: str, target: str, mode: str = "External") -> bytes:
    """The relations of a document: one."""
    return (
        f'<Relationships><Relationship Id="r1" Type="http://x/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/></Relationships>'
    ).encode()


def make_file(
    owner: Ref | None = None,
    *,
    content: bytes | None = None,
    name: str = "Đơn đề nghị.pdf",
    **values: Any,
) -> StoredFile:
    """A stored file, committed; `values` are set on the row afterwards."""
    file = service.receive(io.BytesIO(content or pdf()), name)
    for column, value in values.items():
        setattr(file, column, value)
    db.session.flush()
    if owner:
        service.claim([file.key], owner)
    db.session.commit()
    return file


class _Talk(socketserver.BaseRequestHandler):
    """One talk in clamd's protocol."""

    def handle(self) -> None:
        server: Any = self.server
        command = self._until_zero()
        if server.silent:
            server.release.wait(10)
            return
        if command == b"zPING":
            self.request.sendall(b"PONG\0")
        elif command == b"zINSTREAM":
            self._scan(server)

    def _until_zero(self) -> bytes:
        found = b""
        while (byte := self.request.recv(1)) not in {b"\0", b""}:
            found += byte
        return found

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self.request.recv(size - len(found))
            if not piece:
                raise ConnectionError
            found += piece
        return found

    def _scan(self, server: Any) -> None:
        content = b""
        while size := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(size)
            if server.longest and len(content) > server.longest:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        server.scanned.append(content)
        self.request.sendall(
            b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        )


class _Quiet(socketserver.BaseServer):
    """Callers that hang up are part of the tests."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        return None


class StubClamd(_Quiet, socketserver.ThreadingTCPServer):
    """A scanner that knows one virus. `silent`: it takes calls and says nothing."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.silent = False
        self.longest = 0
        self.scanned: list[bytes] = []
        self.release = threading.Event()

    @property
    def address(self) -> str:
        """As the setting wants it."""
        return f"127.0.0.1:{self.server_address[1]}"


class StubClamdSocket(_Quiet, socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The same behind the path of a socket."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        super().__init__(path, _Talk)
        self.silent = False
        self.longest = 0
        self.scanned: list[bytes] = []
        self.release = threading.Event()


@contextmanager
def running(server: Any) -> Iterator[Any]:
    """The server answers inside."""
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
