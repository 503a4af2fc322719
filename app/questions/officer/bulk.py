"""The same step for many questions: first exactly what would change, then all or nothing, then ten
minutes to take it back.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.kernel.errors import FieldError, Refused
from app.kernel.office_forms import seen_of
from app.kernel.web import commits
from app.questions import policy
from app.questions.models import Question
from app.questions.officer.base import bp, here, me
from app.questions.officer.choices import chosen_assignee, chosen_topic
from app.questions.queries import desk, staff
from app.questions.service import bulk as questions_bulk
from app.questions.service.bulk import BulkChoice, BulkLine


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the preview.

    Of a question that this person may not read, only the code that they sent is shown.
    """

    code: str
    title: str
    before: str
    after: str
    problem: str
    #: «id:revision» as the second step sends it back.
    seen: str


def _choice(work: str) -> BulkChoice:
    """What «viec» asks for. Raises Refused when it asks for nothing."""
    kind, _colon, value = work.partition(":")
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
    raise Refused(_("Hãy chọn việc cần làm với các câu đã chọn."))


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


def _line(found: BulkLine) -> Line:
    question = found.question
    code = question.submission.code
    if not policy.may_read(me(), question) or policy.is_restricted(question):
        return Line(code, "", "", "", _("Bạn không có quyền xem câu hỏi này."), "")
    title = question.submission.public_title or question.submission.title
    return Line(
        code, title, found.before, found.after, found.problem, f"{question.id}:{question.revision}"
    )


@bp.get("/hoi-dap/hang-loat")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
def bulk() -> ResponseReturnValue:
    """What would change, and what stands in the way. Nothing is changed."""
    codes = request.args.getlist("ma")
    place = here()
    back = place.url() if place else url_for("questions.queue")
    questions = desk.by_codes(codes[: questions_bulk.BULK_MAX + 1])
    if not questions:
        flash(_("Hãy chọn ít nhất một câu hỏi."), "error")
        return redirect(back)
    work = request.args.get("viec", "")
    if not work:
        flash(_("Hãy chọn việc cần làm với các câu đã chọn."), "error")
        return redirect(back)
    choice = _choice(work)
    lines = [
        _line(line)
        for line in questions_bulk.preview_bulk(
            [question.id for question in questions], choice, actor=me()
        )
    ]
    possible = [line for line in lines if not line.problem]
    kept = [("ma", line.code) for line in possible]
    query = urlencode([*_place_args(), ("viec", work), *kept])
    without = f"{url_for('questions.bulk')}?{query}"
    return render_template(
        "questions/office_bulk.html",
        title=_sentence(choice, len(lines)),
        choice=choice,
        lines=lines,
        possible=possible,
        without_url=without if possible and len(possible) < len(lines) else None,
        work=work,
        place=place,
        back=back,
    )


def _place_args() -> list[tuple[str, str]]:
    place = here()
    return [("the", place.tab.value), *place.args] if place else []


@bp.post("/hoi-dap/hang-loat")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
@commits
def run_bulk() -> ResponseReturnValue:
    """Do it to all of them or to none."""
    choice = _choice(request.form.get("viec", ""))
    seen = _seen(request.form.getlist("seen"))
    _refuse_unreadable(list(seen))
    questions_bulk.run_bulk(seen, choice, actor=me())
    flash(_("Đã thực hiện: %(what)s.", what=_sentence(choice, len(seen))), "success")
    place = here()
    return redirect(place.url() if place else url_for("questions.queue"))


def _seen(pairs: list[str]) -> dict[int, int]:
    found = seen_of(pairs)
    if not found:
        raise Refused(_("Hãy chọn ít nhất một câu hỏi."))
    return found


def _refuse_unreadable(ids: list[int]) -> None:
    for number in ids[: questions_bulk.BULK_MAX]:
        question: Question = staff.by_id(number)
        if not policy.may_read(me(), question) or policy.is_restricted(question):
            raise Refused(
                _("Trong các câu đã chọn có câu bạn không được xử lý. Chưa câu nào được thay đổi.")
            )


@bp.post("/hoi-dap/hang-loat/hoan-tac")
@require(P.QUESTION_MODERATE, P.QUESTION_ASSIGN)
@commits
def undo_bulk() -> ResponseReturnValue:
    """Put everything back as it was."""
    number = request.form.get("bulk", type=int) or 0
    questions_bulk.undo_bulk(desk.bulk_action(number), actor=me())
    flash(_("Đã hoàn tác. Các câu hỏi trở lại như trước."), "success")
    place = here()
    return redirect(place.url() if place else url_for("questions.queue"))
