"""One's own question behind code and PIN, and what its sender may still do: each a page of its own
and a POST.
"""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access.actors import CITIZEN
from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.errors import FieldError, Refused
from app.kernel.links import Ref
from app.kernel.web import commits
from app.questions.forms.public import AddForm, QuestionTightenForm, RateForm, ReopenForm
from app.questions.models import Question
from app.questions.public.story import ACTIONS, may_do, tell
from app.questions.queries import staff
from app.questions.service import answering, intake, triage
from app.questions.states import Stage
from app.submissions import unlocked
from app.submissions.forms import ButtonForm, TightenForm
from app.submissions.models import Submission, SubmissionToken
from app.submissions.public import ask_for_pin, checked_code
from app.submissions.states import Consent, NameDisplay

bp = Blueprint("tracking", __name__, url_prefix="/tra-cuu", template_folder="../templates")
#: Files of one question, all messages together.
FILES_IN_ALL = 20
#: From a loaded question to a page; POST handlers get the question locked open by its PIN.
_Handler = Callable[[Question], ResponseReturnValue]


def show(submission: Submission) -> ResponseReturnValue:
    """The tracking page of an unlocked question."""
    story, done = tell(staff.by_submission_id(submission.id)), request.args.get("xong")
    return render_template(
        "questions/tracking.html",
        story=story,
        question=story.question,
        rate=RateForm(formdata=None),
        button=ButtonForm(),
        sent=f"{done}-{submission.code}" if done in ACTIONS else "",
    )


def confirm(token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link of the first mail."""
    return intake.confirm_by_link(staff.by_submission_id(submission.id), token, submission)


def _opened(code: str, act: str, handler: _Handler) -> ResponseReturnValue:
    """Run the handler on the question, when this browser has opened it and its sender may do this
    now.

    Raises Refused when the time for it is over. Whoever comes too late for the PIN gets their text
    back.
    """
    code = checked_code(code)
    submission = unlocked.find(code)
    if submission is None or submission.kind != "question":
        return ask_for_pin(code, keep=request.method == "POST")
    question = staff.by_submission_id(submission.id)
    if act not in may_do(question):
        raise Refused(
            _(
                "Bước này không còn thực hiện được ở trạng thái hiện tại. Hãy tải lại trang để "
                "xem trạng thái mới."
            )
        )
    return handler(question)


def _back(question: Question, message: str, *, sent: str = "") -> ResponseReturnValue:
    """To the tracking page; `sent` names the form whose draft on the device is done with."""
    flash(message, "success")
    return redirect(f"/tra-cuu/{question.submission.code}" + (f"?xong={sent}" if sent else ""), 303)


# More information
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/bo-sung")
def add(code: str) -> ResponseReturnValue:
    """The form for more information, asked for or not."""
    return _opened(code, "bo-sung", lambda question: _show_add(question, AddForm(formdata=None)))


@bp.post("/<code>/bo-sung")
@commits
def send_add(code: str) -> ResponseReturnValue:
    """Take it in.

    Files first: they are decoded before the database is asked for a turn to write.
    """
    form = AddForm()
    received, refused = _receive(form)

    def handler(question: Question) -> ResponseReturnValue:
        accepted = form.validate()
        too_many = (
            len(file_queries.of(Ref("submission", question.submission_id))) + len(received)
            > FILES_IN_ALL
        )
        if refused or too_many:
            form.apply(
                FieldError(
                    "files",
                    refused or _("Mỗi câu hỏi chỉ nhận được %(limit)s tệp.", limit=FILES_IN_ALL),
                )
            )
        if not accepted or refused or too_many:
            return _show_add(question, form, status=422)
        files.claim([file.key for file in received], Ref("submission", question.submission_id))
        if question.stage is Stage.NEEDS_INFO:
            triage.reply_more(question, text=form.text.data or "", actor=CITIZEN)
            return _back(
                question,
                _("Cảm ơn bạn. Cán bộ đã nhận được thông tin bổ sung và làm tiếp."),
                sent="bo-sung",
            )
        triage.add_information(question, text=form.text.data or "")
        return _back(question, _("Cán bộ đã nhận được thông tin bạn gửi thêm."), sent="bo-sung")

    return _opened(code, "bo-sung", handler)


def _receive(form: AddForm) -> tuple[list[StoredFile], str]:
    try:
        return files.receive_all(form.files.data or []), ""
    except FieldError as error:
        return [], error.message


def _show_add(question: Question, form: AddForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "questions/act_add.html", question=question, form=form, waiting=tell(question).waiting
    ), status


# Withdrawing
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/rut")
def withdrawing(code: str) -> ResponseReturnValue:
    """What withdrawing means, and the button."""
    return _opened(
        code,
        "rut",
        lambda question: render_template(
            "questions/act_withdraw.html", question=question, form=ButtonForm()
        ),
    )


@bp.post("/<code>/rut")
@commits
def withdraw(code: str) -> ResponseReturnValue:
    """Take the question back."""

    def handler(question: Question) -> ResponseReturnValue:
        triage.withdraw(question)
        return _back(question, _("Bạn đã rút câu hỏi. Cán bộ sẽ không xử lý tiếp."))

    return _opened(code, "rut", handler)


# Allowing less
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/thu-hep")
def tightening(code: str) -> ResponseReturnValue:
    """What may be published now, and what could be allowed instead."""
    return _opened(
        code,
        "thu-hep",
        lambda question: _show_tighten(
            question, QuestionTightenForm.of(question.submission, posted=False)
        ),
    )


@bp.post("/<code>/thu-hep")
@commits
def tighten(code: str) -> ResponseReturnValue:
    """Allow less; what is public and no longer allowed goes at once."""

    def handler(question: Question) -> ResponseReturnValue:
        form = QuestionTightenForm.of(question.submission, posted=True)
        if not form.validate():
            return _show_tighten(question, form, status=422)
        consent, display = Consent(form.consent.data), NameDisplay(form.name_display.data)
        if (consent, display) == (question.submission.consent, question.submission.name_display):
            return _back(question, _("Không có gì thay đổi."))
        triage.tighten(question, consent=consent, name_display=display)
        return _back(question, _("Đã ghi nhận. Từ bây giờ câu hỏi chỉ hiện như bạn vừa chọn."))

    return _opened(code, "thu-hep", handler)


def _show_tighten(question: Question, form: TightenForm, status: int = 200) -> ResponseReturnValue:
    return render_template("questions/act_tighten.html", question=question, form=form), status


# After the answer
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/danh-gia")
def rating(code: str) -> ResponseReturnValue:
    """How content the sender is."""

    def handler(question: Question) -> ResponseReturnValue:
        values = {
            "rating": str(question.rating) if question.rating else None,
            "text": question.rating_text or "",
        }
        return render_template(
            "questions/act_rate.html", question=question, form=RateForm(formdata=None, **values)
        )

    return _opened(code, "danh-gia", handler)


@bp.post("/<code>/danh-gia")
@commits
def rate(code: str) -> ResponseReturnValue:
    """Keep it; it may be changed later."""

    def handler(question: Question) -> ResponseReturnValue:
        form = RateForm()
        if not form.validate():
            return render_template("questions/act_rate.html", question=question, form=form), 422
        answering.rate(question, rating=int(form.rating.data), text=form.text.data or "")
        return _back(question, _("Cảm ơn bạn đã đánh giá."))

    return _opened(code, "danh-gia", handler)


@bp.get("/<code>/mo-lai")
def reopening(code: str) -> ResponseReturnValue:
    """Why the answer is not enough."""
    return _opened(
        code,
        "mo-lai",
        lambda question: render_template(
            "questions/act_reopen.html", question=question, form=ReopenForm(formdata=None)
        ),
    )


@bp.post("/<code>/mo-lai")
@commits
def reopen(code: str) -> ResponseReturnValue:
    """Open it again, once."""

    def handler(question: Question) -> ResponseReturnValue:
        form = ReopenForm()
        if not form.validate():
            return render_template("questions/act_reopen.html", question=question, form=form), 422
        answering.reopen(question, reason=form.text.data or "")
        return _back(
            question, _("Câu hỏi đã được mở lại. Hạn trả lời mới hiện ở dưới."), sent="mo-lai"
        )

    return _opened(code, "mo-lai", handler)


@bp.post("/<code>/da-ro")
@commits
def close(code: str) -> ResponseReturnValue:
    """«Tôi đã rõ»."""

    def handler(question: Question) -> ResponseReturnValue:
        answering.close(question, actor=CITIZEN)
        return _back(question, _("Cảm ơn bạn. Câu hỏi đã kết thúc."))

    return _opened(code, "da-ro", handler)
