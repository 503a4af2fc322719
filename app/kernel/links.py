"""References between features that do not know each other:

`Ref("question", 12)`, resolved by whoever owns the kind.
"""

from collections.abc import Callable
from typing import NamedTuple


class Ref(NamedTuple):
    """A thing somewhere in the product."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """The reference that str() wrote."""
        kind, _, number = text.partition(":")
        return cls(kind, int(number))


class Resolved(NamedTuple):
    """What a reader sees of a reference: its title, its public address (None: not public) and its
    staff address.
    """

    title: str
    public_url: str | None
    staff_url: str | None


_resolvers: dict[str, Callable[[int], Resolved | None]] = {}


def register(kind: str, resolver: Callable[[int], Resolved | None]) -> None:
    """A feature says how its kind is resolved."""
    _resolvers[kind] = resolver


def resolve(ref: Ref) -> Resolved | None:
    """The thing behind the reference, or None when it is gone or its kind unknown."""
    resolver = _resolvers.get(ref.kind)
    return resolver(ref.id) if resolver else None
