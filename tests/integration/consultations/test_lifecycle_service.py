"""Creating, posting, opening and closing by the clock, extending, hiding: each with its refusals,
its log and its record.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.access.actors import SYSTEM
from app.audit.models import AuditRecord
from app.consultations import jobs
from app.consultations.events import ConsultationMoved
from app.consultations.models import Consultation, ConsultationLog, PublicMeeting
from app.consultations.queries import public as gate
from app.consultations.queries import rules as rule_table
from app.consultations.service import checklist, editing, lifecycle, setup
from app.consultations.service.lifecycle import Meeting
from app.consultations.states import ConsultationType, Phase, ShowComments, Stage, Visibility
from app.extensions import db
from app.kernel import events, fulltext, publication
from app.kernel.clock import HANOI, today
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.results import jobs as results_jobs
from app.results.events import ResultReminder
from app.results.service import publishing
from app.workdays import service as workdays
from app.workdays.models import DayKind
from tests.factories.accounts import make_user
from tests.factories.consultations import make_consultation
from tests.factories.lifecycle import DAY, add_document, facts, make_posted, make_ready
from tests.factories.organisation import make_agency, make_unit

#: A Monday with weeks without holidays after it.
MONDAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def office(ctx: Flask, clock: Any) -> None:
    make_agency()
    workdays.seed_days()
    setup.seed()
    db.session.commit()


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    found: list[Any] = []

    def hear(event: Any) -> None:
        found.append(event)

    for kind in (ConsultationMoved, ResultReminder):
        events.LISTENERS[kind].append(hear)
    yield found
    for kind in (ConsultationMoved, ResultReminder):
        events.LISTENERS[kind].remove(hear)


def log(consultation: Consultation) -> list[tuple[str, str, bool]]:
    query = (
        sa.select(ConsultationLog)
        .where(ConsultationLog.consultation_id == consultation.id)
        .order_by(ConsultationLog.id)
    )
    return [(row.move, row.note, row.public) for row in db.session.scalars(query)]


def recorded(tag: str) -> list[AuditRecord]:
    return list(
        db.session.scalars(
            sa.select(AuditRecord).where(AuditRecord.tag == tag).order_by(AuditRecord.id)
        )
    )


# Creating ---------------------------------------------------------------------------------------
def test_a_draft_gets_its_code_its_address_and_a_proposed_last_day() -> None:
    user = make_user(unit=make_unit())
    first = lifecycle.create(actor=user, facts=facts())
    second = lifecycle.create(actor=user, facts=facts())
    assert (first.code, second.code) == ("LYK-2026-01", "LYK-2026-02")
    assert first.slug == "quy-hoach-su-dung-dat-xa-an-son-thoi-ky-2026-2035"
    assert second.slug == f"{first.slug}-2"
    assert (first.stage, first.visibility) == (Stage.DRAFT, Visibility.PRIVATE)
    assert (first.officer_id, first.lead_unit_id) == (user.id, user.unit_id)
    # Thirty days from Thursday the 8th end on Saturday the 7th of November: Monday.
    assert (first.closes_on, first.wanted_closes_on) == (dt.date(2026, 11, 9), dt.date(2026, 11, 7))
    assert log(first) == [("create", "", False)]
    assert len(recorded("consultation:create")) == 2
    assert gate.public_one(first.slug) is None


def test_reserved_addresses_are_not_taken() -> None:
    assert (
        lifecycle.create(actor=SYSTEM, facts=facts(title="Nhập dữ liệu")).slug == "nhap-du-lieu-2"
    )


def test_creating_needs_the_right() -> None:
    with pytest.raises(Forbidden):
        lifecycle.create(actor=make_user(roles=[Role.AUDITOR]), facts=facts())


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": "Ngắn"}),
        ("title", {"title": "a" * 301}),
        ("summary", {"summary": "a" * 10_001}),
        ("notice_number", {"notice_number": "a" * 61}),
        ("receive_phone", {"receive_phone": "một hai ba"}),
        ("receive_email", {"receive_email": "không phải thư"}),
        ("legal_basis", {"legal_basis": [("Luật", "javascript:alert(1)")]}),
        ("legal_basis", {"legal_basis": [("a" * 501, "")]}),
        ("legal_basis", {"legal_basis": [(f"Luật {number}", "") for number in range(21)]}),
        ("opens_on", {"opens_on": None, "closes_on": dt.date(2026, 12, 1)}),
        ("opens_on", {"opens_on": dt.date(2026, 10, 4)}),
        ("closes_on", {"closes_on": dt.date(2026, 10, 6)}),
        ("closes_on", {"closes_on": dt.date(2027, 10, 12)}),
        ("closes_on", {"closes_on": dt.date(2026, 10, 15)}),
        ("meetings", {"meetings": [Meeting(MONDAY, "")]}),
        ("meetings", {"meetings": [Meeting(MONDAY, "Nhà văn hóa")] * 31}),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(FieldError) as error:
        lifecycle.create(actor=SYSTEM, facts=facts(**values))
    assert error.value.field == field


def test_ten_days_for_a_land_plan_are_refused_with_the_reason() -> None:
    with pytest.raises(
        FieldError,
        match=r"chỉ có 10 ngày.*tự đặt, không phải quy định của pháp luật.*Luật Thực hiện dân chủ",
    ):
        lifecycle.create(actor=SYSTEM, facts=facts(opens_on=today(), closes_on=today() + 10 * DAY))
    assert lifecycle.create(
        actor=SYSTEM, facts=facts(type=ConsultationType.OTHER, closes_on=today() + 10 * DAY)
    ).closes_on


def test_rules_guard_even_before_anybody_seeded_the_table() -> None:
    db.session.execute(sa.text("DELETE FROM consultation_rule"))
    with pytest.raises(FieldError, match="chỉ có 10 ngày"):
        lifecycle.create(actor=SYSTEM, facts=facts(opens_on=today(), closes_on=today() + 10 * DAY))
    assert rule_table.binding_today()[ConsultationType.LAND_PLAN][0].min_days == 30


def test_a_draft_may_have_no_dates_yet() -> None:
    found = lifecycle.create(actor=SYSTEM, facts=facts(opens_on=None))
    assert (found.opens_on, found.closes_on) == (None, None)
    assert rule_table.last_day_of(found) is None


# Editing ----------------------------------------------------------------------------------------
def test_editing_says_what_changed_and_keeps_the_rest() -> None:
    found = make_ready()
    meeting = Meeting(
        MONDAY.astimezone(dt.UTC) + 5 * DAY, "Nhà văn hóa thôn Đông", "Mang theo giấy tờ"
    )
    seen = found.revision
    lifecycle.edit(
        found,
        actor=SYSTEM,
        seen_revision=seen,
        facts=facts(
            title="Kế hoạch sử dụng đất năm 2027",
            lead_unit_id=found.lead_unit_id,
            meetings=[meeting],
            closes_on=found.closes_on,
        ),
    )
    assert found.slug == "ke-hoach-su-dung-dat-nam-2027"
    assert editing.meetings_of(found) == [meeting]
    assert log(found)[-1] == ("edit", "Tên, Lịch họp dân", False)
    assert found.revision > seen
    assert (
        recorded("consultation:edit")[-1].data["changed"]["title"]
        == "Kế hoạch sử dụng đất năm 2027"
    )
    again = facts(
        title="Kế hoạch sử dụng đất năm 2027",
        lead_unit_id=found.lead_unit_id,
        meetings=[meeting],
        closes_on=found.closes_on,
    )
    before = len(log(found))
    lifecycle.edit(found, actor=SYSTEM, seen_revision=found.revision, facts=again)
    assert len(log(found)) == before


def test_an_old_page_changes_nothing() -> None:
    found = make_ready()
    with pytest.raises(Stale):
        lifecycle.edit(found, actor=SYSTEM, seen_revision=found.revision - 1, facts=facts())


def test_a_stranger_may_not_edit() -> None:
    stranger = make_user(unit=make_unit())
    with pytest.raises(Forbidden):
        lifecycle.edit(make_ready(), actor=stranger, seen_revision=None, facts=facts())


def test_a_draft_that_became_too_short_can_still_be_edited_but_not_posted(clock: Any) -> None:
    found = make_ready(opens_on=today(), closes_on=today() + 30 * DAY)
    clock.shift(3 * DAY)
    same = facts(
        lead_unit_id=found.lead_unit_id,
        opens_on=found.opens_on,
        closes_on=found.closes_on,
        summary="Sửa một chữ.",
    )
    lifecycle.edit(found, actor=SYSTEM, seen_revision=None, facts=same)
    assert found.summary == "Sửa một chữ."
    with pytest.raises(Refused, match="đã qua"):
        lifecycle.schedule(found, actor=SYSTEM, seen_revision=None)


def test_a_draft_gets_new_dates() -> None:
    found = make_ready()
    lifecycle.edit(
        found,
        actor=SYSTEM,
        seen_revision=None,
        facts=facts(opens_on=today() + 4 * DAY, closes_on=dt.date(2026, 12, 1)),
    )
    assert (found.opens_on, found.closes_on, found.wanted_closes_on) == (
        dt.date(2026, 10, 9),
        dt.date(2026, 12, 1),
        None,
    )
    # Emptied, the last day is proposed anew.
    lifecycle.edit(found, actor=SYSTEM, seen_revision=None, facts=facts(opens_on=today() + 4 * DAY))
    assert found.closes_on == dt.date(2026, 11, 9)


def test_posted_dates_and_type_stay_and_so_does_the_address() -> None:
    found = make_posted()
    slug, closes_on = found.slug, found.closes_on
    changed = facts(
        type=ConsultationType.OTHER,
        title="Tên khác hẳn tên cũ",
        lead_unit_id=found.lead_unit_id,
        show_comments=ShowComments.AFTER_CLOSING,
    )
    lifecycle.edit(found, actor=SYSTEM, seen_revision=None, facts=changed)
    assert (found.slug, found.closes_on, found.type) == (
        slug,
        closes_on,
        ConsultationType.LAND_PLAN,
    )
    assert (found.title, found.show_comments) == ("Tên khác hẳn tên cũ", ShowComments.AFTER_CLOSING)
    assert editing.fixed_fields(make_consultation()) == {
        "type",
        "opens_on",
        "closes_on",
        "wanted_closes_on",
        "show_comments",
    }


# Posting ----------------------------------------------------------------------------------------
def test_posting_stamps_the_moment_and_announces(heard: list[Any]) -> None:
    found = make_ready(closes_on=today() + 39 * DAY)
    revision = publication.current()
    lifecycle.schedule(found, actor=SYSTEM, seen_revision=found.revision)
    assert (found.stage, found.visibility) == (Stage.SCHEDULED, Visibility.PUBLIC)
    assert found.posted_at == MONDAY
    assert publication.current() > revision
    shown = gate.public_one(found.slug)
    assert shown
    assert shown.phase is Phase.UPCOMING
    assert shown.days_in_all == 39
    assert [
        hit.ref.id for hit in fulltext.search("consultation", "quy hoạch sử dụng đất", limit=5)
    ] == [found.id]
    assert log(found)[-1] == ("schedule", "", True)
    data = recorded("consultation:schedule")[-1].data
    assert (data["days"], len(data["dossier"][0]["sha256"])) == (39, 64)
    assert [event.move for event in heard] == ["schedule"]


def test_posting_on_the_first_day_opens_at_once(heard: list[Any]) -> None:
    found = make_posted(opens_on=today(), closes_on=today() + 30 * DAY)
    assert (found.stage, found.opened_at) == (Stage.OPEN, MONDAY)
    assert [event.move for event in heard] == ["schedule", "open"]
    assert [row[0] for row in log(found)][-2:] == ["schedule", "open"]


def test_posting_on_a_day_off_moves_the_last_day_and_explains() -> None:
    found = make_posted(opens_on=today(), closes_on=dt.date(2026, 11, 8))
    assert (found.closes_on, found.wanted_closes_on) == (dt.date(2026, 11, 9), dt.date(2026, 11, 8))
    why = rule_table.last_day_of(found)
    assert why
    assert "Chủ nhật" in " ".join(why.lines)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"summary": ""}, "trích yếu"),
        ({"receive_address": ""}, "nơi nhận ý kiến"),
        ({"receive_phone": ""}, "nơi nhận ý kiến"),
        ({"opens_on": None}, "ngày mở"),
    ],
)
def test_what_is_missing_stops_the_posting(values: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        lifecycle.schedule(make_ready(**values), actor=SYSTEM, seen_revision=None)


def test_an_empty_dossier_and_no_unit_stop_the_posting() -> None:
    found = lifecycle.create(actor=SYSTEM, facts=facts())
    missing = [check.message for check in checklist.of(found) if check.stops]
    assert len(missing) == 2
    with pytest.raises(Refused, match="Hồ sơ chưa có tài liệu"):
        lifecycle.schedule(found, actor=SYSTEM, seen_revision=None)


def test_what_would_be_good_to_have_does_not_stop_it() -> None:
    found = make_ready(opens_on=today() + 10 * DAY, closes_on=today() + 35 * DAY)
    wished = {check.label for check in checklist.of(found) if not check.done}
    assert {
        "Căn cứ",
        "Số thông báo",
        "Nơi niêm yết",
        "Phiếu lấy ý kiến",
        "Thời gian gửi góp ý",
    } <= wished
    assert not [check for check in checklist.of(found) if check.stops]
    other = make_ready(type=ConsultationType.OTHER)
    assert "Thời gian gửi góp ý" not in {check.label for check in checklist.of(other)}


def test_a_rule_that_changed_since_the_draft_is_applied_on_posting(clock: Any) -> None:
    found = make_ready(opens_on=today() + 5 * DAY, closes_on=today() + 32 * DAY)
    clock.shift(4 * DAY)
    with pytest.raises(Refused, match="chỉ có"):
        lifecycle.schedule(found, actor=SYSTEM, seen_revision=None)


def test_posting_needs_the_right_and_the_page_that_was_seen() -> None:
    found = make_ready()
    with pytest.raises(Forbidden):
        lifecycle.schedule(found, actor=make_user(roles=[Role.EDITOR]), seen_revision=None)
    with pytest.raises(Stale):
        lifecycle.schedule(
            found, actor=make_user(roles=[Role.PUBLISHER]), seen_revision=found.revision + 1
        )


def test_taken_back_before_opening_and_posted_again(clock: Any) -> None:
    found = make_posted(closes_on=today() + 60 * DAY)
    slug = found.slug
    with pytest.raises(Refused, match="lý do"):
        lifecycle.unschedule(found, actor=SYSTEM, seen_revision=None, reason=" ")
    lifecycle.unschedule(found, actor=SYSTEM, seen_revision=None, reason="Nhầm tệp.")
    assert (found.stage, found.visibility) == (Stage.DRAFT, Visibility.PRIVATE)
    assert gate.public_one(slug) is None
    assert not gate.tombstone(slug)
    # Its days are counted anew, its address stays.
    assert rule_table.posted_on(found) == today()
    lifecycle.edit(
        found,
        actor=SYSTEM,
        seen_revision=None,
        facts=facts(title="Tên mới của bản nháp", lead_unit_id=found.lead_unit_id),
    )
    assert found.slug == slug
    clock.shift(DAY)
    lifecycle.schedule(found, actor=SYSTEM, seen_revision=None)
    assert found.posted_at == MONDAY + DAY


def test_not_taken_back_once_its_first_day_has_come(clock: Any) -> None:
    found = make_posted()
    clock.shift(3 * DAY)
    with pytest.raises(Refused, match="Đã đến ngày mở"):
        lifecycle.unschedule(found, actor=SYSTEM, seen_revision=None, reason="Muộn")


# The clock --------------------------------------------------------------------------------------
def test_opened_and_closed_at_midnight_by_itself(clock: Any, heard: list[Any]) -> None:
    found = make_posted()
    assert (lifecycle.open_due(), lifecycle.close_due()) == (0, 0)
    clock.move_to(dt.datetime(2026, 10, 8, 0, 0, tzinfo=HANOI))
    # The page is right before the job has run.
    shown = gate.public_one(found.slug)
    assert shown
    assert shown.phase is Phase.OPEN
    assert (lifecycle.open_due(), lifecycle.open_due()) == (1, 0)
    db.session.commit()
    assert (found.stage, found.opened_at) == (
        Stage.OPEN,
        dt.datetime(2026, 10, 8, 0, 0, tzinfo=HANOI),
    )
    clock.move_to(dt.datetime(2026, 11, 9, 23, 59, 59, tzinfo=HANOI))
    assert lifecycle.close_due() == 0
    clock.move_to(dt.datetime(2026, 11, 10, 0, 0, 30, tzinfo=HANOI))
    assert (lifecycle.close_due(), lifecycle.close_due()) == (1, 0)
    db.session.commit()
    assert (found.stage, found.closed_at) == (
        Stage.CLOSED,
        dt.datetime(2026, 11, 10, 0, 0, tzinfo=HANOI),
    )
    assert [event.move for event in heard] == ["schedule", "open", "close"]
    assert [row[2] for row in log(found)][-3:] == [True, True, True]


def test_the_jobs_of_the_clock(clock: Any, heard: list[Any]) -> None:
    make_posted()
    clock.shift(3 * DAY)
    jobs.run_clock()
    clock.shift(60 * DAY)
    jobs.run_clock()
    results_jobs.remind()
    assert [getattr(event, "move", "remind") for event in heard] == [
        "schedule",
        "open",
        "close",
        "remind",
    ]


def test_a_runner_that_slept_catches_up(clock: Any) -> None:
    found = make_posted()
    clock.shift(200 * DAY)
    assert (lifecycle.open_due(), lifecycle.close_due()) == (1, 1)
    assert found.stage is Stage.CLOSED


def test_reminded_at_fifteen_and_thirty_days_once_each(clock: Any, heard: list[Any]) -> None:
    found = make_consultation(
        stage=Stage.CLOSED, opens_on=today() - 40 * DAY, closes_on=today() - 14 * DAY
    )
    answered = make_consultation(
        stage=Stage.ANSWERED, opens_on=today() - 80 * DAY, closes_on=today() - 50 * DAY
    )
    revision = found.revision
    assert publishing.remind_due() == 0
    clock.shift(DAY)
    assert (publishing.remind_due(), publishing.remind_due()) == (1, 0)
    db.session.commit()
    clock.shift(14 * DAY)
    assert publishing.remind_due() == 0
    clock.shift(DAY)
    assert (publishing.remind_due(), publishing.remind_due()) == (1, 0)
    db.session.commit()
    assert [(event.consultation.id, event.days) for event in heard] == [
        (found.id, 15),
        (found.id, 30),
    ]
    assert found.revision == revision
    assert answered.reminded_days == 0
    shown = gate.public_one(found.slug)
    assert shown
    assert not shown.result_overdue
    clock.shift(DAY)
    assert shown.result_overdue


def test_after_a_long_stop_the_later_reminder_stands_for_both(heard: list[Any]) -> None:
    make_consultation(stage=Stage.CLOSED, opens_on=today() - 80 * DAY, closes_on=today() - 45 * DAY)
    assert (publishing.remind_due(), publishing.remind_due()) == (1, 0)
    assert [event.days for event in heard] == [30]


def test_a_new_day_off_moves_the_last_day_and_one_taken_back_brings_nothing_forward() -> None:
    found, draft = (
        make_posted(opens_on=today()),
        make_ready(opens_on=today(), title="Bản nháp cũng đóng ngày ấy"),
    )
    assert found.closes_on == draft.closes_on == dt.date(2026, 11, 4)
    change = workdays.SetDay(workdays.PlannedDay(dt.date(2026, 11, 4), DayKind.OFF, "Nghỉ bão"))
    moved = [row for row in workdays.preview(change).moved if found.title in row.label]
    assert [(row.old, row.new) for row in moved] == [(dt.date(2026, 11, 4), dt.date(2026, 11, 5))]
    assert (
        workdays.set_day(dt.date(2026, 11, 4), kind=DayKind.OFF, name="Nghỉ bão", actor=SYSTEM) == 1
    )
    assert (found.closes_on, found.wanted_closes_on) == (dt.date(2026, 11, 5), dt.date(2026, 11, 4))
    assert log(found)[-1] == (
        "edit",
        "Lịch nghỉ thay đổi: ngày cuối nhận góp ý chuyển từ 04/11/2026 sang 05/11/2026.",
        True,
    )
    assert draft.closes_on == dt.date(2026, 11, 4)
    assert workdays.remove_day(dt.date(2026, 11, 4), actor=SYSTEM) == 0
    assert found.closes_on == dt.date(2026, 11, 5)


# Extending --------------------------------------------------------------------------------------
def test_extended_once_with_reason_past_days_off_and_told(heard: list[Any]) -> None:
    found = make_posted(opens_on=today())
    old = found.closes_on
    lifecycle.extend(
        found,
        actor=SYSTEM,
        seen_revision=found.revision,
        closes_on=dt.date(2026, 11, 21),
        reason="Bão, nhiều thôn mất điện.",
    )
    assert (found.first_closes_on, found.closes_on, found.wanted_closes_on) == (
        old,
        dt.date(2026, 11, 23),
        dt.date(2026, 11, 21),
    )
    assert log(found)[-1] == ("extend", "Bão, nhiều thôn mất điện.", True)
    assert dict(heard[-1].details) == {"old": "2026-11-04", "new": "2026-11-23"}
    shown = gate.public_one(found.slug)
    assert shown
    assert shown.extension_reason == "Bão, nhiều thôn mất điện."
    with pytest.raises(Refused, match="gia hạn một lần"):
        lifecycle.extend(
            found, actor=SYSTEM, seen_revision=None, closes_on=dt.date(2026, 12, 21), reason="Nữa"
        )


@pytest.mark.parametrize(
    ("closes_on", "reason", "field"),
    [
        (dt.date(2026, 11, 4), "Vì", "closes_on"),
        (dt.date(2028, 1, 4), "Vì", "closes_on"),
        (dt.date(2026, 12, 4), "  ", "reason"),
        (dt.date(2026, 12, 4), "a" * 501, "reason"),
    ],
)
def test_what_is_no_extension(closes_on: dt.date, reason: str, field: str) -> None:
    found = make_posted(opens_on=today())
    with pytest.raises(FieldError) as error:
        lifecycle.extend(
            found, actor=SYSTEM, seen_revision=None, closes_on=closes_on, reason=reason
        )
    assert error.value.field == field


def test_no_extension_after_the_last_day_even_before_the_job_ran(clock: Any) -> None:
    found = make_posted(opens_on=today())
    clock.shift(31 * DAY)
    assert found.stage is Stage.OPEN
    with pytest.raises(Refused, match="Đã hết hạn"):
        lifecycle.extend(
            found, actor=SYSTEM, seen_revision=None, closes_on=today() + 10 * DAY, reason="Muộn"
        )


# Hiding, results, archive -----------------------------------------------------------------------
def test_hidden_and_shown_again() -> None:
    found = make_posted(opens_on=today())
    with pytest.raises(Refused, match="lý do"):
        lifecycle.hide(found, actor=SYSTEM, seen_revision=None, reason="")
    with pytest.raises(Refused, match="đang công khai"):
        lifecycle.unhide(found, actor=SYSTEM, seen_revision=None)
    lifecycle.hide(found, actor=SYSTEM, seen_revision=None, reason="Lộ tên người dân.")
    assert (found.visibility, found.hidden_reason) == (Visibility.HIDDEN, "Lộ tên người dân.")
    assert gate.public_one(found.slug) is None
    assert gate.tombstone(found.slug)
    assert not fulltext.search("consultation", "quy hoạch sử dụng đất", limit=5)
    with pytest.raises(Refused, match="không còn công khai"):
        lifecycle.hide(found, actor=SYSTEM, seen_revision=None, reason="Lại")
    lifecycle.unhide(found, actor=SYSTEM, seen_revision=None, reason="Đã che.")
    assert gate.public_one(found.slug)
    assert [row[0] for row in log(found)][-2:] == ["hide", "unhide"]


def test_a_hidden_one_still_closes_on_its_day(clock: Any) -> None:
    found = make_posted(opens_on=today())
    lifecycle.hide(found, actor=SYSTEM, seen_revision=None, reason="Tạm gỡ.")
    clock.shift(60 * DAY)
    assert lifecycle.close_due() == 1
    assert (found.stage, found.visibility) == (Stage.CLOSED, Visibility.HIDDEN)


def test_the_result_is_published_then_archived() -> None:
    found = make_consultation(stage=Stage.CLOSED)
    with pytest.raises(Refused):
        lifecycle.archive(found, actor=SYSTEM, seen_revision=None)
    publishing.publish_result(
        found, actor=make_user(roles=[Role.PUBLISHER]), seen_revision=found.revision
    )
    assert (found.stage, found.result_published_at) == (Stage.ANSWERED, MONDAY)
    shown = gate.public_one(found.slug)
    assert shown
    assert shown.phase is Phase.RESULT
    lifecycle.archive(found, actor=SYSTEM, seen_revision=None, note="Xong.")
    assert found.stage is Stage.ARCHIVED
    assert gate.public_one(found.slug)


def test_meetings_go_with_their_times() -> None:
    late, early = Meeting(MONDAY + 9 * DAY, "Thôn Tây"), Meeting(MONDAY + 8 * DAY, "Thôn Đông")
    found = lifecycle.create(actor=SYSTEM, facts=facts(meetings=[late, early]))
    assert [meeting.place for meeting in editing.meetings_of(found)] == ["Thôn Đông", "Thôn Tây"]
    lifecycle.edit(found, actor=SYSTEM, seen_revision=None, facts=facts(closes_on=found.closes_on))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PublicMeeting)) == 0


def test_legal_bases_are_kept_with_their_addresses() -> None:
    found = lifecycle.create(
        actor=SYSTEM,
        facts=facts(
            legal_basis=[("Luật Đất đai", "https://example.vn/luat"), ("", ""), ("Nghị quyết", "")]
        ),
    )
    assert found.legal_basis == [
        {"text": "Luật Đất đai", "url": "https://example.vn/luat"},
        {"text": "Nghị quyết", "url": ""},
    ]
    add_document(found)
    assert "Căn cứ" not in {check.label for check in checklist.of(found) if not check.done}
