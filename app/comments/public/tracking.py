"""One's own comment behind code and PIN, and what its sender may still do: submissions/acts.py."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from app.comments.forms.comment import CommentTightenForm
from app.comments.models import Comment
from app.comments.public.story import CommentStory, may_do, tell
from app.comments.queries import staff as comments_staff
from app.comments.service import commenting
from app.consultations.queries import staff
from app.submissions.acts import Acts
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import Consent, NameDisplay

bp = Blueprint(
    "consultation_tracking", __name__, url_prefix="/tra-cuu", template_folder="../templates"
)


class CommentActs(Acts[Comment]):
    """What the sender of a comment may do."""

    KIND = "comment"
    TEMPLATES = "comments/tracking"
    WITHDRAW = "rut-gop-y"
    TIGHTEN = "thu-hep-gop-y"
    WITHDRAWN = _l("Bạn đã rút góp ý. Góp ý này không còn trong hồ sơ.")
    TIGHTENED = _l("Đã ghi nhận. Từ bây giờ góp ý chỉ hiện như bạn vừa chọn.")
    TIGHTEN_FORM = CommentTightenForm

    def load(self, submission: Submission) -> Comment:
        return comments_staff.comment_by_submission(submission.id)

    def tell(self, thing: Comment) -> CommentStory:
        return tell(thing)

    def may_do(self, thing: Comment) -> frozenset[str]:
        return may_do(thing, staff.by_id(thing.consultation_id))

    def withdraw(self, thing: Comment) -> None:
        commenting.withdraw(thing)

    def tighten(self, thing: Comment, consent: Consent, name_display: NameDisplay) -> None:
        commenting.tighten(thing, consent=consent, name_display=name_display)


ACTS = CommentActs()
ACTS.register(bp)


def confirm(token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link of the first mail."""
    return commenting.confirm_by_link(ACTS.load(submission), token, submission)
