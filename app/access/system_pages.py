"""The list behind "Hệ thống": each feature adds its screen, people see those that they may open.

The entries are links of the code, the same for every app in the process; registering an address
again replaces it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.access.permissions import P


class _Reader(Protocol):
    def has(self, permission: P) -> bool: ...


@dataclass(frozen=True, slots=True)
class SystemPage:
    """One link of the list, in the reader's language."""

    label: str
    hint: str
    url: str


@dataclass(frozen=True, slots=True)
class _Entry:
    order: int
    label: Callable[[], str]
    hint: Callable[[], str]
    url: str
    permission: P


_entries: dict[str, _Entry] = {}


def register(
    order: int, label_fn: Callable[[], str], hint_fn: Callable[[], str], url: str, permission: P
) -> None:
    """Add a screen for those who hold the permission.

    Labels are functions: the language changes per request.
    """
    _entries[url] = _Entry(order, label_fn, hint_fn, url, permission)


def pages(user: _Reader) -> list[SystemPage]:
    """The screens that this person may open, in order."""
    seen = [entry for entry in _entries.values() if user.has(entry.permission)]
    return [
        SystemPage(entry.label(), entry.hint(), entry.url)
        for entry in sorted(seen, key=lambda entry: (entry.order, entry.url))
    ]
