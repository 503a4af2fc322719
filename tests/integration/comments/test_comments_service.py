"""Taking comments in, and what their senders may still do."""

import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access.actors import CITIZEN
from app.comments import jobs
from app.comments.events import CommentReceived
from app.comments.models import Comment, CommentLog, SurveyAnswer, SurveyQuestion
from app.comments.service import commenting, moderating
from app.comments.service.accepting import SURVEY_ONLY, normal_tax_code
from app.comments.service.commenting import (
    CommentReceipt,
    erase_expired,
    refusal,
    tighten,
    withdraw,
)
from app.comments.service.surveys import SurveyGiven
from app.comments.states import (
    COMMENT_FLOW,
    CommentStage,
    SenderKind,
    Stance,
    SurveyKind,
    TargetKind,
)
from app.consultations.models import Consultation
from app.consultations.queries.public import closing_moment
from app.consultations.states import Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel import clock, publication
from app.kernel.clock import now, start_of_day
from app.kernel.errors import FieldError, Refused
from app.submissions import service as submissions
from app.submissions.states import Channel, Consent, NameDisplay, TokenPurpose
from app.works.models import ProjectItem
from tests.factories import sending
from tests.factories.consultations import BODY, make_comment, make_consultation

SECRET = "k" * 32


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[CommentReceived]:
    """What listeners are told, besides being told."""
    found: list[CommentReceived] = []
    emit = commenting.emit

    def both(event: CommentReceived) -> None:
        found.append(event)
        emit(event)

    monkeypatch.setattr(commenting, "emit", both)
    return found


def send(consultation: Consultation, **changes: Any) -> CommentReceipt:
    given: dict[str, Any] = {
        "secret_key": SECRET,
        "prefix": "AS",
        "idempotency_key": uuid.uuid4().hex,
        "body": BODY,
        "stance": Stance.AGREE,
        "sender_kind": SenderKind.RESIDENT,
        "name": "Nguyễn Thị Ân",
        "phone": "0912345678",
        "consent": Consent.PUBLISH,
    }
    return sending.comment(consultation, **{**given, **changes})


def counters(consultation: Consultation) -> tuple[int, int]:
    db.session.refresh(consultation)
    return consultation.received_count, consultation.public_count


def with_targets(consultation: Consultation) -> ProjectItem:
    version = DraftVersion(consultation_id=consultation.id, number=1, published_at=now())
    db.session.add(version)
    db.session.flush()
    db.session.add(
        Clause(
            version_id=version.id,
            position=1,
            kind=ClauseKind.ARTICLE,
            anchor="dieu-5",
            label="Điều 5",
        )
    )
    project = ProjectItem(
        consultation_id=consultation.id,
        code="01",
        name="Đường tránh",
        land_code="DGT",
        planned_ha=3,
    )
    db.session.add(project)
    db.session.flush()
    return project


# Coming in --------------------------------------------------------------------------------------
def test_one_comment_is_kept_counted_and_told(ctx: Flask, heard: list[CommentReceived]) -> None:
    consultation, revision = make_consultation(), publication.current()
    made = send(consultation)
    assert (made.repeated, len(made.pin), made.comment.stage) == (False, 6, CommentStage.RECEIVED)
    assert made.comment.visibility is Visibility.PRIVATE
    assert counters(consultation) == (1, 0)
    assert publication.current() > revision
    assert [event.comment.id for event in heard] == [made.comment.id]
    (row,) = db.session.scalars(sa.select(CommentLog))
    assert (row.move, row.from_stage, row.to_stage, row.public) == (
        "receive",
        None,
        CommentStage.RECEIVED,
        True,
    )


def test_an_open_page_of_the_consultation_does_not_become_stale(ctx: Flask) -> None:
    consultation = make_consultation()
    before = consultation.revision
    send(consultation)
    db.session.refresh(consultation)
    assert consultation.revision == before


def test_the_same_form_twice_is_one_comment(ctx: Flask, heard: list[CommentReceived]) -> None:
    consultation, key = make_consultation(), uuid.uuid4().hex
    first, second = (
        send(consultation, idempotency_key=key),
        send(consultation, idempotency_key=key, body="Một nội dung khác hẳn."),
    )
    assert (second.repeated, second.comment.id, second.pin) == (True, first.comment.id, first.pin)
    assert counters(consultation) == (1, 0)
    assert len(heard) == 1


def test_by_mail_only_it_waits_and_is_not_counted(ctx: Flask) -> None:
    consultation = make_consultation()
    made = send(consultation, phone=None, email="an@example.vn").comment
    assert made.stage is CommentStage.UNVERIFIED
    assert counters(consultation) == (0, 0)


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (86_400, True)])
def test_the_moment_of_arrival_decides(ctx: Flask, seconds: int, late: bool) -> None:
    consultation = make_consultation(stage=Stage.CLOSED)
    assert consultation.closes_on is not None
    arrived = closing_moment(consultation.closes_on) + dt.timedelta(seconds=seconds)
    made = send(consultation, received_at=arrived).comment
    assert made.late is late
    assert made.submission.received_at == arrived
    assert counters(consultation) == (0 if late else 1, 0)


def test_a_paper_of_last_year_gets_a_number_of_this_year(ctx: Flask) -> None:
    moment = dt.datetime(2027, 1, 8, 3, tzinfo=dt.UTC)
    with clock.frozen(moment):
        consultation = make_consultation()
        made = send(
            consultation,
            channel=Channel.PAPER,
            phone=None,
            received_at=start_of_day(dt.date(2027, 1, 4)) - dt.timedelta(days=1),
        )
        assert made.comment.submission.code == "AS-2027-000001"


@pytest.mark.parametrize(
    ("stage", "days", "words"),
    [
        (Stage.DRAFT, 0, "chưa được đăng"),
        (Stage.SCHEDULED, 0, "Chưa đến ngày mở"),
        (Stage.OPEN, -30, "Chưa đến ngày mở"),
        (Stage.ANSWERED, 0, "đã được công bố"),
        (Stage.ARCHIVED, 0, "đã được công bố"),
    ],
)
def test_refused_outside_its_time(ctx: Flask, stage: Stage, days: int, words: str) -> None:
    consultation = make_consultation(stage=stage)
    with pytest.raises(Refused, match=words):
        send(consultation, received_at=now() + dt.timedelta(days=days))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 0


def test_the_dates_open_it_before_the_job_does(ctx: Flask) -> None:
    consultation = make_consultation(stage=Stage.SCHEDULED)
    assert consultation.opens_on is not None
    assert refusal(consultation, start_of_day(consultation.opens_on)) == ""
    assert refusal(consultation, start_of_day(consultation.opens_on) - dt.timedelta(seconds=1))


def test_what_was_taken_in_is_found_again_after_the_result(ctx: Flask) -> None:
    consultation, key = make_consultation(), uuid.uuid4().hex
    first = send(consultation, idempotency_key=key)
    consultation.stage, consultation.result_published_at = Stage.ANSWERED, now()
    assert send(consultation, idempotency_key=key).comment.id == first.comment.id


# About what -------------------------------------------------------------------------------------
def test_targets_are_kept_by_kind(ctx: Flask) -> None:
    consultation = make_consultation()
    project = with_targets(consultation)
    everything = {
        "clause_anchor": "dieu-5",
        "project_id": project.id,
        "longitude": 108.7,
        "latitude": 15.1,
        "place_text": "Chợ",
    }
    made = {kind: send(consultation, target_kind=kind, **everything).comment for kind in TargetKind}
    found = {
        kind: (row.clause_anchor, row.project_id, row.longitude, row.place_text)
        for kind, row in made.items()
    }
    assert found == {
        TargetKind.WHOLE: (None, None, None, ""),
        TargetKind.CLAUSE: ("dieu-5", None, None, ""),
        TargetKind.PROJECT: (None, project.id, None, ""),
        TargetKind.PLACE: (None, None, 108.7, "Chợ"),
    }


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({"target_kind": TargetKind.CLAUSE}, "clause"),
        ({"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-6"}, "clause"),
        ({"target_kind": TargetKind.PROJECT}, "project"),
        ({"target_kind": TargetKind.PROJECT, "project_id": 999_999}, "project"),
        ({"target_kind": TargetKind.PLACE}, "place"),
        ({"target_kind": TargetKind.PLACE, "longitude": 108.7}, "place"),
        ({"target_kind": TargetKind.PLACE, "longitude": 2.35, "latitude": 48.85}, "place"),
        ({"target_kind": TargetKind.PLACE, "longitude": float("nan"), "latitude": 15.0}, "place"),
        ({"target_kind": TargetKind.PLACE, "place_text": "x" * 301}, "place_text"),
    ],
)
def test_targets_that_cannot_be_taken(ctx: Flask, target: dict[str, Any], field: str) -> None:
    consultation = make_consultation()
    with_targets(consultation)
    with pytest.raises(FieldError) as error:
        send(consultation, **target)
    assert error.value.field == field


def test_targets_of_another_consultation_are_refused(ctx: Flask) -> None:
    mine, other = make_consultation(), make_consultation()
    project = with_targets(other)
    for target in (
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-5"},
        {"target_kind": TargetKind.PROJECT, "project_id": project.id},
    ):
        with pytest.raises(FieldError):
            send(mine, **target)


def test_clauses_of_an_unpublished_draft_cannot_be_commented_on(ctx: Flask) -> None:
    consultation = make_consultation()
    with_targets(consultation)
    db.session.execute(sa.update(DraftVersion).values(published_at=None))
    with pytest.raises(FieldError):
        send(consultation, target_kind=TargetKind.CLAUSE, clause_anchor="dieu-5")


# What and who -----------------------------------------------------------------------------------
def test_amending_on_the_web_needs_the_wording_and_a_slip_does_not(ctx: Flask) -> None:
    consultation = make_consultation()
    with pytest.raises(FieldError) as error:
        send(consultation, stance=Stance.AMEND)
    assert error.value.field == "proposed_text"
    assert (
        send(consultation, stance=Stance.AMEND, channel=Channel.PAPER).comment.proposed_text == ""
    )
    assert (
        send(consultation, stance=Stance.AMEND, proposed_text="Giữ lại.").comment.proposed_text
        == "Giữ lại."
    )
    with pytest.raises(FieldError):
        send(consultation, stance=Stance.AMEND, proposed_text="x" * 5_001)


@pytest.mark.parametrize(
    ("body", "taken"),
    [("x" * 9, False), ("x" * 10, True), ("x" * 5_000, True), ("x" * 5_001, False), ("", False)],
)
def test_length_of_the_text(ctx: Flask, body: str, taken: bool) -> None:
    consultation = make_consultation()
    if taken:
        assert send(consultation, body=body).comment.submission.body == body
        return
    with pytest.raises(FieldError) as error:
        send(consultation, body=body)
    assert error.value.field == "body"


def test_bodies_are_named_and_people_carry_no_tax_code(ctx: Flask) -> None:
    consultation = make_consultation()
    body = {
        "organisation_name": "HTX Đông An",
        "tax_code": "4300 123 456",
        "letter_number": "12/CV",
        "sheet": "7",
        "parcel": "118",
    }
    made = send(consultation, sender_kind=SenderKind.ORGANISATION, name="", **body).comment
    assert (made.organisation_name, made.tax_code, made.letter_number, made.submission.name) == (
        "HTX Đông An",
        "4300123456",
        "12/CV",
        "HTX Đông An",
    )
    person = send(consultation, **body).comment
    assert (person.organisation_name, person.tax_code, person.letter_number, person.sheet) == (
        "",
        "",
        "",
        "7",
    )
    with pytest.raises(FieldError) as error:
        send(consultation, sender_kind=SenderKind.AGENCY)
    assert error.value.field == "organisation_name"
    with pytest.raises(FieldError):
        send(consultation, parcel="1" * 61)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("4300123456", "4300123456"),
        ("4300123456001", "4300123456-001"),
        ("4300123456-001", "4300123456-001"),
    ],
)
def test_tax_codes(ctx: Flask, typed: str, kept: str) -> None:
    assert normal_tax_code(typed) == kept


@pytest.mark.parametrize(
    "typed", ["123", "43001234567", "430012345a", "٤٣٠٠١٢٣٤٥٦", "4300123456-0011"]
)
def test_impossible_tax_codes(ctx: Flask, typed: str) -> None:
    with pytest.raises(FieldError):
        normal_tax_code(typed)


def test_people_behind_one_letter(ctx: Flask) -> None:
    consultation = make_consultation()
    assert send(consultation, people=42, channel=Channel.PAPER, phone=None).comment.people == 42
    assert send(consultation, people=0).comment.people == 1


# Guiding questions ------------------------------------------------------------------------------
def ask(consultation: Consultation) -> SurveyQuestion:
    row = SurveyQuestion(
        consultation_id=consultation.id,
        kind=SurveyKind.ONE,
        text="Đồng ý không?",
        options=["Có", "Không"],
    )
    db.session.add(row)
    db.session.flush()
    return row


def test_answers_alone_make_a_comment(ctx: Flask) -> None:
    consultation = make_consultation()
    made = send(consultation, body="", survey={ask(consultation).id: SurveyGiven((1,))}).comment
    assert made.submission.body == SURVEY_ONLY
    (answer,) = db.session.scalars(sa.select(SurveyAnswer))
    assert (answer.comment_id, answer.choices) == (made.id, [1])


def test_questions_of_another_consultation_are_refused(ctx: Flask) -> None:
    other = ask(make_consultation())
    with pytest.raises(FieldError) as error:
        send(make_consultation(), survey={other.id: SurveyGiven((1,))})
    assert error.value.field == "survey"


def test_questions_left_out_keep_nothing(ctx: Flask) -> None:
    consultation = make_consultation()
    send(consultation, survey={ask(consultation).id: SurveyGiven(text=" \u200b")})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SurveyAnswer)) == 0


# What its sender may still do -------------------------------------------------------------------
def confirmed(made: CommentReceipt, heard: list[CommentReceived]) -> bool:
    token, submission = submissions.find_token(
        heard[-1].confirm_token or "", TokenPurpose.CONFIRM, secret_key=SECRET
    )
    return commenting.confirm_by_link(made.comment, token, submission)


def test_confirming_puts_it_into_the_file_once(ctx: Flask, heard: list[CommentReceived]) -> None:
    consultation = make_consultation()
    made = send(consultation, phone=None, email="an@example.vn")
    assert confirmed(made, heard)
    assert not confirmed(made, heard)
    assert made.comment.stage is CommentStage.RECEIVED
    assert counters(consultation) == (1, 0)


def test_confirming_after_closing_counts_and_after_the_result_does_not(
    ctx: Flask, heard: list[CommentReceived]
) -> None:
    consultation = make_consultation(closes_on=clock.today())
    first = send(consultation, phone=None, email="an@example.vn")
    with clock.frozen(now() + dt.timedelta(days=2)):
        assert confirmed(first, heard)
    assert (first.comment.late, counters(consultation)) == (False, (1, 0))
    second = send(consultation, phone=None, email="binh@example.vn")
    consultation.stage, consultation.result_published_at = Stage.ANSWERED, now()
    assert confirmed(second, heard)
    assert (second.comment.late, counters(consultation)) == (True, (1, 0))


def test_withdrawing_while_open_takes_it_out_of_everything(ctx: Flask) -> None:
    consultation = make_consultation()
    made = make_comment(consultation, visibility=Visibility.PUBLIC)
    withdraw(made)
    assert (made.stage, made.visibility) == (CommentStage.WITHDRAWN, Visibility.HIDDEN)
    assert counters(consultation) == (0, 0)


def test_withdrawing_after_the_last_day_is_refused(ctx: Flask) -> None:
    made = make_comment(make_consultation(stage=Stage.CLOSED))
    with pytest.raises(Refused, match="Đã hết hạn"):
        withdraw(made)
    assert made.stage is CommentStage.RECEIVED


def test_tightening_takes_a_public_one_down_and_leaves_it_in_the_file(ctx: Flask) -> None:
    consultation = make_consultation(stage=Stage.CLOSED)
    made = make_comment(consultation, visibility=Visibility.PUBLIC)
    tighten(made, consent=Consent.PRIVATE)
    assert (made.visibility, made.stage, made.hidden_reason) == (
        Visibility.HIDDEN,
        CommentStage.RECEIVED,
        "Người gửi không đồng ý công khai.",
    )
    assert counters(consultation) == (1, 0)
    with pytest.raises(Refused):
        tighten(made, consent=Consent.PUBLISH)


def test_tightening_the_name_renews_the_pages(ctx: Flask) -> None:
    made = make_comment(make_consultation(), visibility=Visibility.PUBLIC)
    before = publication.current()
    tighten(made, name_display=NameDisplay.HIDDEN)
    assert made.visibility is Visibility.PUBLIC
    assert publication.current() > before


def test_tightening_what_nobody_saw_renews_nothing(ctx: Flask) -> None:
    made = make_comment(make_consultation())
    before = publication.current()
    tighten(made, consent=Consent.PRIVATE)
    assert (made.visibility, publication.current()) == (Visibility.PRIVATE, before)


def test_staff_cannot_tighten_for_a_sender(ctx: Flask) -> None:
    assert COMMENT_FLOW.allows(CommentStage.RECEIVED, "tighten")
    assert not COMMENT_FLOW.allows(CommentStage.WITHDRAWN, "tighten")


# Erasing what may not be kept -------------------------------------------------------------------
def test_old_unconfirmed_ones_and_old_rubbish_are_erased(ctx: Flask) -> None:
    consultation = make_consultation()
    kept = make_comment(consultation)
    unverified = make_comment(
        consultation, stage=CommentStage.UNVERIFIED, phone=None, email="an@example.vn", sheet="7"
    )
    spam = make_comment(consultation)
    moderating.mark_spam(spam, actor=commenting.SYSTEM, seen_revision=None)
    assert erase_expired() == 0
    with clock.frozen(now() + dt.timedelta(days=8)):
        assert erase_expired() == 1
    assert (unverified.visibility, unverified.submission.body, unverified.sheet) == (
        Visibility.ERASED,
        "",
        "",
    )
    with clock.frozen(now() + dt.timedelta(days=31)):
        assert erase_expired() == 1
        assert erase_expired() == 0
    assert spam.visibility is Visibility.ERASED
    assert kept.submission.body == BODY


def test_the_job_erases(ctx: Flask) -> None:
    old = make_comment(
        make_consultation(), stage=CommentStage.UNVERIFIED, phone=None, email="an@example.vn"
    )
    with clock.frozen(now() + dt.timedelta(days=8)):
        jobs.erase_expired()
    assert old.visibility is Visibility.ERASED


def test_citizen_is_who_acts(ctx: Flask) -> None:
    send(make_consultation())
    (row,) = db.session.scalars(sa.select(CommentLog))
    assert (row.actor, row.actor_id) == (CITIZEN.full_name, None)
