"""«Bước khác»: each move has a page of its own with its reason, away from the main button.

The table is in steps.py.
"""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.extensions import db
from app.kernel.display import vi_date
from app.kernel.errors import FieldError, Forbidden, NotFound
from app.kernel.office_forms import PanelForm
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.forms.steps import ExtendForm, MergeForm
from app.questions.models import Question
from app.questions.officer.base import bp, here, leaving, load, workbench
from app.questions.officer.steps import STEPS, Step, needs_second_person, other_of
from app.questions.service import core
from app.questions.service.answering import EXTENSION_MAX
from app.questions.states import FLOW, STAGE_LABELS, Classification, RefusalReason
from app.workdays import queries as workdays
from app.workdays.clock import due_date

_BY_SLUG: Mapping[str, Step] = {step.slug: step for step in STEPS}
_ALL = (
    P.QUESTION_MODERATE,
    P.QUESTION_ANSWER,
    P.QUESTION_EXTEND,
    P.QUESTION_HIDE,
    P.COMPLAINT_HANDLE,
)


def _step(code: str, slug: str) -> tuple[Question, Step]:
    """The question and the step, for somebody who may take it.

    Raises NotFound for no such step or question, Forbidden for a person who may not, Refused when
    the flow has none from here.
    """
    if slug not in _BY_SLUG:
        raise NotFound
    question, step = load(code), _BY_SLUG[slug]
    if not policy.may_ever(me(), question, step.move):
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    FLOW.next(question.stage, step.move)
    return question, step


@bp.get("/hoi-dap/<code>/buoc/<slug>")
@require(*_ALL)
def step_form(code: str, slug: str) -> ResponseReturnValue:
    """What the step does, and what it asks for."""
    question, step = _step(code, slug)
    place = here()
    data = {
        "seen_revision": str(question.revision),
        "next": place.query if place else "",
        **_prefilled(question, step),
    }
    return _page(question, step, _offered(step.form(formdata=None, **data), question))


def _offered(form: PanelForm, question: Question) -> PanelForm:
    """The form with its choices: each number of days with the date that it leads to."""
    if isinstance(form, ExtendForm):
        form.days.choices = _extensions(question)
    return form


def _prefilled(question: Question, step: Step) -> dict[str, Any]:
    if step.move == "refuse" and policy.is_restricted(question):
        complaint = question.classification is Classification.COMPLAINT
        kind = RefusalReason.COMPLAINT if complaint else RefusalReason.DENUNCIATION
        # The sender reads it, in the language in which they wrote.
        with force_locale(question.submission.language):
            return {"kind": kind.value, "text": _guidance(complaint=complaint)}
    return {"days": 5} if step.move == "extend" else {}


def _guidance(*, complaint: bool) -> str:
    """What somebody is told who sent a complaint or denunciation here."""
    where = organisation.agency().citizen_reception_text or organisation.agency().address
    if complaint:
        return str(
            _(
                "Nội dung bạn gửi có dấu hiệu là khiếu nại. Mục Hỏi đáp không phải nơi tiếp nhận "
                "khiếu nại nên nội dung gửi ở đây"
                " không được thụ lý. Hãy gửi đơn khiếu nại hoặc đến trực tiếp nơi tiếp công dân: "
                "%(where)s."
                " Thông tin của bạn được giữ kín và không công khai.",
                where=where,
            )
        )
    return str(
        _(
            "Nội dung bạn gửi có dấu hiệu là tố cáo. Mục Hỏi đáp không phải nơi tiếp nhận tố cáo "
            "nên nội dung gửi ở đây"
            " không được thụ lý. Hãy gửi đơn tố cáo hoặc đến trực tiếp nơi tiếp công dân: "
            "%(where)s."
            " Họ tên, địa chỉ của bạn được giữ bí mật và không công khai.",
            where=where,
        )
    )


def _page(
    question: Question, step: Step, form: Any, status: int = 200, other: Question | None = None
) -> ResponseReturnValue:
    place = here()
    html = render_template(
        "questions/office_step.html",
        question=question,
        submission=question.submission,
        step=step,
        form=form,
        other=other,
        stage_labels=STAGE_LABELS,
        second_person=step.move == "refuse" and needs_second_person(question),
        back=workbench(question, place),
    )
    return html, status


def _extensions(question: Question) -> list[tuple[int, str]]:
    """Every possible number of working days, and the new date in words."""
    calendar, pauses = workdays.calendar(), core.pauses(question)
    found = []
    for days in range(1, EXTENSION_MAX + 1):
        due = due_date(
            calendar,
            received_on=question.received_on,
            working_days=question.working_days,
            pauses=pauses,
            extra_days=days,
        )
        found.append((days, _("%(n)s ngày làm việc, hạn mới %(day)s", n=days, day=vi_date(due))))
    return found


@bp.post("/hoi-dap/<code>/buoc/<slug>")
@require(*_ALL)
@commits
def take_step(code: str, slug: str) -> ResponseReturnValue:
    question, step = _step(code, slug)
    form, leave = _offered(step.form(), question), leaving(question)
    if not form.validate():
        return _page(question, step, form, 422)
    try:
        if isinstance(form, MergeForm) and form.shown.data != (form.other.data or "").upper():
            return _show_other(question, step, form)
        done = step.perform(question, form, me())
    except FieldError as error:
        db.session.rollback()
        form.apply(error)
        return _page(load(code), step, form, 422)
    flash(done, "success")
    return leave.stay() if step.stays and policy.may_read(me(), question) else leave.onwards()


def _show_other(question: Question, step: Step, form: MergeForm) -> ResponseReturnValue:
    """The second question, to be compared, before anything is merged."""
    other = other_of(form)
    form.other.data = form.shown.data = other.submission.code
    return _page(question, step, form, other=other)
