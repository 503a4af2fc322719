"""A mail server on this machine that behaves as badly as asked, and remembers what it took."""

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Taken:
    """One message that the server took (or would have taken, had it not failed after DATA)."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed again as a mail reader would."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Behaviour:
    """What the server does now; tests change it while the server runs."""

    #: The answer to RCPT TO, such as "550 5.1.1 no such user"; empty: accepted.
    recipient: str = ""
    #: The answer after the message; empty: accepted.
    data: str = ""
    #: The answer to MAIL FROM; empty: accepted.
    sender: str = ""
    #: The connection is cut after the message was taken, without an answer.
    drop_after_data: bool = False
    #: Seconds between taking the message and the answer.
    delay: float = 0.0
    #: Seconds before every answer.
    pace: float = 0.0
    #: The connection is cut instead of an answer to QUIT.
    drop_at_quit: bool = False
    #: Called in the server with each message, before it is taken / after it is taken and before the
    #: answer.
    before: Callable[[Taken], None] | None = None
    after: Callable[[Taken], None] | None = None


@dataclass
class FaultyServer:
    """Use as `with FaultyServer() as server:`; its port is server.port."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    #: How many deliveries came as far as RCPT TO.
    tries: int = 0

    def __enter__(self) -> "FaultyServer":
        self.port = self.port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [taken.message for taken in self.taken]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.behaviour.pace)
        if self.behaviour.sender:
            return self.behaviour.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        await asyncio.sleep(self.behaviour.pace)
        if self.behaviour.recipient:
            return self.behaviour.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content: Any = envelope.content
        taken = Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(content))
        if self.behaviour.data:
            return self.behaviour.data
        if self.behaviour.before:
            self.behaviour.before(taken)
        self.taken.append(taken)
        await asyncio.sleep(self.behaviour.delay + self.behaviour.pace)
        if self.behaviour.after:
            self.behaviour.after(taken)
        if self.behaviour.drop_after_data:
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.behaviour.drop_at_quit:
            assert server.transport is not None
            server.transport.abort()
        return "221 Bye"


class BlackHole:
    """A server that lets anybody connect and never says a word."""

    def __init__(self, port: int = 0) -> None:
        self.port = port

    def __enter__(self) -> "BlackHole":
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=50)
        self.port = self._socket.getsockname()[1]
        self._kept: list[socket.socket] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def _listen(self) -> None:
        while True:
            try:
                self._kept.append(self._socket.accept()[0])
            except OSError:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # shutdown() wakes accept(); close() alone would leave the thread in it.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._kept:
            connection.close()
        self._thread.join(timeout=5)


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
