"""The same step for many questions: first exactly what would change, then all or nothing, then ten
minutes to take it back.
"""

from collections.abc import Mapping

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.desk.bulk import BulkLine
from app.desk.screens import BulkScreens, Row, nothing_chosen
from app.kernel.errors import FieldError, Refused
from app.kernel.web import commits
from app.questions import policy
from app.questions.models import Question
from app.questions.officer.base import bp, here
from app.questions.officer.choices import chosen_assignee, chosen_topic
from app.questions.queries import staff
from app.questions.service.bulk import BulkChoice, many


def _choice(given: Mapping[str, str]) -> BulkChoice:
    """What «viec» asks for. Raises Refused when it asks for nothing."""
    kind, _colon, value = given.get("viec", "").partition(":")
    try:
        if kind == "giao":
            unit, officer = chosen_assignee(value)
            return BulkChoice("assign", unit=unit, officer=officer)
        if kind == "loai" and (topic := chosen_topic(value)):
            return BulkChoice("classify", topic=topic)
    except FieldError as error:
        raise Refused(error.message) from error
    if kind == "rac":
        return BulkChoice("mark_spam")
    raise nothing_chosen(many)


def _sentence(choice: BulkChoice, n: int) -> str:
    if choice.move == "assign" and choice.unit is not None:
        if choice.officer is not None:
            return str(
                _(
                    "Phân công %(n)s câu cho %(name)s, %(unit)s",
                    n=n,
                    name=choice.officer.full_name,
                    unit=choice.unit.name,
                )
            )
        return str(_("Phân công %(n)s câu cho %(unit)s", n=n, unit=choice.unit.name))
    if choice.topic is not None:
        return str(_("Phân loại %(n)s câu vào lĩnh vực %(topic)s", n=n, topic=choice.topic.name))
    return str(_("Đánh dấu rác %(n)s câu", n=n))


def _unreadable(question: Question) -> bool:
    return not policy.may_read(me(), question) or policy.is_restricted(question)


def _row(line: BulkLine[Question]) -> Row:
    """Of a question that this person may not read, only the code that they sent is shown."""
    question, code = line.thing, line.thing.submission.code
    if _unreadable(question):
        return Row(code, "", "", "", _("Bạn không có quyền xem câu hỏi này."), "")
    title = question.submission.public_title or question.submission.title
    seen = f"{question.id}:{question.revision}"
    return Row(code, title, line.before, line.after, line.problem, seen)


def _refuse_unreadable(ids: list[int]) -> None:
    if any(_unreadable(staff.by_id(number)) for number in ids):
        raise Refused(
            _("Trong các câu đã chọn có câu bạn không được xử lý. Chưa câu nào được thay đổi.")
        )


screens = BulkScreens(
    bulk=many,
    template="questions/office_bulk.html",
    endpoint="questions.bulk",
    run_endpoint="questions.run_bulk",
    here=here,
    queue=lambda: url_for("questions.queue"),
    choice=_choice,
    previewed=lambda choice: choice,
    sentence=_sentence,
    row=_row,
    refuse=_refuse_unreadable,
)


@bp.get("/hoi-dap/hang-loat")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
def bulk() -> ResponseReturnValue:
    """What would change, and what stands in the way."""
    return screens.preview(me())


@bp.post("/hoi-dap/hang-loat")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
@commits
def run_bulk() -> ResponseReturnValue:
    """Do it to all of them or to none."""
    return screens.run(me())


@bp.post("/hoi-dap/hang-loat/hoan-tac")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
@commits
def undo_bulk() -> ResponseReturnValue:
    """Put everything back as it was."""
    return screens.undo(me())
