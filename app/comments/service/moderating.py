"""What moderators do with one comment: show it or keep it back, redact, put right what it is about,
spam, erase.

A comment that was verified and came in time belongs to the file, whatever is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit.moving import check_revision, need_text
from app.comments.events import CommentMoved
from app.comments.models import Comment, CommentLog, SurveyAnswer
from app.comments.service.moving import (
    comment_ref,
    guard_comment,
    move_comment,
    record_comment,
    write_comment_log,
)
from app.comments.states import TargetKind
from app.comments.targets import _clause_exists, _project_exists
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.events import emit
from app.kernel.html import paragraphs
from app.kernel.text import clean, clean_line
from app.mailer import service as mailer
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions import service as submissions
from app.submissions.redaction import Finding
from app.submissions.states import Consent

REASON_MAX = 500
PROPOSED_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Redaction:
    """The texts as everybody may read them, and why they differ from what came."""

    title: str
    body: str
    proposed: str = ""
    reason: str = ""
    #: By the number of the answer to a guiding question: its words as they may be shown.
    answers: Mapping[int, str] = field(default_factory=dict)


# Showing
# --------------------------------------------------------------------------------------------------
def obstacles(comment: Comment) -> list[str]:
    """Why this comment cannot be shown to everybody now; empty when it can."""
    found = []
    if comment.submission.consent is not Consent.PUBLISH:
        found.append(_("Người gửi không đồng ý công khai. Góp ý này vẫn thuộc hồ sơ."))
    if not looked_at(comment):
        found.append(_("Chưa có nội dung sẽ đăng. Hãy xem, che thông tin cá nhân rồi lưu trước."))
    elif hits := _left_over(comment):
        found.append(
            _(
                "Nội dung sẽ đăng có thể còn thông tin cá nhân: %(what)s.",
                what=", ".join(hit.label for hit in hits[:3]),
            )
        )
    return found


def _left_over(comment: Comment) -> list[Finding]:
    """Personal data in what is to be shown: consent to publish a comment is none to publish a
    neighbour's number.
    """
    submission = comment.submission
    text = f"{submission.public_title}\n{submission.public_body}\n{comment.public_proposed}"
    return redaction.find(text, official=organisation.official_contacts())


def looked_at(comment: Comment) -> bool:
    """Has somebody set what may be shown, of the text and of the proposed wording?"""
    return bool(comment.submission.public_html) and (
        not comment.proposed_text or bool(comment.proposed_html)
    )


def show(comment: Comment, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """Let everybody read it, as it was redacted. Raises Refused, saying why not."""
    guard_comment(comment, "show", actor=actor, seen_revision=seen_revision)
    if comment.visibility is Visibility.PUBLIC:
        raise Refused(_("Góp ý này đang công khai."))
    if found := obstacles(comment):
        raise Refused(" ".join(found))
    comment.published_at, comment.hidden_reason = now(), ""
    move_comment(
        comment, "show", actor=actor, visibility=Visibility.PUBLIC, note=note, public_note=True
    )


def keep_back(comment: Comment, *, actor: Actor, seen_revision: int | None, reason: str) -> None:
    """Do not show it, or take it down, with a reason that its sender reads.

    It stays in the file.
    """
    guard_comment(comment, "keep_back", actor=actor, seen_revision=seen_revision)
    reason = need_text(reason, _("Hãy ghi lý do không công khai để người gửi biết."))[:REASON_MAX]
    comment.hidden_reason = reason
    move_comment(
        comment,
        "keep_back",
        actor=actor,
        visibility=Visibility.HIDDEN,
        note=reason,
        public_note=True,
    )


# Spam and confirming
# --------------------------------------------------------------------------------------------------
def mark_spam(comment: Comment, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """Put it aside for 30 days, then it is erased. The sender hears nothing."""
    guard_comment(comment, "mark_spam", actor=actor, seen_revision=seen_revision)
    comment.spam_at = now()
    move_comment(comment, "mark_spam", actor=actor, note=note)


def restore(comment: Comment, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """It was no spam after all: into the file, and somebody decides anew whether it is shown."""
    guard_comment(comment, "restore", actor=actor, seen_revision=seen_revision)
    comment.spam_at = None
    kept_back = comment.visibility is Visibility.HIDDEN and bool(comment.hidden_reason)
    move_comment(
        comment,
        "restore",
        actor=actor,
        visibility=Visibility.HIDDEN if kept_back else Visibility.PRIVATE,
        note=note,
    )


def confirm(comment: Comment, *, actor: Actor, seen_revision: int | None, note: str = "") -> None:
    """A moderator vouches for an unconfirmed comment, for instance after a telephone call."""
    guard_comment(comment, "confirm", actor=actor, seen_revision=seen_revision)
    comment.submission.confirmed_at = comment.submission.confirmed_at or now()
    move_comment(comment, "confirm", actor=actor, note=note)


# Texts and targets
# --------------------------------------------------------------------------------------------------
def _guard_moderator(comment: Comment, actor: Actor, seen_revision: int | None) -> None:
    if not actor.has(P.COMMENT_MODERATE) or comment.visibility is Visibility.ERASED:
        raise Forbidden(_("Bạn không có quyền sửa góp ý này."))
    check_revision(comment, seen_revision)


def _note_change(comment: Comment, what: str, actor: Actor, *, note: str = "") -> None:
    """An act that moves no stage."""
    comment.updated_at = now()
    db.session.flush()
    write_comment_log(comment, what, actor, from_stage=comment.stage, note=note)
    # The reason stays in the log: what an erasure has to remove does not belong into the record,
    # which nothing is removed from.
    record_comment(comment, what, actor)
    if comment.visibility is Visibility.PUBLIC:
        publication.bump()
    emit(CommentMoved(comment, what, actor, note))


def redact(
    comment: Comment, redacted: Redaction, *, actor: Actor, seen_revision: int | None
) -> None:
    """Set what may be shown, and say why it differs.

    The original stays as it came. Raises FieldError.
    """
    _guard_moderator(comment, actor, seen_revision)
    assert actor.id is not None
    proposed, reason = clean(redacted.proposed), clean_line(redacted.reason)
    if comment.proposed_text and not proposed:
        raise FieldError("public_proposed", _("Hãy nhập phần đề nghị sửa khi đăng."))
    if len(proposed) > PROPOSED_MAX:
        raise FieldError("public_proposed", _("Phần đề nghị sửa dài quá 5.000 ký tự. Hãy rút gọn."))
    if proposed != comment.proposed_text and not reason:
        raise FieldError(
            "redaction_reason", _("Hãy ghi lý do che hoặc sửa, ví dụ: có số điện thoại.")
        )
    submissions.redact(
        comment.submission,
        title=redacted.title,
        body=redacted.body,
        reason=reason,
        actor_id=actor.id,
    )
    comment.public_proposed, comment.proposed_html = (
        proposed,
        str(paragraphs(proposed)) if proposed else "",
    )
    for answer in open_answers(comment):
        if answer.id in redacted.answers:
            answer.public_text = clean(redacted.answers[answer.id])
    if comment.visibility is Visibility.PUBLIC and (found := obstacles(comment)):
        raise Refused(" ".join(found))
    _note_change(comment, "redact", actor, note=reason)


def open_answers(comment: Comment) -> list[SurveyAnswer]:
    """The answers in words to guiding questions, in the order in which they were given."""
    query = (
        sa.select(SurveyAnswer)
        .where(SurveyAnswer.comment_id == comment.id, SurveyAnswer.text != "")
        .order_by(SurveyAnswer.id)
    )
    return list(db.session.scalars(query))


def retarget(
    comment: Comment,
    *,
    actor: Actor,
    seen_revision: int | None,
    target_kind: TargetKind,
    clause_anchor: str | None = None,
    project_id: int | None = None,
) -> None:
    """Put right what the comment is about.

    A place on the map that its sender pointed at stays with it.
    """
    _guard_moderator(comment, actor, seen_revision)
    if target_kind is TargetKind.PLACE and comment.longitude is None and not comment.place_text:
        raise FieldError("target", _("Người gửi không chỉ nơi nào trên bản đồ. Hãy chọn mục khác."))
    if target_kind is TargetKind.CLAUSE and not _clause_exists(comment, clause_anchor):
        raise FieldError("target", _("Không tìm thấy điều, khoản này trong dự thảo. Hãy chọn lại."))
    if target_kind is TargetKind.PROJECT and not _project_exists(comment, project_id):
        raise FieldError("target", _("Không tìm thấy công trình này trong danh mục. Hãy chọn lại."))
    comment.target_kind = target_kind
    comment.clause_anchor = clause_anchor if target_kind is TargetKind.CLAUSE else None
    comment.project_id = project_id if target_kind is TargetKind.PROJECT else None
    _note_change(comment, "retarget", actor)


def may_note(actor: Actor) -> bool:
    """Those who work on comments write notes to each other; those who only read do not."""
    return any(
        actor.has(permission)
        for permission in (P.COMMENT_MODERATE, P.COMMENT_REPLY, P.COMMENT_APPROVE)
    )


def add_note(comment: Comment, *, actor: Actor, text: str) -> None:
    """An internal note, for colleagues only."""
    if not may_note(actor):
        raise Forbidden(_("Bạn không có quyền ghi chú vào góp ý này."))
    write_comment_log(
        comment,
        "note",
        actor,
        from_stage=comment.stage,
        note=need_text(text, _("Hãy viết nội dung ghi chú.")),
    )


# Personal data
# --------------------------------------------------------------------------------------------------
def personal_data(comment: Comment, official: tuple[str, ...] | None = None) -> list[Finding]:
    """What looks like personal data in anything of the comment that would be shown as it is."""
    known = organisation.official_contacts() if official is None else official
    texts = [
        comment.submission.title,
        comment.submission.body,
        comment.proposed_text,
        *(one.text for one in open_answers(comment)),
    ]
    return [finding for text in texts for finding in redaction.find(text, official=known)]


def as_it_came(comment: Comment) -> Redaction:
    """The redaction that hides nothing."""
    return Redaction(
        comment.submission.title,
        comment.submission.body,
        comment.proposed_text,
        answers={answer.id: answer.text for answer in open_answers(comment)},
    )


# Erasing
# --------------------------------------------------------------------------------------------------
def erase(comment: Comment, *, actor: Actor, reason: str, seen_revision: int | None = None) -> None:
    """Remove text, place and sender for ever, on a legal request or when the time to keep them is
    over.

    That somebody commented, and how, stays for the counts. Raises Forbidden, Stale, Refused without
    a reason.
    """
    reason = need_text(reason, _("Hãy ghi căn cứ xóa."))
    guard_comment(comment, "erase", actor=actor, seen_revision=seen_revision)
    if comment.visibility is Visibility.ERASED:
        raise Refused(_("Nội dung góp ý này đã được xóa trước đó."))
    submissions.erase(comment.submission)
    comment.submission.place_id = comment.longitude = comment.latitude = None
    comment.proposed_text = comment.public_proposed = comment.proposed_html = ""
    comment.sheet = comment.parcel = comment.place_text = comment.text_key = ""
    comment.organisation_name = comment.tax_code = ""
    comment.letter_number = comment.hidden_reason = ""
    db.session.flush()
    _erase_rows(comment.id)
    mailer.forget_about(comment_ref(comment))
    move_comment(comment, "erase", actor=actor, visibility=Visibility.ERASED, note=reason)


def _erase_rows(number: int) -> None:
    """What stands in rows of their own.

    An issued table stays as it was issued: names in it are masked by consent.
    """
    for table, rule, values in (
        (SurveyAnswer, (SurveyAnswer.comment_id == number,), {"text": "", "public_text": None}),
        (CommentLog, (CommentLog.comment_id == number,), {"note": ""}),
    ):
        db.session.execute(
            sa.update(table).where(*rule).values(**values),
            execution_options={"synchronize_session": False},
        )
