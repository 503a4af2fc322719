"""Writing, checking, approving and sending: four acts, and what follows an answer."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.access.actors import CITIZEN, SYSTEM
from app.extensions import db
from app.kernel.clock import HANOI
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from app.questions import policy
from app.questions.events import ProgressAdded, QuestionMoved
from app.questions.models import Answer, AnswerVersion, Question
from app.questions.queries import desk, staff
from app.questions.queries import public as questions_public
from app.questions.service import answering, samples, triage
from app.questions.service import answering as questions_answering
from app.questions.service.answering import Draft, StaleDraft
from app.questions.service.samples import Sample
from app.questions.states import Classification, Outcome, Stage, Visibility
from tests.factories.accounts import make_user
from tests.factories.organisation import make_topic, make_unit
from tests.factories.questions import ANSWER, Cast, cast, walk_question
from tests.factories.traces import traces, values_of


def confirmed(stage: Stage = Stage.ASSIGNED, **values: Any) -> Question:
    values.setdefault("phone", None)
    return walk_question(stage=stage, email="an@example.vn", **values)


def at(day: int, month: int = 6, hour: int = 9) -> Any:
    return time_machine.travel(dt.datetime(2026, month, day, hour, 0, tzinfo=HANOI), tick=False)


# Drafts -----------------------------------------------------------------------------------------
def test_a_draft_is_kept_cleaned_and_needs_nothing_yet(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    before = values_of(question)
    draft = Draft(
        short="  Trả lời\x07 ngắn\n trên hai dòng ",
        resolution="Bước một\r\n\r\n\r\nBước hai",
        legal_basis=[
            {"text": "Luật A", "url": "javascript:alert(1)"},
            {"text": "", "url": "/van-ban/1"},
            {"text": "Luật B", "url": "/van-ban/2"},
        ],
    )
    with traces() as left:
        answer = answering.save_draft(question, draft, actor=people.officer, seen_answer_revision=0)
    assert (answer.short, answer.resolution) == (
        "Trả lời ngắn trên hai dòng",
        "Bước một\n\nBước hai",
    )
    assert answer.legal_basis == [
        {"text": "Luật A", "url": ""},
        {"text": "Luật B", "url": "/van-ban/2"},
    ]
    assert (answer.author_id, answer.revision) == (people.officer.id, 1)
    assert answering.answer_of(question) is answer
    # A draft is no step: the question itself stays as it was.
    assert values_of(question) == before
    assert (left.events, left.log, left.mails) == ([], [], [])


def test_the_slower_of_two_savers_gets_both_versions(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    colleague = make_user(unit=people.unit)
    first = answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=0)
    assert first.revision == 1
    with pytest.raises(StaleDraft) as told:
        answering.save_draft(
            question, Draft(short="Bản của tôi"), actor=colleague, seen_answer_revision=0
        )
    assert told.value.theirs.short == ANSWER.short
    second = answering.save_draft(
        question, Draft(short="Bản thứ hai"), actor=colleague, seen_answer_revision=1
    )
    assert (second.revision, second.author_id) == (2, colleague.id)
    with pytest.raises(StaleDraft):
        answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=1)


def test_what_another_process_saved_meanwhile_is_seen(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=0)
    db.session.commit()
    answer = answering.answer_of(question)
    assert answer is not None
    assert answer.revision == 1
    # As another process would, behind this session's back.
    row = Answer.__table__
    db.session.execute(
        sa.update(row)
        .where(row.c.question_id == question.id)
        .values(revision=2, short="Đồng nghiệp viết")
    )
    with pytest.raises(StaleDraft) as told:
        answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=1)
    assert told.value.theirs.short == "Đồng nghiệp viết"


def test_a_draft_that_is_gone_is_told(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    with pytest.raises(Stale):
        answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=3)


@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.IN_REVIEW, Stage.ANSWERED])
def test_drafts_are_written_while_it_is_assigned_by_its_unit(ctx: Flask, stage: Stage) -> None:
    people = cast()
    with pytest.raises(Forbidden):
        answering.save_draft(confirmed(stage), ANSWER, actor=people.officer, seen_answer_revision=0)
    with pytest.raises(Forbidden):
        answering.save_draft(
            confirmed(), ANSWER, actor=make_user(unit=make_unit()), seen_answer_revision=0
        )


# What stops an answer ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"short": "Ngắn quá"}, "short"),
        ({"resolution": "  "}, "resolution"),
        ({"outcome": None}, "outcome"),
        ({"outcome": Outcome.IN_PROGRESS}, "promised_on"),
        ({"outcome": Outcome.IN_PROGRESS, "promised_on": dt.date(2026, 6, 9)}, "promised_on"),
        ({"resolution": "Bà con đến nhận vào {ngày} tại trụ sở."}, "resolution"),
        ({"findings": "Đã kiểm tra [điền kết quả]."}, "findings"),
        ({"contact": "Gặp {tên}"}, "contact"),
        ({"resolution": "Bà con gọi ông Nam theo số 0912 345 678."}, "resolution"),
        ({"letter": "Gửi ông Nam, CCCD 079203001234"}, "letter"),
    ],
)
def test_what_stops_an_answer(ctx: Flask, changes: dict[str, Any], field: str) -> None:
    with at(10):
        question, people = confirmed(redacted=True), cast()
        answering.save_draft(
            question,
            dataclasses.replace(ANSWER, **changes),
            actor=people.officer,
            seen_answer_revision=0,
        )
        with pytest.raises(FieldError) as told:
            answering.submit(question, actor=people.officer, seen_revision=question.revision)
    assert told.value.field == field
    assert question.stage is Stage.ASSIGNED


def test_a_promise_for_today_and_a_telephone_number_of_the_contact_are_fine(ctx: Flask) -> None:
    with at(10):
        question, people = confirmed(redacted=True), cast()
        draft = dataclasses.replace(
            ANSWER,
            outcome=Outcome.IN_PROGRESS,
            promised_on=dt.date(2026, 6, 10),
            contact="Ông Nam, Phòng Kinh tế, 0912 345 678",
        )
        answering.save_draft(question, draft, actor=people.officer, seen_answer_revision=0)
        answering.submit(question, actor=people.officer, seen_revision=question.revision)
    assert question.stage is Stage.IN_REVIEW


def test_an_answer_without_result_or_date_is_warned_about_and_not_stopped(ctx: Flask) -> None:
    empty = Answer(
        short="Chúng tôi ghi nhận ý kiến của bà con.",
        resolution="Sẽ chỉ đạo các đơn vị.",
        outcome=Outcome.NOTED,
        promised_on=None,
    )
    assert len(answering.warnings(empty)) == 1
    assert (
        answering.warnings(
            Answer(
                short=empty.short,
                resolution="",
                outcome=Outcome.NOTED,
                promised_on=dt.date(2026, 7, 1),
            )
        )
        == []
    )
    assert (
        answering.warnings(
            Answer(short=empty.short, resolution="", outcome=Outcome.RESOLVED, promised_on=None)
        )
        == []
    )
    assert (
        answering.warnings(
            Answer(short="Xe đến thứ Ba.", resolution="", outcome=Outcome.NOTED, promised_on=None)
        )
        == []
    )


# Submitting and sending back --------------------------------------------------------------------
def test_submitting_hands_it_to_the_approvers(ctx: Flask) -> None:
    question, people = confirmed(redacted=True), cast()
    answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=0)
    due = question.due_on
    with traces() as left:
        answering.submit(question, actor=people.officer, seen_revision=question.revision)
    assert (question.stage, question.due_on) == (Stage.IN_REVIEW, due)
    assert (left.steps, left.tags, left.moves) == (["submit"], ["question:submit"], ["submit"])
    assert [(mail.kind, mail.to_address) for mail in left.mails] == [
        ("staff-approval", people.approver.email)
    ]


def test_what_cannot_be_submitted(ctx: Flask) -> None:
    people = cast()
    empty = confirmed(redacted=True)
    with pytest.raises(FieldError):
        answering.submit(empty, actor=people.officer, seen_revision=empty.revision)
    unseen = confirmed()
    answering.save_draft(unseen, ANSWER, actor=people.officer, seen_answer_revision=0)
    with pytest.raises(Refused):
        answering.submit(unseen, actor=people.officer, seen_revision=unseen.revision)
    with pytest.raises(Forbidden):
        answering.submit(unseen, actor=people.approver, seen_revision=unseen.revision)
    with pytest.raises(Stale):
        answering.submit(unseen, actor=people.officer, seen_revision=unseen.revision - 1)
    waiting = confirmed(Stage.IN_REVIEW)
    with pytest.raises(Refused):
        answering.submit(waiting, actor=people.officer, seen_revision=waiting.revision)


def test_sending_back_tells_the_author_why(ctx: Flask) -> None:
    question, people = confirmed(Stage.IN_REVIEW), cast()
    with pytest.raises(Refused):
        answering.send_back(
            question, actor=people.approver, seen_revision=question.revision, reason=" "
        )
    with pytest.raises(Forbidden):
        answering.send_back(
            question, actor=people.officer, seen_revision=question.revision, reason="Cần căn cứ."
        )
    with pytest.raises(Stale):
        answering.send_back(
            question,
            actor=people.approver,
            seen_revision=question.revision - 1,
            reason="Cần căn cứ.",
        )
    with traces() as left:
        answering.send_back(
            question,
            actor=people.approver,
            seen_revision=question.revision,
            reason="Cần nêu căn cứ.",
        )
    assert question.stage is Stage.ASSIGNED
    assert [(row.move, row.note, row.public) for row in left.log] == [
        ("send_back", "Cần nêu căn cứ.", False)
    ]
    assert (left.tags, left.moves) == (["question:send_back"], ["send_back"])
    assert left.mail("staff-sent-back").to_address == people.officer.email
    assert "Cần nêu căn cứ." in left.mail("staff-sent-back").text
    assert len(left.mails) == 1


# Approving --------------------------------------------------------------------------------------
def approve(question: Question, people: Cast, **values: Any) -> AnswerVersion:
    defaults: dict[str, Any] = {
        "actor": people.approver,
        "seen_revision": question.revision,
        "solo_office": False,
    }
    return answering.approve(question, **{**defaults, **values})


def test_approving_sends_the_answer_and_stops_the_clock(ctx: Flask) -> None:
    with at(1):
        question, people = confirmed(Stage.IN_REVIEW), cast()
    with at(4), traces() as left:
        version = approve(question, people, acting_for="Duyệt thay ông Sáu.")
    assert (question.stage, question.visibility, question.version_id) == (
        Stage.ANSWERED,
        Visibility.PRIVATE,
        version.id,
    )
    assert (question.took_days, question.due_on, question.answered_at) == (
        3,
        None,
        version.approved_at,
    )
    assert (version.number, version.short, version.approver_name) == (
        1,
        ANSWER.short,
        people.approver.full_name,
    )
    assert version.resolution_html.count("<p>") == 2
    assert (version.author_id, version.approver_id, version.self_approved) == (
        people.officer.id,
        people.approver.id,
        False,
    )
    assert [(row.move, row.to_stage, row.note, row.public) for row in left.log] == [
        ("approve", Stage.ANSWERED, "Duyệt thay ông Sáu.", False)
    ]
    assert (left.tags, left.moves, left.bumps) == (["question:approve"], ["approve"], 0)
    mail = left.mail("question-answered")
    assert (mail.to_address, len(left.mails)) == ("an@example.vn", 1)
    for words in (
        ANSWER.short,
        ANSWER.findings,
        "Rác cồng kềnh",
        "Hướng dẫn",
        ANSWER.letter,
        ANSWER.contact,
        "Quyết định số 15/2025",
    ):
        assert words in mail.text
    assert questions_public.public_one(question.submission.code) is None


def test_approving_is_guarded(ctx: Flask) -> None:
    question, people = confirmed(Stage.IN_REVIEW), cast()
    before = values_of(question)
    for actor, seen, error in (
        (people.officer, question.revision, Forbidden),
        (people.moderator, question.revision, Forbidden),
        (people.approver, question.revision - 1, Stale),
    ):
        with pytest.raises(error):
            approve(question, people, actor=actor, seen_revision=seen)
    early = confirmed()
    with pytest.raises(Refused):
        approve(early, people)
    assert values_of(question) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerVersion)) == 0


def test_an_answer_that_has_vanished_is_not_approved(ctx: Flask) -> None:
    question, people = confirmed(Stage.IN_REVIEW), cast()
    db.session.execute(sa.delete(Answer))
    db.session.expire_all()
    with pytest.raises(Refused):
        approve(question, people)


def test_nobody_approves_the_own_answer_but_in_an_office_of_one_where_it_is_recorded(
    ctx: Flask,
) -> None:
    people = cast()
    both = make_user(roles=[Role.OFFICER, Role.APPROVER], unit=people.unit)
    question = confirmed(Stage.IN_REVIEW, officer=both)
    with pytest.raises(Forbidden):
        approve(question, people, actor=both)
    assert question.stage is Stage.IN_REVIEW
    with traces() as left:
        version = approve(question, people, actor=both, solo_office=True)
    assert version.self_approved
    assert left.tags == ["question:approve", "question:self_approved"]


def test_the_second_approval_is_too_late(ctx: Flask) -> None:
    question, people = confirmed(Stage.IN_REVIEW), cast()
    seen = question.revision
    approve(question, people)
    with pytest.raises(Stale):
        approve(question, people, seen_revision=seen)
    with pytest.raises(Refused):
        approve(question, people)
    assert [version.number for version in staff.versions_of(question)] == [1]


def test_days_of_waiting_do_not_count_into_what_it_took(ctx: Flask) -> None:
    people = cast()
    with at(1):
        question = confirmed(redacted=True)
    with at(2):
        triage.ask_more(
            question,
            actor=people.officer,
            seen_revision=question.revision,
            text="Xin cho biết số nhà.",
        )
    with at(9):
        triage.reply_more(question, text="Số nhà 12.")
        answering.save_draft(question, ANSWER, actor=people.officer, seen_answer_revision=0)
        answering.submit(question, actor=people.officer, seen_revision=question.revision)
    with at(10):
        approve(question, people)
    assert question.took_days == 2


# Extending --------------------------------------------------------------------------------------
def test_an_extension_moves_the_date_once_and_says_why(ctx: Flask) -> None:
    with at(1):
        question, people = confirmed(topic=make_topic(answer_working_days=5)), cast()
        head = make_user(roles=[Role.HEAD], unit=people.unit)
        assert question.due_on == dt.date(2026, 6, 8)
        with traces() as left:
            answering.extend(
                question,
                actor=head,
                seen_revision=question.revision,
                days=3,
                reason="Chờ kết quả đo đạc.",
            )
        assert (question.due_on, question.sort_on, question.extra_days) == (
            dt.date(2026, 6, 11),
            dt.date(2026, 6, 11),
            3,
        )
        assert (question.stage, question.extension_reason) == (
            Stage.ASSIGNED,
            "Chờ kết quả đo đạc.",
        )
        assert [(row.move, row.note, row.public) for row in left.log] == [
            ("extend", "Chờ kết quả đo đạc.", True)
        ]
        assert (left.tags, left.moves, left.kinds) == (
            ["question:extend"],
            ["extend"],
            ["question-extended"],
        )
        text = left.mail("question-extended").text
        assert "11/06/2026" in text
        assert "Chờ kết quả đo đạc." in text
        with pytest.raises(Refused):
            answering.extend(
                question,
                actor=head,
                seen_revision=question.revision,
                days=1,
                reason="Thêm chút nữa.",
            )
    assert question.extra_days == 3


@pytest.mark.parametrize("days", [-1, 0, 11, 100])
def test_an_extension_is_one_to_ten_days(ctx: Flask, days: int) -> None:
    question, people = confirmed(), cast()
    with pytest.raises(FieldError):
        answering.extend(
            question,
            actor=people.approver,
            seen_revision=question.revision,
            days=days,
            reason="Chờ đo đạc.",
        )
    assert question.extra_days == 0


def test_extending_is_guarded(ctx: Flask) -> None:
    question, people = confirmed(), cast()
    for actor in (people.officer, make_user(roles=[Role.HEAD], unit=make_unit())):
        with pytest.raises(Forbidden):
            answering.extend(
                question, actor=actor, seen_revision=question.revision, days=2, reason="Chờ đo đạc."
            )
    with pytest.raises(Stale):
        answering.extend(
            question,
            actor=people.approver,
            seen_revision=question.revision - 1,
            days=2,
            reason="Chờ đo đạc.",
        )
    with pytest.raises(Refused):
        answering.extend(
            question, actor=people.approver, seen_revision=question.revision, days=2, reason="  "
        )
    waiting = confirmed(Stage.NEEDS_INFO)
    with pytest.raises(Refused):
        answering.extend(
            waiting,
            actor=people.approver,
            seen_revision=waiting.revision,
            days=2,
            reason="Chờ đo đạc.",
        )


# After the answer -------------------------------------------------------------------------------
def test_a_rating_may_be_changed_and_tells_nobody(ctx: Flask) -> None:
    question = confirmed(Stage.ANSWERED)
    with traces() as left:
        answering.rate(question, rating=1, text=" Chưa rõ\x00 lắm ")
        answering.rate(question, rating=3)
    assert (question.rating, question.rating_text, question.stage) == (3, None, Stage.ANSWERED)
    assert (left.steps, left.moves, left.tags, left.mails) == (
        ["rate", "rate"],
        ["rate", "rate"],
        [],
        [],
    )
    assert left.events[0].details == {"rating": 1}
    for wrong in (0, 4):
        with pytest.raises(FieldError):
            answering.rate(question, rating=wrong)
    with pytest.raises(Refused):
        answering.rate(confirmed(), rating=3)


def test_reopening_once_with_a_reason_gives_a_new_date(ctx: Flask) -> None:
    with at(1):
        question, people = confirmed(Stage.IN_REVIEW), cast()
        answering.extend(
            question,
            actor=people.approver,
            seen_revision=question.revision,
            days=5,
            reason="Chờ đo đạc.",
        )
        approve(question, people)
    with at(10):
        with pytest.raises(Refused):
            answering.reopen(question, reason=" ")
        with traces() as left:
            answering.reopen(question, reason="Chưa trả lời ý thứ hai.")
    assert (question.stage, question.received_on, question.extra_days) == (
        Stage.ASSIGNED,
        dt.date(2026, 6, 10),
        0,
    )
    assert question.due_on == dt.date(2026, 6, 24)
    assert [(row.move, row.actor, row.note, row.public) for row in left.log] == [
        ("reopen", "citizen", "Chưa trả lời ý thứ hai.", True)
    ]
    assert (left.moves, left.tags) == (["reopen"], [])
    assert left.kinds == ["question-reopened", "staff-reopened"]
    assert "24/06/2026" in left.mail("question-reopened").text
    assert "24/06/2026" in left.mail("staff-reopened").text
    assert left.mail("staff-reopened").to_address == people.officer.email
    # The second answer is a second version; the first one is kept. It cannot be reopened a second
    # time.
    with at(11):
        answering.save_draft(
            question,
            dataclasses.replace(ANSWER, short="Xe thu gom đến cả sáng Chủ nhật."),
            actor=people.officer,
            seen_answer_revision=1,
        )
        answering.submit(question, actor=people.officer, seen_revision=question.revision)
        approve(question, people)
        assert [version.number for version in staff.versions_of(question)] == [1, 2]
        assert staff.version_of(question).short == "Xe thu gom đến cả sáng Chủ nhật."  # type: ignore[union-attr]
        with pytest.raises(Refused):
            answering.reopen(question, reason="Vẫn chưa rõ.")


def test_reopening_is_possible_for_thirty_days_closed_or_not(ctx: Flask) -> None:
    with at(1):
        question, late = confirmed(Stage.CLOSED), confirmed(Stage.ANSWERED)
    with at(1, 7):
        answering.reopen(question, reason="Chưa rõ ý hai.")
    assert (question.stage, question.closed_at) == (Stage.ASSIGNED, None)
    with at(1, 7, 10), pytest.raises(Refused):
        answering.reopen(late, reason="Chưa rõ ý hai.")
    with pytest.raises(Refused):
        answering.reopen(confirmed(), reason="Chưa rõ ý hai.")


def test_a_new_answer_to_a_published_question_is_what_everybody_reads(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    questions_answering.reopen(question, reason="Chưa rõ ý hai.")
    code = question.submission.code
    # Until there is another one the first answer stays.
    assert questions_public.public_one(code).short == ANSWER.short  # type: ignore[union-attr]
    answering.save_draft(
        question,
        dataclasses.replace(ANSWER, short="Xe thu gom đến cả sáng Chủ nhật."),
        actor=people.officer,
        seen_answer_revision=1,
    )
    answering.submit(question, actor=people.officer, seen_revision=question.revision)
    with traces() as left:
        approve(question, people)
    assert left.bumps == 1
    assert questions_public.public_one(code).short == "Xe thu gom đến cả sáng Chủ nhật."  # type: ignore[union-attr]
    assert [row.code for row in questions_public.public_search("sáng chủ nhật")] == [code]


@pytest.mark.parametrize(
    ("actor", "public"), [(CITIZEN, True), (SYSTEM, False)], ids=["citizen", "system"]
)
def test_closing(ctx: Flask, actor: Any, public: bool) -> None:
    question = confirmed(Stage.ANSWERED)
    with traces() as left:
        answering.close(question, actor=actor)
    assert (question.stage, question.closed_at is not None) == (Stage.CLOSED, True)
    assert [(row.move, row.actor, row.public) for row in left.log] == [
        ("close", actor.full_name, public)
    ]
    assert (left.tags, left.mails) == ([], [])
    with pytest.raises(Refused):
        answering.close(question, actor=actor)
    with pytest.raises(Forbidden):
        answering.close(confirmed(Stage.ANSWERED), actor=cast().moderator)


def test_progress_is_a_public_line(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    with traces() as left:
        line = answering.add_progress(
            question, actor=people.officer, text="  Đã lắp xong cột đèn đầu ngõ. ", done=True
        )
    assert (line.text, line.done, line.author_id) == (
        "Đã lắp xong cột đèn đầu ngõ.",
        True,
        people.officer.id,
    )
    assert [type(event) for event in left.events] == [ProgressAdded, QuestionMoved]
    assert [(row.move, row.public) for row in left.log] == [("progress", True)]
    assert (left.tags, left.bumps) == (["question:progress"], 1)
    assert staff.progress_of(question) == [line]


def test_progress_of_a_private_answer_touches_nothing_public(ctx: Flask) -> None:
    question = confirmed(Stage.ANSWERED)
    with traces() as left:
        answering.add_progress(question, actor=cast().officer, text="Đã lắp xong.", done=False)
    assert (left.moves, left.bumps) == ([], 0)


def test_progress_is_guarded(ctx: Flask) -> None:
    answered, people = confirmed(Stage.ANSWERED), cast()
    for question, actor in (
        (confirmed(), people.officer),
        (answered, make_user(unit=make_unit())),
        (answered, make_user(roles=[Role.AUDITOR])),
    ):
        with pytest.raises(Forbidden):
            answering.add_progress(question, actor=actor, text="Đã lắp xong.", done=False)
    with pytest.raises(Refused):
        answering.add_progress(answered, actor=people.officer, text=" ", done=False)
    with pytest.raises(FieldError):
        answering.add_progress(
            answered, actor=people.officer, text="Hãy gọi 0912 345 678.", done=False
        )
    assert staff.progress_of(answered) == []


# Templates --------------------------------------------------------------------------------------
def test_templates_belong_to_a_unit(ctx: Flask) -> None:
    people, topic = cast(), make_topic()
    sample = Sample(
        "  Lịch thu gom ",
        topic=topic,
        short="Xe đến vào {ngày}.",
        resolution="Để rác trước cửa.",
        outcome=Outcome.GUIDANCE,
    )
    with traces() as left:
        template = samples.save_template(None, sample, actor=people.officer)
    assert (template.title, template.unit_id, template.topic_id, template.revision) == (
        "Lịch thu gom",
        people.unit.id,
        topic.id,
        1,
    )
    assert left.tags == ["question:template_saved"]
    assert desk.answer_templates(people.officer, topic_id=topic.id) == [template]
    assert desk.answer_templates(people.officer, topic_id=make_topic().id) == []
    stranger = make_user(unit=make_unit())
    assert desk.answer_templates(stranger) == []
    with pytest.raises(NotFound):
        desk.answer_template(template.id, stranger)
    for work in (
        lambda: samples.save_template(template, sample, actor=stranger, seen_revision=1),
        lambda: samples.remove_template(template, actor=stranger),
    ):
        with pytest.raises(Forbidden):
            work()
    with pytest.raises(Forbidden):
        samples.save_template(None, sample, actor=people.approver)


def test_templates_are_changed_by_one_at_a_time_and_removed(ctx: Flask) -> None:
    people = cast()
    template = samples.save_template(
        None, Sample("Một", short="Xe đến thứ Ba."), actor=people.officer
    )
    samples.save_template(
        template,
        Sample("Hai", resolution="Để rác trước cửa."),
        actor=people.officer,
        seen_revision=1,
    )
    assert (template.title, template.short, template.topic_id) == ("Hai", "", None)
    with pytest.raises(Stale):
        samples.save_template(
            template, Sample("Ba", short="Xe đến thứ Tư."), actor=people.officer, seen_revision=1
        )
    for empty, field in ((Sample(" ", short="Có"), "title"), (Sample("Bốn"), "resolution")):
        with pytest.raises(FieldError) as told:
            samples.save_template(template, empty, actor=people.officer, seen_revision=2)
        assert told.value.field == field
    with traces() as left:
        samples.remove_template(template, actor=people.officer)
    assert left.tags == ["question:template_removed"]
    assert desk.answer_templates(people.officer) == []


# Rules that need an answer ----------------------------------------------------------------------
def test_the_reopening_limit_is_thirty_days() -> None:
    assert policy.REOPEN_DAYS == 30


def test_a_complaint_has_no_answer(ctx: Flask) -> None:
    people, complaint = (
        cast(),
        walk_question(stage=Stage.ASSIGNED, classification=Classification.COMPLAINT),
    )
    for actor in (people.officer, people.moderator, people.complaints):
        with pytest.raises(Forbidden):
            answering.save_draft(complaint, ANSWER, actor=actor, seen_answer_revision=0)
    assert answering.answer_of(complaint) is None
