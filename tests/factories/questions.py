"""Questions in every stage and visibility, made by the real services so that log, clock and answer
agree.

Call inside an application context. Everything is committed and no transaction stays open, so a test
client may follow at once; the returned question is attached while the context lives and readable
after it. Work in the past: `at=…`, or time_machine around the call.
"""

import contextlib
import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import time_machine
from flask import current_app

from app.access import Role
from app.accounts.models import User
from app.accounts.service import create_user
from app.extensions import db
from app.kernel.clock import now
from app.organisation.models import Place, Topic, Unit, UnitKind
from app.questions.models import Question
from app.questions.service import answering, intake, publishing, triage
from app.questions.service.answering import Draft
from app.questions.states import (
    Act,
    Classification,
    Outcome,
    QuestionKind,
    RefusalReason,
    Stage,
    Visibility,
)
from app.submissions import redaction
from app.submissions.service import pin_of
from app.submissions.states import Channel, Consent, NameDisplay
from tests.factories.sending import ask

PREFIX = "AS"
BODY = "Nhà tôi ở thôn Đông muốn biết lịch thu gom rác trong tuần tới thay đổi như thế nào."
ANSWER = Draft(
    short="Từ tuần tới xe thu gom rác đi qua thôn Đông vào sáng thứ Ba và sáng thứ Sáu hằng tuần.",
    findings="Đơn vị thu gom đã báo lịch mới cho các trưởng thôn.",
    resolution="Bà con để rác trước cửa trước 6 giờ sáng thứ Ba và thứ Sáu.\n\nRác cồng kềnh xin "
    "báo trước cho trưởng thôn.",
    legal_basis=({"text": "Quyết định số 15/2025/QĐ-UBND, Điều 4", "url": ""},),
    outcome=Outcome.GUIDANCE,
    contact="Phòng Kinh tế, trong giờ làm việc",
    letter="Công văn số 211/KT ngày 09/3/2026",
)

_numbers = itertools.count(1)
_AFTER_CONFIRMING = frozenset(Stage) - {Stage.UNVERIFIED}
_NEEDS_UNIT = frozenset({Stage.ASSIGNED, Stage.IN_REVIEW, Stage.ANSWERED, Stage.CLOSED})
_NEEDS_ANSWER = frozenset({Stage.IN_REVIEW, Stage.ANSWERED, Stage.CLOSED})
#: Stages that a restricted question reaches by the hands of the restricted role; others are
#: classified at the end.
_CLASSIFIED_FIRST = frozenset({Stage.NEEDS_INFO, Stage.REFUSED, Stage.TRANSFERRED, Stage.WITHDRAWN})


@dataclass(frozen=True)
class Cast:
    """The people that a question passes through.

    They have no password: use tests.factories.accounts to sign in.
    """

    moderator: User
    officer: User
    approver: User
    publisher: User
    complaints: User
    unit: Unit


def _unit() -> Unit:
    unit = db.session.scalar(sa.select(Unit).where(Unit.code == "f-kt"))
    if unit is None:
        unit = Unit(
            code="f-kt", slug="f-phong-kinh-te", name="Phòng Kinh tế", kind=UnitKind.DEPARTMENT
        )
        db.session.add(unit)
        db.session.flush()
    return unit


def cast(unit: Unit | None = None) -> Cast:
    """The people above, made once in a database; the officer once for each unit."""
    unit = unit or _unit()
    return Cast(
        moderator=_person("f-tiep-nhan", "Trần Thị Tiếp", (Role.MODERATOR,)),
        officer=_person(f"f-chuyen-vien-{unit.id}", "Lê Văn Soạn", (Role.OFFICER,), unit),
        approver=_person("f-lanh-dao", "Phạm Thị Duyệt", (Role.APPROVER,)),
        publisher=_person("f-nguoi-dang", "Võ Văn Đăng", (Role.PUBLISHER,)),
        complaints=_person("f-han-che", "Đỗ Thị Kín", (Role.COMPLAINTS,)),
        unit=unit,
    )


def _person(username: str, full_name: str, roles: Sequence[Role], unit: Unit | None = None) -> User:
    user = db.session.scalar(sa.select(User).where(User.username == username))
    if user is None:
        user = create_user(
            username=username,
            full_name=full_name,
            email=f"{username}@example.vn",
            roles=roles,
            unit_id=unit.id if unit else None,
        )
        db.session.flush()
    return user


def pin(question: Question) -> str:
    """The PIN that the sender was shown."""
    return pin_of(str(current_app.secret_key), question.submission.idempotency_key)


def make_question(
    *,
    stage: Stage = Stage.RECEIVED,
    visibility: Visibility = Visibility.PRIVATE,
    answer: Draft = ANSWER,
    title: str = "",
    body: str = BODY,
    kind: QuestionKind = QuestionKind.QUESTION,
    classification: Classification = Classification.ORDINARY,
    topic: Topic | None = None,
    unit: Unit | None = None,
    place: Place | None = None,
    officer: User | None = None,
    name: str = "Nguyễn Thị Ân",
    phone: str | None = "0912345678",
    email: str | None = None,
    name_display: NameDisplay = NameDisplay.INITIALS,
    consent: Consent = Consent.PUBLISH,
    channel: Channel = Channel.WEB,
    entered_by: User | None = None,
    file_keys: Sequence[str] = (),
    public_title: str | None = None,
    public_body: str | None = None,
    redacted: bool = False,
    merged_into: Question | None = None,
    spam: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
    publish_at: dt.datetime | None = None,
    at: dt.datetime | None = None,
) -> Question:
    """A question that has come as far as `stage` and is `visibility`, answered and redacted where
    that needs it.

    A visibility other than private needs an answered stage: given an earlier one, the stage becomes
    ANSWERED (erased: any; answered and erased was public before, where it could be). An unverified
    one is reachable by mail only, whatever `phone` says. `redacted` sets the public text in earlier
    stages too.
    """
    if visibility not in {Visibility.PRIVATE, Visibility.ERASED} and stage not in {
        Stage.ANSWERED,
        Stage.CLOSED,
    }:
        stage = Stage.ANSWERED
    if stage is Stage.UNVERIFIED:
        phone, email = None, email or f"nguoi-gui-{next(_numbers)}@example.vn"
    with _moment(at):
        people = cast(unit)
        asked = ask(
            kind,
            body,
            idempotency_key=idempotency_key or uuid.uuid4().hex,
            title=title,
            topic=topic,
            place_id=place.id if place else None,
            name=name,
            phone=phone,
            email=email,
            name_display=name_display,
            consent=consent,
            channel=channel,
            file_keys=file_keys,
            spam=spam,
            **({"actor": entered_by} if entered_by else {}),
        )
        question = asked.question
        _let_in(question, stage, people)
        restricted = classification is not Classification.ORDINARY
        if restricted and stage in _CLASSIFIED_FIRST:
            _classify(question, classification, people)
        _leave_early(question, stage, people, merged_into)
        if stage in _NEEDS_UNIT:
            _assign(question, people, officer)
        if redacted or stage in _NEEDS_ANSWER:
            _redact(question, people, public_title, public_body)
        if stage in _NEEDS_ANSWER:
            _answer(question, answer, people, officer)
        if stage in {Stage.ANSWERED, Stage.CLOSED}:
            answering.approve(
                question, actor=people.approver, seen_revision=_seen(question), solo_office=False
            )
        if restricted and stage not in _CLASSIFIED_FIRST:
            _classify(question, classification, people)
        _show(question, visibility, people, publish_at)
        if stage is Stage.CLOSED:
            answering.close(question)
    return _settled(question)


@contextlib.contextmanager
def _moment(at: dt.datetime | None) -> Iterator[None]:
    if at is None:
        yield
    else:
        with time_machine.travel(at):
            yield


def _settled(question: Question) -> Question:
    """Committed, with its values still at hand."""
    session = db.session()
    before, session.expire_on_commit = session.expire_on_commit, False
    session.commit()
    session.expire_on_commit = before
    return question


def _seen(question: Question) -> int:
    """The revision after everything that is still to be written."""
    db.session.flush()
    return question.revision


def _let_in(question: Question, stage: Stage, people: Cast) -> None:
    if (
        question.stage is Stage.UNVERIFIED
        and stage in _AFTER_CONFIRMING
        and stage not in {Stage.SPAM, Stage.WITHDRAWN}
    ):
        intake.confirm_by_officer(
            question, actor=people.moderator, seen_revision=_seen(question), note="Đã gọi lại."
        )


def _classify(question: Question, classification: Classification, people: Cast) -> None:
    triage.classify(
        question,
        actor=people.moderator,
        seen_revision=_seen(question),
        topic=None,
        kind=question.kind,
        classification=classification,
    )


def _leave_early(
    question: Question, stage: Stage, people: Cast, merged_into: Question | None
) -> None:
    """The stages that need no answer."""
    restricted = question.classification is not Classification.ORDINARY
    actor, seen = (people.complaints if restricted else people.moderator), _seen(question)
    match stage:
        case Stage.NEEDS_INFO:
            triage.ask_more(
                question,
                actor=actor,
                seen_revision=seen,
                text="Xin cho biết địa chỉ cụ thể của nơi cần thu gom.",
            )
        case Stage.SPAM:
            triage.mark_spam(question, actor=actor, seen_revision=seen)
        case Stage.REFUSED:
            triage.refuse(
                question,
                actor=actor,
                seen_revision=seen,
                reason=RefusalReason.UNCLEAR,
                text="Nội dung chưa rõ địa điểm. Ông/bà vui lòng gửi lại kèm địa chỉ.",
            )
        case Stage.DUPLICATE:
            triage.merge(
                question, actor=actor, seen_revision=seen, other=merged_into or make_question()
            )
        case Stage.TRANSFERRED:
            body = {
                "name": "Điện lực An Sơn",
                "address": "12 đường Chính",
                "phone": "1900 1909",
                "url": "https://dienluc.example",
            }
            triage.transfer(
                question,
                actor=actor,
                seen_revision=seen,
                body=body,
                reason="Thuộc thẩm quyền của ngành điện.",
            )
        case Stage.WITHDRAWN:
            triage.withdraw(question)


def _assign(question: Question, people: Cast, officer: User | None) -> None:
    triage.assign(
        question,
        actor=people.moderator,
        seen_revision=_seen(question),
        unit=people.unit,
        officer=officer or people.officer,
    )


def _redact(question: Question, people: Cast, title: str | None, body: str | None) -> None:
    submission = question.submission
    masked = redaction.mask(submission.body, redaction.find(submission.body))
    shown = redaction.mask(submission.title, redaction.find(submission.title))
    triage.redact(
        question,
        actor=people.moderator,
        seen_revision=_seen(question),
        title=shown if title is None else title,
        body=masked if body is None else body,
        reason="Có thông tin cá nhân.",
    )


def _answer(question: Question, answer: Draft, people: Cast, officer: User | None) -> None:
    author = officer or people.officer
    answering.save_draft(question, answer, actor=author, seen_answer_revision=0)
    answering.submit(question, actor=author, seen_revision=_seen(question))


def _show(
    question: Question, visibility: Visibility, people: Cast, publish_at: dt.datetime | None
) -> None:
    if visibility is Visibility.SCHEDULED:
        at = publish_at or now() + dt.timedelta(days=1)
        publishing.schedule(question, actor=people.publisher, seen_revision=_seen(question), at=at)
    was_public = visibility is Visibility.ERASED and not publishing.obstacles(question)
    if visibility in {Visibility.PUBLIC, Visibility.HIDDEN} or was_public:
        publishing.publish(question, actor=people.publisher, seen_revision=_seen(question))
    if visibility is Visibility.HIDDEN:
        request = publishing.ask_second_person(
            question,
            Act.HIDE,
            actor=people.moderator,
            seen_revision=_seen(question),
            reason="Còn tên người khác trong bài.",
        )
        publishing.decide(request, question, actor=people.approver, agree=True)
    if visibility is Visibility.ERASED:
        publishing.erase(question, actor=_eraser(), reason="Theo yêu cầu của người gửi.")


def _eraser() -> User:
    return _person("f-quan-tri", "Bùi Thị Quản", (Role.ADMINISTRATOR,))


def make_unseen(marker: str) -> list[Question]:
    """One question for every way of not being public, each carrying the marker in question, name,
    answer and messages.
    """
    body = f"Nội dung {marker} không được lộ ra ở bất cứ trang công khai nào của cổng."
    draft = Draft(
        short=f"Trả lời ngắn {marker} cũng không được lộ ra.",
        resolution=f"Hướng dẫn {marker} từng bước.",
        findings=f"Kết quả {marker}.",
        outcome=Outcome.GUIDANCE,
        contact=f"Liên hệ {marker}",
    )
    common: dict[str, Any] = {
        "body": body,
        "answer": draft,
        "name": f"Nguyễn {marker}",
        "title": f"Tiêu đề {marker}",
    }
    made = [make_question(stage=stage, **common) for stage in Stage if stage is not Stage.DUPLICATE]
    made.append(make_question(stage=Stage.DUPLICATE, merged_into=made[1], **common))
    made += [
        make_question(visibility=shown, **common)
        for shown in (Visibility.SCHEDULED, Visibility.HIDDEN)
    ]
    made.append(make_question(stage=Stage.ANSWERED, visibility=Visibility.ERASED, **common))
    made.append(make_question(stage=Stage.ANSWERED, consent=Consent.PRIVATE, **common))
    made += [
        make_question(stage=Stage.RECEIVED, classification=kind, **common)
        for kind in (Classification.COMPLAINT, Classification.DENUNCIATION)
    ]
    return made
