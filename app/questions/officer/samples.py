"""Mẫu trả lời: the texts that a unit begins its answers with."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.desk.forms import ButtonForm
from app.kernel.errors import FieldError
from app.kernel.office_forms import seen_number
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions.forms.answering import TemplateForm
from app.questions.models import AnswerTemplate
from app.questions.officer.base import bp
from app.questions.officer.choices import chosen_topic, topic_choices
from app.questions.queries import desk
from app.questions.service import samples
from app.questions.service.samples import Sample
from app.questions.states import OUTCOME_LABELS, Outcome

_TEXTS = ("title", "short", "findings", "resolution", "contact")


@bp.get("/mau-tra-loi")
@require(P.QUESTION_ANSWER)
def templates() -> ResponseReturnValue:
    """The templates of one's unit and of the whole office."""
    topics = {topic.id: topic.name for topic in organisation.all_topics()}
    return render_template(
        "questions/office_templates.html",
        templates=desk.answer_templates(me()),
        topics=topics,
        mine=me().unit_id,
    )


def _offered(form: TemplateForm) -> TemplateForm:
    form.topic.choices = topic_choices(organisation.all_topics(), _("Mọi lĩnh vực"))
    form.outcome.choices = [
        ("", _("Để người soạn chọn")),
        *((outcome.value, label) for outcome, label in OUTCOME_LABELS.items()),
    ]
    return form


def _page(
    form: TemplateForm, template: AnswerTemplate | None, status: int = 200
) -> ResponseReturnValue:
    may_edit = samples.may_edit_template(me(), template)
    removal = ButtonForm(formdata=None)
    return render_template(
        "questions/office_template.html",
        form=form,
        template=template,
        may_edit=may_edit,
        removal=removal,
    ), status


@bp.get("/mau-tra-loi/moi")
@require(P.QUESTION_ANSWER)
def new_template() -> ResponseReturnValue:
    return _page(_offered(TemplateForm(formdata=None)), None)


@bp.post("/mau-tra-loi/moi")
@require(P.QUESTION_ANSWER)
@commits
def add_template() -> ResponseReturnValue:
    """Keep a new template of one's unit."""
    return _save(None)


@bp.get("/mau-tra-loi/<int:number>")
@require(P.QUESTION_ANSWER)
def template(number: int) -> ResponseReturnValue:
    found = desk.answer_template(number, me())
    topic = organisation.topic(found.topic_id) if found.topic_id else None
    data: dict[str, Any] = {name: getattr(found, name) for name in _TEXTS}
    data |= {
        "topic": topic.slug if topic else "",
        "outcome": found.outcome.value if found.outcome else "",
    }
    return _page(
        _offered(TemplateForm(formdata=None, seen_revision=str(found.revision), **data)), found
    )


@bp.post("/mau-tra-loi/<int:number>")
@require(P.QUESTION_ANSWER)
@commits
def save_template(number: int) -> ResponseReturnValue:
    return _save(desk.answer_template(number, me()))


def _save(found: AnswerTemplate | None) -> ResponseReturnValue:
    form = _offered(TemplateForm())
    if not form.validate():
        return _page(form, found, 422)
    seen = form.seen_revision.data or ""
    sample = Sample(
        topic=chosen_topic(form.topic.data),
        outcome=Outcome(form.outcome.data) if form.outcome.data else None,
        **{name: form[name].data or "" for name in _TEXTS},
    )
    try:
        samples.save_template(
            found,
            sample,
            actor=me(),
            seen_revision=seen_number(seen),
        )
    except FieldError as error:
        form.apply(error)
        return _page(form, found, 422)
    flash(_("Đã lưu mẫu «%(title)s».", title=sample.title), "success")
    return redirect(url_for("questions.templates"))


@bp.post("/mau-tra-loi/<int:number>/xoa")
@require(P.QUESTION_ANSWER)
@commits
def remove_template(number: int) -> ResponseReturnValue:
    found = desk.answer_template(number, me())
    title = found.title
    samples.remove_template(found, actor=me())
    flash(_("Đã xóa mẫu «%(title)s».", title=title), "success")
    return redirect(url_for("questions.templates"))
