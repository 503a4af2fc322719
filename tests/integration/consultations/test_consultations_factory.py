"""What the factory makes is what the database and the gate accept."""

import pytest
from flask import Flask

from app.consultations.queries import public
from app.consultations.states import Phase, Stage, Visibility
from app.extensions import db
from tests.factories.consultations import make_comment, make_consultation


@pytest.mark.parametrize(
    ("stage", "phase"),
    [
        (Stage.SCHEDULED, Phase.UPCOMING),
        (Stage.OPEN, Phase.OPEN),
        (Stage.CLOSED, Phase.SUMMARISING),
        (Stage.ANSWERED, Phase.RESULT),
    ],
)
def test_each_stage_is_read_in_its_phase(ctx: Flask, stage: Stage, phase: Phase) -> None:
    made = make_consultation(stage=stage)
    row = public.public_one(made.slug)
    assert row is not None
    assert row.phase is phase


def test_drafts_and_hidden_ones_stay_behind_the_gate(ctx: Flask) -> None:
    assert public.public_one(make_consultation(stage=Stage.DRAFT).slug) is None
    assert public.public_one(make_consultation(visibility=Visibility.HIDDEN).slug) is None


def test_counters_follow_the_comments(ctx: Flask) -> None:
    made = make_consultation()
    make_comment(made)
    make_comment(made, visibility=Visibility.PUBLIC)
    db.session.expire(made)
    assert (made.received_count, made.public_count) == (2, 1)
