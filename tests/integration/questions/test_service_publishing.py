"""What everybody may see, what two people do, and what is left when everything has to go."""

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from PIL import Image

from app.access import Role
from app.access.actors import SYSTEM
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.kernel import fulltext
from app.kernel.clock import HANOI, now
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.kernel.links import Ref
from app.mailer.models import OutboxMessage
from app.questions import jobs, policy
from app.questions.models import Question, SecondPerson
from app.questions.queries import public, staff
from app.questions.service import answering, keeping, publishing, triage
from app.questions.service import answering as questions_answering
from app.questions.service import publishing as questions_publishing
from app.questions.service.answering import Draft
from app.questions.states import Act, Classification, Outcome, RefusalReason, Stage, Visibility
from app.submissions.states import Channel, Consent
from tests.factories.accounts import make_user
from tests.factories.organisation import make_agency
from tests.factories.questions import ANSWER, cast, walk_question
from tests.factories.traces import outbox, traces, values_of, where_it_stands

REASON = "Còn tên người khác trong bài."


def answered(**values: Any) -> Question:
    return walk_question(stage=Stage.ANSWERED, **values)


def at(day: int, hour: int = 9) -> Any:
    return time_machine.travel(dt.datetime(2026, 6, day, hour, 0, tzinfo=HANOI), tick=False)


# Publishing -------------------------------------------------------------------------------------
def test_publishing_shows_it_and_puts_it_into_the_index(ctx: Flask) -> None:
    question, people = answered(title="Lịch thu gom rác"), cast()
    with at(15), traces() as left:
        publishing.publish(question, actor=people.publisher, seen_revision=question.revision)
    assert (question.stage, question.visibility, question.published_year) == (
        Stage.ANSWERED,
        Visibility.PUBLIC,
        2026,
    )
    assert [
        (row.move, row.from_stage, row.to_stage, row.actor_id, row.public) for row in left.log
    ] == [("publish", Stage.ANSWERED, Stage.ANSWERED, people.publisher.id, True)]
    assert (left.tags, left.moves, left.kinds, left.bumps) == (
        ["question:publish"],
        ["publish"],
        [],
        1,
    )
    with at(15, 10):
        assert public.public_one(question.submission.code) is not None
        assert [row.id for row in public.public_search("xe thu gom")] == [question.id]


def test_publishing_is_guarded(ctx: Flask) -> None:
    question, people = answered(), cast()
    for actor in (people.approver, people.officer, people.moderator):
        with pytest.raises(Forbidden):
            publishing.publish(question, actor=actor, seen_revision=question.revision)
    with pytest.raises(Stale):
        questions_publishing.publish(
            question, actor=people.publisher, seen_revision=question.revision - 1
        )
    early = walk_question(stage=Stage.IN_REVIEW)
    with pytest.raises(Refused):
        publishing.publish(early, actor=people.publisher, seen_revision=early.revision)
    assert (question.visibility, early.visibility) == (Visibility.PRIVATE, Visibility.PRIVATE)


@pytest.mark.parametrize(
    "obstacle", ["consent", "redaction", "personal data", "complaint", "answer"]
)
def test_what_stands_in_the_way_of_publishing(ctx: Flask, obstacle: str) -> None:
    people = cast()
    question = answered(consent=Consent.PRIVATE if obstacle == "consent" else Consent.PUBLISH)
    match obstacle:
        case "redaction":
            question.submission.public_body = None
        case "personal data":
            question.submission.public_body = (
                "Nhà tôi có sổ đất, gọi tôi 0912 345 678 hoặc an.nguyen@example.com."
            )
        case "complaint":
            question.classification = Classification.COMPLAINT
        case "answer":
            question.version_id, question.stage = None, Stage.ASSIGNED
    with db.session.no_autoflush:
        assert len(publishing.obstacles(question)) == 1
        assert len(publishing.obstacles(question, once_approved=True)) == (
            0 if obstacle == "answer" else 1
        )
        with pytest.raises((Refused, Forbidden)):
            publishing.publish(question, actor=people.publisher, seen_revision=question.revision)
        with pytest.raises((Refused, Forbidden)):
            publishing.schedule(
                question,
                actor=people.publisher,
                seen_revision=question.revision,
                at=now() + dt.timedelta(days=1),
            )
    assert question.visibility is Visibility.PRIVATE


def test_the_offices_own_numbers_are_no_personal_data(ctx: Flask) -> None:
    make_agency(phone="0253 3555 000")
    question = answered(public_body="Xin cho biết số 0253 3555 000 có trực ngày nghỉ không?")
    assert publishing.obstacles(question) == []


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.HIDDEN])
def test_what_is_public_or_hidden_is_neither_published_nor_scheduled(
    ctx: Flask, visibility: Visibility
) -> None:
    question, people = walk_question(visibility=visibility), cast()
    with pytest.raises(Refused):
        publishing.publish(question, actor=people.publisher, seen_revision=question.revision)
    with pytest.raises(Refused):
        publishing.schedule(
            question,
            actor=people.publisher,
            seen_revision=question.revision,
            at=now() + dt.timedelta(days=1),
        )
    assert question.visibility is visibility


# At an hour -------------------------------------------------------------------------------------
def test_a_scheduled_answer_goes_out_at_its_hour_by_itself(ctx: Flask) -> None:
    people = cast()
    with at(15):
        question = answered()
        with traces() as left:
            publishing.schedule(
                question,
                actor=people.publisher,
                seen_revision=question.revision,
                at=now() + dt.timedelta(hours=2),
            )
        assert (left.steps, left.log[0].note, left.log[0].public) == (
            ["schedule"],
            "11:00 15/06/2026",
            False,
        )
        assert (left.tags, left.kinds, left.bumps) == (["question:schedule"], [], 0)
        assert publishing.publish_due() == 0
    with at(15, 10):
        jobs.publish_scheduled()
        assert question.visibility is Visibility.SCHEDULED
        assert public.public_one(question.submission.code) is None
    with at(15, 11), traces() as left:
        jobs.publish_scheduled()
    assert (question.visibility, question.publish_at, question.published_at) == (
        Visibility.PUBLIC,
        None,
        dt.datetime(2026, 6, 15, 4, tzinfo=dt.UTC),
    )
    assert [(row.move, row.actor) for row in left.log] == [("publish", "system")]
    assert (left.tags, left.bumps) == ([], 1)
    with at(15, 12):
        assert public.public_one(question.submission.code) is not None
        assert publishing.publish_due() == 0


def test_scheduling_is_for_later_and_may_be_taken_back(ctx: Flask) -> None:
    question, people = answered(), cast()
    with pytest.raises(FieldError):
        publishing.schedule(
            question, actor=people.publisher, seen_revision=question.revision, at=now()
        )
    with pytest.raises(Refused):
        publishing.unschedule(question, actor=people.publisher, seen_revision=question.revision)
    publishing.schedule(
        question,
        actor=people.publisher,
        seen_revision=question.revision,
        at=now() + dt.timedelta(days=1),
    )
    for actor, seen, error in (
        (people.officer, question.revision, Forbidden),
        (people.publisher, question.revision - 1, Stale),
    ):
        with pytest.raises(error):
            publishing.unschedule(question, actor=actor, seen_revision=seen)
    with traces() as left:
        publishing.unschedule(question, actor=people.publisher, seen_revision=question.revision)
    assert (question.visibility, question.publish_at, left.steps) == (
        Visibility.PRIVATE,
        None,
        ["unschedule"],
    )


def test_what_may_no_longer_go_out_stays_private_and_says_why(ctx: Flask) -> None:
    with at(15):
        question = walk_question(
            visibility=Visibility.SCHEDULED, publish_at=dt.datetime(2026, 6, 16, 8, tzinfo=HANOI)
        )
        answering.reopen(question, reason="Chưa rõ ý hai.")
    with at(16), traces() as left:
        assert publishing.publish_due() == 0
    assert (question.visibility, question.publish_at) == (Visibility.PRIVATE, None)
    assert [(row.move, row.actor, row.note) for row in left.log] == [
        ("unschedule", "system", "Câu hỏi chưa có câu trả lời được duyệt.")
    ]
    assert left.bumps == 0


# Two people -------------------------------------------------------------------------------------
def ask(question: Question, act: Act, **values: Any) -> SecondPerson:
    defaults: dict[str, Any] = {
        "actor": cast().moderator,
        "seen_revision": question.revision,
        "reason": REASON,
    }
    return publishing.ask_second_person(question, act, **{**defaults, **values})


def test_hiding_needs_two_people(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC, title="Lịch thu gom rác"), cast()
    code, before = question.submission.code, question.revision
    with traces() as left:
        request = ask(question, Act.HIDE)
    assert (question.visibility, question.revision, left.bumps) == (
        Visibility.PUBLIC,
        before + 1,
        0,
    )
    assert (left.steps, left.tags) == (["request"], ["question:second_person_asked"])
    assert {(mail.kind, mail.to_address) for mail in left.mails} == {
        ("staff-second-person", people.approver.email)
    }
    assert publishing.open_request(question) is request
    with pytest.raises(Forbidden):
        publishing.decide(request, question, actor=people.moderator, agree=True)
    with pytest.raises(Forbidden):
        publishing.decide(request, question, actor=people.officer, agree=True)
    with traces() as left:
        publishing.decide(request, question, actor=people.approver, agree=True)
    assert (question.visibility, question.hidden_reason) == (Visibility.HIDDEN, REASON)
    assert (left.steps, left.moves, left.bumps) == (["hide"], ["hide"], 1)
    assert left.tags == ["question:second_person_decided", "question:hide"]
    assert (
        public.public_one(code),
        public.tombstone(code),
        public.public_search("thu gom"),
    ) == (None, True, [])
    assert publishing.open_request(question) is None
    with pytest.raises(Refused):
        publishing.decide(request, question, actor=people.approver, agree=True)


def test_without_agreement_it_stays_public(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    request = ask(question, Act.HIDE)
    with traces() as left:
        publishing.decide(
            request, question, actor=people.approver, agree=False, note="Tên này là tên đường."
        )
    assert (question.visibility, request.agreed, request.decided_by) == (
        Visibility.PUBLIC,
        False,
        people.approver.id,
    )
    assert [(row.move, row.note) for row in left.log] == [("reject", "Tên này là tên đường.")]
    assert left.bumps == 0
    # And it may be asked for again.
    assert ask(question, Act.HIDE).id != request.id


def test_an_emergency_hides_at_once_and_disagreement_restores(ctx: Flask) -> None:
    with at(19):  # a Friday
        question, people = (
            walk_question(visibility=Visibility.PUBLIC, title="Lịch thu gom rác"),
            cast(),
        )
        with traces() as left:
            request = ask(question, Act.HIDE, emergency=True)
        assert (question.visibility, left.bumps) == (Visibility.HIDDEN, 1)
        assert (left.steps, left.tags) == (
            ["request", "hide"],
            ["question:second_person_asked", "question:hide"],
        )
        assert request.confirm_by == dt.date(2026, 6, 22)
        assert "22/06/2026" in left.mail("staff-second-person").text
        assert public.public_one(question.submission.code) is None
        with traces() as left:
            publishing.decide(
                request, question, actor=people.approver, agree=False, note="Không có gì sai."
            )
        assert (question.visibility, question.hidden_at, question.hidden_reason) == (
            Visibility.PUBLIC,
            None,
            None,
        )
        assert (left.steps, left.bumps) == (["reject", "unhide"], 1)
        assert [row.id for row in public.public_search("thu gom")] == [question.id]


def test_an_emergency_that_is_confirmed_stays_hidden_and_says_by_whom(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    request = ask(question, Act.HIDE, emergency=True)
    with traces() as left:
        publishing.decide(request, question, actor=people.approver, agree=True, note="Đúng.")
    assert question.visibility is Visibility.HIDDEN
    assert [(row.move, row.actor_id, row.note) for row in left.log] == [
        ("agree", people.approver.id, "Đúng.")
    ]
    assert left.bumps == 0


def test_after_disagreement_what_may_not_be_shown_is_not_shown(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    request = ask(question, Act.HIDE, emergency=True)
    triage.tighten(question, consent=Consent.PRIVATE, name_display=None)
    publishing.decide(request, question, actor=people.approver, agree=False)
    assert question.visibility is Visibility.PRIVATE


def test_showing_again_needs_two_people_and_no_obstacle(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.HIDDEN), cast()
    request = ask(question, Act.UNHIDE)
    assert question.visibility is Visibility.HIDDEN
    question.submission.public_body = "Gọi tôi theo số 0912 345 678 nhé."
    with pytest.raises(Refused):
        publishing.decide(request, question, actor=people.approver, agree=True)
    db.session.rollback()
    request = ask(question, Act.UNHIDE)
    with traces() as left:
        publishing.decide(request, question, actor=people.approver, agree=True)
    assert (question.visibility, question.hidden_reason) == (Visibility.PUBLIC, None)
    assert (left.steps, left.moves, left.bumps) == (["unhide"], ["unhide"], 1)
    assert public.public_one(question.submission.code) is not None


def test_what_was_reopened_can_still_be_hidden_and_shown_again(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    questions_answering.reopen(question, reason="Chưa rõ ý hai.")
    request = ask(question, Act.HIDE, emergency=True)
    assert public.public_one(question.submission.code) is None
    publishing.decide(request, question, actor=people.approver, agree=False)
    assert (question.stage, question.visibility) == (Stage.ASSIGNED, Visibility.PUBLIC)


@pytest.mark.parametrize(
    ("visibility", "act"),
    [
        (Visibility.PRIVATE, Act.HIDE),
        (Visibility.HIDDEN, Act.HIDE),
        (Visibility.PUBLIC, Act.UNHIDE),
        (Visibility.PRIVATE, Act.UNHIDE),
    ],
)
def test_acts_that_make_no_sense(ctx: Flask, visibility: Visibility, act: Act) -> None:
    question = answered(visibility=visibility)
    with pytest.raises(Refused):
        ask(question, act)


def test_asking_is_guarded_and_one_thing_at_a_time(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    for values, error in (
        ({"actor": people.officer}, Forbidden),
        ({"actor": people.publisher}, Forbidden),
        ({"seen_revision": question.revision - 1}, Stale),
        ({"reason": " "}, Refused),
    ):
        with pytest.raises(error):
            ask(question, Act.HIDE, **values)
    ask(question, Act.HIDE)
    with pytest.raises(Refused):
        ask(question, Act.HIDE)


def test_the_database_knows_that_two_people_are_two(ctx: Flask) -> None:
    request = ask(walk_question(visibility=Visibility.PUBLIC), Act.HIDE)
    request.decided_by, request.decided_at = request.asked_by, now()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def refusal(**values: Any) -> dict[str, Any]:
    return {
        "payload": {
            "reason": RefusalReason.UNCLEAR.value,
            "text": "Hãy gửi lại kèm địa chỉ.",
            **values,
        }
    }


def test_a_refusal_that_a_second_person_confirms(ctx: Flask) -> None:
    question, people = walk_question(email="an@example.vn", phone=None), cast()
    request = ask(question, Act.REFUSE, **refusal())
    assert (question.stage, request.emergency) == (Stage.RECEIVED, False)
    with traces() as left:
        publishing.decide(request, question, actor=people.approver, agree=True)
    assert (question.stage, question.refusal_text) == (Stage.REFUSED, "Hãy gửi lại kèm địa chỉ.")
    assert (left.steps, left.tags) == (["refuse"], ["question:second_person_decided"])
    assert left.kinds == ["question-refused"]


def test_a_refusal_that_came_too_late_is_refused_itself(ctx: Flask) -> None:
    question, people = walk_question(), cast()
    request = ask(question, Act.REFUSE, **refusal())
    triage.withdraw(question)
    db.session.commit()
    with pytest.raises(Refused):
        publishing.decide(request, question, actor=people.approver, agree=True)
    db.session.rollback()
    assert publishing.open_request(question) is request
    publishing.decide(request, question, actor=people.approver, agree=False)
    assert publishing.open_request(question) is None


def test_another_moderator_may_decide_too_and_reads_it_in_the_own_tab(ctx: Flask) -> None:
    question, people = walk_question(visibility=Visibility.PUBLIC), cast()
    other = make_user(roles=[Role.MODERATOR])
    request = ask(question, Act.HIDE)
    assert publishing.may_decide(other, question, request)
    assert not publishing.may_decide(people.moderator, question, request)
    assert [row.id for row in staff.queue(other, staff.Tab.APPROVAL).items] == [question.id]
    assert staff.queue(people.moderator, staff.Tab.APPROVAL).items == []


# Erasing ----------------------------------------------------------------------------------------
MARKER = "zqxvmarker"


def _picture() -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 160, 120)).save(stream, "JPEG")
    stream.seek(0)
    return stream


def _everywhere(ctx: Flask) -> Question:
    """A question whose every text column carries the marker, with files and mails."""
    people = cast()
    draft = Draft(
        short=f"Trả lời {MARKER} đủ dài để được duyệt ngay.",
        findings=f"Kết quả {MARKER}.",
        resolution=f"Hướng dẫn {MARKER}.",
        legal_basis=({"text": f"Luật {MARKER}", "url": ""},),
        outcome=Outcome.GUIDANCE,
        contact=f"Gặp {MARKER}",
        letter=f"Công văn {MARKER}",
    )
    question = walk_question(
        stage=Stage.ASSIGNED,
        name=f"Nguyễn {MARKER}",
        phone=None,
        email=f"{MARKER}@example.vn",
        channel=Channel.COUNTER,
        title=f"Về {MARKER}",
        body=f"Nội dung {MARKER} cần được trả lời.",
        spam={"points": 1, "reasons": [MARKER]},
    )
    triage.ask_more(
        question,
        actor=people.officer,
        seen_revision=question.revision,
        text=f"Xin nói rõ {MARKER}.",
    )
    triage.reply_more(question, text=f"Đây là {MARKER}.")
    triage.add_information(question, text=f"Thêm nữa {MARKER}.")
    triage.add_note(question, actor=people.officer, text=f"Ghi chú {MARKER}.")
    triage.redact(
        question,
        actor=people.moderator,
        seen_revision=question.revision,
        title=f"Đăng {MARKER}",
        body=f"Nội dung đăng {MARKER}.",
        reason=f"Che {MARKER}.",
    )
    answering.save_draft(question, draft, actor=people.officer, seen_answer_revision=0)
    answering.extend(
        question,
        actor=people.approver,
        seen_revision=question.revision,
        days=2,
        reason=f"Chờ {MARKER}.",
    )
    answering.submit(question, actor=people.officer, seen_revision=question.revision)
    answering.approve(
        question,
        actor=people.approver,
        seen_revision=question.revision,
        solo_office=False,
        acting_for=f"Thay {MARKER}",
    )
    answering.rate(question, rating=1, text=f"Chưa rõ {MARKER}.")
    publishing.publish(question, actor=people.publisher, seen_revision=question.revision)
    answering.add_progress(question, actor=people.officer, text=f"Đã làm {MARKER}.", done=True)
    keeping.report_content(question, body=f"Sai ở chỗ {MARKER}.", contact=f"{MARKER}@example.vn")
    request = ask(
        question, Act.HIDE, reason=f"Gỡ {MARKER}.", payload={"text": MARKER}, emergency=True
    )
    publishing.decide(
        request, question, actor=people.approver, agree=True, note=f"Đồng ý {MARKER}."
    )
    for owner in (Ref("submission", question.submission_id), Ref("answer", question.id)):
        file = files.receive(_picture(), f"{MARKER}.jpg")
        files.claim([file.key], owner)
    db.session.commit()
    return question


def test_erasing_leaves_a_tombstone_and_not_a_word_anywhere(ctx: Flask) -> None:
    question = _everywhere(ctx)
    code = question.submission.code
    assert len(where_it_stands(MARKER)) > 25
    erased_by = make_user(roles=[Role.ADMINISTRATOR])
    with traces() as left:
        publishing.erase(question, actor=erased_by, reason="Theo yêu cầu của người gửi.")
    db.session.commit()
    assert where_it_stands(MARKER) == []
    assert [
        hit
        for word in (MARKER, "huong dan", "noi dung")
        for hit in fulltext.search("question", word)
    ] == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0
    assert (question.visibility, question.submission.erased_at is not None) == (
        Visibility.ERASED,
        True,
    )
    assert (public.public_one(code), public.tombstone(code)) == (None, True)
    assert [(row.move, row.note, row.actor_id) for row in left.log] == [
        ("erase", "Theo yêu cầu của người gửi.", erased_by.id)
    ]
    assert (left.tags, left.moves, left.kinds, left.bumps) == (["question:erase"], ["erase"], [], 1)
    assert {mail.to_address for mail in outbox() if mail.about_kind == "question"} == {""}
    # What happened, by whom and when is still there.
    assert len(staff.log_of(question)) > 10


def test_mails_that_wait_are_not_sent_any_more(ctx: Flask) -> None:
    question = walk_question(email="an@example.vn", phone=None)
    questions_publishing.erase(question, actor=SYSTEM, reason="Hết thời hạn lưu.")
    db.session.commit()
    states = set(
        db.session.scalars(
            sa.select(OutboxMessage.state).where(OutboxMessage.about_id == question.id)
        )
    )
    assert states == {"cancelled"}


@pytest.mark.parametrize(
    "stage", [Stage.RECEIVED, Stage.REFUSED, Stage.TRANSFERRED, Stage.NEEDS_INFO, Stage.IN_REVIEW]
)
def test_in_every_stage(ctx: Flask, stage: Stage) -> None:
    question = walk_question(stage=stage)
    questions_publishing.erase(
        question, actor=make_user(roles=[Role.ADMINISTRATOR]), reason="Theo yêu cầu."
    )
    db.session.commit()
    assert (question.stage, question.visibility, question.due_on, question.transfer) == (
        stage,
        Visibility.ERASED,
        None,
        None,
    )
    assert question.refusal_text in {None, ""}
    # It was never public: there is nothing to put a tombstone on.
    assert not public.tombstone(question.submission.code)


def test_a_complaint_is_erased_too_by_somebody_who_may_not_read_it(ctx: Flask) -> None:
    administrator = make_user(roles=[Role.ADMINISTRATOR])
    question = walk_question(stage=Stage.ASSIGNED, classification=Classification.COMPLAINT)
    assert not policy.may_read(administrator, question)
    publishing.erase(question, actor=administrator, reason="Theo yêu cầu.")
    assert question.submission.body == ""


def test_erasing_is_guarded(ctx: Flask) -> None:
    question, people = walk_question(), cast()
    administrator = make_user(roles=[Role.ADMINISTRATOR])
    before = values_of(question)
    for actor, seen, reason, error in (
        (people.moderator, None, "Theo yêu cầu.", Forbidden),
        (administrator, question.revision - 1, "Theo yêu cầu.", Stale),
        (administrator, None, "  ", Refused),
    ):
        with pytest.raises(error):
            publishing.erase(question, actor=actor, reason=reason, seen_revision=seen)
    assert values_of(question) == before
    assert question.submission.body


def test_nothing_is_done_about_what_is_erased(ctx: Flask) -> None:
    question, people = walk_question(stage=Stage.ASSIGNED), cast()
    questions_publishing.erase(question, actor=SYSTEM, reason="Hết thời hạn lưu.")
    seen = question.revision
    for work in (
        lambda: triage.assign(
            question, actor=people.moderator, seen_revision=seen, unit=people.unit
        ),
        lambda: answering.save_draft(
            question, ANSWER, actor=people.officer, seen_answer_revision=0
        ),
        lambda: triage.add_note(question, actor=people.officer, text="Ghi chú."),
        lambda: triage.redact(
            question, actor=people.moderator, seen_revision=seen, title="A", body="B", reason="C"
        ),
    ):
        with pytest.raises(Forbidden):
            work()
    for tab in staff.Tab:
        assert staff.queue(people.moderator, tab).items == []
    assert staff.counts(people.moderator)[staff.Tab.TODO] == 0
