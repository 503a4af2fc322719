"""Before there is an answer: every step does exactly what the design's table says, and nothing for
the wrong person or page.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.extensions import db
from app.kernel.clock import HANOI
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.organisation.models import Unit
from app.questions import policy
from app.questions.models import Question, QuestionMessage, QuestionPause
from app.questions.queries import public as questions_public
from app.questions.queries import staff
from app.questions.service import answering, core, publishing, triage
from app.questions.service import triage as questions_triage
from app.questions.states import Classification, QuestionKind, RefusalReason, Stage, Visibility
from app.submissions.states import Channel, Consent, NameDisplay
from app.workdays.service import seed_days
from tests.factories.accounts import make_user
from tests.factories.organisation import make_topic, make_unit
from tests.factories.questions import Cast, cast, walk_question
from tests.factories.traces import Traces, traces, values_of

TEXT = "Xin cho biết số nhà và đoạn đường cần sửa."
BODY = {
    "name": "Điện lực An Sơn",
    "address": "12 đường Chính",
    "phone": "1900 1909",
    "url": "https://dienluc.example",
}


def confirmed(stage: Stage = Stage.RECEIVED, **values: Any) -> Question:
    """A question whose sender has a mail address that is known to be theirs."""
    values.setdefault("phone", None)
    return walk_question(stage=stage, email="an@example.vn", **values)


@dataclass(frozen=True)
class Step:
    """One step of the table: how it is called, who may, and what it leaves."""

    move: str
    start: Stage
    call: Callable[[Question, User, int], object]
    who: str
    target: Stage
    mails: tuple[str, ...] = ()
    note: str = ""
    public: bool = False
    #: Somebody with an account who may not.
    wrong: str = "approver"


def _unit() -> Unit:
    return cast().unit


STEPS = [
    Step(
        "ask_more",
        Stage.RECEIVED,
        lambda q, a, r: triage.ask_more(q, actor=a, seen_revision=r, text=TEXT),
        "moderator",
        Stage.NEEDS_INFO,
        ("question-needs-info",),
        TEXT,
        True,
    ),
    Step(
        "ask_more",
        Stage.ASSIGNED,
        lambda q, a, r: triage.ask_more(q, actor=a, seen_revision=r, text=TEXT),
        "officer",
        Stage.NEEDS_INFO,
        ("question-needs-info",),
        TEXT,
        True,
    ),
    Step(
        "reply_more",
        Stage.NEEDS_INFO,
        lambda q, a, r: triage.reply_more(q, actor=a, seen_revision=r, text="Số nhà 12."),
        "moderator",
        Stage.RECEIVED,
        public=True,
    ),
    Step(
        "assign",
        Stage.RECEIVED,
        lambda q, a, r: triage.assign(
            q, actor=a, seen_revision=r, unit=_unit(), officer=cast().officer, note="Xử lý sớm."
        ),
        "moderator",
        Stage.ASSIGNED,
        ("question-assigned-citizen", "staff-assigned"),
        "Xử lý sớm.",
    ),
    Step(
        "assign",
        Stage.ASSIGNED,
        lambda q, a, r: triage.assign(q, actor=a, seen_revision=r, unit=_unit()),
        "moderator",
        Stage.ASSIGNED,
        ("question-assigned-citizen", "staff-assigned"),
    ),
    Step(
        "hand_back",
        Stage.ASSIGNED,
        lambda q, a, r: triage.hand_back(
            q, actor=a, seen_revision=r, reason="Việc của đơn vị khác."
        ),
        "officer",
        Stage.RECEIVED,
        note="Việc của đơn vị khác.",
    ),
    Step(
        "merge",
        Stage.RECEIVED,
        lambda q, a, r: questions_triage.merge(
            q, actor=a, seen_revision=r, other=walk_question(stage=Stage.ASSIGNED)
        ),
        "moderator",
        Stage.DUPLICATE,
        ("question-merged",),
    ),
    Step(
        "refuse",
        Stage.ASSIGNED,
        lambda q, a, r: triage.refuse(
            q, actor=a, seen_revision=r, reason=RefusalReason.OUT_OF_SCOPE, text="Hãy gửi nơi khác."
        ),
        "moderator",
        Stage.REFUSED,
        ("question-refused",),
        "Hãy gửi nơi khác.",
        True,
    ),
    Step(
        "transfer",
        Stage.RECEIVED,
        lambda q, a, r: triage.transfer(
            q, actor=a, seen_revision=r, body=BODY, reason="Việc của ngành điện."
        ),
        "moderator",
        Stage.TRANSFERRED,
        ("question-transferred",),
        BODY["name"],
        True,
    ),
    Step(
        "mark_spam",
        Stage.RECEIVED,
        lambda q, a, r: triage.mark_spam(q, actor=a, seen_revision=r, note="Quảng cáo."),
        "moderator",
        Stage.SPAM,
        note="Quảng cáo.",
    ),
    Step(
        "restore",
        Stage.SPAM,
        lambda q, a, r: triage.restore(q, actor=a, seen_revision=r),
        "moderator",
        Stage.RECEIVED,
    ),
]
IDS = [f"{step.move}-{step.start.value}" for step in STEPS]


@pytest.mark.parametrize("step", STEPS, ids=IDS)
def test_a_step_leaves_exactly_what_the_table_says(ctx: Flask, step: Step) -> None:
    people, question = cast(), confirmed(step.start)
    actor, before = getattr(people, step.who), question.revision
    # The other question of a merge is made inside: only what is about this one counts.
    with traces() as left:
        step.call(question, actor, question.revision)
    db.session.commit()
    assert question.stage is step.target
    assert question.revision > before
    mine = [row for row in left.log if row.question_id == question.id]
    assert [
        (row.move, row.from_stage, row.to_stage, row.actor_id, row.actor, row.public)
        for row in mine
    ] == [(step.move, step.start, step.target, actor.id, actor.full_name, step.public)]
    if step.note:
        assert mine[0].note == step.note
    assert [
        event.move for event in left.events if getattr(event, "question", None) is question
    ] == [step.move]
    records = [row for row in left.records if row.about_id == question.id]
    assert [(row.tag, row.actor_id, row.data) for row in records] == [
        (f"question:{step.move}", actor.id, {"from": step.start.value, "to": step.target.value})
    ]
    assert sorted(mail.kind for mail in left.mails if mail.about_id == question.id) == sorted(
        step.mails
    )
    assert left.bumps == 0


@pytest.mark.parametrize("step", STEPS, ids=IDS)
def test_nothing_changes_for_the_wrong_person_an_old_page_or_out_of_turn(
    ctx: Flask, step: Step
) -> None:
    people, question = cast(), confirmed(step.start)
    ended = confirmed(Stage.WITHDRAWN)
    ended.unit_id = people.unit.id  # of the officer's own unit: only the stage stands in the way
    db.session.commit()
    actor, before = getattr(people, step.who), values_of(question)
    with traces() as left:
        with pytest.raises(Forbidden):
            step.call(question, getattr(people, step.wrong), question.revision)
        with pytest.raises(Stale):
            step.call(question, actor, question.revision - 1)
        with pytest.raises(Refused):
            step.call(ended, people.moderator if step.who == "moderator" else actor, ended.revision)
    assert values_of(question) == before
    mine = [row for row in left.log if row.question_id in {question.id, ended.id}]
    assert (mine, [mail for mail in left.mails if mail.about_id == question.id]) == ([], [])


@pytest.mark.parametrize(
    "step",
    [step for step in STEPS if step.move in {"ask_more", "hand_back", "assign"}],
    ids=lambda step: f"{step.move}-{step.start}",
)
def test_an_officer_of_another_unit_may_not(ctx: Flask, step: Step) -> None:
    stranger = make_user(roles=[Role.OFFICER, Role.HEAD], unit=make_unit())
    question = confirmed(step.start)
    with pytest.raises(Forbidden):
        step.call(question, stranger, question.revision)


def test_reading_before_the_check_does_not_disturb_the_revision_that_was_seen(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    seen = question.revision
    # What a route does first: other reads, which let the session write what is pending, and a lazy
    # attribute.
    question.submission.title = question.submission.title + " "
    staff.counts(people.moderator)
    staff.log_of(question)
    triage.assign(question, actor=people.moderator, seen_revision=seen, unit=people.unit)
    assert question.stage is Stage.ASSIGNED


def test_the_slower_of_two_officers_is_told(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    seen = question.revision
    triage.assign(question, actor=people.moderator, seen_revision=seen, unit=people.unit)
    with pytest.raises(Stale) as told:
        triage.mark_spam(question, actor=people.moderator, seen_revision=seen)
    assert told.value.message


# The clock --------------------------------------------------------------------------------------
def _on(day: int, month: int = 8) -> Any:
    return time_machine.travel(dt.datetime(2026, month, day, 9, 0, tzinfo=HANOI), tick=False)


def _holidays() -> None:
    seed_days()
    db.session.commit()


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ((20, 8), 2, (22, 8)),
        ((20, 8), 15, (14, 9)),
        ((28, 8), 5, (9, 9)),
        ((12, 2), 2, (23, 2)),
        ((12, 2), 15, (12, 3)),
        ((24, 4), 5, (6, 5)),
        ((20, 11), 2, (25, 11)),
    ],
)
def test_due_dates_follow_the_working_calendar_of_2026(
    ctx: Flask, received: Any, days: int, due: Any
) -> None:
    _holidays()
    with _on(*received):
        question = walk_question(topic=make_topic(answer_working_days=days))
    assert question.due_on == dt.date(2026, due[1], due[0])
    assert question.sort_on == question.due_on


def test_asking_for_more_stops_the_clock_and_the_reply_starts_it_again(ctx: Flask) -> None:
    _holidays()
    people = cast()
    with _on(19):
        question = confirmed(Stage.ASSIGNED, topic=make_topic(answer_working_days=5))
        # Thu 20, Fri 21, the worked Saturday 22, Mon 24, Tue 25.
        assert question.due_on == dt.date(2026, 8, 25)
    with _on(21), traces() as asked:
        triage.ask_more(question, actor=people.officer, seen_revision=question.revision, text=TEXT)
    assert (question.stage, question.paused_from, question.due_on) == (
        Stage.NEEDS_INFO,
        Stage.ASSIGNED,
        None,
    )
    assert question.sort_on.year == 9999
    (pause,) = core.pauses(question)
    assert (pause.start, pause.end, pause.reason) == (dt.date(2026, 8, 21), None, TEXT)
    row = staff.pauses_of(question)[0]
    # Ten working days: 22, 24–28 August, 3, 4, 7, 8 September (31 August to 2 September are off).
    assert row.reply_by == dt.date(2026, 9, 8)
    assert "08/09/2026" in asked.mail("question-needs-info").text
    with _on(26), traces() as replied:
        triage.reply_more(question, text="  Số nhà 12,\x07 đường Chính. ")
    assert (question.stage, question.paused_from) == (Stage.ASSIGNED, None)
    # Days that count: 20 before the pause; 26, 27, 28 August, 3 September after it.
    assert question.due_on == dt.date(2026, 9, 3)
    assert staff.pauses_of(question)[0].ended_on == dt.date(2026, 8, 26)
    assert "03/09/2026" in replied.mail("staff-added").text
    messages = [(row.from_citizen, row.body) for row in staff.messages_of(question)]
    assert messages == [(False, TEXT), (True, "Số nhà 12, đường Chính.")]
    assert [(row.move, row.actor, row.public, row.note) for row in replied.log] == [
        ("reply_more", "citizen", True, "")
    ]


def test_two_pauses_are_both_left_out(ctx: Flask) -> None:
    people = cast()
    with _on(1, 6):
        question = confirmed(Stage.ASSIGNED, topic=make_topic(answer_working_days=3))
    for asked, replied in ((2, 4), (5, 9)):
        with _on(asked, 6):
            triage.ask_more(
                question, actor=people.officer, seen_revision=question.revision, text=TEXT
            )
        with _on(replied, 6):
            triage.reply_more(question, text="Đây ạ.")
    # Counted: 4 (5 is the day of the second question), 9, 10.
    assert question.due_on == dt.date(2026, 6, 10)


def test_an_officer_types_in_what_the_citizen_said(ctx: Flask) -> None:
    question, people = confirmed(Stage.NEEDS_INFO), cast()
    with traces() as left:
        triage.reply_more(
            question,
            text="Gọi điện báo số nhà 12.",
            actor=people.moderator,
            seen_revision=question.revision,
        )
    assert staff.messages_of(question)[-1].author_id == people.moderator.id
    assert left.kinds == []


def test_the_question_for_more_needs_words(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    with pytest.raises(Refused):
        triage.ask_more(
            question, actor=people.moderator, seen_revision=question.revision, text=" \x00 \n "
        )
    waiting = confirmed(Stage.NEEDS_INFO)
    with pytest.raises(Refused):
        triage.reply_more(waiting, text="   ")
    assert (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(QuestionMessage)
            .where(QuestionMessage.question_id == question.id)
        )
        == 0
    )


def test_withdrawing_while_something_is_missing_ends_the_pause(ctx: Flask) -> None:
    question = confirmed(Stage.NEEDS_INFO)
    with traces() as left:
        triage.withdraw(question)
    assert (question.stage, question.due_on) == (Stage.WITHDRAWN, None)
    assert db.session.scalar(sa.select(QuestionPause.ended_on)) is not None
    assert left.kinds == ["question-withdrawn"]


@pytest.mark.parametrize(
    "stage", [Stage.RECEIVED, Stage.ASSIGNED, Stage.IN_REVIEW, Stage.UNVERIFIED]
)
def test_the_citizen_may_withdraw_until_it_is_answered(ctx: Flask, stage: Stage) -> None:
    question = confirmed(stage)
    with traces() as left:
        triage.withdraw(question)
    assert (question.stage, left.moves, left.tags) == (Stage.WITHDRAWN, ["withdraw"], [])
    assert [(row.actor, row.actor_id, row.public) for row in left.log] == [("citizen", None, True)]
    # An address that nobody has confirmed is not written to.
    assert left.kinds == ([] if stage is Stage.UNVERIFIED else ["question-withdrawn"])


@pytest.mark.parametrize(
    "stage",
    [Stage.ANSWERED, Stage.CLOSED, Stage.REFUSED, Stage.TRANSFERRED, Stage.SPAM, Stage.WITHDRAWN],
)
def test_afterwards_there_is_nothing_to_withdraw(ctx: Flask, stage: Stage) -> None:
    question = confirmed(stage)
    with pytest.raises(Refused):
        triage.withdraw(question)
    assert question.stage is stage


# Assigning --------------------------------------------------------------------------------------
def test_assigning_names_unit_and_officer_and_tells_both_sides(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    with traces() as left:
        triage.assign(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            unit=people.unit,
            officer=people.officer,
        )
    assert (question.unit_id, question.officer_id) == (people.unit.id, people.officer.id)
    assert left.mail("staff-assigned").to_address == people.officer.email
    assert people.unit.name in left.mail("question-assigned-citizen").text


@pytest.mark.parametrize("state", ["closed", "stranger", "inactive"])
def test_what_cannot_be_assigned(ctx: Flask, state: str) -> None:
    question, people = confirmed(), cast()
    closed = make_unit(valid_to=dt.date(2020, 1, 1))
    stranger = make_user(unit=make_unit())
    inactive = make_user(unit=people.unit)
    inactive.is_active = False
    unit, officer, field = {
        "closed": (closed, None, "unit"),
        "stranger": (people.unit, stranger, "officer"),
        "inactive": (people.unit, inactive, "officer"),
    }[state]
    with pytest.raises(FieldError) as told:
        triage.assign(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            unit=unit,
            officer=officer,
        )
    assert told.value.field == field
    assert (question.stage, question.unit_id, question.officer_id) == (Stage.RECEIVED, None, None)


def test_a_head_of_unit_passes_on_within_the_unit_only(ctx: Flask) -> None:
    question, people = confirmed(Stage.ASSIGNED), cast()
    head = make_user(roles=[Role.HEAD], unit=people.unit)
    with pytest.raises(Forbidden):
        triage.assign(question, actor=head, seen_revision=question.revision, unit=make_unit())
    assert question.unit_id == people.unit.id
    triage.assign(
        question, actor=head, seen_revision=question.revision, unit=people.unit, officer=head
    )
    assert question.officer_id == head.id


def test_whoever_takes_it_over_needs_no_mail_about_it(ctx: Flask) -> None:
    question, people = confirmed(Stage.ASSIGNED), cast()
    head = make_user(roles=[Role.HEAD], unit=people.unit)
    with traces() as left:
        triage.assign(
            question, actor=head, seen_revision=question.revision, unit=people.unit, officer=head
        )
    assert left.kinds == ["question-assigned-citizen"]


def test_what_is_handed_back_is_nobodys_and_leaves_the_units_list(ctx: Flask) -> None:
    question, people = confirmed(Stage.ASSIGNED), cast()
    triage.hand_back(
        question,
        actor=people.officer,
        seen_revision=question.revision,
        reason="Việc của đơn vị khác.",
    )
    db.session.commit()
    assert (question.unit_id, question.officer_id) == (None, None)
    assert not policy.may_read(people.officer, question)
    assert [row.id for row in staff.queue(people.officer, staff.Tab.MINE).items] == []
    assert [row.id for row in staff.queue(people.moderator, staff.Tab.UNASSIGNED).items] == [
        question.id
    ]
    with pytest.raises(Refused):
        again = confirmed(Stage.ASSIGNED)
        triage.hand_back(again, actor=people.officer, seen_revision=again.revision, reason=" ")


# Classifying ------------------------------------------------------------------------------------
def classify(question: Question, people: Cast, actor: User | None = None, **values: Any) -> None:
    defaults: dict[str, Any] = {
        "seen_revision": question.revision,
        "topic": None,
        "kind": question.kind,
    }
    triage.classify(question, actor=actor or people.moderator, **{**defaults, **values})


def test_a_topic_with_fewer_days_shortens_and_one_with_more_changes_nothing(ctx: Flask) -> None:
    people, short, long = (
        cast(),
        make_topic(answer_working_days=3),
        make_topic(answer_working_days=30),
    )
    with _on(1, 6):
        question = confirmed()
        assert question.due_on == dt.date(2026, 6, 15)
        with traces() as left:
            classify(question, people, topic=short, kind=QuestionKind.INCIDENT)
        assert (question.due_on, question.working_days, question.topic_id) == (
            dt.date(2026, 6, 4),
            3,
            short.id,
        )
        assert question.kind is QuestionKind.INCIDENT
        assert (left.steps, left.tags, left.moves, left.kinds) == (
            ["classify"],
            ["question:classify"],
            [],
            [],
        )
        # And what the clock said, since that day is long past for the record.
        noted = {"topic": short.slug, "classification": "ordinary"}
        assert left.records[0].data.items() >= noted.items()
        classify(question, people, topic=long)
        assert (question.due_on, question.working_days, question.topic_id) == (
            dt.date(2026, 6, 4),
            3,
            long.id,
        )
        classify(question, people, topic=None)
        assert (question.due_on, question.topic_id) == (dt.date(2026, 6, 4), None)


def test_before_it_is_confirmed_a_topic_sets_no_deadline(ctx: Flask) -> None:
    question = confirmed(Stage.UNVERIFIED)
    classify(question, cast(), topic=make_topic(answer_working_days=3))
    assert question.working_days == 10


def test_classifying_is_guarded(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    before = values_of(question)
    with pytest.raises(Forbidden):
        classify(question, people, actor=people.approver)
    with pytest.raises(Stale):
        classify(
            question,
            people,
            seen_revision=question.revision - 1,
            classification=Classification.COMPLAINT,
        )
    assert values_of(question) == before
    assert question.submission.consent is Consent.PUBLISH


@pytest.mark.parametrize("kind", [Classification.COMPLAINT, Classification.DENUNCIATION])
def test_a_complaint_leaves_the_ordinary_way_for_good(ctx: Flask, kind: Classification) -> None:
    question, people = confirmed(Stage.ASSIGNED), cast()
    with traces() as left:
        classify(question, people, classification=kind)
    submission = question.submission
    assert (submission.restricted, submission.consent) == (True, Consent.PRIVATE)
    assert (question.due_on, question.sort_on.year) == (None, 9999)
    assert left.kinds == []
    assert not policy.may_read(people.moderator, question)
    with pytest.raises(Forbidden):
        classify(question, people)
    # The restricted role finds out that it was none after all. What was tightened stays so.
    classify(question, people, actor=people.complaints)
    assert (submission.restricted, submission.consent, question.due_on is not None) == (
        False,
        Consent.PRIVATE,
        True,
    )


def test_a_complaint_does_not_wait_for_more(ctx: Flask) -> None:
    question = confirmed(Stage.NEEDS_INFO)
    classify(question, cast(), classification=Classification.COMPLAINT)
    assert staff.pauses_of(question)[0].ended_on is not None


@pytest.mark.parametrize("stage", [Stage.IN_REVIEW, Stage.ANSWERED, Stage.CLOSED])
def test_what_is_answered_or_about_to_be_is_not_made_a_complaint(ctx: Flask, stage: Stage) -> None:
    question = confirmed(stage)
    with pytest.raises(Refused):
        classify(question, cast(), classification=Classification.COMPLAINT)
    assert (question.classification, question.submission.restricted) == (
        Classification.ORDINARY,
        False,
    )


# Redaction --------------------------------------------------------------------------------------
def redact(question: Question, actor: User, **values: Any) -> None:
    defaults = {
        "seen_revision": question.revision,
        "title": "Lịch thu gom rác",
        "body": "Lịch thu gom rác tuần tới thế nào?",
        "reason": "Có tên người.",
    }
    triage.redact(question, actor=actor, **{**defaults, **values})


def test_redaction_keeps_the_original_and_says_why(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    original = question.submission.body
    with traces() as left:
        redact(question, people.moderator)
    submission = question.submission
    assert (submission.body, submission.public_title, submission.redacted_by) == (
        original,
        "Lịch thu gom rác",
        people.moderator.id,
    )
    assert submission.public_html == "<p>Lịch thu gom rác tuần tới thế nào?</p>"
    assert [(row.move, row.note, row.public) for row in left.log] == [
        ("redact", "Có tên người.", False)
    ]
    # The record is never erased: nothing that an officer types goes into it.
    assert [(row.tag, row.data) for row in left.records] == [("question:redact", {})]
    assert (left.moves, left.kinds, left.bumps) == (["redact"], [], 0)


def test_redaction_is_guarded(ctx: Flask) -> None:
    people, question, complaint = (
        cast(),
        confirmed(),
        walk_question(classification=Classification.COMPLAINT),
    )
    with pytest.raises(Forbidden):
        redact(question, people.approver)
    with pytest.raises(Stale):
        redact(question, people.moderator, seen_revision=question.revision - 1)
    for actor in (people.moderator, people.complaints):
        with pytest.raises(Forbidden):
            redact(complaint, actor)
    assert question.submission.public_body is None
    assert complaint.submission.public_body is None


def test_the_public_text_of_a_published_question_changes_at_once_but_never_to_personal_data(
    ctx: Flask,
) -> None:
    people, question = cast(), walk_question(visibility=Visibility.PUBLIC)
    db.session.commit()
    with traces() as left:
        redact(
            question,
            people.moderator,
            title="Lịch thu gom mới",
            body="Lịch thu gom ở khu chợ thế nào?",
        )
    assert left.bumps == 1
    assert [row.id for row in questions_public.public_search("khu chợ")] == [question.id]
    assert questions_public.public_one(question.submission.code).title == "Lịch thu gom mới"  # type: ignore[union-attr]
    db.session.commit()
    with pytest.raises(Refused):
        redact(question, people.moderator, body="Hãy gọi tôi theo số 0912 345 678 để biết.")
    db.session.rollback()
    assert "0912" not in (question.submission.public_body or "")


# Merging ----------------------------------------------------------------------------------------
def merge(question: Question, other: Question, people: Cast) -> None:
    triage.merge(question, actor=people.moderator, seen_revision=question.revision, other=other)


@pytest.mark.parametrize(
    "stage", [Stage.DUPLICATE, Stage.SPAM, Stage.REFUSED, Stage.WITHDRAWN, Stage.UNVERIFIED]
)
def test_what_cannot_be_merged_into(ctx: Flask, stage: Stage) -> None:
    question, people, other = confirmed(), cast(), walk_question(stage=stage)
    complaint = walk_question(classification=Classification.COMPLAINT)
    for target in (question, other, complaint):
        with pytest.raises(FieldError) as told:
            merge(question, target, people)
        assert told.value.field == "other"
    assert (question.stage, question.merged_into_id) == (Stage.RECEIVED, None)


def answers_to(left: Traces) -> list[str]:
    return sorted(mail.to_address for mail in left.mails if mail.kind == "question-answered")


def test_a_merged_question_gets_the_others_answer_by_mail(ctx: Flask) -> None:
    people = cast()
    other = walk_question(stage=Stage.IN_REVIEW, email="mot@example.vn", phone=None)
    twin = walk_question(email="hai@example.vn", phone=None)
    merge(twin, other, people)
    with traces() as left:
        answering.approve(
            other, actor=people.approver, seen_revision=other.revision, solo_office=False
        )
    assert answers_to(left) == ["hai@example.vn", "mot@example.vn"]
    mine = next(mail for mail in left.mails if mail.to_address == "hai@example.vn")
    assert twin.submission.code in mine.subject
    assert other.submission.code not in mine.subject
    assert other.submission.code not in mine.text


def test_merged_twice_over_it_still_gets_the_answer(ctx: Flask) -> None:
    people = cast()
    last = walk_question(stage=Stage.IN_REVIEW, email="ba@example.vn", phone=None)
    middle, first = (
        walk_question(email="hai@example.vn", phone=None),
        walk_question(email="mot@example.vn", phone=None),
    )
    merge(first, middle, people)
    merge(middle, last, people)
    assert (first.merged_into_id, middle.merged_into_id) == (last.id, last.id)
    with traces() as left:
        answering.approve(
            last, actor=people.approver, seen_revision=last.revision, solo_office=False
        )
    assert answers_to(left) == ["ba@example.vn", "hai@example.vn", "mot@example.vn"]


def test_merged_into_what_is_answered_already_it_gets_the_answer_now(ctx: Flask) -> None:
    people, other = cast(), walk_question(stage=Stage.ANSWERED)
    first, question = (
        walk_question(email="mot@example.vn", phone=None),
        walk_question(email="hai@example.vn", phone=None),
    )
    merge(first, question, people)
    with traces() as left:
        merge(question, other, people)
    assert answers_to(left) == ["hai@example.vn", "mot@example.vn"]
    assert "question-merged" not in left.kinds


@pytest.mark.parametrize("kind", ["question-refused", "question-transferred"])
def test_when_the_other_is_not_answered_the_merged_one_hears_it_too(ctx: Flask, kind: str) -> None:
    people, other = cast(), confirmed()
    twin = walk_question(email="hai@example.vn", phone=None)
    merge(twin, other, people)
    step = next(
        step
        for step in STEPS
        if f"question-{step.move}" in {kind.removesuffix("red"), kind.removesuffix("d")}
    )
    with traces() as left:
        step.call(other, people.moderator, other.revision)
    assert [mail.to_address for mail in left.mails if mail.kind == kind] == [
        "an@example.vn",
        "hai@example.vn",
    ]


# Refusing and transferring ----------------------------------------------------------------------
def test_a_refusal_says_why_and_where_to_go(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    with pytest.raises(Refused):
        triage.refuse(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            reason=RefusalReason.UNCLEAR,
            text=" ",
        )
    with traces() as left:
        triage.refuse(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            reason=RefusalReason.UNCLEAR,
            text="Hãy gửi lại kèm địa chỉ.",
        )
    assert (question.refusal, question.refusal_text) == (
        RefusalReason.UNCLEAR,
        "Hãy gửi lại kèm địa chỉ.",
    )
    text = left.mail("question-refused").text
    assert "Không rõ nội dung" in text
    assert "Hãy gửi lại kèm địa chỉ." in text


def test_a_transfer_names_the_body(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    with pytest.raises(FieldError):
        triage.transfer(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            body={"name": " "},
            reason="Vì thế.",
        )
    with pytest.raises(Refused):
        triage.transfer(
            question, actor=people.moderator, seen_revision=question.revision, body=BODY, reason=""
        )
    with traces() as left:
        triage.transfer(
            question,
            actor=people.moderator,
            seen_revision=question.revision,
            body=BODY,
            reason="Việc của ngành điện.",
        )
    assert question.transfer == {**BODY, "reason": "Việc của ngành điện."}
    for words in (*BODY.values(), "Việc của ngành điện."):
        assert words in left.mail("question-transferred").text


def test_spam_of_an_unconfirmed_sender_goes_and_comes_back(ctx: Flask) -> None:
    question, people = confirmed(Stage.UNVERIFIED), cast()
    triage.mark_spam(question, actor=people.moderator, seen_revision=question.revision)
    assert question.spam_at is not None
    assert question.due_on is None
    triage.restore(question, actor=people.moderator, seen_revision=question.revision)
    assert (question.stage, question.spam_at, question.due_on is not None) == (
        Stage.RECEIVED,
        None,
        True,
    )


# The citizen ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "stage", [Stage.UNVERIFIED, Stage.RECEIVED, Stage.ASSIGNED, Stage.IN_REVIEW]
)
def test_more_information_moves_nothing_and_tells_whoever_has_it(ctx: Flask, stage: Stage) -> None:
    question, before = confirmed(stage), 0
    people, before = cast(), question.revision
    with traces() as left:
        triage.add_information(question, text="Tôi nói thêm: rác để ở đầu ngõ.")
    assert (question.stage, question.revision) == (stage, before + 1)
    assert (left.steps, left.tags) == (["add_info"], [])
    mail = left.mail("staff-added")
    expected = people.officer if stage in {Stage.ASSIGNED, Stage.IN_REVIEW} else people.moderator
    assert mail.to_address == expected.email
    assert "rác để ở đầu ngõ" not in mail.text + mail.html


@pytest.mark.parametrize(
    "stage", [Stage.NEEDS_INFO, Stage.ANSWERED, Stage.CLOSED, Stage.REFUSED, Stage.SPAM]
)
def test_when_it_is_over_nothing_is_added(ctx: Flask, stage: Stage) -> None:
    question = confirmed(stage)
    with pytest.raises(Refused):
        triage.add_information(question, text="Tôi nói thêm.")
    with pytest.raises(Refused):
        triage.add_information(confirmed(), text="  ")


def test_tightening_what_is_public_takes_it_back_at_once(ctx: Flask) -> None:
    question = walk_question(visibility=Visibility.PUBLIC, title="Lịch thu gom rác")
    code = question.submission.code
    assert [row.code for row in questions_public.public_search("thu gom rác")] == [code]
    with traces() as left:
        triage.tighten(question, consent=Consent.PRIVATE, name_display=None)
    assert (question.visibility, left.bumps, left.kinds) == (Visibility.PRIVATE, 1, [])
    assert (left.steps, left.tags, left.log[0].public) == (["tighten"], [], True)
    assert questions_public.public_one(code) is None
    assert questions_public.public_search("thu gom rác") == []
    assert questions_public.similar("lịch thu gom rác") == []
    with pytest.raises(Refused):
        triage.tighten(question, consent=Consent.PUBLISH, name_display=None)


@pytest.mark.parametrize("visibility", [Visibility.SCHEDULED, Visibility.HIDDEN])
def test_tightening_ends_a_scheduled_publication_and_what_could_be_shown_again(
    ctx: Flask, visibility: Visibility
) -> None:
    question = walk_question(visibility=visibility)
    questions_triage.tighten(question, consent=Consent.PRIVATE, name_display=NameDisplay.HIDDEN)
    db.session.commit()
    assert (question.visibility, question.publish_at) == (Visibility.PRIVATE, None)
    assert publishing.obstacles(question)


def test_hiding_the_name_leaves_the_answer_public_under_no_name(ctx: Flask) -> None:
    question = walk_question(
        visibility=Visibility.PUBLIC, name_display=NameDisplay.FULL, name="Nguyễn Thị Ân"
    )
    code = question.submission.code
    assert questions_public.public_one(code).asker == "Nguyễn Thị Ân"  # type: ignore[union-attr]
    for display, shown in ((NameDisplay.INITIALS, "N.T.Â."), (NameDisplay.HIDDEN, "")):
        with traces() as left:
            triage.tighten(question, consent=None, name_display=display)
        assert questions_public.public_one(code).asker == shown  # type: ignore[union-attr]
        assert left.bumps == 1
    with pytest.raises(Refused):
        triage.tighten(question, consent=None, name_display=NameDisplay.INITIALS)


# Notes and the restricted file ------------------------------------------------------------------
def test_notes_are_for_colleagues_and_leave_the_revision_alone(ctx: Flask) -> None:
    question, people = confirmed(Stage.ASSIGNED), cast()
    before = question.revision
    with traces() as left:
        triage.add_note(question, actor=people.officer, text="Đã gọi trưởng thôn.")
    assert [(row.move, row.note, row.public) for row in left.log] == [
        ("note", "Đã gọi trưởng thôn.", False)
    ]
    assert (question.revision, left.kinds) == (before, [])
    with pytest.raises(Refused):
        triage.add_note(question, actor=people.officer, text=" ")
    with pytest.raises(Forbidden):
        triage.add_note(question, actor=make_user(roles=[Role.AUDITOR]), text="Tôi cũng viết.")


def test_opening_a_complaint_is_written_down(ctx: Flask) -> None:
    people, complaint = cast(), walk_question(classification=Classification.COMPLAINT)
    with traces() as left:
        triage.open_restricted(complaint, actor=people.complaints, reason="Để hướng dẫn.")
    assert [(row.move, row.actor_id, row.note, row.public) for row in left.log] == [
        ("open_restricted", people.complaints.id, "Để hướng dẫn.", False)
    ]
    assert left.tags == ["question:open_restricted"]
    with pytest.raises(Forbidden):
        triage.open_restricted(complaint, actor=people.moderator)
    with pytest.raises(Forbidden):
        triage.open_restricted(confirmed(), actor=people.complaints)


@pytest.mark.parametrize("kind", [Classification.COMPLAINT, Classification.DENUNCIATION])
def test_no_mail_about_a_complaint_says_anything(ctx: Flask, kind: Classification) -> None:
    marker = "dấu-hiệu-riêng"
    people = cast()
    question = walk_question(
        stage=Stage.RECEIVED,
        email="an@example.vn",
        phone=None,
        channel=Channel.COUNTER,
        name=f"Nguyễn {marker}",
        title=f"Về {marker}",
        body=f"Nội dung {marker} " * 3,
    )
    with traces() as left:
        classify(question, people, classification=kind)
        triage.ask_more(
            question,
            actor=people.complaints,
            seen_revision=question.revision,
            text=f"Hãy nói rõ {marker}.",
        )
        triage.reply_more(question, text=f"Đây là {marker}.")
        triage.refuse(
            question,
            actor=people.complaints,
            seen_revision=question.revision,
            reason=RefusalReason.COMPLAINT,
            text=f"Hãy gửi đơn về {marker}.",
        )
    assert left.kinds == ["restricted-update", "restricted-update"]
    for mail in left.mails:
        for words in (marker, "Hãy gửi đơn", "Khiếu nại", "khiếu nại", "tố cáo", "lien-ket"):
            assert words not in mail.subject + mail.text + mail.html
