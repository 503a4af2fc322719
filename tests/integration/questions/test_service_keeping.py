"""What time and readers do: closing, erasing, deadlines under another calendar, counters, reports,
presence.
"""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import HANOI
from app.kernel.errors import FieldError, Forbidden, NotFound
from app.kernel.links import Ref
from app.questions import jobs
from app.questions.events import ContentReported
from app.questions.models import ContentReport, Question
from app.questions.queries import desk, staff
from app.questions.service import keeping, triage
from app.questions.service import keeping as questions_keeping
from app.questions.service import publishing as questions_publishing
from app.questions.service import triage as questions_triage
from app.questions.service.keeping import moved_deadlines
from app.questions.states import Classification, Stage, Visibility
from app.questions.wiring import (
    may_fetch_answer,
    preview_deadlines,
    public_documents,
    resolve_question,
)
from app.submissions.kinds import may_fetch_sent
from app.workdays import queries as workdays
from app.workdays import service as calendar_service
from app.workdays.calendar import Calendar
from app.workdays.models import DayKind
from tests.factories.accounts import make_user
from tests.factories.questions import cast, walk_question
from tests.factories.traces import traces, values_of

START = dt.datetime(2026, 6, 1, 9, 0, tzinfo=HANOI)


def after(**time: Any) -> Any:
    return time_machine.travel(START + dt.timedelta(**time), tick=False)


# Closing ----------------------------------------------------------------------------------------
def test_ten_days_after_the_answer_it_closes_by_itself(ctx: Flask) -> None:
    with after():
        question = walk_question(stage=Stage.ANSWERED)
        other = walk_question(stage=Stage.ASSIGNED)
    with after(days=10):
        assert keeping.close_old() == 0
    with after(days=10, seconds=1), traces() as left:
        jobs.close_old()
    assert (question.stage, other.stage) == (Stage.CLOSED, Stage.ASSIGNED)
    assert [(row.move, row.actor, row.public) for row in left.log] == [("close", "system", False)]
    assert (left.mails, left.tags) == ([], [])
    with after(days=11):
        assert keeping.close_old() == 0


# Erasing by time --------------------------------------------------------------------------------
def test_what_was_never_confirmed_is_erased_after_seven_days(ctx: Flask) -> None:
    with after():
        question, safe = walk_question(stage=Stage.UNVERIFIED), walk_question(stage=Stage.RECEIVED)
    with after(days=7):
        assert keeping.erase_expired() == 0
    with after(days=7, seconds=1):
        jobs.erase_expired()
        assert (question.visibility, question.submission.email) == (Visibility.ERASED, None)
        assert safe.submission.body
        assert keeping.erase_expired() == 0
        # And it is in nobody's list.
        assert staff.queue(cast().moderator, staff.Tab.UNCONFIRMED).items == []


def test_spam_is_erased_after_thirty_days(ctx: Flask) -> None:
    with after():
        question = walk_question(stage=Stage.SPAM)
    with after(days=30):
        assert keeping.erase_expired() == 0
    with after(days=30, seconds=1):
        assert keeping.erase_expired() == 1
        assert question.submission.name == ""
        assert staff.queue(cast().moderator, staff.Tab.SPAM).items == []


def test_restored_spam_is_not_erased(ctx: Flask) -> None:
    people = cast()
    with after():
        question = walk_question(stage=Stage.SPAM)
        questions_triage.restore(question, actor=people.moderator, seen_revision=question.revision)
    with after(days=40):
        assert keeping.erase_expired() == 0


def test_old_tries_are_forgotten_with_it(ctx: Flask) -> None:
    with after():
        throttle.note("track-code", "a" * 64)
    with after(days=1, seconds=1):
        jobs.erase_expired()
        assert (
            db.session.scalar(sa.select(sa.func.count()).select_from(throttle.ThrottleEvent)) == 0
        )


# Deadlines under another calendar ---------------------------------------------------------------
DAY_OFF = dt.date(2026, 6, 3)


def test_only_open_deadlines_follow_the_calendar(ctx: Flask) -> None:
    with after():
        moving = [
            walk_question(stage=stage)
            for stage in (Stage.UNVERIFIED, Stage.RECEIVED, Stage.ASSIGNED, Stage.IN_REVIEW)
        ]
        still = [
            walk_question(stage=stage)
            for stage in (Stage.ANSWERED, Stage.REFUSED, Stage.SPAM, Stage.NEEDS_INFO)
        ]
        still.append(walk_question(stage=Stage.ASSIGNED, classification=Classification.COMPLAINT))
        erased = walk_question(stage=Stage.RECEIVED)
        questions_publishing.erase(
            erased, actor=make_user(roles=[Role.ADMINISTRATOR]), reason="Theo yêu cầu."
        )
        late = walk_question(at=START - dt.timedelta(days=300))
    still += [erased, late]
    db.session.commit()
    before = [values_of(question) for question in still]
    changed = Calendar({DAY_OFF: "Nghỉ"})
    preview = preview_deadlines(changed)
    assert sorted(row.ref.id for row in preview if row.ref) == [question.id for question in moving]
    assert {(row.old, row.new) for row in preview} == {(dt.date(2026, 6, 15), dt.date(2026, 6, 16))}
    assert keeping.recompute_deadlines(changed) == len(moving)
    assert {(question.due_on, question.sort_on) for question in moving} == {
        (dt.date(2026, 6, 16), dt.date(2026, 6, 16))
    }
    assert [values_of(question) for question in still] == before
    assert moved_deadlines(changed) == []


def test_a_day_off_that_is_announced_moves_them_in_the_same_transaction(ctx: Flask) -> None:
    with after():
        question = walk_question()
        assert (
            calendar_service.set_day(
                DAY_OFF, kind=DayKind.OFF, name="Nghỉ", actor=make_user(roles=[Role.ADMINISTRATOR])
            )
            == 1
        )
    assert question.due_on == dt.date(2026, 6, 16)
    assert not workdays.is_working_day(DAY_OFF)


# Readers ----------------------------------------------------------------------------------------
def test_small_counters_leave_revision_and_date_alone(ctx: Flask) -> None:
    with after():
        question = walk_question(visibility=Visibility.PUBLIC)
    before = values_of(question)
    with after(days=1), traces() as left:
        for yes in (True, True, False):
            keeping.mark_helpful(question, yes=yes)
    db.session.commit()
    assert values_of(question) == {**before, "helpful_yes": 2, "helpful_no": 1}
    assert (left.events, left.log, left.bumps) == ([], [], 0)
    # Somebody who had the page open meanwhile is not refused.
    triage.tighten(question, consent=None, name_display=None)
    db.session.commit()


def test_a_report_of_wrong_content_is_answered_within_fifteen_days(ctx: Flask) -> None:
    people = cast()
    with after():
        question = walk_question(visibility=Visibility.PUBLIC)
        before = question.revision
        with traces() as left:
            report = keeping.report_content(
                question, body="Số điện thoại\x00 trong bài đã đổi.", contact=" doc@example.vn "
            )
    # The fifteenth day, 16 June, is a working day.
    assert (report.due_on, report.contact, question.revision) == (
        dt.date(2026, 6, 16),
        "doc@example.vn",
        before,
    )
    assert [type(event) for event in left.events] == [ContentReported]
    assert [(mail.kind, mail.to_address) for mail in left.mails] == [
        ("staff-content-report", people.moderator.email)
    ]
    assert "Số điện thoại" not in left.mails[0].text + left.mails[0].html
    assert [(row[0].id, row[1]) for row in staff.open_reports()] == [
        (report.id, question.submission.code)
    ]
    assert desk.content_report(report.id) is report
    with traces() as left:
        keeping.handle_report(report, actor=people.moderator, outcome="Đã sửa số.")
    assert (report.outcome, report.handled_by, staff.open_reports()) == (
        "Đã sửa số.",
        people.moderator.id,
        [],
    )
    assert [(row.tag, row.about_id, row.data) for row in left.records] == [
        ("question:report_handled", question.id, {"report": report.id})
    ]


def test_a_term_that_ends_on_a_day_off_ends_with_the_next_working_day(ctx: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 6, 5, 9, 0, tzinfo=HANOI), tick=False):
        report = questions_keeping.report_content(
            walk_question(visibility=Visibility.PUBLIC), body="Số điện thoại đã đổi.", contact=""
        )
    assert report.due_on == dt.date(2026, 6, 22)


def test_what_no_report_is(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    for body in ("ngắn quá", "x" * 2001):
        with pytest.raises(FieldError):
            keeping.report_content(question, body=body, contact="")
    report = keeping.report_content(question, body="Số điện thoại đã đổi.", contact="")
    with pytest.raises(Forbidden):
        keeping.handle_report(report, actor=people.officer, outcome="Đã sửa.")
    with pytest.raises(FieldError):
        keeping.handle_report(report, actor=people.moderator, outcome="  ")
    with pytest.raises(NotFound):
        desk.content_report(report.id + 1)
    assert db.session.scalar(sa.select(ContentReport.handled_at)) is None


def test_who_has_it_open(ctx: Flask) -> None:
    question, people = walk_question(stage=Stage.ASSIGNED), cast()
    colleague = make_user(unit=people.unit, full_name="Hoàng Thị Cùng")
    with after():
        keeping.note_presence(question, people.officer)
        keeping.note_presence(question, colleague)
        keeping.note_presence(question, colleague)
        assert staff.colleagues_present(question, people.officer) == ["Hoàng Thị Cùng"]
    with after(minutes=2):
        keeping.note_presence(question, people.officer)
        assert staff.colleagues_present(question, people.officer) == []
        assert staff.colleagues_present(question, colleague) == [people.officer.full_name]


# What the features below ask --------------------------------------------------------------------
def test_a_reference_leads_to_the_public_page_only_while_there_is_one(ctx: Flask) -> None:
    shown, hidden = (
        walk_question(visibility=Visibility.PUBLIC),
        walk_question(visibility=Visibility.HIDDEN),
    )
    complaint = walk_question(classification=Classification.COMPLAINT, title="Khiếu nại của tôi")
    found = resolve_question(shown.id)
    assert found is not None
    assert (found.public_url, found.staff_url) == (
        f"/hoi-dap/{shown.submission.code}",
        f"/can-bo/hoi-dap/{shown.submission.code}",
    )
    assert shown.submission.public_title in found.title
    assert resolve_question(hidden.id).public_url is None  # type: ignore[union-attr]
    assert resolve_question(complaint.id).title == complaint.submission.code  # type: ignore[union-attr]
    assert resolve_question(0) is None


def access(question: Question, actor: Any) -> tuple[str, str]:
    return may_fetch_sent(question.submission_id, actor).value, may_fetch_answer(
        question.id, actor
    ).value


def test_files_follow_the_question(ctx: Flask) -> None:
    people = cast()
    private, public = (
        walk_question(stage=Stage.ANSWERED),
        walk_question(visibility=Visibility.PUBLIC),
    )
    complaint = walk_question(classification=Classification.COMPLAINT)
    assert access(private, None) == ("none", "none")
    assert access(private, people.officer) == ("private", "private")
    assert access(public, None) == ("none", "public")
    assert access(public, people.officer) == ("private", "public")
    assert access(complaint, people.moderator) == ("none", "none")
    assert access(complaint, people.complaints) == ("private", "private")
    assert (may_fetch_sent(0, people.officer).value, may_fetch_answer(0, people.officer).value) == (
        "none",
        "none",
    )


def test_the_index_is_rebuilt_from_what_is_public(ctx: Flask) -> None:
    public = walk_question(visibility=Visibility.PUBLIC)
    for visibility in (Visibility.PRIVATE, Visibility.HIDDEN, Visibility.SCHEDULED):
        walk_question(stage=Stage.ANSWERED, visibility=visibility)
    assert [row[0] for row in public_documents()] == [Ref("question", public.id)]
