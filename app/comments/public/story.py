"""What a sender reads of their own comment: whether it is in the file and shown, what happened,
what was decided, what may be done.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.comments import targets
from app.comments.answers import PublicReply, answers_of
from app.comments.forms.comment import CONSENT_LABELS
from app.comments.models import Comment, SurveyQuestion
from app.comments.queries import public as comments_public
from app.comments.queries import surveys
from app.comments.service import commenting, moving
from app.comments.states import COMMENT_FLOW, CommentStage
from app.consultations.models import Consultation
from app.consultations.queries import public, staff
from app.consultations.states import Phase, Stage, Visibility
from app.files import queries as files
from app.kernel.links import Ref
from app.submissions.states import Consent
from app.submissions.story import Story, may_tighten, timeline

#: What each move is called for the sender. What is not here is the office's own business; notes are
#: shown only where the log row is public.
TITLES = {
    "receive": _l("Đã nhận góp ý"),
    "confirm": _l("Đã xác nhận, đưa vào hồ sơ"),
    "show": _l("Đã công khai góp ý"),
    "keep_back": _l("Không công khai góp ý"),
    "withdraw": _l("Bạn đã rút góp ý"),
    "tighten": _l("Bạn đã thu hẹp sự đồng ý"),
    "retarget": _l("Cán bộ sửa lại nội dung được góp ý"),
}
_TONES = {"show": "ok", "keep_back": "soon"}


@dataclass(frozen=True, kw_only=True)
class CommentStory(Story):
    """All that the tracking page of a comment shows."""

    ACTIONS = {"thu-hep-gop-y": _l("Thu hẹp sự đồng ý"), "rut-gop-y": _l("Rút góp ý")}
    CONSENTS = CONSENT_LABELS

    comment: Comment
    consultation: Consultation
    #: What it is about, in words.
    target: str
    answers: Sequence[tuple[SurveyQuestion, str]]
    replies: Sequence[PublicReply]
    #: The consultation's own page; empty while it is hidden.
    consultation_url: str

    @property
    def in_file(self) -> bool:
        """Is it counted?"""
        return moving.in_file(self.comment)

    @property
    def is_over(self) -> bool:
        """Is the result published?"""
        return self.consultation.stage in {Stage.ANSWERED, Stage.ARCHIVED}

    @property
    def closed(self) -> bool:
        """Is the last day over?"""
        return not commenting.may_withdraw(self.consultation)

    @property
    def shown_words(self) -> str:
        """Is it shown to everybody, and why not?"""
        comment = self.comment
        if self.public_url:
            return str(_("Đang công khai."))
        if comment.submission.consent is Consent.PRIVATE:
            return str(_("Không công khai, theo lựa chọn của bạn."))
        if comment.visibility is Visibility.HIDDEN:
            return (
                str(_("Không công khai. Lý do: %(reason)s", reason=comment.hidden_reason))
                if comment.hidden_reason
                else str(_("Không công khai."))
            )
        if comment.visibility is Visibility.PUBLIC:
            return str(_("Đã kiểm duyệt. Sẽ công khai sau khi hết hạn lấy ý kiến."))
        return str(_("Chưa công khai, chờ cán bộ kiểm tra và che thông tin cá nhân."))


def may_do(comment: Comment, consultation: Consultation) -> frozenset[str]:
    """What the sender may do now; the names are the last parts of the addresses."""
    allowed = set()
    if may_tighten(comment.submission) and COMMENT_FLOW.allows(comment.stage, "tighten"):
        allowed.add("thu-hep-gop-y")
    if COMMENT_FLOW.allows(comment.stage, "withdraw") and commenting.may_withdraw(consultation):
        allowed.add("rut-gop-y")
    return frozenset(allowed)


def tell(comment: Comment) -> CommentStory:
    """Read everything that belongs to one comment."""
    consultation = staff.by_id(comment.consultation_id)
    c = public.public_one(consultation.slug)
    shown = (
        c is not None
        and c.comments_shown
        and comment.visibility is Visibility.PUBLIC
        and comment.stage is CommentStage.RECEIVED
    )
    given = surveys.answers_of(comment.id)
    questions = surveys.questions_of(consultation.id) if given else []
    return CommentStory(
        submission=comment.submission,
        comment=comment,
        consultation=consultation,
        target=targets.target_of(comment),
        entries=timeline(comments_public.log_of(comment), TITLES, _TONES),
        files=files.of(Ref("submission", comment.submission_id)),
        answers=[
            (row, surveys.in_words(row, given[row.id])) for row in questions if row.id in given
        ],
        replies=answers_of([comment.id]).get(comment.id, [])
        if c is not None and c.phase is Phase.RESULT
        else [],
        public_url=f"{c.url}/y-kien#{comment.submission.code.lower()}"
        if c is not None and shown
        else "",
        consultation_url=c.url if c is not None else "",
        may=may_do(comment, consultation),
    )
