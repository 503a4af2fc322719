"""The guiding questions."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments.forms.survey import SurveyForm
from app.comments.models import SurveyQuestion
from app.comments.officer.base import bp
from app.comments.service import surveys_setup as service
from app.comments.states import SURVEY_LABELS
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load, load_for_editing
from app.kernel.errors import FieldError
from app.kernel.office_forms import SeenForm
from app.kernel.web import commits
from app.submissions.forms import ButtonForm

add_tab(60, "khao-sat", _l("Câu hỏi gợi ý"), "comments.survey")


@bp.get("/lay-y-kien/<slug>/khao-sat")
@require(P.CONSULTATION_READ)
def survey(slug: str) -> ResponseReturnValue:
    consultation = load(slug)
    locked = service.is_locked(consultation)
    return render_template(
        "comments/surveys.html",
        consultation=consultation,
        tab="khao-sat",
        questions=service.questions_of(consultation),
        locked=locked,
        may_edit=policy.may_edit(me(), consultation) and not locked,
        most=service.MOST_QUESTIONS,
        survey_labels=SURVEY_LABELS,
        button=ButtonForm(formdata=None),
    )


@bp.get("/lay-y-kien/<slug>/khao-sat/moi")
@require(P.CONSULTATION_EDIT)
def new_survey_question(slug: str) -> ResponseReturnValue:
    consultation = load_for_editing(slug)
    return _page(
        consultation, SurveyForm(formdata=None, seen_revision=str(consultation.revision)), None
    )


@bp.post("/lay-y-kien/<slug>/khao-sat/moi")
@require(P.CONSULTATION_EDIT)
@commits
def add_survey_question(slug: str) -> ResponseReturnValue:
    return _save(load_for_editing(slug), None)


@bp.get("/lay-y-kien/<slug>/khao-sat/<int:question_id>")
@require(P.CONSULTATION_EDIT)
def survey_question(slug: str, question_id: int) -> ResponseReturnValue:
    consultation = load_for_editing(slug)
    question = service.question_of(consultation, question_id)
    return _page(consultation, SurveyForm.of(question, consultation.revision), question)


@bp.post("/lay-y-kien/<slug>/khao-sat/<int:question_id>")
@require(P.CONSULTATION_EDIT)
@commits
def save_survey_question(slug: str, question_id: int) -> ResponseReturnValue:
    consultation = load_for_editing(slug)
    return _save(consultation, service.question_of(consultation, question_id))


@bp.post("/lay-y-kien/<slug>/khao-sat/<int:question_id>/<any('len','xuong'):direction>")
@require(P.CONSULTATION_EDIT)
@commits
def move_survey_question(slug: str, question_id: int, direction: str) -> ResponseReturnValue:
    """One place up or down."""
    consultation = load_for_editing(slug)
    service.move(
        consultation,
        service.question_of(consultation, question_id),
        actor=me(),
        up=direction == "len",
    )
    return redirect(url_for(".survey", slug=slug) + f"#cau-{question_id}")


@bp.get("/lay-y-kien/<slug>/khao-sat/<int:question_id>/bo")
@require(P.CONSULTATION_EDIT)
def removing_survey_question(slug: str, question_id: int) -> ResponseReturnValue:
    consultation = load_for_editing(slug)
    return render_template(
        "comments/surveys_remove.html",
        consultation=consultation,
        tab="khao-sat",
        question=service.question_of(consultation, question_id),
        form=SeenForm(formdata=None, seen_revision=str(consultation.revision)),
    )


@bp.post("/lay-y-kien/<slug>/khao-sat/<int:question_id>/bo")
@require(P.CONSULTATION_EDIT)
@commits
def remove_survey_question(slug: str, question_id: int) -> ResponseReturnValue:
    consultation = load_for_editing(slug)
    service.remove(
        consultation,
        service.question_of(consultation, question_id),
        actor=me(),
        seen_revision=SeenForm().seen,
    )
    flash(_("Đã bỏ câu hỏi."), "success")
    return redirect(url_for(".survey", slug=slug))


def _save(consultation: Consultation, question: SurveyQuestion | None) -> ResponseReturnValue:
    form = SurveyForm()
    if not form.validate():
        return _page(consultation, form, question), 422
    try:
        if question is None:
            service.add(consultation, form.asked, actor=me(), seen_revision=form.seen)
        else:
            service.edit(consultation, question, form.asked, actor=me(), seen_revision=form.seen)
    except FieldError as error:
        form.apply(error)
        return _page(consultation, form, question), 422
    flash(_("Đã lưu câu hỏi."), "success")
    return redirect(url_for(".survey", slug=consultation.slug))


def _page(consultation: Consultation, form: SurveyForm, question: SurveyQuestion | None) -> str:
    return render_template(
        "comments/surveys_one.html",
        consultation=consultation,
        tab="khao-sat",
        form=form,
        question=question,
    )
