"""One's own question behind code and PIN, and what its sender may still do.

What all senders may do stands in submissions/acts.py.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import CITIZEN
from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.errors import FieldError
from app.kernel.links import Ref
from app.kernel.web import commits
from app.questions.forms.public import AddForm, QuestionTightenForm, RateForm, ReopenForm
from app.questions.models import Question
from app.questions.public.story import QuestionStory, may_do, tell
from app.questions.queries import staff
from app.questions.service import answering, intake, triage
from app.questions.states import Stage
from app.submissions.acts import Acts
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import Consent, NameDisplay

bp = Blueprint("tracking", __name__, url_prefix="/tra-cuu", template_folder="../templates")
#: Files of one question, all messages together.
FILES_IN_ALL = 20


class QuestionActs(Acts[Question]):
    """What the sender of a question may do."""

    KIND = "question"
    TEMPLATES = "questions/tracking"
    WITHDRAW = "rut"
    TIGHTEN = "thu-hep"
    WITHDRAWN = _l("Bạn đã rút câu hỏi. Cán bộ sẽ không xử lý tiếp.")
    TIGHTENED = _l("Đã ghi nhận. Từ bây giờ câu hỏi chỉ hiện như bạn vừa chọn.")
    TIGHTEN_FORM = QuestionTightenForm

    def load(self, submission: Submission) -> Question:
        return staff.by_submission_id(submission.id)

    def tell(self, thing: Question) -> QuestionStory:
        return tell(thing)

    def may_do(self, thing: Question) -> frozenset[str]:
        return may_do(thing)

    def withdraw(self, thing: Question) -> None:
        triage.withdraw(thing)

    def tighten(self, thing: Question, consent: Consent, name_display: NameDisplay) -> None:
        triage.tighten(thing, consent=consent, name_display=name_display)

    def context(self) -> Mapping[str, Any]:
        return {"rate": RateForm(formdata=None)}


ACTS = QuestionActs()
ACTS.register(bp)


def confirm(token: SubmissionToken, submission: Submission) -> bool:
    """The sender pressed the button behind the link of the first mail."""
    return intake.confirm_by_link(ACTS.load(submission), token, submission)


# More information
# --------------------------------------------------------------------------------------------------
@bp.get("/<code>/bo-sung")
def add(code: str) -> ResponseReturnValue:
    """The form for more information, asked for or not."""
    return ACTS.opened(
        code, "bo-sung", lambda question: _show_add(question, AddForm(formdata=None))
    )


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
            return ACTS.back(
                question,
                _("Cảm ơn bạn. Cán bộ đã nhận được thông tin bổ sung và làm tiếp."),
                sent="bo-sung",
            )
        triage.add_information(question, text=form.text.data or "")
        return ACTS.back(question, _("Cán bộ đã nhận được thông tin bạn gửi thêm."), sent="bo-sung")

    return ACTS.opened(code, "bo-sung", handler)


def _receive(form: AddForm) -> tuple[list[StoredFile], str]:
    try:
        return files.receive_all(form.files.data or []), ""
    except FieldError as error:
        return [], error.message


def _show_add(question: Question, form: AddForm, *, status: int = 200) -> ResponseReturnValue:
    return ACTS.page("add", question, form, status=status, waiting=tell(question).waiting)


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
        return ACTS.page("rate", question, RateForm(formdata=None, **values))

    return ACTS.opened(code, "danh-gia", handler)


@bp.post("/<code>/danh-gia")
@commits
def rate(code: str) -> ResponseReturnValue:
    """Keep it; it may be changed later."""

    def handler(question: Question) -> ResponseReturnValue:
        form = RateForm()
        if not form.validate():
            return ACTS.page("rate", question, form, status=422)
        answering.rate(question, rating=int(form.rating.data), text=form.text.data or "")
        return ACTS.back(question, _("Cảm ơn bạn đã đánh giá."))

    return ACTS.opened(code, "danh-gia", handler)


@bp.get("/<code>/mo-lai")
def reopening(code: str) -> ResponseReturnValue:
    """Why the answer is not enough."""
    return ACTS.opened(
        code,
        "mo-lai",
        lambda question: ACTS.page("reopen", question, ReopenForm(formdata=None)),
    )


@bp.post("/<code>/mo-lai")
@commits
def reopen(code: str) -> ResponseReturnValue:
    """Open it again, once."""

    def handler(question: Question) -> ResponseReturnValue:
        form = ReopenForm()
        if not form.validate():
            return ACTS.page("reopen", question, form, status=422)
        answering.reopen(question, reason=form.text.data or "")
        return ACTS.back(
            question, _("Câu hỏi đã được mở lại. Hạn trả lời mới hiện ở dưới."), sent="mo-lai"
        )

    return ACTS.opened(code, "mo-lai", handler)


@bp.post("/<code>/da-ro")
@commits
def close(code: str) -> ResponseReturnValue:
    """«Tôi đã rõ»."""

    def handler(question: Question) -> ResponseReturnValue:
        answering.close(question, actor=CITIZEN)
        return ACTS.back(question, _("Cảm ơn bạn. Câu hỏi đã kết thúc."))

    return ACTS.opened(code, "da-ro", handler)
