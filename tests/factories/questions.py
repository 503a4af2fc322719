"""Questions in every stage and visibility: as rows (make_question), for lists, queues, pages and
permissions; or walked there by the real services (walk_question), for tests about how a question
comes to be where it is. A test holds the two to the same rows.

Call inside an application context. Everything is committed and no transaction stays open, so a test
client may follow at once; the returned question is attached while the context lives and readable
after it. Work in the past: `at=…`, or time_machine around the call.
"""

import contextlib
import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
import time_machine
from flask import current_app

from app.access import Role
from app.access.actors import CITIZEN, SYSTEM, Actor
from app.accounts.models import User
from app.extensions import db
from app.kernel.clock import local, local_date, now, today
from app.kernel.html import paragraphs
from app.kernel.publication import bump
from app.organisation.models import Place, Topic, Unit, UnitKind
from app.questions.models import (
    AnswerFields,
    AnswerVersion,
    Question,
    QuestionLog,
    QuestionMessage,
    QuestionPause,
    SecondPerson,
)
from app.questions.service import answering, core, intake, publishing, triage
from app.questions.service import answering as questions_answering
from app.questions.service import publishing as questions_publishing
from app.questions.service import triage as questions_triage
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
from app.submissions import service as submissions
from app.submissions.service import pin_of
from app.submissions.states import Channel, Consent, NameDisplay
from app.workdays import queries as workdays
from app.workdays.clock import Pause, working_days_used
from tests.factories import sending
from tests.factories.accounts import add_user

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

#: What the people below write.
CALLED = "Đã gọi lại."
REDACTED = "Có thông tin cá nhân."
MORE = "Xin cho biết địa chỉ cụ thể của nơi cần thu gom."
REFUSED = "Nội dung chưa rõ địa điểm. Ông/bà vui lòng gửi lại kèm địa chỉ."
COMPETENT = {
    "name": "Điện lực An Sơn",
    "address": "12 đường Chính",
    "phone": "1900 1909",
    "url": "https://dienluc.example",
}
TRANSFERRED = "Thuộc thẩm quyền của ngành điện."
HIDDEN = "Còn tên người khác trong bài."

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
    people = {
        "f-tiep-nhan": Newcomer("Trần Thị Tiếp", Role.MODERATOR),
        f"f-chuyen-vien-{unit.id}": Newcomer("Lê Văn Soạn", Role.OFFICER, unit),
        "f-lanh-dao": Newcomer("Phạm Thị Duyệt", Role.APPROVER),
        "f-nguoi-dang": Newcomer("Võ Văn Đăng", Role.PUBLISHER),
        "f-han-che": Newcomer("Đỗ Thị Kín", Role.COMPLAINTS),
    }
    return Cast(*_people(people), unit=unit)


class Newcomer(NamedTuple):
    """Somebody who gets an account, unless it is there already."""

    full_name: str
    role: Role
    unit: Unit | None = None


def _people(wanted: Mapping[str, Newcomer]) -> list[User]:
    """Accounts by these names, in this order."""
    rows = db.session.scalars(sa.select(User).where(User.username.in_(wanted)))
    found = {user.username: user for user in rows}
    for username, one in wanted.items():
        if username not in found:
            found[username] = add_user(
                username,
                roles=(one.role,),
                unit_id=one.unit.id if one.unit else None,
                full_name=one.full_name,
                email=f"{username}@example.vn",
            )
    db.session.flush()
    return [found[username] for username in wanted]


def pin(question: Question) -> str:
    """The PIN that the sender was shown."""
    return pin_of(str(current_app.secret_key), question.submission.idempotency_key)


@dataclass(kw_only=True)
class Wanted:
    """What a test asks for: a question that has come as far as `stage` and is `visibility`,
    answered and redacted where that needs it.

    A visibility other than private needs an answered stage: given an earlier one, the stage becomes
    ANSWERED (erased: any; answered and erased was public before, where it could be). An unverified
    one is reachable by mail only, whatever `phone` says. `redacted` sets the public text in earlier
    stages too.
    """

    stage: Stage = Stage.RECEIVED
    visibility: Visibility = Visibility.PRIVATE
    answer: Draft = ANSWER
    title: str = ""
    body: str = BODY
    kind: QuestionKind = QuestionKind.QUESTION
    classification: Classification = Classification.ORDINARY
    topic: Topic | None = None
    unit: Unit | None = None
    place: Place | None = None
    officer: User | None = None
    name: str = "Nguyễn Thị Ân"
    phone: str | None = "0912345678"
    email: str | None = None
    name_display: NameDisplay = NameDisplay.INITIALS
    consent: Consent = Consent.PUBLISH
    channel: Channel = Channel.WEB
    entered_by: User | None = None
    file_keys: Sequence[str] = ()
    public_title: str | None = None
    public_body: str | None = None
    redacted: bool = False
    merged_into: Question | None = None
    spam: dict[str, Any] | None = None
    idempotency_key: str | None = None
    publish_at: dt.datetime | None = None
    at: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.visibility not in {Visibility.PRIVATE, Visibility.ERASED} and self.stage not in {
            Stage.ANSWERED,
            Stage.CLOSED,
        }:
            self.stage = Stage.ANSWERED
        if self.stage is Stage.UNVERIFIED:
            self.phone = None
            self.email = self.email or f"nguoi-gui-{next(_numbers)}@example.vn"

    @property
    def sent(self) -> dict[str, Any]:
        """What `sending.receive` and `sending.ask` are both given, besides kind and text."""
        return {
            "prefix": PREFIX,
            "idempotency_key": self.idempotency_key or uuid.uuid4().hex,
            "title": self.title,
            "place_id": self.place.id if self.place else None,
            "name": self.name,
            "phone": self.phone,
            "email": self.email,
            "name_display": self.name_display,
            "consent": self.consent,
            "channel": self.channel,
            "file_keys": self.file_keys,
            "spam": self.spam,
            **({"actor": self.entered_by} if self.entered_by else {}),
        }

    @property
    def topic_days(self) -> int | None:
        """Working days that the topic allows."""
        return self.topic.answer_working_days if self.topic else None

    @property
    def restricted(self) -> bool:
        """A complaint or denunciation."""
        return self.classification is not Classification.ORDINARY


def make_question(**wanted: Any) -> Question:
    """One question as rows (see Wanted): with its log, answer and place in the index, without
    mails and without the office's record of its acts.
    """
    asked = Wanted(**wanted)
    if asked.visibility is Visibility.ERASED:
        return walk_question(**wanted)  # what an erasure leaves is for the erasure to say
    with _moment(asked.at):
        return _settled(_Rows(asked).question)


def walk_question(**wanted: Any) -> Question:
    """One question (see Wanted), taken there by the real services: log, record, clock, mails and
    answer as they come.
    """
    asked = Wanted(**wanted)
    stage = asked.stage
    with _moment(asked.at):
        people = cast(asked.unit)
        question = sending.ask(asked.kind, asked.body, topic=asked.topic, **asked.sent).question
        _let_in(question, stage, people)
        if asked.restricted and stage in _CLASSIFIED_FIRST:
            _classify(question, asked.classification, people)
        _leave_early(question, stage, people, asked.merged_into)
        if stage in _NEEDS_UNIT:
            _assign(question, people, asked.officer)
        if asked.redacted or stage in _NEEDS_ANSWER:
            _redact(question, people, asked.public_title, asked.public_body)
        if stage in _NEEDS_ANSWER:
            _answer(question, asked.answer, people, asked.officer)
        if stage in {Stage.ANSWERED, Stage.CLOSED}:
            answering.approve(
                question, actor=people.approver, seen_revision=_seen(question), solo_office=False
            )
        if asked.restricted and stage not in _CLASSIFIED_FIRST:
            _classify(question, asked.classification, people)
        _show(question, asked.visibility, people, asked.publish_at)
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
            question, actor=people.moderator, seen_revision=_seen(question), note=CALLED
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
                text=MORE,
            )
        case Stage.SPAM:
            triage.mark_spam(question, actor=actor, seen_revision=seen)
        case Stage.REFUSED:
            triage.refuse(
                question,
                actor=actor,
                seen_revision=seen,
                reason=RefusalReason.UNCLEAR,
                text=REFUSED,
            )
        case Stage.DUPLICATE:
            questions_triage.merge(
                question, actor=actor, seen_revision=seen, other=merged_into or walk_question()
            )
        case Stage.TRANSFERRED:
            questions_triage.transfer(
                question,
                actor=actor,
                seen_revision=seen,
                body=COMPETENT,
                reason=TRANSFERRED,
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


def _shown(question: Question, title: str | None, body: str | None) -> dict[str, str]:
    """The text that may be shown, and why it differs."""
    sent = question.submission
    return {
        "title": redaction.mask(sent.title, redaction.find(sent.title)) if title is None else title,
        "body": redaction.mask(sent.body, redaction.find(sent.body)) if body is None else body,
        "reason": REDACTED,
    }


def _redact(question: Question, people: Cast, title: str | None, body: str | None) -> None:
    questions_triage.redact(
        question,
        actor=people.moderator,
        seen_revision=_seen(question),
        **_shown(question, title, body),
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
            reason=HIDDEN,
        )
        publishing.decide(request, question, actor=people.approver, agree=True)
    if visibility is Visibility.ERASED:
        publishing.erase(question, actor=_eraser(), reason="Theo yêu cầu của người gửi.")


def _eraser() -> User:
    (eraser,) = _people({"f-quan-tri": Newcomer("Bùi Thị Quản", Role.ADMINISTRATOR)})
    return eraser


class _Rows:
    """The same without the services' walk: what they would leave is written down at once."""

    def __init__(self, asked: Wanted) -> None:
        self._asked = asked
        self._people = cast(asked.unit)
        self._calendar = workdays.calendar()
        self._log: list[QuestionLog] = []
        self.question = self._receive()
        with db.session.no_autoflush:
            self._walk()
        self._keep_log()

    def _walk(self) -> None:
        asked = self._asked
        self._note("receive", asked.entered_by or CITIZEN, None, public=True)
        self._let_in()
        if asked.restricted and asked.stage in _CLASSIFIED_FIRST:
            self._classify()
        self._leave_early()
        if asked.stage in _NEEDS_UNIT:
            self._assign()
        if asked.redacted or asked.stage in _NEEDS_ANSWER:
            self._redact()
        if asked.stage in _NEEDS_ANSWER:
            self._answer()
        if asked.restricted and asked.stage not in _CLASSIFIED_FIRST:
            self._classify()
        self._show()
        if asked.stage is Stage.CLOSED:
            self.question.closed_at = now()
            self._step("close", SYSTEM, Stage.CLOSED)
            if self.question.visibility is Visibility.PUBLIC:
                bump()
        core.set_due(self.question, self._calendar, known_pauses=self._pauses())

    def _receive(self) -> Question:
        asked = self._asked
        received = sending.receive("question", asked.body, **asked.sent)
        assert not received.repeated
        submission = received.submission
        question = Question(
            submission_id=submission.id,
            submission=submission,
            kind=asked.kind,
            classification=Classification.ORDINARY,
            extra_days=0,
            stage=Stage.RECEIVED if submission.confirmed_at else Stage.UNVERIFIED,
            topic_id=asked.topic.id if asked.topic else None,
            received_on=local_date(submission.received_at),
            working_days=asked.topic_days or core.DEFAULT_DAYS,
            sort_on=core.FAR_AWAY,
        )
        db.session.add(question)
        db.session.flush()
        return question

    def _step(
        self, move: str, actor: Actor, to: Stage | None = None, note: str = "", public: bool = False
    ) -> None:
        before = self.question.stage
        self.question.stage = to or before
        self._note(move, actor, before, note, public=public)

    def _note(
        self, move: str, actor: Actor, before: Stage | None, note: str = "", *, public: bool = False
    ) -> None:
        self._log.append(
            QuestionLog(
                question_id=self.question.id,
                actor_id=actor.id,
                actor=actor.full_name,
                move=move,
                from_stage=before,
                to_stage=self.question.stage,
                note=note,
                public=public,
            )
        )

    def _keep_log(self) -> None:
        db.session.add_all(self._log)
        self._log.clear()
        db.session.flush()

    def _let_in(self) -> None:
        question, stage = self.question, self._asked.stage
        if question.stage is Stage.UNVERIFIED and stage not in {
            Stage.UNVERIFIED,
            Stage.SPAM,
            Stage.WITHDRAWN,
        }:
            question.received_on, question.submission.confirmed_at = today(), now()
            self._step("confirm", self._people.moderator, Stage.RECEIVED, CALLED)

    def _classify(self) -> None:
        question = self.question
        assert question.stage not in _NEEDS_ANSWER
        question.classification, question.topic_id = self._asked.classification, None
        question.submission.restricted, question.submission.consent = True, Consent.PRIVATE
        self._step("classify", self._people.moderator)

    def _leave_early(self) -> None:
        asked, question, people = self._asked, self.question, self._people
        actor = (
            people.moderator
            if question.classification is Classification.ORDINARY
            else people.complaints
        )
        match asked.stage:
            case Stage.NEEDS_INFO:
                question.paused_from = question.stage
                wanted = {"question_id": question.id, "author_id": actor.id}
                db.session.add(QuestionMessage(from_citizen=False, body=MORE, **wanted))
                db.session.add(
                    QuestionPause(
                        question_id=question.id,
                        started_on=today(),
                        reason=MORE,
                        reply_by=self._calendar.add_working_days(today(), triage.REPLY_DAYS),
                    )
                )
                self._step("ask_more", actor, Stage.NEEDS_INFO, MORE, public=True)
            case Stage.SPAM:
                question.spam_at = now()
                self._step("mark_spam", actor, Stage.SPAM)
            case Stage.REFUSED:
                question.refusal, question.refusal_text = RefusalReason.UNCLEAR, REFUSED
                self._step("refuse", actor, Stage.REFUSED, REFUSED, public=True)
            case Stage.DUPLICATE:
                self._keep_log()
                other = asked.merged_into or make_question()
                question.merged_into_id = other.id
                self._step("merge", actor, Stage.DUPLICATE, other.submission.code)
            case Stage.TRANSFERRED:
                question.transfer = {**COMPETENT, "reason": TRANSFERRED}
                note = COMPETENT["name"]
                self._step("transfer", actor, Stage.TRANSFERRED, note, public=True)
            case Stage.WITHDRAWN:
                self._step("withdraw", CITIZEN, Stage.WITHDRAWN, public=True)

    def _assign(self) -> None:
        officer = self._asked.officer or self._people.officer
        assert officer.unit_id == self._people.unit.id
        self.question.unit_id, self.question.officer_id = officer.unit_id, officer.id
        self._step("assign", self._people.moderator, Stage.ASSIGNED)

    def _redact(self) -> None:
        shown = _shown(self.question, self._asked.public_title, self._asked.public_body)
        moderator = self._people.moderator
        submissions.redact(self.question.submission, actor_id=moderator.id, **shown)
        self._step("redact", moderator, note=REDACTED)

    def _answer(self) -> None:
        question, author = self.question, self._asked.officer or self._people.officer
        answer = questions_answering.save_draft(
            question, self._asked.answer, actor=author, seen_answer_revision=0
        )
        assert not questions_answering.problems(answer)
        self._step("submit", author, Stage.IN_REVIEW)
        if self._asked.stage is Stage.IN_REVIEW:
            return
        version = AnswerVersion(
            question_id=question.id,
            number=1,
            findings_html=str(paragraphs(answer.findings)),
            resolution_html=str(paragraphs(answer.resolution)),
            author_id=author.id,
            approver_id=self._people.approver.id,
            approver_name=self._people.approver.full_name,
            approved_at=now(),
            **{name: getattr(answer, name) for name in AnswerFields.__annotations__},
        )
        db.session.add(version)
        db.session.flush()
        question.version_id, question.answered_at = version.id, version.approved_at
        question.took_days = working_days_used(
            self._calendar, received_on=question.received_on, until=today(), pauses=[]
        )
        self._step("approve", self._people.approver, Stage.ANSWERED)

    def _show(self) -> None:
        question, publisher = self.question, self._people.publisher
        wanted = self._asked.visibility
        if wanted is Visibility.PRIVATE:
            return
        assert not questions_publishing.obstacles(question)
        if wanted is Visibility.SCHEDULED:
            at = self._asked.publish_at or now() + dt.timedelta(days=1)
            question.visibility, question.publish_at = wanted, at
            self._step("schedule", publisher, note=local(at).strftime("%H:%M %d/%m/%Y"))
            return
        question.visibility, question.published_at = Visibility.PUBLIC, now()
        question.published_year = local(question.published_at).year
        self._step("publish", publisher, public=True)
        bump()
        if wanted is Visibility.PUBLIC:
            publishing.index(question)
        else:
            self._hide()

    def _hide(self) -> None:
        question, people = self.question, self._people
        question.visibility, question.hidden_at, question.hidden_reason = (
            Visibility.HIDDEN,
            now(),
            HIDDEN,
        )
        db.session.add(
            SecondPerson(
                question_id=question.id,
                act=Act.HIDE,
                payload={},
                reason=HIDDEN,
                asked_by=people.moderator.id,
                confirm_by=self._calendar.add_working_days(today(), 1),
                decided_by=people.approver.id,
                decided_at=now(),
                agreed=True,
            )
        )
        self._step("request", people.moderator, note=HIDDEN)
        self._step("hide", people.approver, note=HIDDEN)
        bump()

    def _pauses(self) -> list[Pause]:
        if self._asked.stage is Stage.NEEDS_INFO and not self._asked.restricted:
            return [Pause(today(), None, MORE)]
        return []


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
