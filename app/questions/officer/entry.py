"""Nhập hộ: an officer types in what somebody asks at the counter or on the telephone, and hands
over a receipt.
"""

import uuid

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.extensions import db
from app.kernel.errors import FieldError
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions.forms.office import EntryForm
from app.questions.officer.base import bp
from app.questions.officer.choices import assignees, chosen_assignee, chosen_topic, topic_choices
from app.questions.service import intake, triage
from app.questions.service.intake import QuestionReceipt
from app.questions.states import QuestionKind
from app.submissions.service import Contact, Sent
from app.submissions.states import Channel, Consent, NameDisplay


def _form(*, fresh: bool = False) -> EntryForm:
    form = EntryForm(formdata=None, idempotency_key=uuid.uuid4().hex) if fresh else EntryForm()
    form.topic.choices = topic_choices(organisation.active_topics(), _("Để phân loại sau"))
    form.to.choices = {
        _("Để phân công sau"): [("", _("Để phân công sau"))],
        **(assignees(me()) if me().has(P.QUESTION_ASSIGN) else {}),
    }
    return form


@bp.get("/nhap-ho")
@require(P.QUESTION_ENTER)
def entry() -> ResponseReturnValue:
    return render_template("questions/office_entry.html", form=_form(fresh=True))


@bp.post("/nhap-ho")
@require(P.QUESTION_ENTER)
@commits
def enter() -> ResponseReturnValue:
    """Take it in and show the receipt. Sent twice it is one question and the same receipt."""
    form = _form()
    if not form.validate():
        return render_template("questions/office_entry.html", form=form), 422
    try:
        asked = _ask(form)
    except FieldError as error:
        db.session.rollback()
        form.apply(error)
        return render_template("questions/office_entry.html", form=form), 422
    question = asked.question
    unit = organisation.unit(question.unit_id) if question.unit_id else None
    return render_template(
        "questions/office_receipt.html",
        question=question,
        submission=question.submission,
        pin=asked.pin,
        unit=unit,
        phone=(unit.phone if unit else "") or organisation.agency().phone,
    )


def _ask(form: EntryForm) -> QuestionReceipt:
    topic = chosen_topic(form.topic.data)
    asked = intake.ask(
        QuestionKind(form.kind.data),
        form.body.data or "",
        Contact(
            name=form.name.data or "",
            phone=form.phone.data or None,
            email=form.email.data or None,
            name_display=NameDisplay(form.name_display.data),
            consent=Consent(form.consent.data),
        ),
        Sent(
            secret_key=str(current_app.secret_key),
            prefix=organisation.agency().tracking_prefix,
            idempotency_key=form.idempotency_key.data or "",
            channel=Channel(form.channel.data),
            actor=me(),
        ),
        topic=topic,
    )
    if form.to.data and not asked.repeated:
        unit, officer = chosen_assignee(form.to.data)
        triage.assign(
            asked.question,
            actor=me(),
            seen_revision=asked.question.revision,
            unit=unit,
            officer=officer,
        )
    return asked
