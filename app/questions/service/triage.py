"""What happens before somebody writes an answer: classify, redact, assign, ask for more, refuse,
transfer, set aside.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.accounts.models import User
from app.audit.moving import check_revision, need_text
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.events import emit
from app.kernel.text import clean_line
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.events import QuestionMoved
from app.questions.models import Question, QuestionMessage
from app.questions.service.core import (
    end_pause,
    guard,
    move,
    record,
    set_due,
    start_pause,
    write_log,
)
from app.questions.states import Classification, QuestionKind, RefusalReason, Stage
from app.submissions import service as submissions
from app.submissions.states import Consent, NameDisplay
from app.workdays import queries as workdays

#: Working days in which a citizen is asked to reply (the design's «closes after 10»).
REPLY_DAYS = 10


def classify(
    question: Question,
    *,
    actor: Actor,
    seen_revision: int,
    topic: Topic | None,
    kind: QuestionKind,
    classification: Classification = Classification.ORDINARY,
) -> None:
    """Set topic, kind and whether it is a complaint or denunciation.

    A topic with fewer days makes the due date earlier; one with more never makes it later than the
    citizen was told.
    """
    if not policy.may_classify(actor, question):
        raise Forbidden(_("Bạn không có quyền phân loại câu hỏi này."))
    check_revision(question, seen_revision)
    if classification is not question.classification:
        _set_classification(question, actor, classification)
    question.kind = kind
    question.topic_id = topic.id if topic else None
    if topic and question.stage is not Stage.UNVERIFIED:
        question.working_days = min(question.working_days, topic.answer_working_days)
    set_due(question)
    question.updated_at = now()
    db.session.flush()
    note = topic.name if topic else ""
    write_log(question, "classify", actor, from_stage=question.stage, note=note)
    record(
        question,
        "classify",
        actor,
        {"topic": topic.slug if topic else None, "classification": classification.value},
    )


def _set_classification(question: Question, actor: Actor, classification: Classification) -> None:
    if question.published_at is not None or question.stage in {Stage.ANSWERED, Stage.CLOSED}:
        raise Refused(
            _(
                "Câu hỏi đã trả lời thì không chuyển thành khiếu nại, tố cáo được nữa. Hãy gỡ câu "
                "trả lời trước."
            )
        )
    if question.stage is Stage.IN_REVIEW and classification is not Classification.ORDINARY:
        # The restricted role has no move from here: it would be stuck.
        raise Refused(_("Câu hỏi đang chờ duyệt. Hãy trả lại để sửa trước, rồi mới phân loại."))
    question.classification = classification
    question.submission.restricted = classification is not Classification.ORDINARY
    if question.submission.restricted:
        question.submission.consent = Consent.PRIVATE
        if question.stage is Stage.NEEDS_INFO:
            end_pause(question)


def redact(
    question: Question, *, actor: Actor, seen_revision: int, title: str, body: str, reason: str
) -> None:
    """Set the text that may be shown, and say why it differs."""
    if not policy.may_classify(actor, question) or policy.is_restricted(question):
        raise Forbidden(_("Bạn không có quyền che thông tin của câu hỏi này."))
    check_revision(question, seen_revision)
    assert actor.id is not None
    submissions.redact(
        question.submission, title=title, body=body, reason=reason, actor_id=actor.id
    )
    question.updated_at = now()
    db.session.flush()
    write_log(question, "redact", actor, from_stage=question.stage, note=reason)
    # The reason stays in the log: what an erasure has to remove does not belong into the record,
    # which nothing is removed from.
    record(question, "redact", actor)
    emit(QuestionMoved(question, "redact", actor, reason))


def assign(
    question: Question,
    *,
    actor: Actor,
    seen_revision: int | None,
    unit: Unit,
    officer: User | None = None,
    note: str = "",
) -> None:
    """Give it to a unit, and to a person where one is named.

    A head of unit assigns within the unit only.
    """
    guard(question, "assign", actor=actor, seen_revision=seen_revision)
    if unit.valid_to is not None and unit.valid_to < today():
        raise FieldError("unit", _("Đơn vị này đã ngừng hoạt động. Hãy chọn đơn vị khác."))
    if officer is not None and (officer.unit_id != unit.id or not officer.is_active):
        raise FieldError("officer", _("Cán bộ này không thuộc đơn vị đã chọn."))
    if not policy.sees_everything(actor) and unit.id != actor.unit_id:
        raise Forbidden(_("Bạn chỉ phân công được trong đơn vị của mình."))
    question.unit_id = unit.id
    question.officer_id = officer.id if officer else None
    move(
        question, "assign", actor=actor, note=note, details={"unit": unit.name, "officer": officer}
    )


def hand_back(question: Question, *, actor: Actor, seen_revision: int, reason: str) -> None:
    """It is not ours: back to reception, with the reason."""
    guard(question, "hand_back", actor=actor, seen_revision=seen_revision)
    reason = need_text(reason, _("Hãy ghi lý do trả lại."))
    question.officer_id = None
    move(question, "hand_back", actor=actor, note=reason)
    # Afterwards, since only the unit that has it may make the move: from now on it is nobody's.
    question.unit_id = None
    db.session.flush()


def ask_more(question: Question, *, actor: Actor, seen_revision: int, text: str) -> None:
    """Ask the citizen for what is missing. The clock pauses from today."""
    guard(question, "ask_more", actor=actor, seen_revision=seen_revision)
    text = need_text(text, _("Hãy ghi rõ cần bổ sung thông tin gì."))
    question.paused_from = question.stage
    reply_by = workdays.calendar().add_working_days(today(), REPLY_DAYS)
    start_pause(question, text, reply_by)
    db.session.add(
        QuestionMessage(question_id=question.id, from_citizen=False, author_id=actor.id, body=text)
    )
    move(
        question,
        "ask_more",
        actor=actor,
        note=text,
        public_note=True,
        details={"text": text, "reply_by": reply_by},
    )


def reply_more(
    question: Question, *, text: str, actor: Actor = CITIZEN, seen_revision: int | None = None
) -> None:
    """The citizen replied (or an officer typed in what they said): the clock runs again and it goes
    back to where it was.
    """
    guard(question, "reply_more", actor=actor, seen_revision=seen_revision)
    text = need_text(text, _("Hãy viết nội dung bổ sung."))
    back_to = question.paused_from
    db.session.add(
        QuestionMessage(question_id=question.id, from_citizen=True, author_id=actor.id, body=text)
    )
    end_pause(question)
    question.paused_from = None if question.stage is Stage.NEEDS_INFO else question.paused_from
    move(question, "reply_more", actor=actor, target=back_to, public_note=True)


def add_information(question: Question, *, text: str) -> None:
    """The citizen adds something unasked. Nothing moves; whoever has it is told."""
    text = need_text(text, _("Hãy viết nội dung bổ sung."))
    if question.stage not in {Stage.UNVERIFIED, Stage.RECEIVED, Stage.ASSIGNED, Stage.IN_REVIEW}:
        raise Refused(
            _("Câu hỏi này đã kết thúc nên không bổ sung được nữa. Bạn có thể gửi câu hỏi mới.")
        )
    db.session.add(QuestionMessage(question_id=question.id, from_citizen=True, body=text))
    question.updated_at = now()
    db.session.flush()
    write_log(question, "add_info", CITIZEN, from_stage=question.stage, public=True)
    emit(QuestionMoved(question, "add_info", CITIZEN, ""))


def merge(question: Question, *, actor: Actor, seen_revision: int, other: Question) -> None:
    """It asks the same as another one, whose answer its sender will get."""
    guard(question, "merge", actor=actor, seen_revision=seen_revision)
    if other.id == question.id or other.stage in {
        Stage.DUPLICATE,
        Stage.SPAM,
        Stage.REFUSED,
        Stage.WITHDRAWN,
        Stage.UNVERIFIED,
    }:
        raise FieldError(
            "other",
            _("Không gộp được với câu hỏi này. Hãy chọn câu hỏi đang xử lý hoặc đã trả lời."),
        )
    if policy.is_restricted(other):
        raise FieldError(
            "other",
            _("Không gộp được với câu hỏi này. Hãy chọn câu hỏi đang xử lý hoặc đã trả lời."),
        )
    if not policy.may_read_answer(question, other):
        raise FieldError(
            "other",
            _(
                "Câu trả lời của câu hỏi này chỉ dành cho người đã gửi nên không gửi cho người "
                "khác được. Hãy trả lời riêng từng câu."
            ),
        )
    # Those that were merged into this one wait for the other's answer from now on.
    before = list(
        db.session.scalars(
            sa.select(Question).where(Question.merged_into_id == question.id).order_by(Question.id)
        )
    )
    for one in (question, *before):
        one.merged_into_id = other.id
    move(
        question,
        "merge",
        actor=actor,
        note=other.submission.code,
        details={"other": other, "with": before},
    )


def merged_into(question: Question) -> list[Question]:
    """The questions whose senders wait for this one's answer."""
    query = sa.select(Question).where(
        Question.merged_into_id == question.id, Question.stage == Stage.DUPLICATE
    )
    return list(db.session.scalars(query.order_by(Question.id)))


def split(question: Question, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """It no longer waits for the other one's answer and goes back to the queue."""
    guard(question, "split", actor=actor, seen_revision=seen_revision)
    question.merged_into_id = None
    move(question, "split", actor=actor, note=note, public_note=True)


def split_strangers(question: Question) -> None:
    """Before something is said to the sender of a question: whoever was merged into it and may not
    read that gets an answer of their own.
    """
    for one in merged_into(question):
        if not policy.may_read_answer(one, question):
            note = _("Câu đã gộp vào chỉ được trả lời riêng cho người đã gửi.")
            split(one, actor=SYSTEM, seen_revision=None, note=note)


def refuse(
    question: Question, *, actor: Actor, seen_revision: int | None, reason: RefusalReason, text: str
) -> None:
    """Do not take it, with a reason that its sender reads.

    The second person, where one is needed, has been asked already.
    """
    guard(question, "refuse", actor=actor, seen_revision=seen_revision)
    text = need_text(text, _("Hãy ghi lý do và cách gửi lại để người gửi biết."))
    question.refusal, question.refusal_text = reason, text[:1000]
    split_strangers(question)
    move(question, "refuse", actor=actor, note=text, public_note=True, details={"reason": reason})


def transfer(
    question: Question, *, actor: Actor, seen_revision: int, body: Mapping[str, Any], reason: str
) -> None:
    """Send it to the body that is competent, and tell the citizen its name, address, telephone and
    link.
    """
    guard(question, "transfer", actor=actor, seen_revision=seen_revision)
    if not str(body.get("name", "")).strip():
        raise FieldError("name", _("Hãy nhập tên cơ quan có thẩm quyền."))
    reason = need_text(reason, _("Hãy ghi lý do chuyển."))
    question.transfer = {
        **{key: str(body.get(key) or "") for key in ("name", "address", "phone", "url")},
        "reason": reason,
    }
    split_strangers(question)
    move(question, "transfer", actor=actor, note=question.transfer["name"], public_note=True)


def mark_spam(
    question: Question, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> None:
    """Put it aside for 30 days, then it is erased. The sender hears nothing."""
    guard(question, "mark_spam", actor=actor, seen_revision=seen_revision)
    question.spam_at = now()
    move(question, "mark_spam", actor=actor, note=note)


def restore(question: Question, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """It was no spam after all."""
    guard(question, "restore", actor=actor, seen_revision=seen_revision)
    question.spam_at = None
    move(question, "restore", actor=actor, note=note)


def add_note(question: Question, *, actor: Actor, text: str) -> None:
    """An internal note, for colleagues only."""
    if not policy.may_note(actor, question):
        raise Forbidden(_("Bạn không có quyền ghi chú vào câu hỏi này."))
    write_log(
        question,
        "note",
        actor,
        from_stage=question.stage,
        note=need_text(text, _("Hãy viết nội dung ghi chú.")),
    )


def open_restricted(question: Question, *, actor: Actor, reason: str = "") -> None:
    """Somebody of the restricted role is about to read a complaint or denunciation: that is written
    down first.
    """
    if not policy.is_restricted(question) or not policy.may_read(actor, question):
        raise Forbidden(_("Bạn không có quyền mở hồ sơ này."))
    write_log(
        question, "open_restricted", actor, from_stage=question.stage, note=clean_line(reason)
    )
    record(question, "open_restricted", actor)


def tighten(
    question: Question, *, consent: Consent | None, name_display: NameDisplay | None
) -> None:
    """The citizen allows less than before; what is public and no longer allowed goes at once."""
    submissions.tighten(question.submission, consent=consent, name_display=name_display)
    question.updated_at = now()
    db.session.flush()
    write_log(question, "tighten", CITIZEN, from_stage=question.stage, public=True)
    emit(QuestionMoved(question, "tighten", CITIZEN))


def withdraw(question: Question) -> None:
    """The citizen takes it back, before it is answered."""
    if question.stage is Stage.NEEDS_INFO:
        end_pause(question)
    move(question, "withdraw", actor=CITIZEN, public_note=True)
