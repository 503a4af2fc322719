"""All answers to the guiding questions, and clearing open answers so that
everybody may read them.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments.models import SurveyQuestion
from app.comments.officer.base import bp
from app.comments.queries import surveys
from app.comments.queries.surveys import OpenAnswer
from app.comments.service import surveys as service
from app.comments.states import SurveyKind
from app.consultations.models import Consultation
from app.consultations.officer.base import load
from app.desk.texts import masked
from app.kernel.errors import FieldError, NotFound
from app.kernel.forms import TextField
from app.kernel.office_forms import SeenForm
from app.kernel.paging import Page
from app.kernel.text import int_of
from app.kernel.web import commits
from app.organisation import queries as organisation


class ClearForm(SeenForm):
    """The wording in which an open answer may be shown."""

    text = TextField(_l("Nội dung sẽ công khai"))


@dataclass(frozen=True, slots=True)
class Opened:
    """The open answers to one question, a page of them."""

    question: SurveyQuestion
    #: From 1, in the order of the questions; what the address says.
    number: int
    page: Page[OpenAnswer]


@bp.get("/lay-y-kien/<slug>/khao-sat/ket-qua")
@require(P.CONSULTATION_READ)
def survey_answers(slug: str) -> ResponseReturnValue:
    """Every question with its answers counted; with ?cau= the open answers to one."""
    return _page(load(slug))


def _page(
    consultation: Consultation, *, wrong: tuple[int, ClearForm] | None = None
) -> ResponseReturnValue:
    questions = surveys.questions_of(consultation.id)
    opened = _opened(questions)
    official = organisation.official_contacts() if opened else ()
    forms = {row.answer.id: _form(row, official) for row in opened.page.items} if opened else {}
    if wrong:
        forms[wrong[0]] = wrong[1]
    body = render_template(
        "comments/survey_answers.html",
        consultation=consultation,
        tab="khao-sat",
        tallies=surveys.tallies(consultation.id, questions),
        opened=opened,
        forms=forms,
        may_clear=me().has(P.COMMENT_MODERATE),
        here=url_for("comments.survey_answers", slug=consultation.slug),
        query=urlencode(_kept()),
        wrong=wrong,
    )
    return body, 422 if wrong else 200


def _opened(questions: list[SurveyQuestion]) -> Opened | None:
    number = int_of(request.args.get("cau"), most=len(questions))
    if not number:
        return None
    question = questions[number - 1]
    if question.kind is not SurveyKind.OPEN:
        return None
    return Opened(
        question,
        number,
        surveys.open_answers(
            question.id, after=request.args.get("sau"), before=request.args.get("truoc")
        ),
    )


def _form(row: OpenAnswer, official: tuple[str, ...]) -> ClearForm:
    """What would be shown: the wording of last time, or the answer with its
    personal data hidden.
    """
    text = row.answer.public_text or masked(row.answer.text, official)
    return ClearForm(formdata=None, text=text, seen_revision=str(row.comment.revision))


@bp.post("/lay-y-kien/<slug>/khao-sat/ket-qua/<int:answer_id>")
@require(P.COMMENT_MODERATE)
@commits
def clear_survey_answer(slug: str, answer_id: int) -> ResponseReturnValue:
    """Show an open answer in this wording, or do not show it."""
    consultation, form = load(slug), ClearForm()
    found = surveys.answer_in(consultation, answer_id)
    if found is None:
        raise NotFound
    show = request.form.get("action") != "khong"
    try:
        service.clear(
            found, text=form.text.data or "", show=show, actor=me(), seen_revision=form.seen
        )
    except FieldError as error:
        form.apply(error)
        return _page(consultation, wrong=(answer_id, form))
    flash(
        _("Câu trả lời sẽ được công khai sau khi hết hạn lấy ý kiến.")
        if show
        else _("Câu trả lời không được công khai."),
        "success",
    )
    here = url_for("comments.survey_answers", slug=consultation.slug)
    return redirect(f"{here}?{urlencode(_kept())}", 303)


def _kept() -> dict[str, str]:
    """Where in the list the officer is."""
    return {name: request.args[name] for name in ("cau", "sau", "truoc") if name in request.args}
