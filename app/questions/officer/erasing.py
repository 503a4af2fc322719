"""Xóa nội dung: what would go for ever is listed first, then done.

The page never shows the text itself.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.files import queries as files
from app.kernel.errors import NotFound, Refused
from app.kernel.links import Ref
from app.kernel.web import commits
from app.mailer import queries as mailer
from app.questions.forms.steps import EraseForm
from app.questions.models import Question
from app.questions.officer.base import bp, me
from app.questions.queries import desk, staff
from app.questions.service import publishing
from app.questions.states import STAGE_LABELS, VISIBILITY_LABELS, Visibility


@bp.get("/xoa-noi-dung")
@require(P.SUBMISSION_ERASE)
def erasing() -> ResponseReturnValue:
    """Asks for a code; with one, lists what would be erased."""
    code = request.args.get("ma", "").strip().upper()
    if not code:
        return render_template("questions/office_erase_search.html", code="", unknown=False)
    try:
        question = staff.by_code(code)
    except NotFound:
        return render_template("questions/office_erase_search.html", code=code, unknown=True), 404
    return _page(
        question,
        EraseForm(
            formdata=None, code=question.submission.code, seen_revision=str(question.revision)
        ),
    )


def _page(question: Question, form: EraseForm, status: int = 200) -> ResponseReturnValue:
    sent = len(files.of(Ref("submission", question.submission_id)))
    attached = len(desk.answer_files(question))
    messages = len(staff.messages_of(question))
    versions = len(staff.versions_of(question))
    mails = len(mailer.messages_about(Ref("question", question.id)))
    goes = [
        _("Tiêu đề, nội dung và nội dung đã che của câu hỏi"),
        _("Họ tên, điện thoại, thư điện tử của người gửi"),
        _("Tệp người gửi đính kèm: %(n)s", n=sent),
        _("Tin trao đổi với người gửi: %(n)s", n=messages),
        _("Bản nháp và các bản trả lời đã duyệt: %(n)s", n=versions),
        _("Tệp kèm câu trả lời: %(n)s", n=attached),
        _("Địa chỉ và nội dung các thư đã gửi: %(n)s", n=mails),
        _("Ghi chú và lý do trong nhật ký của câu hỏi"),
    ]
    html = render_template(
        "questions/office_erase.html",
        question=question,
        form=form,
        goes=goes,
        stage_label=STAGE_LABELS[question.stage],
        visibility_label=VISIBILITY_LABELS[question.visibility],
        erased=question.visibility is Visibility.ERASED,
    )
    return html, status


@bp.post("/xoa-noi-dung")
@require(P.SUBMISSION_ERASE)
@commits
def erase() -> ResponseReturnValue:
    """Erase it for ever. A tombstone stays."""
    form = EraseForm()
    question = staff.by_code(form.code.data or "")
    if question.visibility is Visibility.ERASED:
        raise Refused(_("Nội dung câu hỏi này đã được xóa trước đó."))
    if not form.validate():
        return _page(question, form, 422)
    publishing.erase(question, actor=me(), reason=form.reason.data or "", seen_revision=form.seen)
    flash(_("Đã xóa nội dung của %(code)s.", code=question.submission.code), "success")
    return redirect(url_for("questions.erasing"))
