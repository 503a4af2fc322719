"""A port: what people said about the parts of a consultation, filled by the room of comments above.

Counts are handed over as parts of statements, so that a page costs none more.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Voices:
    """What the rooms below comments ask about them."""

    #: (clause_anchor, n) of a consultation: comments on each clause that everybody may read.
    on_clauses: Callable[[int], sa.Subquery]
    #: How many comments of any kind point at each clause: an officer thinks of them before it goes.
    pointing_at_clauses: Callable[[int], dict[str, int]]
    #: The number of comments about a work that everybody may read, by the column of its id.
    on_work: Callable[[Any], sa.ScalarSelect[int]]
    #: The map's pins of a public consultation, newest first.
    pins: Callable[[Any], list[Any]]
    #: (text, id, position) of the guiding questions of a consultation.
    questions: Callable[[int], sa.Select[Any]]


_voices: list[Voices] = []
_used_works: list[Callable[[Collection[int]], set[int]]] = []


def fill(voices: Voices) -> None:
    """The room of comments says how its questions are answered."""
    _voices[:] = [voices]


def get() -> Voices:
    """The answers."""
    return _voices[0]


def works_are_used_by(find: Callable[[Collection[int]], set[int]]) -> None:
    """A room says which of some works it refers to."""
    if find not in _used_works:
        _used_works.append(find)


def used_works(ids: Collection[int]) -> set[int]:
    """Those of these works that comments or points are about."""
    return set().union(*(find(ids) for find in _used_works))
