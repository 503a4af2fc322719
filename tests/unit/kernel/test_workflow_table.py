"""The table of moves: what is in it may be done, everything else is refused."""

import enum
import itertools

import pytest

from app.kernel.errors import DomainError, Refused
from app.kernel.workflow import Move, Workflow


class State(enum.StrEnum):
    NEW = "new"
    OPEN = "open"
    DONE = "done"


FLOW: Workflow[State] = Workflow(
    ("open", {State.NEW}, State.OPEN),
    ("finish", {State.NEW, State.OPEN}, State.DONE),
    ("note", {State.OPEN}, None),
)
EXPECTED = {
    (State.NEW, "open"): State.OPEN,
    (State.NEW, "finish"): State.DONE,
    (State.OPEN, "finish"): State.DONE,
    (State.OPEN, "note"): State.OPEN,
}


@pytest.mark.parametrize(
    ("state", "move"), itertools.product(State, ["open", "finish", "note", "no-such-move"])
)
def test_every_state_and_move(state: State, move: str) -> None:
    target = EXPECTED.get((state, move))
    assert FLOW.allows(state, move) is (target is not None)
    if target is not None:
        assert FLOW.next(state, move) is target
    else:
        with pytest.raises(Refused) as refusal:
            FLOW.next(state, move)
        assert refusal.value.message.startswith("Bước này không còn thực hiện được")


@pytest.mark.parametrize(
    ("state", "moves"),
    [(State.NEW, {"open", "finish"}), (State.OPEN, {"finish", "note"}), (State.DONE, set())],
)
def test_moves_from_a_state(state: State, moves: set[str]) -> None:
    assert set(FLOW.from_state(state)) == moves


def test_the_table_can_be_read() -> None:
    assert FLOW.moves[0] == Move("open", {State.NEW}, State.OPEN)
    assert issubclass(Refused, DomainError)
