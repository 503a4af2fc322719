"""Where contents lie. Each store keeps blobs under random names that it is given; it knows nothing
of rows.

On one machine that is a folder of the instance. An S3-compatible store is another class with the
same five methods.
"""

import contextlib
import datetime as dt
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from flask_babel import gettext as _

from app.kernel.errors import Busy

_BLOB = re.compile(r"[0-9a-f]{32}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
#: So much of the disk stays free, whatever people send: the smaller of one GiB and a twentieth of
#: the disk.
_FREE_FLOOR = 1024**3


class Blob(NamedTuple):
    """A content in the store, with the moment when it came."""

    name: str
    since: dt.datetime


class Storage(Protocol):
    """A store of contents."""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content; it survives a power cut once this returns.

        Raises Busy when the store is full.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """The content for reading. Raises FileNotFoundError."""
        ...

    def remove(self, name: str) -> None:
        """Forget the content; not an error when it is not there."""
        ...

    def blobs(self) -> Iterator[Blob]:
        """Everything in the store, unfinished writes included."""
        ...

    def has_room(self) -> bool:
        """May people still send files?"""
        ...


def new_name() -> str:
    """A random name for a content."""
    return secrets.token_hex(16)


class LocalStorage:
    """A folder: uploads/ab/cd/<name>, the first letters of the name as folders."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, name: str) -> Path:
        if not _BLOB.fullmatch(name):
            raise ValueError(f"not the name of a blob: {name!r}")
        return self.root / name[:2] / name[2:4] / name

    def put(self, name: str, content: bytes) -> None:
        """Write beside the final place, flush to the disk, rename: a reader never
        sees half a file.
        """
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            _make_folders(path.parent, self.root.parent)
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise Busy(_("Máy chủ không lưu được tệp vào lúc này. Hãy thử lại sau.")) from error
            raise

    def open(self, name: str) -> BinaryIO:
        """The content for reading."""
        return self._path(name).open("rb")

    def remove(self, name: str) -> None:
        """Delete the file, or what an interrupted write left of it."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        path.with_suffix(".part").unlink(missing_ok=True)

    def blobs(self) -> Iterator[Blob]:
        """The files of all folders."""
        for path in self.root.glob("??/??/*"):
            if _BLOB.fullmatch(path.stem):
                with contextlib.suppress(FileNotFoundError):
                    yield Blob(path.stem, dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC))

    def has_room(self) -> bool:
        """Is there more than the reserve on the disk?"""
        place = self.root
        while not place.exists():
            place = place.parent
        usage = shutil.disk_usage(place)
        return usage.free > min(_FREE_FLOOR, usage.total // 20)


def _make_folders(folder: Path, until: Path) -> None:
    """Make the folder and flush each new entry, so that the file can be found after a power cut."""
    missing = [
        place
        for place in (folder, *folder.parents)
        if until in place.parents and not place.exists()
    ]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        _flush_folder(place.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
