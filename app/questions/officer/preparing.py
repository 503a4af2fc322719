"""Before an answer is written: classify, redact, assign."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.desk import texts
from app.desk.forms import RedactForm
from app.extensions import db
from app.kernel.errors import FieldError
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.forms.panels import TriageForm
from app.questions.models import Question
from app.questions.officer import panels
from app.questions.officer.base import bp, leaving, load
from app.questions.officer.choices import chosen_assignee, chosen_topic
from app.questions.officer.workbench import DESK, page
from app.questions.queries import desk
from app.questions.service import triage
from app.questions.states import CLASSIFICATION_LABELS, Classification, QuestionKind


def _posted(question: Question) -> TriageForm:
    topic = organisation.topic(question.topic_id) if question.topic_id else None
    return panels.offer_triage(TriageForm(), topic)


def _classify(question: Question, form: TriageForm, *, seen_revision: int) -> None:
    triage.classify(
        question,
        actor=me(),
        seen_revision=seen_revision,
        topic=chosen_topic(form.topic.data),
        kind=QuestionKind(form.kind.data),
        classification=Classification(form.classification.data),
    )


def _differs(question: Question, form: TriageForm) -> bool:
    topic = chosen_topic(form.topic.data)
    said = (form.kind.data, topic.id if topic else None, form.classification.data)
    return said != (question.kind.value, question.topic_id, question.classification.value)


@bp.post("/hoi-dap/<code>/phan-loai")
@require(P.QUESTION_MODERATE, P.QUESTION_ANSWER, P.COMPLAINT_HANDLE)
@commits
def classify(code: str) -> ResponseReturnValue:
    """Kind, topic, and whether it is a complaint or denunciation."""
    question = load(code)
    form, leave = _posted(question), leaving(question)
    if not form.validate():
        return page(question, 422, triage=form)
    try:
        _classify(question, form, seen_revision=form.seen)
    except FieldError as error:
        form.apply(error)
        return page(question, 422, triage=form)
    if policy.is_restricted(question):
        label = CLASSIFICATION_LABELS[question.classification]
        flash(
            _(
                "%(code)s đã chuyển thành %(label)s: chỉ người được giao mới mở được.",
                code=code,
                label=label,
            ),
            "success",
        )
        return leave.onwards()
    flash(_("Đã lưu phân loại của %(code)s.", code=code), "success")
    return leave.stay()


@bp.post("/hoi-dap/<code>/phan-cong")
@require(P.QUESTION_ASSIGN)
@commits
def assign(code: str) -> ResponseReturnValue:
    """Give it to a unit or a person; what was changed in the classification beside
    it is kept too.
    """
    question = load(code)
    form, leave = _posted(question), leaving(question)
    if not form.validate():
        return page(question, 422, triage=form)
    seen = form.seen
    try:
        unit, officer = chosen_assignee(form.to.data)
        if policy.may_classify(me(), question) and _differs(question, form):
            _classify(question, form, seen_revision=seen)
            seen = question.revision
            if policy.is_restricted(question):
                flash(
                    _(
                        "%(code)s đã chuyển thành hồ sơ hạn chế nên không phân công ở đây.",
                        code=code,
                    ),
                    "success",
                )
                return leave.onwards()
        triage.assign(
            question,
            actor=me(),
            seen_revision=seen,
            unit=unit,
            officer=officer,
            note=form.note.data or "",
        )
    except FieldError as error:
        db.session.rollback()
        form.apply(FieldError("to", error.message) if error.field in {"unit", "officer"} else error)
        return page(load(code), 422, triage=form)
    who = f"{officer.full_name}, {unit.name}" if officer else unit.name
    flash(_("Đã phân công %(code)s cho %(who)s.", code=code, who=who), "success")
    return leave.stay() if policy.may_write_answer(me(), question) else leave.onwards()


@bp.post("/hoi-dap/<code>/che")
@require(P.QUESTION_MODERATE, P.QUESTION_ANSWER)
@commits
def redact(code: str) -> ResponseReturnValue:
    """Set the text that everybody may read.

    «Che cả N» hides everything that was found and saves at once.
    """
    form = RedactForm()
    if request.form.get("mask_all"):
        texts.mask_all(form, (form.title, form.body), desk.official_contacts())
    return DESK.step(
        code,
        form,
        "redact",
        lambda question: triage.redact(
            question,
            actor=me(),
            seen_revision=form.seen,
            title=form.title.data or "",
            body=form.body.data or "",
            reason=form.reason.data or "",
        ),
        _("Đã lưu nội dung sẽ đăng của %(code)s.", code=code),
        stays=True,
    )
