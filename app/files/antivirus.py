"""The virus scanner: clamd over its own small protocol, or none.

A scanner that does not answer never stops a citizen: the text is taken, the file waits
(FileState.PENDING) and cannot be fetched until a scan has passed it.
"""

import contextlib
import enum
import socket
import struct
import threading
import time
from typing import BinaryIO, NamedTuple, Protocol

_CHUNK = 64 * 1024
_LONGEST_REPLY = 4096
#: Seconds to reach the scanner, for each step of a talk, and for the whole talk.
CONNECT_SECONDS = 3.0
STEP_SECONDS = 10.0
SCAN_SECONDS = 30.0
#: After a failure the scanner is left alone so long (seconds), so that people do not wait for it
#: again and again.
PAUSE_SECONDS = 30.0


class Finding(enum.Enum):
    """What a scan says."""

    CLEAN = "clean"
    INFECTED = "infected"
    #: The scanner answered, and cannot say: the file is too large for it, or broken.
    UNREADABLE = "unreadable"
    #: There is no scanner.
    UNSCANNED = "unscanned"


class Verdict(NamedTuple):
    """What a scan says, with the scanner's name for what it found."""

    finding: Finding
    signature: str = ""


class ScannerDown(Exception):
    """The scanner cannot be reached or does not answer."""


class Scanner(Protocol):
    """Something that looks for viruses."""

    def scan(self, content: BinaryIO) -> Verdict:
        """Look at a content from where it stands. Raises ScannerDown."""
        ...

    def ping(self) -> bool:
        """Does it answer?"""
        ...


class NullScanner:
    """No scanner: files are taken unscanned."""

    def scan(self, content: BinaryIO) -> Verdict:  # noqa: ARG002  (it does not look)
        """Nothing is known about it."""
        return Verdict(Finding.UNSCANNED)

    def ping(self) -> bool:
        """There is nothing that could be down."""
        return True


class ClamdScanner:
    """clamd, at «host:port» or the path of a socket."""

    def __init__(self, address: str, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        """Raises ValueError for an address that is neither."""
        self._target: str | tuple[str, int]
        if address.startswith("/"):
            self._target = address
        else:
            host, colon, port = address.rpartition(":")
            if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
                raise ValueError(
                    f"clamd: expected host:port or the path of a socket, not {address!r}"
                )
            self._target = (host.strip("[]"), int(port))
        self._pause = pause_seconds
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def scan(self, content: BinaryIO) -> Verdict:
        """Send the content in pieces (INSTREAM) and read the verdict."""
        with self._lock:
            if time.monotonic() < self._silent_until:
                raise ScannerDown("left alone after a failure")
        try:
            return _verdict(self._talk(content))
        except (OSError, ScannerDown) as error:
            with self._lock:
                self._silent_until = time.monotonic() + self._pause
            raise ScannerDown(str(error)) from error

    def ping(self) -> bool:
        """Does it say PONG?"""
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.sendall(b"zPING\0")
                answers = _reply(connection, time.monotonic() + STEP_SECONDS) == "PONG"
        except (OSError, ScannerDown):
            return False
        if answers:
            with self._lock:
                self._silent_until = 0.0
        return answers

    def _connect(self) -> socket.socket:
        if isinstance(self._target, tuple):
            connection = socket.create_connection(self._target, timeout=CONNECT_SECONDS)
        else:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(CONNECT_SECONDS)
            try:
                connection.connect(self._target)
            except BaseException:
                connection.close()
                raise
        connection.settimeout(STEP_SECONDS)
        return connection

    def _talk(self, content: BinaryIO) -> str:
        deadline = time.monotonic() + SCAN_SECONDS
        with contextlib.closing(self._connect()) as connection:
            # clamd hangs up in the middle of a file that is too large for it; its reason can still
            # be read.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                while piece := content.read(_CHUNK):
                    connection.sendall(struct.pack("!L", len(piece)) + piece)
                    if time.monotonic() > deadline:
                        raise ScannerDown("too slow")
                connection.sendall(struct.pack("!L", 0))
            return _reply(connection, deadline)


def _reply(connection: socket.socket, deadline: float) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < _LONGEST_REPLY:
        if time.monotonic() > deadline:
            raise ScannerDown("too slow")
        piece = connection.recv(1024)
        if not piece:
            break
        reply += piece
    if not reply:
        raise ScannerDown("no answer")
    return reply.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(reply: str) -> Verdict:
    words = reply.removeprefix("stream:").strip()
    if words == "OK":
        return Verdict(Finding.CLEAN)
    if words.endswith("FOUND"):
        return Verdict(Finding.INFECTED, words.removesuffix("FOUND").strip()[:200])
    return Verdict(Finding.UNREADABLE, words[:200])


def make_scanner(address: str) -> Scanner:
    """The scanner of an installation; none when no address is set.

    Raises ValueError for nonsense.
    """
    return ClamdScanner(address) if address else NullScanner()
