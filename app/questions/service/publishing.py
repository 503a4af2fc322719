"""What the public can see, and the acts that two people do."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import P
from app.access.actors import SYSTEM, Actor
from app.audit.moving import check_revision, need_text
from app.extensions import db
from app.files import service as files
from app.kernel import fulltext
from app.kernel.clock import local, now, today
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.events import emit, on
from app.kernel.publication import bump
from app.kernel.text import join_lines
from app.mailer import service as mailer
from app.questions import policy
from app.questions.events import QuestionMoved, SecondPersonAsked
from app.questions.models import (
    Answer,
    AnswerVersion,
    ContentReport,
    ProgressNote,
    Question,
    QuestionLog,
    QuestionMessage,
    QuestionPause,
    SecondPerson,
)
from app.questions.queries.desk import official_contacts
from app.questions.service import triage
from app.questions.service.core import (
    approved_files,
    draft_files,
    guard,
    move,
    record,
    ref,
    set_due,
    write_log,
)
from app.questions.states import ANSWERED_STAGES, Act, RefusalReason, Visibility
from app.submissions import redaction
from app.submissions import service as submissions
from app.submissions.states import Consent
from app.workdays import queries as workdays


def obstacles(question: Question, *, once_approved: bool = False) -> list[str]:
    """Why this question cannot be published now (or, `once_approved`, as soon as its answer is).

    Empty: it can.
    """
    found = []
    submission = question.submission
    if policy.is_restricted(question):
        found.append(_("Khiếu nại, tố cáo không được công khai."))
    if submission.consent is not Consent.PUBLISH:
        found.append(_("Người gửi chỉ đồng ý trả lời riêng."))
    if not once_approved and (question.version_id is None or question.stage not in ANSWERED_STAGES):
        found.append(_("Câu hỏi chưa có câu trả lời được duyệt."))
    if not submission.public_body:
        found.append(_("Chưa che thông tin cá nhân trong câu hỏi."))
    elif hits := redaction.find(
        f"{submission.public_title}\n{submission.public_body}", official=official_contacts()
    ):
        found.append(
            _(
                "Nội dung sẽ đăng có thể còn thông tin cá nhân: %(what)s.",
                what=", ".join(hit.label for hit in hits[:3]),
            )
        )
    return found


def publish(question: Question, *, actor: Actor, seen_revision: int | None = None) -> None:
    """Show it to everybody, now."""
    guard(question, "publish", actor=actor, seen_revision=seen_revision)
    _refuse_if_obstructed(question)
    question.visibility = Visibility.PUBLIC
    question.published_at = question.published_at or now()
    question.published_year = local(question.published_at).year
    question.publish_at = None
    move(question, "publish", actor=actor, public_note=True)


def schedule(question: Question, *, actor: Actor, seen_revision: int, at: dt.datetime) -> None:
    """Show it to everybody, later."""
    guard(question, "schedule", actor=actor, seen_revision=seen_revision)
    _refuse_if_obstructed(question)
    if at <= now():
        raise FieldError("at", _("Giờ hẹn đăng phải sau lúc này."))
    question.visibility, question.publish_at = Visibility.SCHEDULED, at
    move(question, "schedule", actor=actor, note=local(at).strftime("%H:%M %d/%m/%Y"))


def unschedule(question: Question, *, actor: Actor, seen_revision: int) -> None:
    """Not later after all."""
    guard(question, "unschedule", actor=actor, seen_revision=seen_revision)
    if question.visibility is not Visibility.SCHEDULED:
        raise Refused(_("Câu hỏi này không có hẹn giờ đăng."))
    question.visibility, question.publish_at = Visibility.PRIVATE, None
    move(question, "unschedule", actor=actor)


def _refuse_if_obstructed(question: Question) -> None:
    if question.visibility is Visibility.HIDDEN:
        raise Refused(_("Câu hỏi đã bị gỡ. Đăng lại cần người thứ hai xác nhận."))
    if question.visibility is Visibility.PUBLIC:
        raise Refused(_("Câu hỏi này đang công khai rồi."))
    if found := obstacles(question):
        raise Refused(" ".join(found))


def publish_due() -> int:
    """Publish what was scheduled for a moment that has come; returns how many.

    What may no longer go out stays private.
    """
    due = db.session.scalars(
        sa.select(Question)
        .where(Question.visibility == Visibility.SCHEDULED, Question.publish_at <= now())
        .limit(100)
    )
    count = 0
    for question in due.all():
        if reasons := obstacles(question):
            question.visibility, question.publish_at = Visibility.PRIVATE, None
            db.session.flush()
            write_log(
                question, "unschedule", SYSTEM, from_stage=question.stage, note=" ".join(reasons)
            )
            continue
        publish(question, actor=SYSTEM)
        count += 1
    return count


def ask_second_person(
    question: Question,
    act: Act,
    *,
    actor: Actor,
    seen_revision: int,
    reason: str,
    payload: dict[str, Any] | None = None,
    emergency: bool = False,
) -> SecondPerson:
    """Ask a colleague to confirm a refusal, a hiding or its undoing.

    An emergency hiding takes effect at once and is confirmed within one working day; if nobody
    does, staff are reminded and it stays hidden, since showing what should not be seen is the worse
    mistake.
    """
    reason = need_text(reason, _("Hãy ghi lý do."))
    _check_act(question, act, actor)
    check_revision(question, seen_revision)
    if open_request(question) is not None:
        raise Refused(_("Câu hỏi này đang chờ người thứ hai xác nhận một việc khác."))
    assert actor.id is not None
    request = SecondPerson(
        question_id=question.id,
        act=act,
        payload=payload or {},
        reason=reason[:1000],
        asked_by=actor.id,
        emergency=emergency and act is Act.HIDE,
        confirm_by=workdays.calendar().add_working_days(today(), 1),
    )
    db.session.add(request)
    question.updated_at = now()
    db.session.flush()
    write_log(question, "request", actor, from_stage=question.stage, note=reason)
    record(
        question, "second_person_asked", actor, {"act": act.value, "emergency": request.emergency}
    )
    if request.emergency:
        _hide(question, actor, reason)
    emit(SecondPersonAsked(question, request, actor))
    return request


def _check_act(question: Question, act: Act, actor: Actor) -> None:
    name = act.value
    if not policy.may_move(actor, question, name):
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    if act is Act.HIDE and question.visibility is not Visibility.PUBLIC:
        raise Refused(_("Câu hỏi này không đang công khai."))
    if act is Act.UNHIDE and question.visibility is not Visibility.HIDDEN:
        raise Refused(_("Câu hỏi này không bị gỡ."))


def open_request(question: Question) -> SecondPerson | None:
    """What waits for a second person, if anything."""
    return db.session.scalar(
        sa.select(SecondPerson).where(
            SecondPerson.question_id == question.id, SecondPerson.decided_at.is_(None)
        )
    )


def may_decide(actor: Actor, question: Question, request: SecondPerson) -> bool:
    """Another person than the one who asked, who could have asked or who approves."""
    if request.asked_by == actor.id or not policy.may_read(actor, question):
        return False
    return policy.may_ever(actor, question, request.act.value) or actor.has(P.QUESTION_APPROVE)


def decide(
    request: SecondPerson, question: Question, *, actor: Actor, agree: bool, note: str = ""
) -> None:
    """The second person agrees, and it is done; or not, and an emergency hiding is undone."""
    if request.decided_at is not None:
        raise Refused(_("Việc này đã có người quyết định rồi."))
    if not may_decide(actor, question, request):
        raise Forbidden(_("Việc này cần một người khác xác nhận."))
    request.decided_by, request.decided_at, request.agreed = actor.id, now(), agree
    record(question, "second_person_decided", actor, {"act": request.act.value, "agreed": agree})
    if not agree:
        db.session.flush()
        write_log(question, "reject", actor, from_stage=question.stage, note=note)
        if request.emergency and question.visibility is Visibility.HIDDEN:
            _unhide(question, actor, note)
        return
    if request.emergency:
        write_log(question, "agree", actor, from_stage=question.stage, note=note)
    elif request.act is Act.HIDE:
        _hide(question, actor, request.reason)
    elif request.act is Act.UNHIDE:
        _unhide(question, actor, request.reason)
    elif request.act is Act.REFUSE:
        _refuse(question, request, actor)


def _refuse(question: Question, request: SecondPerson, actor: Actor) -> None:
    reason = RefusalReason(request.payload["reason"])
    # The move is the first person's; the second, who may be an approver without that permission,
    # has agreed to it.
    triage.refuse(
        question, actor=SYSTEM, seen_revision=None, reason=reason, text=request.payload["text"]
    )
    db.session.flush()


def _hide(question: Question, actor: Actor, reason: str) -> None:
    question.visibility, question.hidden_at, question.hidden_reason = (
        Visibility.HIDDEN,
        now(),
        reason[:500],
    )
    move(question, "hide", actor=_on_behalf(actor, question, "hide"), note=reason)


def _unhide(question: Question, actor: Actor, reason: str) -> None:
    # What was reopened meanwhile shows its first answer again, as before.
    if found := obstacles(question, once_approved=True):
        raise Refused(" ".join(found))
    question.visibility, question.hidden_at, question.hidden_reason = Visibility.PUBLIC, None, None
    move(question, "unhide", actor=_on_behalf(actor, question, "unhide"), note=reason)


def _on_behalf(actor: Actor, question: Question, name: str) -> Actor:
    return actor if policy.may_ever(actor, question, name) else SYSTEM


def erase(
    question: Question, *, actor: Actor, reason: str, seen_revision: int | None = None
) -> None:
    """Remove text and sender for ever, on a legal request or when the time to keep them is over.

    A tombstone stays.
    """
    reason = need_text(reason, _("Hãy ghi căn cứ xóa."))
    guard(question, "erase", actor=actor, seen_revision=seen_revision)
    submissions.erase(question.submission)
    question.visibility, question.publish_at = Visibility.ERASED, None
    question.rating_text = question.transfer = question.extension_reason = (
        question.hidden_reason
    ) = None
    # Not None: a refused question has a reason, even one that nobody can read any more.
    question.refusal_text = "" if question.refusal_text is not None else None
    db.session.flush()
    _erase_rows(question)
    set_due(question)
    move(question, "erase", actor=actor, note=reason)


def _erase_rows(question: Question) -> None:
    files.erase_of(approved_files(question))
    files.erase_of(draft_files(question))
    mailer.forget_about(ref(question))
    blank = {
        "short": "",
        "findings": "",
        "resolution": "",
        "contact": "",
        "letter": "",
        "legal_basis": [],
    }
    mine = question.id
    for table in (QuestionMessage, ProgressNote, ContentReport):
        db.session.execute(sa.delete(table).where(table.question_id == mine))
    db.session.execute(sa.update(Answer).where(Answer.question_id == mine).values(**blank))
    db.session.execute(
        sa.update(AnswerVersion)
        .where(AnswerVersion.question_id == mine)
        .values(**blank, findings_html="", resolution_html="")
    )
    db.session.execute(
        sa.update(QuestionLog).where(QuestionLog.question_id == mine).values(note="")
    )
    db.session.execute(
        sa.update(QuestionPause).where(QuestionPause.question_id == mine).values(reason="")
    )
    db.session.execute(
        sa.update(SecondPerson)
        .where(SecondPerson.question_id == mine)
        .values(reason="", payload={})
    )


@on(QuestionMoved)
def keep_outside_true(event: QuestionMoved) -> None:
    """Whatever changed what the public may see: the index follows and cached pages end, in the same
    transaction.
    """
    question = event.question
    if event.move == "tighten" and question.submission.consent is not Consent.PUBLISH:
        _take_back(question)
    shown = question.visibility is Visibility.PUBLIC
    if shown and event.move == "redact" and (found := obstacles(question, once_approved=True)):
        raise Refused(" ".join(found))
    if shown and event.move in {"publish", "unhide", "approve", "redact"}:
        index(question)
    if not shown and event.move in {"hide", "erase", "tighten"}:
        fulltext.remove(ref(question))
    if shown or event.move in {"hide", "erase", "tighten"}:
        bump()


def _take_back(question: Question) -> None:
    if question.visibility in {Visibility.PUBLIC, Visibility.SCHEDULED, Visibility.HIDDEN}:
        question.visibility, question.publish_at = Visibility.PRIVATE, None
        db.session.flush()


def document_of(question: Question) -> tuple[str, str]:
    """Title and body of a published question as the full-text index holds them."""
    version = db.session.get_one(AnswerVersion, question.version_id)
    body = join_lines(
        [question.submission.public_body or "", version.short, version.findings, version.resolution]
    )
    return question.submission.public_title or "", body


def index(question: Question) -> None:
    """Put the public text of a published question into the full-text index."""
    title, body = document_of(question)
    fulltext.put(ref(question), title=title, body=body)
