"""A store of files in memory."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import BinaryIO

from flask_babel import gettext as _

from app.files.storage import Blob
from app.kernel.clock import now
from app.kernel.errors import Busy


class MemoryStorage:
    """Contents in memory, for tests and throw-away installations."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.since: dict[str, dt.datetime] = {}
        self.full = False

    def put(self, name: str, content: bytes) -> None:
        """Keep the content until the process ends."""
        if self.full:
            raise Busy(_("Máy chủ không lưu được tệp vào lúc này. Hãy thử lại sau."))
        self.contents[name] = content
        self.since[name] = now()

    def open(self, name: str) -> BinaryIO:
        """The content for reading."""
        if name not in self.contents:
            raise FileNotFoundError(name)
        return io.BytesIO(self.contents[name])

    def remove(self, name: str) -> None:
        """Forget the content."""
        self.contents.pop(name, None)
        self.since.pop(name, None)

    def blobs(self) -> Iterator[Blob]:
        """All of them."""
        yield from [Blob(name, since) for name, since in self.since.items()]

    def has_room(self) -> bool:
        """Unless a test says that it is full."""
        return not self.full
