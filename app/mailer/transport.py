"""Ways out of the house for a mail:

SMTP through Flask-Mail, a recorder for tests, or none at all.
"""

import smtplib
import ssl
import time
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Protocol

import flask_mail
from flask import current_app

from app.config import Settings
from app.mailer import builder

#: After the message is accepted, a slow good-bye is not waited for.
_GOODBYE_SECONDS = 2
#: All of one delivery takes at most so many times the timeout of a single answer.
DELIVERY_TIMEOUTS = 2


class TryLaterError(Exception):
    """The message may go another time; the text says why, without secrets."""


class RejectedError(Exception):
    """The mail server refuses this message or this address for good; the text is its answer."""


class Transport(Protocol):
    """One way out."""

    #: False: nothing is even tried, and messages wait.
    ready: bool

    def send(self, message: EmailMessage) -> None:
        """Hand the message over; returns when the mail server took it.

        Raises TryLaterError or RejectedError.
        """
        ...


class NullTransport:
    """No mail server is configured: messages wait, and staff are warned after a day."""

    ready = False

    def send(self, message: EmailMessage) -> None:  # noqa: ARG002  (the Protocol's)
        """Never called by the runner."""
        raise TryLaterError("no mail server is configured")


class RecordingTransport:
    """Keeps what would be sent, for tests."""

    ready = True

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        """Keep it."""
        self.sent.append(message)


class SmtpTransport:
    """The mail server of the settings, one connection a message."""

    ready = True

    def __init__(self, timeout: int) -> None:
        self.timeout = timeout

    def send(self, message: EmailMessage) -> None:
        """Hand the message over. A refusal of address or content (5xx) is final, everything else
        may be tried again.

        Refusals of the connection, the password or the sender concern every message and are never
        the message's fault.
        """
        try:
            with _Connection(current_app.extensions["mail"], self.timeout) as connection:
                connection.send(_Ready(message))
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refusal(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise TryLaterError(_answer(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            # smtplib reports a timeout as a lost connection; what staff should read is the timeout
            # behind it.
            cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
            raise TryLaterError(type(cause or error).__name__) from error


def choose(settings: Settings) -> Transport:
    """The transport of these settings; tests record unless they name a mail server of their own."""
    if not settings.mail_server:
        return NullTransport()
    usual = Settings()
    if settings.environment == "test" and (settings.mail_server, settings.mail_port) == (
        usual.mail_server,
        usual.mail_port,
    ):
        return RecordingTransport()
    return SmtpTransport(settings.mail_timeout)


def _refusal(code: int, answer: bytes | str) -> Exception:
    return (
        RejectedError(_answer(code, answer))
        if 500 <= code < 600
        else TryLaterError(_answer(code, answer))
    )


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:300]


class _Bounded:
    """smtplib with an end: each answer within the timeout, and the whole delivery within
    DELIVERY_TIMEOUTS of it.
    """

    timeout: float
    sock: Any

    def __init__(self, host: str, port: int, *, timeout: float, **more: Any) -> None:
        self._deadline = time.monotonic() + timeout * DELIVERY_TIMEOUTS
        super().__init__(host, port, timeout=timeout, **more)  # type: ignore[call-arg]

    def _tighten(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the delivery took too long")
        if self.sock is not None:
            self.sock.settimeout(min(self.timeout, left))

    def send(self, data: Any) -> None:
        self._tighten()
        super().send(data)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        self._tighten()
        return super().getreply()  # type: ignore[misc,no-any-return]


class _BoundedSMTP(_Bounded, smtplib.SMTP):  # type: ignore[misc]
    pass


class _BoundedSMTPS(_Bounded, smtplib.SMTP_SSL):  # type: ignore[misc]
    pass


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with what it lacks: a timeout, checked certificates, and a good-bye
    that cannot fail.
    """

    def __init__(self, mail: Any, timeout: int) -> None:
        super().__init__(mail)
        self.timeout = timeout

    def __enter__(self) -> "_Connection":
        # Flask-Mail keeps quiet in tests by itself; here the choice of transport has been made
        # already.
        self.host = self.configure_host()
        return self

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in as configured."""
        mail = self.mail
        # The name we greet with; asking the resolver for our own could block without end.
        name = builder.sender_address(mail.default_sender).domain
        host: Any
        if mail.use_ssl:
            host = _BoundedSMTPS(
                mail.server,
                mail.port,
                timeout=self.timeout,
                local_hostname=name,
                context=ssl.create_default_context(),
            )
        else:
            host = _BoundedSMTP(mail.server, mail.port, timeout=self.timeout, local_hostname=name)
        try:
            if mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host  # type: ignore[no-any-return]

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.host is None:
            return
        try:
            if exc_type is None:
                self.host.timeout = _GOODBYE_SECONDS
                self.host.quit()
        except (smtplib.SMTPException, OSError):
            # The message was accepted before: a lost good-bye must not send it a second time.
            pass
        finally:
            self.host.close()


class _Ready(flask_mail.Message):
    """Flask-Mail's message around bytes that we built: its own builder lets line breaks into extra
    headers.
    """

    def __init__(self, message: EmailMessage) -> None:
        sender, to = message["From"].addresses[0], message["To"].addresses[0]
        super().__init__(sender=sender.addr_spec, recipients=[to.addr_spec])
        self.built = message

    def as_bytes(self) -> bytes:
        """The message as it goes over the wire."""
        return self.built.as_bytes()
