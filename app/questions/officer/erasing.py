"""Xóa nội dung: what would go for ever is listed first, then done.

The page never shows the text itself.
"""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.desk import texts
from app.desk.texts import Erasure
from app.desk.workbench import fresh
from app.kernel.errors import NotFound
from app.kernel.web import commits
from app.questions.forms.steps import CodedEraseForm
from app.questions.models import Question
from app.questions.officer.base import bp
from app.questions.queries import desk, staff
from app.questions.service import publishing
from app.questions.service.core import ref
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
    form = fresh(CodedEraseForm, question, None, code=question.submission.code)
    return texts.erase_page(_erasure(question), form)


def _erasure(question: Question) -> Erasure:
    attached = len(desk.answer_files(question))
    messages = len(staff.messages_of(question))
    versions = len(staff.versions_of(question))
    goes = [
        _("Tiêu đề, nội dung và nội dung đã che của câu hỏi"),
        _("Họ tên, điện thoại, thư điện tử của người gửi"),
        texts.files_go(question.submission),
        _("Tin trao đổi với người gửi: %(n)s", n=messages),
        _("Bản nháp và các bản trả lời đã duyệt: %(n)s", n=versions),
        _("Tệp kèm câu trả lời: %(n)s", n=attached),
        texts.mails_go(ref(question)),
        _("Ghi chú và lý do trong nhật ký của câu hỏi"),
    ]
    return Erasure(
        question.submission.code,
        goes,
        remains=_(
            "Mã, các mốc thời gian và tên các bước đã qua, không kèm nội dung. Nếu câu đã đăng, "
            "địa chỉ cũ báo là đã gỡ."
        ),
        stage_label=STAGE_LABELS[question.stage],
        visibility_label=VISIBILITY_LABELS[question.visibility],
        gone=_("Nội dung câu hỏi này đã được xóa trước đó.")
        if question.visibility is Visibility.ERASED
        else "",
        back=url_for("questions.erasing"),
        back_label=None,
        nav_key="viec-cua-toi",
    )


@bp.post("/xoa-noi-dung")
@require(P.SUBMISSION_ERASE)
@commits
def erase() -> ResponseReturnValue:
    """Erase it for ever. A tombstone stays."""
    form = CodedEraseForm()
    question = staff.by_code(form.code.data or "")
    return texts.erase(
        _erasure(question),
        form,
        lambda reason: publishing.erase(
            question, actor=me(), reason=reason, seen_revision=form.seen
        ),
        leads_to=url_for("questions.erasing"),
    )
