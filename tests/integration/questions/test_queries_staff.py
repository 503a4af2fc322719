"""The queue: who sees what in which tab, how it is paged, and that no tab reads or sorts the whole
table.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import P, Role
from app.accounts.models import User
from app.extensions import db
from app.jobs import service as job_service
from app.kernel.clock import HANOI, now, start_of_day, today
from app.kernel.errors import NotFound
from app.mailer import queries as mail_queries
from app.mailer import service as mail_service
from app.questions.models import (
    IS_ANSWERED,
    IS_OPEN,
    IS_RESTRICTED,
    IS_SPAM,
    IS_TO_CLOSE,
    IS_UNVERIFIED,
    Question,
)
from app.questions.queries import desk, staff
from app.questions.queries.staff import QueueFilter, Tab
from app.questions.service import answering, keeping, publishing, triage
from app.questions.service.bulk import many
from app.questions.states import (
    ANSWERED_STAGES,
    OPEN_STAGES,
    Act,
    Classification,
    Stage,
    Visibility,
)
from app.submissions.models import Submission
from app.submissions.states import Consent
from app.workdays.clock import ClockState
from tests.factories.accounts import make_user
from tests.factories.organisation import make_topic, make_unit
from tests.factories.plans import plans
from tests.factories.questions import cast, make_question
from tests.factories.statements import StatementCounter

START = dt.datetime(2026, 6, 1, 9, 0, tzinfo=HANOI)


def after(**time: Any) -> Any:
    return time_machine.travel(START + dt.timedelta(**time), tick=False)


def codes(actor: User, tab: Tab, wanted: QueueFilter | None = None) -> list[str]:
    return [row.code for row in staff.queue(actor, tab, wanted).items]


# The written-out rules --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "stages"),
    [
        (IS_OPEN, OPEN_STAGES),
        (IS_ANSWERED, ANSWERED_STAGES),
        (IS_TO_CLOSE, {Stage.ANSWERED}),
        (IS_SPAM, {Stage.SPAM}),
        (IS_UNVERIFIED, {Stage.UNVERIFIED}),
    ],
    ids=["open", "answered", "to close", "spam", "unverified"],
)
def test_what_is_written_out_means_the_same_stages(ctx: Flask, rule: Any, stages: Any) -> None:
    for stage in Stage:
        make_question(stage=stage)
    found = set(db.session.scalars(sa.select(Question.stage).where(rule)))
    assert found == set(stages)


def test_restricted_is_everything_that_is_not_ordinary(ctx: Flask) -> None:
    make_question()
    made = {
        make_question(classification=kind).id
        for kind in Classification
        if kind is not Classification.ORDINARY
    }
    assert set(db.session.scalars(sa.select(Question.id).where(IS_RESTRICTED))) == made


# Tabs -------------------------------------------------------------------------------------------
OFFICE = [
    Tab.TODO,
    Tab.OVERDUE,
    Tab.UNASSIGNED,
    Tab.MINE,
    Tab.APPROVAL,
    Tab.UNCONFIRMED,
    Tab.SPAM,
    Tab.ANSWERED,
]


@pytest.mark.parametrize(
    ("roles", "tabs"),
    [
        ([Role.MODERATOR], OFFICE),
        ([Role.OFFICER], [Tab.TODO, Tab.OVERDUE, Tab.MINE, Tab.ANSWERED]),
        ([Role.HEAD], [Tab.TODO, Tab.OVERDUE, Tab.MINE, Tab.ANSWERED]),
        ([Role.APPROVER], [Tab.TODO, Tab.OVERDUE, Tab.APPROVAL, Tab.ANSWERED]),
        ([Role.PUBLISHER], [Tab.TODO, Tab.OVERDUE, Tab.ANSWERED]),
        ([Role.AUDITOR], [Tab.TODO, Tab.OVERDUE, Tab.ANSWERED]),
        ([Role.COMPLAINTS], [Tab.RESTRICTED]),
        ([Role.MODERATOR, Role.COMPLAINTS], [*OFFICE, Tab.RESTRICTED]),
        ([Role.EDITOR], []),
        ([Role.ADMINISTRATOR], []),
    ],
    ids=lambda value: (
        "-".join(item.value for item in value) if value and isinstance(value[0], Role) else ""
    ),
)
def test_everybody_has_the_tabs_of_the_own_work(
    ctx: Flask, roles: list[Role], tabs: list[Tab]
) -> None:
    user = make_user(roles=roles, unit=make_unit())
    assert staff.tabs_for(user) == tabs
    assert list(staff.counts(user)) == tabs
    assert set(staff.TAB_LABELS) == set(Tab)


@pytest.fixture
def office(ctx: Flask) -> Iterator[dict[str, Question]]:
    """One question for everything that a tab can be asked about; today is a Monday
    two weeks later.
    """
    people = cast()
    with after():
        made = {stage.value: make_question(stage=stage) for stage in Stage}
        made["complaint"] = make_question(classification=Classification.COMPLAINT)
        made["denunciation"] = make_question(
            stage=Stage.ASSIGNED, classification=Classification.DENUNCIATION
        )
        made["unit only"] = make_question(stage=Stage.ASSIGNED)
        triage.assign(
            made["unit only"],
            actor=people.moderator,
            seen_revision=made["unit only"].revision,
            unit=people.unit,
        )
        made["elsewhere"] = make_question(stage=Stage.ASSIGNED, unit=make_unit("Phòng Văn hóa"))
        made["erased"] = make_question(stage=Stage.ASSIGNED, visibility=Visibility.ERASED)
        made["to hide"] = make_question(visibility=Visibility.PUBLIC)
        shown = made["to hide"]
        publishing.ask_second_person(
            shown,
            Act.HIDE,
            actor=people.moderator,
            seen_revision=shown.revision,
            reason="Có tên người.",
        )
    with after(days=16):
        made["fresh"] = make_question()
    db.session.commit()
    with after(days=16):
        yield made


def names(made: dict[str, Question], actor: User, tab: Tab) -> set[str]:
    known = {question.submission.code: name for name, question in made.items()}
    return {known.get(code, code) for code in codes(actor, tab)}


def test_the_tabs_of_a_moderator(office: dict[str, Question]) -> None:
    moderator = cast().moderator
    # The question that the duplicate was merged into is open too.
    other = db.session.get_one(Question, office["duplicate"].merged_into_id).submission.code
    waiting = {"received", "needs_info", "assigned", "in_review", "unit only", "elsewhere", other}
    assert names(office, moderator, Tab.TODO) == waiting | {"fresh"}
    assert names(office, moderator, Tab.OVERDUE) == waiting - {"needs_info"}
    assert names(office, moderator, Tab.UNASSIGNED) == {"received", "fresh", other}
    assert names(office, moderator, Tab.MINE) == {"received", "fresh", "needs_info", other}
    assert names(office, moderator, Tab.APPROVAL) == set()
    assert names(office, moderator, Tab.UNCONFIRMED) == {"unverified"}
    assert names(office, moderator, Tab.SPAM) == {"spam"}
    assert names(office, moderator, Tab.ANSWERED) == {"answered", "closed", "to hide"}


def test_the_tabs_of_others(office: dict[str, Question]) -> None:
    people = cast()
    mine = {"assigned", "in_review", "unit only"}
    assert names(office, people.officer, Tab.TODO) == mine
    assert names(office, people.officer, Tab.MINE) == mine
    assert names(office, people.officer, Tab.ANSWERED) == {"answered", "closed", "to hide"}
    assert names(office, people.approver, Tab.APPROVAL) == {"in_review", "to hide"}
    assert names(office, people.complaints, Tab.RESTRICTED) == {"complaint", "denunciation"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COMPLAINTS])
def test_complaints_are_in_nobody_elses_list(office: dict[str, Question], role: Role) -> None:
    user = make_user(roles=[role], unit=cast().unit)
    for tab in (tab for tab in Tab if tab is not Tab.RESTRICTED):
        assert names(office, user, tab).isdisjoint({"complaint", "denunciation", "erased"})


def test_the_counts_are_those_of_the_lists(office: dict[str, Question]) -> None:
    for user in (cast().moderator, cast().officer, cast().approver, cast().complaints):
        with StatementCounter(db.engine) as counter:
            counts = staff.counts(user)
        assert len([statement for statement in counter.statements if "count(" in statement]) == 1
        assert counts == {tab: len(codes(user, tab)) for tab in staff.tabs_for(user)}
        assert counts == {
            tab: desk.count_filtered(user, tab, QueueFilter()) for tab in staff.tabs_for(user)
        }


# Rows -------------------------------------------------------------------------------------------
def test_a_row_holds_what_the_list_shows(ctx: Flask) -> None:
    people, topic = cast(), make_topic("Đất đai")
    with after():
        question = make_question(
            stage=Stage.ASSIGNED,
            topic=topic,
            title="Tiêu đề gốc",
            redacted=True,
            public_title="Tiêu đề đăng",
        )
        answering.save_draft(
            question, answering.Draft(short="Nháp"), actor=people.officer, seen_answer_revision=0
        )
        (row,) = staff.queue(people.moderator, Tab.TODO).items
    assert (row.id, row.revision, row.code, row.title) == (
        question.id,
        question.revision,
        question.submission.code,
        "Tiêu đề đăng",
    )
    assert (row.topic, row.unit, row.officer, row.has_draft) == (
        "Đất đai",
        people.unit.name,
        people.officer.full_name,
        True,
    )
    assert (row.clock.state, row.clock.days_left) == (ClockState.RUNNING, 10)


def test_by_due_date_oldest_first_and_answered_ones_newest_first(ctx: Flask) -> None:
    people, short = cast(), make_topic(answer_working_days=2)
    with after():
        long = make_question()
    with after(days=1):
        soon, paused = make_question(topic=short), make_question(stage=Stage.NEEDS_INFO)
        first = make_question(stage=Stage.ANSWERED)
    with after(days=2):
        second = make_question(stage=Stage.ANSWERED)
    assert codes(people.moderator, Tab.TODO) == [
        question.submission.code for question in (soon, long, paused)
    ]
    assert codes(people.moderator, Tab.ANSWERED) == [
        question.submission.code for question in (second, first)
    ]


@pytest.mark.parametrize("tab", [Tab.TODO, Tab.ANSWERED])
def test_paging_walks_through_all_of_them_and_back(ctx: Flask, tab: Tab) -> None:
    moderator = cast().moderator
    made = {
        make_question(
            stage=Stage.ANSWERED if tab is Tab.ANSWERED else Stage.RECEIVED
        ).submission.code
        for _ in range(7)
    }
    seen: list[str] = []
    page = staff.queue(moderator, tab, size=3)
    seen += [row.code for row in page.items]
    assert page.previous_cursor is None
    while page.next_cursor:
        page = staff.queue(moderator, tab, size=3, after=page.next_cursor)
        seen += [row.code for row in page.items]
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == made
    page = staff.queue(moderator, tab, size=3, before=page.previous_cursor)
    assert [row.code for row in page.items] == seen[3:6]


def test_the_list_costs_the_same_for_two_and_for_twenty(ctx: Flask) -> None:
    moderator, counts = cast().moderator, []
    for more in (2, 18):
        for _ in range(more):
            make_question()
        with StatementCounter(db.engine) as counter:
            staff.queue(moderator, Tab.TODO)
        counts.append(len(counter.statements))
    assert counts[0] == counts[1] <= 5


# Filters ----------------------------------------------------------------------------------------
def test_filters(ctx: Flask) -> None:
    people, topic = cast(), make_topic(answer_working_days=2)
    with after():
        plain = make_question(name="Trần Văn Tìm", phone="0987654321", title="Đèn đường ở xóm Chợ")
        topical = make_question(topic=topic)
        assigned = make_question(stage=Stage.ASSIGNED)

        def found(**wanted: Any) -> set[int]:
            return {
                row.id
                for row in staff.queue(people.moderator, Tab.TODO, QueueFilter(**wanted)).items
            }

        assert found() == {plain.id, topical.id, assigned.id}
        assert found(topic_id=topic.id) == {topical.id}
        assert found(unit_id=people.unit.id) == found(officer_id=people.officer.id) == {assigned.id}
        assert found(due_until=today() + dt.timedelta(days=3)) == {topical.id}
        for text in ("Văn Tìm", "0987", "đường ở xóm", plain.submission.code.lower()):
            assert found(text=text) == {plain.id}, text
        for text in ("%", "_", "\\", "không có"):
            assert found(text=text) == set(), text
        assert desk.count_filtered(people.moderator, Tab.TODO, QueueFilter(text="0987")) == 1
        # A publisher sees the list, but not how to reach people: not by guessing either.
        assert desk.count_filtered(people.publisher, Tab.TODO, QueueFilter(text="0987")) == 0
        assert desk.count_filtered(people.publisher, Tab.TODO, QueueFilter(text="xóm Chợ")) == 1


# One question -----------------------------------------------------------------------------------
def test_finding_one(ctx: Flask) -> None:
    question = make_question()
    code = question.submission.code
    assert staff.by_code(code.lower()) is question
    assert staff.by_id(question.id) is question
    assert staff.by_submission_id(question.submission_id) is question
    assert many.by_codes([code, "AS-1900-000001", code]) == [question]
    assert many.by_codes([]) == []
    for missing in (
        lambda: staff.by_code("AS-1900-000001"),
        lambda: staff.by_id(0),
        lambda: staff.by_submission_id(0),
        lambda: many.action(0),
    ):
        with pytest.raises(NotFound):
            missing()


def test_the_clock_of_every_stage(ctx: Flask) -> None:
    with after():
        made = {stage: make_question(stage=stage) for stage in Stage}
        complaint = make_question(classification=Classification.COMPLAINT)
    with after(days=1):
        for stage, question in made.items():
            expected = ClockState.PAUSED if stage is Stage.NEEDS_INFO else ClockState.RUNNING
            if stage not in OPEN_STAGES | {Stage.UNVERIFIED}:
                expected = ClockState.STOPPED
            assert staff.clock_of(question).state is expected, stage
        assert staff.clock_of(complaint).state is ClockState.STOPPED
    with after(days=16):
        assert staff.clock_of(made[Stage.ASSIGNED]).late
        assert not staff.clock_of(made[Stage.ANSWERED]).late


def test_the_public_half_of_the_log(ctx: Flask) -> None:
    question, people = make_question(stage=Stage.ASSIGNED), cast()
    triage.add_note(question, actor=people.officer, text="Chỉ trong cơ quan.")
    assert [row.move for row in staff.log_of(question)] == ["receive", "assign", "note"]
    assert [row.move for row in staff.log_of(question, public_only=True)] == ["receive"]


def test_workload(ctx: Flask) -> None:
    people = cast()
    for stage in (Stage.RECEIVED, Stage.ASSIGNED, Stage.ASSIGNED, Stage.ANSWERED):
        make_question(stage=stage)
    assert desk.workload() == {(None, None): 1, (people.unit.id, people.officer.id): 2}


# How the database does it -----------------------------------------------------------------------
@pytest.fixture
def filled(ctx: Flask) -> Iterator[None]:
    """Enough of everything that an index is worth its while."""
    for stage in (
        Stage.RECEIVED,
        Stage.ASSIGNED,
        Stage.IN_REVIEW,
        Stage.UNVERIFIED,
        Stage.SPAM,
        Stage.ANSWERED,
        Stage.ANSWERED,
        Stage.CLOSED,
    ):
        make_question(stage=stage)
    make_question(classification=Classification.COMPLAINT)
    _much_of_another_unit()
    yield
    if db.session.get_bind().dialect.name == "sqlite":
        # What it counted must not decide how the next test's few rows are read.
        db.session.rollback()
        db.session.execute(sa.text("DELETE FROM sqlite_stat1"))
        db.session.commit()
        db.engine.dispose()


def _much_of_another_unit() -> None:
    """So much work of somebody else that the index of one's own unit is the cheaper one, and the
    database knows it.
    """
    unit, start = make_unit("Phòng Nội vụ"), today() - dt.timedelta(days=600)
    people = {
        "name": "N",
        "phone": "0912345678",
        "pin_hash": "",
        "body": "b",
        "title": "t",
        "consent_text": "1",
    }
    keys = (
        {"code": f"N-{number}", "idempotency_key": f"n-{number}", "kind": "question", **people}
        for number in range(600)
    )
    made = sa.insert(Submission).returning(Submission.id)
    rows = list(db.session.scalars(made, [{**key, "consent": Consent.PRIVATE} for key in keys]))
    first = make_question(stage=Stage.CLOSED).version_id
    dates = [(row, start + dt.timedelta(days=place % 500)) for place, row in enumerate(rows)]
    days = {"received_on": start, "working_days": 10, "unit_id": unit.id}
    for stage, part in ((Stage.ASSIGNED, dates[::4]), (Stage.RECEIVED, dates[2::4])):
        open_ones = [
            {"submission_id": row, "stage": stage, "sort_on": day, **days} for row, day in part
        ]
        db.session.execute(sa.insert(Question), open_ones)
    closed = [
        {
            "submission_id": row,
            "stage": Stage.CLOSED,
            "sort_on": day,
            "answered_at": start_of_day(day),
            "version_id": first,
            **days,
        }
        for row, day in dates[1::2]
    ]
    db.session.execute(sa.insert(Question), closed)
    db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


@pytest.mark.parametrize(
    ("who", "tab", "index"),
    [
        ("moderator", Tab.TODO, "ix_question_open"),
        ("officer", Tab.TODO, "ix_question_open_unit"),
        ("moderator", Tab.OVERDUE, "ix_question_open"),
        ("officer", Tab.OVERDUE, "ix_question_open_unit"),
        ("moderator", Tab.UNASSIGNED, "ix_question_open"),
        ("officer", Tab.MINE, "ix_question_open_unit"),
        ("moderator", Tab.UNCONFIRMED, "ix_question_unverified"),
        ("moderator", Tab.SPAM, "ix_question_spam"),
        ("moderator", Tab.ANSWERED, "ix_question_answered"),
        ("officer", Tab.ANSWERED, "ix_question_unit_answered"),
        ("complaints", Tab.RESTRICTED, "ix_question_restricted"),
    ],
)
def test_a_tab_is_read_in_the_order_of_its_index(
    filled: None, who: str, tab: Tab, index: str
) -> None:
    actor = getattr(cast(), who)
    first = staff.queue(actor, tab, size=1)
    for cursor in (None, first.next_cursor):
        (plan,) = plans(
            lambda cursor=cursor: staff.queue(actor, tab, after=cursor), about="question"
        )
        assert plan.uses(index), plan.text
        assert not plan.scans("question"), plan.text
        assert not plan.sorts(), plan.text


def test_what_waits_for_approval_is_found_by_index(filled: None) -> None:
    (plan,) = plans(lambda: staff.queue(cast().approver, Tab.APPROVAL), about="question")
    assert not plan.scans("question"), plan.text


def test_counts_and_workload_read_no_table(filled: None) -> None:
    for work in (
        lambda: staff.counts(cast().moderator),
        lambda: staff.counts(cast().officer),
        desk.workload,
    ):
        for plan in plans(work, about="question"):
            assert not plan.scans("question"), plan.text


@pytest.mark.parametrize(
    "work",
    [
        keeping.close_old,
        keeping.erase_expired,
        publishing.publish_due,
        lambda: keeping.moved_deadlines(None),
    ],
)
def test_what_runs_every_hour_reads_no_table(
    filled: None, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "due_date", lambda *arguments, **names: None)
    with after(days=-400):
        found = plans(work, about="question")
    assert found
    for plan in found:
        assert not plan.scans("question"), plan.text


def test_mails_and_jobs_that_are_due_are_found_by_index(filled: None) -> None:
    job_service.enqueue("files-remove", {"blobs": []})
    for work, table in (
        (lambda: mail_queries.anything_due(now()), "outbox_message"),
        (lambda: mail_service.claim("one"), "outbox_message"),
        (lambda: job_service.claim_job("one"), "job"),
    ):
        found = plans(work, about=table)
        assert found
        for plan in found:
            assert not plan.scans(table), plan.text
            assert plan.uses(
                "ix_outbox_message_due" if table == "outbox_message" else "ix_job_due"
            ), plan.text
    assert P.QUESTION_READ
