"""The same step for many: previewed exactly, all or nothing, undone for ten minutes."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.extensions import db
from app.kernel.clock import HANOI, now
from app.kernel.errors import Refused
from app.questions.models import BulkAction, Question
from app.questions.service import triage
from app.questions.service.bulk import BulkChoice, many
from app.questions.states import Classification, QuestionKind, Stage
from tests.factories.accounts import make_user
from tests.factories.organisation import make_topic, make_unit
from tests.factories.questions import cast, walk_question
from tests.factories.traces import traces, values_of


def seen(*questions: Question) -> dict[int, int]:
    return {question.id: question.revision for question in questions}


def state(*questions: Question) -> list[dict[str, Any]]:
    volatile = {"revision", "updated_at"}
    return [
        {name: value for name, value in values_of(question).items() if name not in volatile}
        for question in questions
    ]


def run(choice: BulkChoice, *questions: Question, actor: User | None = None) -> BulkAction:
    return many.run(seen(*questions), choice, actor=actor or cast().moderator)


def _choices() -> dict[str, BulkChoice]:
    people = cast()
    return {
        "assign": BulkChoice("assign", unit=people.unit, officer=people.officer),
        "classify": BulkChoice("classify", topic=make_topic(answer_working_days=3)),
        "mark_spam": BulkChoice("mark_spam"),
    }


@pytest.mark.parametrize("move", ["assign", "classify", "mark_spam"])
def test_it_is_done_to_all_and_undone_for_all(ctx: Flask, move: str) -> None:
    choice, questions = (
        _choices()[move],
        [walk_question(kind=QuestionKind.PROPOSAL) for _ in range(3)],
    )
    before = state(*questions)
    with traces() as left:
        bulk = run(choice, *questions)
    db.session.commit()
    after = {"assign": Stage.ASSIGNED, "classify": Stage.RECEIVED, "mark_spam": Stage.SPAM}[move]
    assert [question.stage for question in questions] == [after] * 3
    assert {question.kind for question in questions} == {QuestionKind.PROPOSAL}
    assert left.steps == [move] * 3
    assert left.tags == [f"question:{move}"] * 3
    assert [item["revision"] for item in bulk.items] == [
        question.revision for question in sorted(questions, key=lambda one: one.id)
    ]
    assert many.undoable(cast().moderator) is bulk
    with traces() as left:
        many.undo(bulk, actor=cast().moderator)
    db.session.commit()
    assert state(*questions) == before
    assert (left.steps, left.tags) == (["undo"] * 3, ["question:undo"] * 3)
    assert many.undoable(cast().moderator) is None


def test_spam_goes_back_to_spam_with_its_day(ctx: Flask) -> None:
    """What an undo restores includes moments."""
    question, people = walk_question(stage=Stage.RECEIVED), cast()
    bulk = run(BulkChoice("mark_spam"), question)
    moment = question.spam_at
    assert moment is not None
    bulk.items = [
        {
            **bulk.items[0],
            "before": {**bulk.items[0]["before"], "stage": "spam", "spam_at": moment.isoformat()},
        }
    ]
    many.undo(bulk, actor=people.moderator)
    assert (question.stage, question.spam_at) == (Stage.SPAM, moment)


@pytest.mark.parametrize("move", ["assign", "classify", "mark_spam"])
def test_one_that_cannot_move_leaves_all_unchanged_and_is_named(ctx: Flask, move: str) -> None:
    choice = _choices()[move]
    good = walk_question()
    bad = (
        walk_question(classification=Classification.COMPLAINT)
        if move == "classify"
        else walk_question(stage=Stage.ANSWERED)
    )
    # Somebody who holds both roles may classify a complaint, but not by the dozen.
    both = make_user(roles=[Role.MODERATOR, Role.COMPLAINTS])
    db.session.commit()
    before = state(good, bad)
    with pytest.raises(Refused) as told:
        run(choice, good, bad, actor=both)
    db.session.rollback()
    assert bad.submission.code in told.value.message
    assert state(good, bad) == before
    assert db.session.query(BulkAction).count() == 0


def test_one_that_somebody_has_changed_stops_it(ctx: Flask) -> None:
    first, second, people = walk_question(), walk_question(), cast()
    page = seen(first, second)
    triage.redact(
        second,
        actor=people.moderator,
        seen_revision=second.revision,
        title="Lịch thu gom",
        body="Lịch thu gom?",
        reason="Gọn.",
    )
    db.session.commit()
    with pytest.raises(Refused) as told:
        many.run(page, BulkChoice("mark_spam"), actor=people.moderator)
    db.session.rollback()
    assert second.submission.code in told.value.message
    assert first.stage is Stage.RECEIVED


def test_the_preview_says_exactly_what_would_happen(ctx: Flask) -> None:
    people, topic, unit = cast(), make_topic("Đất đai"), make_unit("Phòng Văn hóa")
    fresh, assigned, done = (
        walk_question(),
        walk_question(stage=Stage.ASSIGNED, topic=topic),
        walk_question(stage=Stage.ANSWERED),
    )
    complaint = walk_question(classification=Classification.COMPLAINT)
    everything = [fresh.id, assigned.id, done.id, complaint.id]
    before = state(fresh, assigned, done, complaint)

    def lines(choice: BulkChoice) -> dict[int, tuple[str, str, bool]]:
        return {
            line.thing.id: (line.before, line.after, not line.problem)
            for line in many.preview(everything, choice, actor=people.moderator)
        }

    assert lines(BulkChoice("assign", unit=unit)) == {
        fresh.id: ("—", "Phòng Văn hóa", True),
        assigned.id: (people.unit.name, "Phòng Văn hóa", True),
        done.id: (people.unit.name, "Phòng Văn hóa", False),
        complaint.id: ("—", "Phòng Văn hóa", False),
    }
    found = lines(BulkChoice("classify", topic=topic))
    assert (found[fresh.id], found[assigned.id]) == (
        ("—", "Đất đai", True),
        ("Đất đai", "Đất đai", True),
    )
    assert not found[complaint.id][2]
    assert [ok for _before, _after, ok in lines(BulkChoice("mark_spam")).values()].count(True) == 1
    assert state(fresh, assigned, done, complaint) == before


def test_what_the_preview_lets_through_can_be_done(ctx: Flask) -> None:
    people = cast()
    questions = [walk_question(stage=stage) for stage in Stage if stage is not Stage.DUPLICATE]
    for move, choice in _choices().items():
        lines = many.preview(
            [question.id for question in questions], choice, actor=people.moderator
        )
        for line in lines:
            page = seen(line.thing)
            if line.problem:
                with pytest.raises(Refused):
                    many.run(page, choice, actor=people.moderator)
            else:
                assert many.run(page, choice, actor=people.moderator).move == move
            db.session.rollback()


def test_not_more_than_a_hundred_and_not_nothing(ctx: Flask) -> None:
    people = cast()
    with pytest.raises(Refused):
        many.preview(list(range(101)), BulkChoice("mark_spam"), actor=people.moderator)
    for choice in (BulkChoice("assign"), BulkChoice("classify"), BulkChoice("approve")):
        with pytest.raises(Refused):
            many.run(seen(walk_question()), choice, actor=people.moderator)


def test_whoever_may_not_may_not_by_the_dozen_either(ctx: Flask) -> None:
    question, people = walk_question(), cast()
    with pytest.raises(Refused):
        run(BulkChoice("mark_spam"), question, actor=people.officer)
    assert question.stage is Stage.RECEIVED


def test_undoing_is_for_whoever_did_it_within_ten_minutes_and_once(ctx: Flask) -> None:
    start, people = dt.datetime(2026, 6, 15, 9, 0, tzinfo=HANOI), cast()
    with time_machine.travel(start, tick=False):
        question = walk_question()
        bulk = run(BulkChoice("mark_spam"), question)
        with pytest.raises(Refused):
            many.undo(bulk, actor=make_user(roles=[Role.MODERATOR]))
    with time_machine.travel(start + dt.timedelta(minutes=10, seconds=1), tick=False):
        with pytest.raises(Refused):
            many.undo(bulk, actor=people.moderator)
        assert many.undoable(people.moderator) is None
    with time_machine.travel(start + dt.timedelta(minutes=10), tick=False):
        many.undo(bulk, actor=people.moderator)
        assert (question.stage, bulk.undone_at) == (Stage.RECEIVED, now())
        with pytest.raises(Refused):
            many.undo(bulk, actor=people.moderator)


def test_what_went_on_meanwhile_is_not_undone_and_neither_is_the_rest(ctx: Flask) -> None:
    first, second, people = walk_question(), walk_question(), cast()
    bulk = run(BulkChoice("assign", unit=people.unit), first, second)
    triage.hand_back(
        second, actor=people.officer, seen_revision=second.revision, reason="Việc của đơn vị khác."
    )
    db.session.commit()
    with pytest.raises(Refused) as told:
        many.undo(bulk, actor=people.moderator)
    assert second.submission.code in told.value.message
    assert (first.stage, bulk.undone_at) == (Stage.ASSIGNED, None)


def test_after_the_commit_nothing_has_raised_the_revision_behind_the_undo(ctx: Flask) -> None:
    question, people = walk_question(), cast()
    bulk = run(BulkChoice("mark_spam"), question)
    db.session.commit()
    db.session.expire_all()
    assert question.revision == bulk.items[0]["revision"]
    many.undo(bulk, actor=people.moderator)
    db.session.commit()
    assert question.stage is Stage.RECEIVED
