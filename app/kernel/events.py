"""Happenings inside one transaction: a feature emits, packages above it listen.

Handlers run at once, in the transaction of what happened, in the order in which features are
loaded, and may only add rows. Whatever touches the network is a job or a row of the outbox.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
#: Who listens to what, in the order in which they are told; written down in docs/events.md.
LISTENERS: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def on(*kinds: type[Event]) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Register a function as a listener for these kinds of event."""

    def register(handler: Callable[[Event], None]) -> Callable[[Event], None]:
        for kind in kinds:
            LISTENERS[kind].append(handler)
        return handler

    return register


def emit(event: object) -> None:
    """Tell every listener of the event's class; an error in one undoes the whole transaction."""
    for handler in tuple(LISTENERS[type(event)]):
        handler(event)
