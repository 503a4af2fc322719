"""Writing, checking, approving and sending an answer.

The four acts are separate, and so are the people.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.audit.moving import need_text
from app.extensions import db
from app.files import service as files
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.kernel.events import emit
from app.kernel.html import paragraphs, safe_href
from app.kernel.text import clean, clean_line
from app.questions import policy
from app.questions.events import ProgressAdded, QuestionMoved
from app.questions.models import Answer, AnswerVersion, ProgressNote, Question
from app.questions.queries.desk import official_contacts
from app.questions.service import triage
from app.questions.service.core import (
    approved_files,
    draft_files,
    guard,
    move,
    pauses,
    record,
    set_due,
    write_log,
)
from app.questions.states import ANSWERED_STAGES, Outcome, Stage, Visibility
from app.submissions import redaction
from app.workdays import queries as workdays
from app.workdays.clock import working_days_used

SHORT_MIN, SHORT_MAX = 20, 300
#: Working days by which a head of unit or leader may extend, once.
EXTENSION_MAX = 10
#: A template's gap that nobody filled: {ngày}, {…}, [điền …].
_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,40}\}|\[(?:điền|dien)[^\]\n]{0,60}\]", re.IGNORECASE)
_EMPTY_PHRASES = re.compile(r"ghi nhận|sẽ chỉ đạo|tiếp tục theo dõi", re.IGNORECASE)
_SLOTS = ("short", "findings", "resolution", "contact", "letter")
_COPIED = (*_SLOTS, "legal_basis", "outcome", "promised_on")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answer form holds."""

    short: str = ""
    findings: str = ""
    resolution: str = ""
    legal_basis: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    outcome: Outcome | None = None
    promised_on: dt.date | None = None
    contact: str = ""
    letter: str = ""


class StaleDraft(Stale):
    """A colleague saved first.

    Carries their version, so that the page can show both and lose nothing.
    """

    def __init__(self, message: str, theirs: Answer) -> None:
        super().__init__(message)
        self.theirs = theirs


def answer_of(question: Question) -> Answer | None:
    """The draft of the answer, if anybody has begun one."""
    return db.session.get(Answer, question.id)


def save_draft(
    question: Question, draft: Draft, *, actor: Actor, seen_answer_revision: int
) -> Answer:
    """Keep what has been written so far. Nothing is required yet.

    `seen_answer_revision` is 0 where there was no draft. Raises StaleDraft when a colleague saved
    in between.
    """
    if not policy.may_write_answer(actor, question):
        raise Forbidden(
            _("Câu hỏi này không ở bước soạn trả lời, hoặc không thuộc đơn vị của bạn.")
        )
    # Two drafts at the same moment: the later one waits here and then finds the other's.
    _wait_for_turn(question)
    answer = db.session.get(Answer, question.id, populate_existing=True)
    if (answer.revision if answer else 0) != seen_answer_revision:
        if answer is None:
            raise Stale(_("Bản nháp này không còn nữa. Hãy tải lại trang."))
        raise StaleDraft(
            _("Đồng nghiệp vừa lưu bản nháp này. Bản của bạn được giữ bên dưới để bạn so sánh."),
            answer,
        )
    if answer is None:
        answer = Answer(question_id=question.id, legal_basis=[])
        db.session.add(answer)
    answer.short = clean_line(draft.short)[:SHORT_MAX]
    answer.findings, answer.resolution = clean(draft.findings), clean(draft.resolution)
    answer.contact, answer.letter = clean_line(draft.contact)[:300], clean_line(draft.letter)[:200]
    answer.legal_basis = [
        {
            "text": clean_line(row.get("text", "")),
            "url": row["url"] if safe_href(row.get("url", "")) else "",
        }
        for row in draft.legal_basis
        if row.get("text")
    ]
    answer.outcome, answer.promised_on = draft.outcome, draft.promised_on
    answer.author_id = actor.id
    answer.updated_at = now()
    db.session.flush()
    return answer


def _wait_for_turn(question: Question) -> None:
    db.session.execute(sa.select(Question.id).where(Question.id == question.id).with_for_update())


def problems(answer: Answer) -> list[tuple[str, str]]:
    """Why this answer cannot be submitted: (field, sentence). Empty: it can."""
    found: list[tuple[str, str]] = []
    if not SHORT_MIN <= len(answer.short) <= SHORT_MAX:
        found.append(("short", _("Trả lời ngắn cần từ 20 đến 300 ký tự.")))
    if not answer.resolution.strip():
        found.append(("resolution", _("Hãy ghi cách giải quyết hoặc hướng dẫn từng bước.")))
    if answer.outcome is None:
        found.append(("outcome", _("Hãy chọn kết quả.")))
    if answer.outcome is Outcome.IN_PROGRESS and answer.promised_on is None:
        found.append(
            ("promised_on", _("Kết quả «Đang thực hiện, có hẹn» cần ngày hẹn hoàn thành."))
        )
    if answer.promised_on is not None and answer.promised_on < today():
        found.append(("promised_on", _("Ngày hẹn hoàn thành đã qua. Hãy chọn ngày sau hôm nay.")))
    official = official_contacts()
    for slot in _SLOTS:
        text = getattr(answer, slot)
        if match := _PLACEHOLDER.search(text):
            found.append((slot, _("Còn chỗ chưa điền: %(gap)s", gap=match.group(0))))
        if slot != "contact" and (hits := redaction.find(text, official=official)):
            found.append(
                (
                    slot,
                    _(
                        "Có thể còn thông tin cá nhân: %(what)s. Hãy che hoặc bỏ đi.",
                        what=", ".join(hit.label for hit in hits[:3]),
                    ),
                )
            )
    return found


def warnings(answer: Answer) -> list[str]:
    """What deserves a second thought but does not stop anybody."""
    text = f"{answer.short}\n{answer.resolution}"
    if (
        _EMPTY_PHRASES.search(text)
        and answer.outcome in {None, Outcome.NOTED}
        and answer.promised_on is None
    ):
        return [
            _(
                "Câu trả lời mới chỉ ghi nhận, chưa có kết quả hay ngày hẹn. Người dân thường hỏi "
                "lại những câu trả lời như vậy."
            )
        ]
    return []


def submit(question: Question, *, actor: Actor, seen_revision: int) -> None:
    """Hand the draft to the approver. Raises FieldError for the first thing that is missing."""
    guard(question, "submit", actor=actor, seen_revision=seen_revision)
    answer = answer_of(question)
    if answer is None:
        raise FieldError("short", _("Chưa có câu trả lời nào để trình."))
    for slot, sentence in problems(answer):
        raise FieldError(slot, sentence)
    if not question.submission.public_body:
        raise Refused(_("Hãy xem và che thông tin cá nhân trong câu hỏi trước khi trình duyệt."))
    move(question, "submit", actor=actor)


def send_back(question: Question, *, actor: Actor, seen_revision: int, reason: str) -> None:
    """The approver wants it changed."""
    guard(question, "send_back", actor=actor, seen_revision=seen_revision)
    move(
        question,
        "send_back",
        actor=actor,
        note=need_text(reason, _("Hãy ghi lý do trả lại để người soạn biết cần sửa gì.")),
    )


def approve(
    question: Question, *, actor: Actor, seen_revision: int, solo_office: bool, acting_for: str = ""
) -> AnswerVersion:
    """Approve the answer as it stands and send it to the citizen: the clock stops now.

    Raises Forbidden when the approver wrote it, unless the office has only one person.
    """
    guard(question, "approve", actor=actor, seen_revision=seen_revision)
    answer = answer_of(question)
    if answer is None or question.stage is not Stage.IN_REVIEW:
        raise Refused(_("Câu hỏi này không ở bước chờ duyệt. Hãy tải lại trang."))
    if not policy.may_approve(actor, question, answer, solo_office=solo_office):
        raise Forbidden(
            _("Người soạn không tự duyệt câu trả lời của mình. Hãy nhờ người khác duyệt.")
        )
    # Of two who approve at the same moment the later one waits here, and is then told that it has
    # been done.
    _wait_for_turn(question)
    triage.split_strangers(question)
    number = 1 + (
        db.session.scalar(
            sa.select(sa.func.max(AnswerVersion.number)).where(
                AnswerVersion.question_id == question.id
            )
        )
        or 0
    )
    version = AnswerVersion(
        question_id=question.id,
        number=number,
        findings_html=str(paragraphs(answer.findings)),
        resolution_html=str(paragraphs(answer.resolution)),
        author_id=answer.author_id,
        approver_id=actor.id,
        approver_name=actor.full_name,
        approved_at=now(),
        self_approved=answer.author_id == actor.id,
        **{name: getattr(answer, name) for name in _COPIED},
    )
    db.session.add(version)
    db.session.flush()
    files.hand_over(draft_files(question), approved_files(question))
    question.version_id = version.id
    question.answered_at = version.approved_at
    question.took_days = working_days_used(
        workdays.calendar(),
        received_on=question.received_on,
        until=today(),
        pauses=pauses(question),
    )
    move(
        question,
        "approve",
        actor=actor,
        note=acting_for,
        public_note=False,
        details={"version": version},
    )
    if version.self_approved:
        record(question, "self_approved", actor)
    return version


def extend(question: Question, *, actor: Actor, seen_revision: int, days: int, reason: str) -> None:
    """Give it more working days: once, at most ten, with a reason that the citizen reads."""
    guard(question, "extend", actor=actor, seen_revision=seen_revision)
    reason = need_text(reason, _("Hãy ghi lý do gia hạn để người gửi biết."))
    if question.extra_days:
        raise Refused(_("Câu hỏi này đã được gia hạn một lần, không gia hạn thêm được."))
    if not 1 <= days <= EXTENSION_MAX:
        raise FieldError("days", _("Chỉ gia hạn được từ 1 đến 10 ngày làm việc."))
    question.extra_days, question.extension_reason = days, reason[:500]
    set_due(question)
    move(question, "extend", actor=actor, note=reason, public_note=True, details={"days": days})


def rate(question: Question, *, rating: int, text: str = "") -> None:
    """The citizen says how content they are: 3 content, 2 acceptable, 1 not content.

    May be changed.
    """
    if rating not in {1, 2, 3}:
        raise FieldError("rating", _("Hãy chọn mức độ hài lòng."))
    question.rating, question.rating_text = rating, clean(text)[:1000] or None
    move(question, "rate", actor=CITIZEN, details={"rating": rating})


def reopen(question: Question, *, reason: str) -> None:
    """The citizen is not content: once, within 30 days of the answer, with a reason."""
    reason = need_text(reason, _("Hãy ghi lý do đề nghị xem lại."))
    if question.reopened_at is not None:
        raise Refused(_("Câu hỏi này đã được mở lại một lần. Bạn có thể gửi câu hỏi mới."))
    if question.answered_at is None or now() - question.answered_at > dt.timedelta(
        days=policy.REOPEN_DAYS
    ):
        raise Refused(_("Đã quá 30 ngày kể từ khi trả lời. Bạn có thể gửi câu hỏi mới."))
    question.reopened_at = now()
    question.closed_at = None
    question.received_on, question.extra_days, question.extension_reason = today(), 0, None
    move(question, "reopen", actor=CITIZEN, note=reason, public_note=True)


def close(question: Question, *, actor: Actor = SYSTEM) -> None:
    """Ten days after the answer, or when the citizen says «Tôi đã rõ»."""
    question.closed_at = now()
    move(question, "close", actor=actor, public_note=actor is CITIZEN)


def add_progress(question: Question, *, actor: Actor, text: str, done: bool) -> ProgressNote:
    """Tell the public what has been done since the answer."""
    if question.stage not in ANSWERED_STAGES or not policy.may_note(actor, question):
        raise Forbidden(_("Chỉ cập nhật tiến độ cho câu hỏi đã trả lời."))
    text = need_text(clean_line(text), _("Hãy viết tiến độ đã thực hiện."))
    if hits := redaction.find(text, official=official_contacts()):
        raise FieldError(
            "text",
            _("Có thể còn thông tin cá nhân: %(what)s. Hãy che hoặc bỏ đi.", what=hits[0].label),
        )
    line = ProgressNote(question_id=question.id, author_id=actor.id, text=text[:500], done=done)
    db.session.add(line)
    question.updated_at = now()
    db.session.flush()
    write_log(question, "progress", actor, from_stage=question.stage, note=text, public=True)
    record(question, "progress", actor)
    emit(ProgressAdded(question, text))
    if question.visibility is Visibility.PUBLIC:
        emit(QuestionMoved(question, "progress", actor, text))
    return line
