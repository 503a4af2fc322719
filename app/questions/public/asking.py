"""Asking in three steps, of which the first searches what has been answered already: /hoi-dap/gui.

How the steps follow each other stands in submissions/steps.py.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import SYSTEM
from app.kernel.text import clean_line, first_sentence
from app.kernel.web import commits_always, label_fields
from app.questions.forms.public import QUERY_MAX
from app.questions.public import sheet as sheets
from app.questions.public.deadline import explained
from app.questions.public.sheet import QuestionSheet
from app.questions.queries import public
from app.questions.service import intake, triage
from app.questions.service.intake import QuestionReceipt
from app.submissions.models import Submission
from app.submissions.steps import Steps

bp = Blueprint("asking", __name__, template_folder="../templates")

label_fields(
    q=_l("Bạn muốn hỏi điều gì?"),
    title=_l("Tiêu đề"),
    body=_l("Nội dung"),
    name=_l("Họ và tên"),
    phone=_l("Số điện thoại"),
    email=_l("Thư điện tử"),
)


class AskSteps(Steps[QuestionSheet, QuestionReceipt]):
    """Search, question, contact."""

    SCOPE = "ask"
    CONTENT = "noi-dung"
    TEMPLATES = "questions/ask_"
    NAV_KEY = "gui-cau-hoi"
    address = "/hoi-dap/gui"

    @property
    def crumbs(self) -> list[dict[str, str]]:
        return [{"label": _("Hỏi đáp"), "url": "/hoi-dap"}, {"label": _("Gửi câu hỏi")}]

    @property
    def labels(self) -> tuple[str, str, str]:
        return _("Tìm trước"), _("Nội dung"), _("Liên hệ")

    def first(self, action: str) -> ResponseReturnValue:
        form = self.sheet.form
        if action == "hoi":
            form.body.data = form.body.data or (form.q.data or "")[:QUERY_MAX]
            return self.show_content()
        if not form.q.data:
            form.q.errors = [_("Hãy viết vài từ về điều bạn muốn hỏi.")]
            return self.show_first(status=422)
        return self.show_first(searched=True)

    def show_first(self, *, searched: bool = False, status: int = 200) -> ResponseReturnValue:
        query = (self.sheet.form.q.data or "")[:QUERY_MAX]
        found = public.similar(query) if searched else []
        return self.page("search", searched=searched, found=found), status

    def offer_again(self) -> None:
        self.sheet.offer_all()

    def review_context(self) -> Mapping[str, Any]:
        return {"title": self.sheet.form.title.data or first_sentence(self.body)}

    def take(self, *, held: bool) -> QuestionReceipt:
        sheet, place = self.sheet, self.sheet.place
        return intake.ask(
            sheet.form.chosen_kind,
            self.body,
            sheet.contact,
            sheet.sent(held=held),
            title=sheet.form.title.data or "",
            topic=sheet.topic,
            place_id=place.id if place else None,
        )

    def mark_spam(self, receipt: QuestionReceipt) -> None:
        note = _("Ô ẩn dành cho máy đã được điền.")
        triage.mark_spam(receipt.question, actor=SYSTEM, seen_revision=None, note=note)

    def submission(self, receipt: QuestionReceipt) -> Submission:
        return receipt.question.submission

    def receipt_context(self, receipt: QuestionReceipt) -> Mapping[str, Any]:
        question = receipt.question
        return {"question": question, "why": explained(question, calendar=receipt.calendar)}


@bp.get("/hoi-dap/gui")
def start() -> ResponseReturnValue:
    """The first screen, or with ?buoc=noi-dung the second; ?q= searches at once."""
    asked = clean_line(request.args.get("q"))[:QUERY_MAX]
    steps = AskSteps(sheets.blank(asked))
    if request.args.get("buoc") == steps.CONTENT:
        return steps.show_content()
    return steps.show_first(searched=bool(asked))


@bp.post("/hoi-dap/gui")
@commits_always
def go_on() -> ResponseReturnValue:
    """From one screen to the next.

    Files are kept even where a field has to be mended, so errors are committed too.
    """
    steps = AskSteps(sheets.read())
    return steps.go_on(request.form.get("step", ""), request.form.get("action", ""))
