"""From an outbox row to the bytes on the wire.

Python's own EmailMessage; nothing that a caller gave can add a header.
"""

import datetime as dt
from collections.abc import Mapping
from email import policy
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any


class _Verbatim:
    """A header of machine-readable words: folding would tear long links into encoded pieces."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = None
        kwds["decoded"] = value

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]  # BaseHeader is mixed in


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "References", "In-Reply-To"):
        registry.map_to_type(name, _Verbatim)  # type: ignore[arg-type]  # mixed with BaseHeader by the registry
    return registry


POLICY = policy.SMTP.clone(header_factory=_registry())


def sender_address(configured: str) -> Address:
    """The sender of the settings, "khong-tra-loi@anson.example" or "UBND xã An Sơn <…>"."""
    name, address = parseaddr(configured)
    return Address(display_name=name, addr_spec=address)


def build(
    *,
    sender: Address,
    to: str,
    subject: str,
    text: str,
    html: str,
    headers: Mapping[str, str],
    message_id: str,
    written_at: dt.datetime,
) -> EmailMessage:
    """The message: plain text first, HTML as its alternative, everything 7-bit on the wire.

    It is the same at every try, the date included. Raises ValueError when a header holds a line
    break.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = written_at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message
