"""One's own comment behind code and PIN, and what its sender may still do: each a page of its own
and a POST.
"""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.comments.forms.comment import CommentTightenForm
from app.comments.models import Comment
from app.comments.public.story import may_do, tell
from app.comments.queries import staff as comments_staff
from app.comments.service import commenting
from app.consultations.queries import staff
from app.kernel.errors import Refused
from app.kernel.web import commits
from app.submissions import unlocked
from app.submissions.forms import ButtonForm, TightenForm
from app.submissions.models import Submission, SubmissionToken
from app.submissions.public import ask_for_pin, checked_code
from app.submissions.states import Consent, NameDisplay

bp = Blueprint(
    "consultation_tracking", __name__, url_prefix="/tra-cuu", template_folder="../templates"
)
#: From a loaded comment to a page; POST handlers get the comment unlocked by its PIN.
_Handler = Callable[[Comment], ResponseReturnValue]


def show(submission: Submission) -> ResponseReturnValue:
    """The tracking page of an unlocked comment."""
    story = tell(comments_staff.comment_by_submission(submission.id))
    return render_template(
        "comments/tracking.html", story=story, comment=story.comment, button=ButtonForm()
    )


def confirm(token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link of the first mail."""
    return commenting.confirm_by_link(
        comments_staff.comment_by_submission(submission.id), token, submission
    )


def _opened(code: str, act: str, handler: _Handler) -> ResponseReturnValue:
    """Run the handler on the comment, when this browser has opened it and its sender may do this
    now.

    Raises Refused when the time for it is over. Whoever comes too late for the PIN gets their text
    back.
    """
    code = checked_code(code)
    submission = unlocked.find(code)
    if submission is None or submission.kind != "comment":
        return ask_for_pin(code, keep=request.method == "POST")
    comment = comments_staff.comment_by_submission(submission.id)
    if act not in may_do(comment, staff.by_id(comment.consultation_id)):
        raise Refused(
            _(
                "Bước này không còn thực hiện được ở trạng thái hiện tại. Hãy tải lại trang để "
                "xem trạng thái mới."
            )
        )
    return handler(comment)


def _back(comment: Comment, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(f"/tra-cuu/{comment.submission.code}", 303)


# Withdrawing
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/rut-gop-y")
def withdrawing(code: str) -> ResponseReturnValue:
    """What withdrawing means, and the button."""
    return _opened(
        code,
        "rut-gop-y",
        lambda comment: render_template(
            "comments/tracking_withdraw.html", comment=comment, form=ButtonForm()
        ),
    )


@bp.post("/<code>/rut-gop-y")
@commits
def withdraw(code: str) -> ResponseReturnValue:
    """Take the comment back."""

    def handler(comment: Comment) -> ResponseReturnValue:
        commenting.withdraw(comment)
        return _back(comment, _("Bạn đã rút góp ý. Góp ý này không còn trong hồ sơ."))

    return _opened(code, "rut-gop-y", handler)


# Allowing less
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/thu-hep-gop-y")
def tightening(code: str) -> ResponseReturnValue:
    """What may be published now, and what could be allowed instead."""
    return _opened(
        code,
        "thu-hep-gop-y",
        lambda comment: _show_tighten(
            comment, CommentTightenForm.of(comment.submission, posted=False)
        ),
    )


@bp.post("/<code>/thu-hep-gop-y")
@commits
def tighten(code: str) -> ResponseReturnValue:
    """Allow less; what is public and no longer allowed goes at once."""

    def handler(comment: Comment) -> ResponseReturnValue:
        form = CommentTightenForm.of(comment.submission, posted=True)
        if not form.validate():
            return _show_tighten(comment, form, status=422)
        consent, display = Consent(form.consent.data), NameDisplay(form.name_display.data)
        if (consent, display) == (comment.submission.consent, comment.submission.name_display):
            return _back(comment, _("Không có gì thay đổi."))
        commenting.tighten(comment, consent=consent, name_display=display)
        return _back(comment, _("Đã ghi nhận. Từ bây giờ góp ý chỉ hiện như bạn vừa chọn."))

    return _opened(code, "thu-hep-gop-y", handler)


def _show_tighten(comment: Comment, form: TightenForm, status: int = 200) -> ResponseReturnValue:
    return render_template("comments/tracking_tighten.html", comment=comment, form=form), status
