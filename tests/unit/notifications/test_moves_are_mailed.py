"""Every move leads to a mail or is silent on purpose; news is sent by day."""

import datetime as dt

import pytest

from app.comments.states import COMMENT_FLOW, CommentStage
from app.consultations.states import FLOW, Stage
from app.kernel.clock import HANOI
from app.notifications import consultations, following


def test_every_move_of_a_consultation_is_mailed_or_silent() -> None:
    mailed, silent = set(consultations.MAILS), set(consultations.SILENT)
    assert mailed | silent == {move for stage in Stage for move in FLOW.from_state(stage)}
    assert not mailed & silent


def test_every_move_of_a_comment_is_mailed_or_silent() -> None:
    mailed, silent = set(consultations.COMMENT_MAILS), set(consultations.COMMENT_SILENT)
    assert mailed | silent == {
        move for stage in CommentStage for move in COMMENT_FLOW.from_state(stage)
    }
    assert not mailed & silent


@pytest.mark.parametrize(
    ("there", "sent"),
    [
        ("2026-11-24 00:00", "2026-11-24 07:30"),
        ("2026-11-24 07:29", "2026-11-24 07:30"),
        ("2026-11-24 07:30", "2026-11-24 07:30"),
        ("2026-11-24 14:05", "2026-11-24 14:05"),
        ("2026-11-24 20:00", "2026-11-24 20:00"),
        ("2026-11-24 20:01", "2026-11-25 07:30"),
        ("2026-12-31 23:59", "2027-01-01 07:30"),
    ],
)
def test_nobody_is_written_to_at_night(there: str, sent: str) -> None:
    moment = dt.datetime.fromisoformat(there).replace(tzinfo=HANOI)
    assert following.daytime(moment).astimezone(HANOI) == dt.datetime.fromisoformat(sent).replace(
        tzinfo=HANOI
    )
