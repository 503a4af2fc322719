"""The table of moves, walked state by state: it grows by itself when a stage or a move is added."""

import pytest

from app.access import P
from app.kernel.errors import Refused
from app.questions import states
from app.questions.states import FLOW, MOVE_PERMISSIONS, Stage

MOVES = sorted({move.name for move in FLOW.moves})
#: The design's table, written out once more by hand: move → the stages that it may start from.
DESIGN = {
    "confirm": "unverified",
    "ask_more": "received assigned",
    "reply_more": "needs_info",
    "assign": "received assigned",
    "hand_back": "assigned",
    "merge": "received assigned",
    "refuse": "received assigned",
    "transfer": "received assigned",
    "mark_spam": "received unverified",
    "restore": "spam",
    "split": "duplicate",
    "extend": "received assigned in_review",
    "submit": "assigned",
    "send_back": "in_review",
    "approve": "in_review",
    "publish": "answered closed",
    "schedule": "answered closed",
    "unschedule": "answered closed",
    "hide": " ".join(stage.value for stage in Stage),
    "unhide": " ".join(stage.value for stage in Stage),
    "rate": "answered closed",
    "reopen": "answered closed",
    "close": "answered",
    "withdraw": "unverified received needs_info assigned in_review",
    "erase": " ".join(stage.value for stage in Stage),
}
TARGETS = {
    "confirm": Stage.RECEIVED,
    "ask_more": Stage.NEEDS_INFO,
    "assign": Stage.ASSIGNED,
    "hand_back": Stage.RECEIVED,
    "merge": Stage.DUPLICATE,
    "refuse": Stage.REFUSED,
    "transfer": Stage.TRANSFERRED,
    "mark_spam": Stage.SPAM,
    "restore": Stage.RECEIVED,
    "split": Stage.RECEIVED,
    "submit": Stage.IN_REVIEW,
    "send_back": Stage.ASSIGNED,
    "approve": Stage.ANSWERED,
    "reopen": Stage.ASSIGNED,
    "close": Stage.CLOSED,
    "withdraw": Stage.WITHDRAWN,
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("move", MOVES)
def test_every_stage_with_every_move(stage: Stage, move: str) -> None:
    if stage.value in DESIGN[move].split():
        assert FLOW.allows(stage, move)
        assert FLOW.next(stage, move) is TARGETS.get(move, stage)
    else:
        assert not FLOW.allows(stage, move)
        with pytest.raises(Refused) as refusal:
            FLOW.next(stage, move)
        assert refusal.value.message


def test_the_table_and_the_design_name_the_same_moves() -> None:
    assert set(MOVES) == set(DESIGN)


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_can_be_shown(stage: Stage) -> None:
    assert str(states.STAGE_LABELS[stage])
    assert states.STAGE_COLOURS[stage]
    phase = states.PUBLIC_PHASE[stage]
    assert str(states.PHASE_LABELS[phase])
    assert states.PHASE_COLOURS[phase]


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_a_name_and_a_permission_rule(move: str) -> None:
    assert str(states.MOVE_LABELS[move])
    assert move in MOVE_PERMISSIONS
    assert all(isinstance(permission, P) for permission in MOVE_PERMISSIONS[move])


def test_only_the_citizen_rates_reopens_and_withdraws() -> None:
    assert {move for move, permissions in MOVE_PERMISSIONS.items() if not permissions} == {
        "rate",
        "reopen",
        "close",
        "withdraw",
    }


@pytest.mark.parametrize(
    ("labels", "members"),
    [
        (states.KIND_LABELS, states.QuestionKind),
        (states.CLASSIFICATION_LABELS, states.Classification),
        (states.VISIBILITY_LABELS, states.Visibility),
        (states.OUTCOME_LABELS, states.Outcome),
        (states.REFUSAL_LABELS, states.RefusalReason),
        (states.ACT_LABELS, states.Act),
        (states.PHASE_LABELS, states.Phase),
    ],
)
def test_every_member_has_a_label(labels: dict[object, object], members: type) -> None:
    assert set(labels) == set(members)
    assert len({str(label) for label in labels.values()}) == len(labels)
