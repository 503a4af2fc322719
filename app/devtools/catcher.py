"""A mail server for one's own machine: it takes every mail, delivers none, and keeps them as files
to be looked at.
"""

import datetime as dt
import email
import email.policy
import os
import re
import secrets
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]])")
#: Parsed for one list.
_LISTED = 100


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail in the folder."""

    name: str
    message: EmailMessage

    @property
    def caught_at(self) -> dt.datetime:
        """When it came in."""
        return dt.datetime.strptime(self.name.partition("-")[0] + "+0000", "%Y%m%dT%H%M%S%f%z")

    def text(self) -> str:
        """The plain text, empty when it has none."""
        return self._part("plain")

    def html(self) -> str:
        """The HTML, empty when it has none."""
        return self._part("html")

    def segments(self) -> list[tuple[str, bool]]:
        """The plain text cut into pieces, each with whether it is a link."""
        return [
            (piece, index % 2 == 1) for index, piece in enumerate(_LINK.split(self.text())) if piece
        ]

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class MailFolder:
    """The caught mails, one file each, named by time so that names sort."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, raw: bytes) -> str:
        """Keep a mail; a reader never sees half of one. Returns its name."""
        self.path.mkdir(parents=True, exist_ok=True)
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        unfinished = self.path / f"{name}.part"
        unfinished.write_bytes(raw)
        os.replace(unfinished, self.path / f"{name}.eml")
        return name

    def latest(self, limit: int = _LISTED) -> list[CaughtMail]:
        """The mails caught last, newest first."""
        names = sorted((file.stem for file in self.path.glob("*.eml")), reverse=True)
        found = (self.get(name) for name in names[:limit])
        return [mail for mail in found if mail is not None]

    def get(self, name: str) -> CaughtMail | None:
        """One mail, or None. The name may come from anywhere."""
        if not _NAME.fullmatch(name):
            return None
        try:
            raw = (self.path / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return CaughtMail(name, message)


class _Handler:
    """What aiosmtpd calls with each mail."""

    def __init__(self, folder: MailFolder) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        content = envelope.content
        assert isinstance(content, bytes)
        self.folder.add(content)
        return "250 caught"


def folder_of(instance: str | Path) -> MailFolder:
    """The folder of an instance."""
    return MailFolder(Path(instance) / "mails")


def start(folder: MailFolder, port: int) -> Controller:
    """Catch mails on this port of this machine, in a thread, until stop().

    Raises OSError when the port is taken.
    """
    controller = Controller(_Handler(folder), hostname=HOST, port=port, ready_timeout=30)
    controller.start()
    return controller
