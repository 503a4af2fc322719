"""The moves of one kind of thing, as a table that people can read and tests can walk."""

import enum
from collections.abc import Collection, Iterator
from typing import Generic, NamedTuple, TypeVar

from flask_babel import gettext as _

from app.kernel.errors import Refused

S = TypeVar("S", bound=enum.StrEnum)


class Move(NamedTuple, Generic[S]):
    """One row: the move's name, the states it may start from, and the state it ends in (None: where
    it was).
    """

    name: str
    sources: Collection[S]
    target: S | None


class Workflow(Generic[S]):
    """A table of moves. It knows nothing of permissions, guards or mails."""

    def __init__(self, *moves: tuple[str, Collection[S], S | None]) -> None:
        self.moves = tuple(Move(*move) for move in moves)
        self._next = {
            (source, move.name): move.target for move in self.moves for source in move.sources
        }

    def allows(self, state: S, move: str) -> bool:
        """May this move start from this state?"""
        return (state, move) in self._next

    def next(self, state: S, move: str) -> S:
        """The state after the move.

        Raises Refused when the move is not in the table for this state.
        """
        if (state, move) not in self._next:
            raise Refused(
                _(
                    "Bước này không còn thực hiện được ở trạng thái hiện tại. Hãy tải lại trang "
                    "để xem trạng thái mới."
                )
            )
        target = self._next[state, move]
        return state if target is None else target

    def from_state(self, state: S) -> Iterator[str]:
        """The names of the moves that may start here."""
        return (name for source, name in self._next if source == state)
