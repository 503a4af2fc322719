"""The tabs of the one queue: each kind of thing that waits in it adds its own."""

from collections.abc import Callable
from typing import Any

TabRow = dict[str, Any]
#: The tabs of one kind for whoever is signed in, as `p.tabs` wants them.
Tabs = Callable[[], list[TabRow]]
_kinds: dict[str, tuple[int, Tabs]] = {}


def register(kind: str, order: int, tabs: Tabs) -> None:
    """A kind of thing says which tabs it has, and where among the kinds they stand."""
    _kinds[kind] = (order, tabs)


def beside(kind: str, own: list[TabRow]) -> list[TabRow]:
    """All tabs, with these for a kind that shows one of its own."""
    ordered = sorted(_kinds.items(), key=lambda item: item[1][0])
    return [row for name, (_order, tabs) in ordered for row in (own if name == kind else tabs())]
