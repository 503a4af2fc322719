"""Slips, letters and meetings that officers enter: who may, when it is late, all or nothing, and
never twice.
"""

import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion, VillageMeeting
from app.comments.queries import figures, meetings
from app.comments.queries.figures import Figure
from app.comments.service import entering, slips
from app.comments.service.entering import Minutes, Origin, RowErrors, Slip, Statement
from app.comments.service.surveys import SurveyGiven
from app.comments.states import SLIPS_FILE, CommentStage, SenderKind, Stance, SurveyKind
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.files import queries as files
from app.imports.kinds import Rows
from app.imports.models import ImportRun
from app.kernel.clock import local_date, now, today
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from app.kernel.links import Ref
from app.submissions.states import Channel, Consent, NameDisplay
from tests.factories.accounts import make_user
from tests.factories.consultations import make_consultation
from tests.factories.files import make_file
from tests.factories.organisation import make_agency

SECRET = "test-secret-key-that-is-long-enough-for-us"
_DAY = dt.timedelta(days=1)


@pytest.fixture
def officer(ctx: Flask) -> User:
    make_agency()
    return make_user("can-bo", roles=[Role.OFFICER])


def origin(key: str | None = None) -> Origin:
    return Origin(SECRET, "AS", key or uuid.uuid4().hex)


def slip(**values: Any) -> Slip:
    given: dict[str, Any] = {
        "stance": Stance.AGREE,
        "body": "Đồng ý, đề nghị làm trước mùa mưa.",
        "name": "Nguyễn Thị Ân",
        "consent": Consent.PRIVATE,
    }
    return Slip(**{**given, **values})


def number(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


# One by one -------------------------------------------------------------------------------------
def test_a_slip_is_a_comment_like_any_other(officer: User) -> None:
    consultation = make_consultation()
    made = entering.enter(consultation, slip(), origin("phieu-so-1-cua-ba-an"), actor=officer)
    comment = made.comment
    assert (comment.stage, comment.visibility, comment.late) == (
        CommentStage.RECEIVED,
        Visibility.PRIVATE,
        False,
    )
    assert (comment.submission.channel, comment.submission.entered_by) == (
        Channel.PAPER,
        officer.id,
    )
    assert len(made.pin) == 6
    again = entering.enter(
        consultation,
        slip(body="Gửi lại lần nữa vì mạng chậm."),
        origin("phieu-so-1-cua-ba-an"),
        actor=officer,
    )
    assert (again.comment.id, again.pin, again.repeated) == (comment.id, made.pin, True)
    db.session.expire(consultation)
    assert consultation.received_count == 1


def test_an_agencys_opinion_with_signatures(officer: User) -> None:
    consultation = make_consultation()
    values = {
        "sender_kind": SenderKind.AGENCY,
        "organisation_name": "Chi cục Thủy lợi",
        "letter_number": "211/CCTL",
        "people": 3,
        "name": "",
    }
    comment = entering.enter(consultation, slip(**values), origin(), actor=officer).comment
    assert (comment.submission.name, comment.letter_number, comment.people) == (
        "Chi cục Thủy lợi",
        "211/CCTL",
        3,
    )
    assert figures.figures(consultation).total == Figure(1, 3)


@pytest.mark.parametrize("stance", list(Stance))
def test_a_slip_with_nothing_but_a_tick(officer: User, stance: Stance) -> None:
    consultation = make_consultation()
    if stance in entering.TICKED:
        comment = entering.enter(
            consultation, slip(stance=stance, body=" "), origin(), actor=officer
        ).comment
        assert comment.submission.body == entering.TICKED[stance]
    else:
        with pytest.raises(FieldError) as caught:
            entering.enter(consultation, slip(stance=stance, body=" "), origin(), actor=officer)
        assert caught.value.field == "body"


def test_the_day_on_the_paper_decides_whether_it_is_late(officer: User) -> None:
    consultation = make_consultation(stage=Stage.CLOSED)
    closes = consultation.closes_on
    assert closes is not None
    in_time = entering.enter(consultation, slip(day=closes), origin(), actor=officer).comment
    late = entering.enter(consultation, slip(day=closes + _DAY), origin(), actor=officer).comment
    unsaid = entering.enter(consultation, slip(), origin(), actor=officer).comment
    assert (in_time.late, late.late, unsaid.late) == (False, True, True)
    assert local_date(in_time.submission.received_at) == closes
    db.session.expire(consultation)
    assert consultation.received_count == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": dt.date(2999, 1, 1)}, "day"),
        ({"day": dt.date(2020, 1, 1)}, "day"),
        ({"channel": Channel.WEB}, "channel"),
        ({"channel": Channel.MEETING}, "channel"),
        ({"people": 0}, "people"),
        ({"people": 100_001}, "people"),
        ({"name": ""}, "name"),
        ({"body": "Ngắn."}, "body"),
    ],
)
def test_what_cannot_be_on_a_slip(officer: User, values: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        entering.enter(make_consultation(), slip(**values), origin(), actor=officer)
    assert caught.value.field == field
    assert number(Comment) == 0


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.SCHEDULED, Stage.ANSWERED, Stage.ARCHIVED])
def test_only_while_something_can_be_taken_in(officer: User, stage: Stage) -> None:
    with pytest.raises(Forbidden):
        entering.enter(make_consultation(stage=stage), slip(), origin(), actor=officer)


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.PUBLISHER, Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR]
)
def test_only_by_those_who_were_given_it(officer: User, role: Role) -> None:
    consultation, other = make_consultation(), make_user(roles=[role])
    with pytest.raises(Forbidden):
        entering.enter(consultation, slip(), origin(), actor=other)
    with pytest.raises(Forbidden):
        hold(consultation, other)


def test_answers_to_guiding_questions_and_scans_come_along(officer: User) -> None:
    consultation = make_consultation()
    question = SurveyQuestion(
        consultation_id=consultation.id,
        kind=SurveyKind.ONE,
        text="Chọn gì?",
        options=["Có", "Không"],
    )
    db.session.add(question)
    db.session.flush()
    scan = make_file()
    made = entering.enter(
        consultation,
        slip(survey={question.id: SurveyGiven((1,))}),
        origin(),
        actor=officer,
        file_keys=[scan.key],
    )
    assert db.session.scalar(sa.select(SurveyAnswer.choices)) == [1]
    assert [file.key for file in files.of(Ref("submission", made.comment.submission_id))] == [
        scan.key
    ]


# Meetings ---------------------------------------------------------------------------------------
SAID = [
    Statement(Stance.DISAGREE, "Không đồng ý vì mất hết đất hai vụ lúa.", "Ông Bốn"),
    Statement(Stance.AMEND, "Đề nghị dời tuyến về phía Tây sáu mươi mét."),
]


def hold(
    consultation: Consultation,
    actor: User,
    statements: list[Statement] | None = None,
    *,
    key: str | None = None,
    **values: Any,
) -> VillageMeeting:
    given: dict[str, Any] = {
        "held_on": today(),
        "place": "Nhà văn hóa thôn Đông",
        "present": 80,
        "agree": 30,
        "disagree": 10,
    }
    given.update(values)
    said = SAID if statements is None else statements
    return entering.hold_meeting(
        consultation, Minutes(**given), said, origin(key), consent=Consent.PUBLISH, actor=actor
    )


def test_a_meeting_with_one_comment_for_each_statement(officer: User) -> None:
    consultation = make_consultation()
    meeting = hold(consultation, officer, key="hop-dan-thon-dong-01")
    comments = meetings.statements(meeting.id)
    assert [(row.submission.name, row.stance, row.submission.channel) for row in comments] == [
        ("Ông Bốn", Stance.DISAGREE, Channel.MEETING),
        (entering.SPEAKER, Stance.AMEND, Channel.MEETING),
    ]
    assert {row.submission.name_display for row in comments} == {NameDisplay.HIDDEN}
    assert (meeting.present, meeting.agree, meeting.disagree) == (80, 30, 10)
    found = figures.figures(consultation)
    assert found.total == Figure(2, 2), "what the minutes counted is not added to the comments"
    assert set(found.stances) == {Stance.DISAGREE, Stance.AMEND}, "silence is never agreement"
    last = db.session.scalars(
        sa.select(ConsultationLog).order_by(ConsultationLog.id.desc())
    ).first()
    assert last is not None
    assert last.move == "meeting"
    assert "80 người dự, 30 đồng ý, 10 không đồng ý, 2 ý kiến" in last.note
    assert hold(consultation, officer, key="hop-dan-thon-dong-01").id == meeting.id
    assert (number(VillageMeeting), number(Comment)) == (1, 2)
    all_of_them = meetings.of_consultation(consultation.id)
    assert meetings.totals(all_of_them) == meetings.MeetingTotals(1, 80, 30, 10)
    assert meetings.one(consultation.id, meeting.id) is meeting
    for consultation_id, meeting_id in ((consultation.id, 999), (999, meeting.id)):
        with pytest.raises(NotFound):
            meetings.one(consultation_id, meeting_id)


def test_minutes_may_count_and_quote_nobody(officer: User) -> None:
    meeting = hold(make_consultation(), officer, [], agree=0, disagree=0)
    assert meetings.statements(meeting.id) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"held_on": dt.date(2999, 1, 1)}, "held_on"),
        ({"held_on": dt.date(2020, 1, 1)}, "held_on"),
        ({"place": " "}, "place"),
        ({"place": "x" * 301}, "place"),
        ({"present": 0}, "present"),
        ({"agree": -1}, "agree"),
        ({"agree": 60, "disagree": 21}, "agree"),
    ],
)
def test_minutes_that_cannot_be(officer: User, values: dict[str, Any], field: str) -> None:
    consultation = make_consultation()
    with pytest.raises(FieldError) as caught, db.session.begin_nested():
        hold(consultation, officer, **values)
    assert caught.value.field == field
    assert (number(VillageMeeting), number(Comment)) == (0, 0)


def test_everybody_present_may_have_voted(officer: User) -> None:
    assert hold(make_consultation(), officer, agree=60, disagree=20).present == 80


def test_too_many_statements_for_one_meeting(officer: User) -> None:
    with pytest.raises(FieldError):
        hold(make_consultation(), officer, SAID[:1] * 101)


def test_one_statement_that_cannot_be_accepted_keeps_all_out(officer: User) -> None:
    consultation = make_consultation()
    said = [
        SAID[0],
        Statement(Stance.OTHER, "Ngắn."),
        Statement(Stance.AGREE, "Rất đồng ý với dự thảo này.", "x" * 121),
    ]
    with pytest.raises(RowErrors) as caught, db.session.begin_nested():
        hold(consultation, officer, said)
    assert {place: error.field for place, error in caught.value.rows.items()} == {
        1: "body",
        2: "name",
    }
    db.session.expire(consultation)
    assert (number(VillageMeeting), number(Comment), consultation.received_count) == (0, 0, 0)


def test_notes_and_minutes_are_added_later(officer: User) -> None:
    consultation = make_consultation()
    meeting = hold(consultation, officer)
    first, second = make_file(), make_file()
    entering.edit_meeting(
        consultation,
        meeting,
        actor=officer,
        seen_revision=meeting.revision,
        note="Có mặt trưởng thôn.",
        file_keys=[first.key],
    )
    assert meeting.note == "Có mặt trưởng thôn."
    entering.edit_meeting(
        consultation, meeting, actor=officer, seen_revision=None, note="", file_keys=[second.key]
    )
    assert len(files.of(Ref("village_meeting", meeting.id))) == 2
    entering.edit_meeting(consultation, meeting, actor=officer, seen_revision=None, note="Sửa.")
    with pytest.raises(Stale):
        entering.edit_meeting(consultation, meeting, actor=officer, seen_revision=1, note="Cũ.")
    with pytest.raises(Forbidden):
        entering.edit_meeting(
            consultation,
            meeting,
            actor=make_user(roles=[Role.AUDITOR]),
            seen_revision=None,
            note="",
        )


def test_a_meetings_scan_comes_with_it(officer: User) -> None:
    scan = make_file()
    minutes = Minutes(today(), "Thôn Đông", 10, 0, 0)
    meeting = entering.hold_meeting(
        make_consultation(),
        minutes,
        [],
        origin(),
        consent=Consent.PRIVATE,
        actor=officer,
        file_keys=[scan.key],
    )
    assert [file.key for file in files.of(Ref("village_meeting", meeting.id))] == [scan.key]


# A file of slips --------------------------------------------------------------------------------
def read(*cells: dict[str, str], unknown: list[str] | None = None) -> Rows:
    found = [
        {"row": place, "raw": row, "cells": {"Họ và tên": row.get("name", "")}}
        for place, row in enumerate(cells, start=2)
    ]
    return Rows(lambda: iter(found), count=len(found), meta={"unknown": unknown or []})


def run_of(consultation: Consultation) -> ImportRun:
    run = ImportRun(
        consultation_id=consultation.id,
        kind=SLIPS_FILE,
        file_name="phieu.xlsx",
        options={"day": today().isoformat()},
    )
    db.session.add(run)
    db.session.flush()
    return run


def take(consultation: Consultation, rows: Rows, actor: User) -> Any:
    return slips.take(run_of(consultation), rows, actor, secret_key=SECRET, prefix="AS")


AN = {"name": "Nguyễn Thị Ân", "stance": "Đồng ý", "body": "Làm sớm trước mùa mưa."}
BINH = {"name": "Trần Văn Bình", "stance": "Không đồng ý"}


def test_a_file_is_taken_row_by_row_and_never_twice(officer: User) -> None:
    consultation = make_consultation()
    wrong = {**AN, "stance": "", "name": "Lê Thị Cúc"}
    short = {**AN, "stance": "Ý kiến khác", "body": "Ngắn."}
    result = take(consultation, read(AN, BINH, wrong, short, AN, unknown=["Cột lạ"]), officer)
    assert result.accepted == 3, "two equal rows of one file are two slips"
    assert [(row.row, row.reasons) for row in result.refused] == [
        (4, ["Ý kiến: Chưa ghi ý kiến. Im lặng không được tính là đồng ý."]),
        (5, ["Nội dung: Hãy viết ít nhất 10 ký tự."]),
    ]
    assert result.message == "Nhận mới 3 phiếu. Không dùng các cột: «Cột lạ»."
    mended = {**wrong, "stance": "Đồng ý"}
    again = take(consultation, read(AN, BINH, mended, AN), officer)
    assert (again.accepted, again.refused) == (4, [])
    assert again.message == "Nhận mới 1 phiếu; 3 phiếu đã có từ lần trước nên không thêm."
    assert number(Comment) == 4
    db.session.expire(consultation)
    assert consultation.received_count == 4


def test_a_file_that_is_too_long_or_not_wanted_is_not_taken_at_all(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slips, "MAX_SLIPS", 1)
    with pytest.raises(Refused, match="Mỗi tệp nhận nhiều nhất"):
        take(make_consultation(), read(AN, BINH), officer)
    with pytest.raises(Forbidden):
        take(make_consultation(stage=Stage.ANSWERED), read(AN), officer)
    assert number(Comment) == 0


def test_the_day_of_a_row_comes_before_that_of_the_file(officer: User) -> None:
    consultation = make_consultation(stage=Stage.CLOSED)
    closes = consultation.closes_on
    assert closes is not None
    early, late = {**AN, "day": closes.strftime("%d/%m/%Y")}, BINH
    take(consultation, read(early, late, {**AN, "day": "01/01/2020"}), officer)
    assert [row.late for row in db.session.scalars(sa.select(Comment).order_by(Comment.id))] == [
        False,
        True,
    ]
    assert now() is not None
