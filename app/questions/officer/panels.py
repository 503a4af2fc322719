"""The long forms of the workbench, filled with what is known: classifying and assigning, redacting,
the answer.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.signed_in import me
from app.desk.forms import RedactForm
from app.desk.texts import masked
from app.desk.workbench import fresh
from app.kernel.diffing import changes
from app.kernel.display import vi_date
from app.kernel.errors import NotFound
from app.kernel.html import paragraphs
from app.organisation import queries as organisation
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.forms.answering import AnswerForm
from app.questions.forms.panels import TriageForm
from app.questions.models import Answer, AnswerVersion, Question
from app.questions.officer.base import Place
from app.questions.officer.choices import assignee_value, assignees, topic_choices
from app.questions.queries import desk, public, staff
from app.questions.service.answering import Draft
from app.questions.states import OPEN_STAGES, OUTCOME_LABELS, Outcome, Stage, Visibility
from app.submissions import screening


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the words of the question point to."""

    topic: Topic
    unit: Unit | None
    words: str


def slot_labels() -> dict[str, str]:
    """What the slots of an answer are called."""
    return {
        "short": _("Trả lời ngắn"),
        "findings": _("Kết quả kiểm tra, xác minh"),
        "resolution": _("Giải quyết, hướng dẫn"),
        "outcome": _("Kết quả"),
        "promised_on": _("Hẹn hoàn thành"),
        "legal_basis": _("Căn cứ"),
        "contact": _("Liên hệ"),
        "letter": _("Văn bản kèm theo"),
    }


# Classifying, assigning, redacting
# --------------------------------------------------------------------------------------------------
def triage(
    question: Question, place: Place | None, forms: Mapping[str, Any], official: tuple[str, ...]
) -> dict[str, Any]:
    """What the first three steps need; `official` are the office's own numbers and addresses."""
    user = me()
    may_classify = policy.may_classify(user, question) and question.stage in OPEN_STAGES | {
        Stage.UNVERIFIED
    }
    may_assign = policy.may_move(user, question, "assign")
    may_redact = (
        policy.may_classify(user, question)
        and not policy.is_restricted(question)
        and question.visibility is not Visibility.ERASED
    )
    text = f"{question.submission.title}\n{question.submission.body}"
    suggested = (
        _suggested(text)
        if (may_classify or may_assign) and not policy.is_restricted(question)
        else None
    )
    return {
        "may_classify": may_classify,
        "may_assign": may_assign,
        "suggested": suggested,
        "concern": screening.looks_like_complaint(text)
        if not policy.is_restricted(question)
        else None,
        "spam_reasons": [
            _(reason) for reason in question.submission.spam_reasons if reason != screening.CROWDED
        ],
        "triage_form": forms.get("triage") or triage_form(question, place, suggested)
        if may_classify or may_assign
        else None,
        "redact_form": forms.get("redact") or redact_form(question, place, official)
        if may_redact
        else None,
    }


def _suggested(text: str) -> Suggested | None:
    found = organisation.suggest_topic(text)
    if not found:
        return None
    best = found[0]
    unit = organisation.unit(best.unit_id) if best.unit_id else None
    return Suggested(
        organisation.topic(best.topic_id), unit, ", ".join(f"«{word}»" for word in best.words)
    )


def triage_form(
    question: Question, place: Place | None, suggested: Suggested | None = None
) -> TriageForm:
    """Classification and assignment as they are, or as the words suggest while nobody has said."""
    topic = organisation.topic(question.topic_id) if question.topic_id else None
    to = assignee_value(question.unit_id, question.officer_id)
    unit = suggested.unit if suggested else None
    if topic is not None and topic.default_unit_id is not None:
        unit = organisation.unit(topic.default_unit_id)
    form = fresh(
        TriageForm,
        question,
        place,
        kind=question.kind.value,
        topic=topic.slug if topic else suggested.topic.slug if suggested else "",
        classification=question.classification.value,
        to=to or (unit.slug if unit else ""),
    )
    return offer_triage(form, topic)


def offer_triage(form: TriageForm, topic: Topic | None = None) -> TriageForm:
    """The lists to choose from; the question's own topic is among them even when it is no longer in
    use.
    """
    topics = list(organisation.active_topics())
    if topic is not None and topic not in topics:
        topics.append(topic)
    form.topic.choices = topic_choices(topics, _("Chưa chọn"))
    form.to.choices = {_("Chưa phân công"): [("", _("Chưa phân công"))], **assignees(me())}
    return form


def redact_form(question: Question, place: Place | None, official: tuple[str, ...]) -> RedactForm:
    """The text as it may be shown: as somebody left it, else as the detectors would."""
    submission = question.submission
    if submission.public_body is not None:
        return fresh(
            RedactForm,
            question,
            place,
            title=submission.public_title,
            body=submission.public_body,
            reason=submission.redaction_reason or "",
        )
    body = masked(submission.body, official)
    return fresh(
        RedactForm,
        question,
        place,
        title=masked(submission.title, official),
        body=body,
        reason=_("Che thông tin cá nhân.") if body != submission.body else "",
    )


# The answer
# --------------------------------------------------------------------------------------------------
def writing(
    question: Question,
    answer: Answer | None,
    place: Place | None,
    form: AnswerForm | None,
    theirs: Answer | None,
) -> dict[str, Any]:
    """The answer form, what it may begin with, and both versions where a colleague was faster."""
    made = form or answer_form(question, answer, place)
    made.pad_basis()
    return {
        "answer_form": made,
        "both": _both(theirs, made) if theirs is not None else [],
        "templates": desk.answer_templates(me(), topic_id=question.topic_id),
    }


def answer_form(question: Question, answer: Answer | None, place: Place | None) -> AnswerForm:
    """The draft as it is, its empty slots filled from the example or template that the address
    names.
    """
    data: dict[str, Any] = {
        "short": "",
        "findings": "",
        "resolution": "",
        "legal_basis": [],
        "outcome": None,
        "promised_on": None,
        "contact": _contact(question) if answer is None else "",
        "letter": "",
    }
    if answer is not None:
        data |= {name: getattr(answer, name) for name in data}
    for name, value in {**_template(question), **_example()}.items():
        if not data[name]:
            data[name] = value
    data["outcome"] = data["outcome"].value if data["outcome"] else None
    return fresh(
        AnswerForm,
        question,
        place,
        answer_revision=str(answer.revision if answer else 0),
        **data,
    )


def _contact(question: Question) -> str:
    unit = organisation.unit(question.unit_id) if question.unit_id else None
    if unit is None:
        return ""
    agency = organisation.agency()
    # It stands in a public page, which is Vietnamese whatever language the officer works in.
    with force_locale("vi"):
        hours = unit.hours or _("giờ hành chính")
    phone = unit.phone or agency.phone
    return ", ".join(part for part in (unit.name, phone) if part) + f" ({hours})"


def _example() -> dict[str, Any]:
    """The slots of the published answer that «mau» names.

    Dates and letters belong to that answer alone.
    """
    code = request.args.get("mau", "")
    if not code or public.public_one(code.upper()) is None:
        return {}
    version = staff.version_of(staff.by_code(code))
    if version is None:
        return {}
    names = ("short", "findings", "resolution", "legal_basis", "outcome")
    return {name: getattr(version, name) for name in names}


def _template(question: Question) -> dict[str, Any]:
    """The slots of the template that «mau-tra-loi» names, its known gaps filled."""
    number = request.args.get("mau-tra-loi", type=int)
    if not number:
        return {}
    try:
        found = desk.answer_template(number, me())
    except NotFound:
        return {}
    unit = organisation.unit(question.unit_id) if question.unit_id else None
    known = {
        "{ngày}": vi_date(question.submission.received_at),
        "{mã}": question.submission.code,
        "{đơn vị}": unit.name if unit else "",
        "{điện thoại}": (unit.phone if unit else "") or organisation.agency().phone,
    }
    slots = {
        name: _filled(getattr(found, name), known)
        for name in ("short", "findings", "resolution", "contact")
    }
    return {**slots, "outcome": found.outcome}


def _filled(text: str, known: Mapping[str, str]) -> str:
    for gap, value in known.items():
        text = text.replace(gap, value or gap)
    return text


def draft_of(form: AnswerForm) -> Draft:
    """What the form holds, complete or not."""
    outcome = form.outcome.data if form.outcome.data in set(Outcome) else None
    return Draft(
        short=form.short.data or "",
        findings=form.findings.data or "",
        resolution=form.resolution.data or "",
        legal_basis=[
            {"text": row.data["text"] or "", "url": row.data["url"] or ""}
            for row in form.legal_basis.entries
        ],
        outcome=Outcome(outcome) if outcome else None,
        promised_on=form.promised_on.data,
        contact=form.contact.data or "",
        letter=form.letter.data or "",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft in the form in which the public page shows an approved answer."""

    short: str
    findings_html: str
    resolution_html: str
    legal_basis: Sequence[Mapping[str, str]]
    outcome: Outcome | None
    promised_on: dt.date | None
    contact: str
    letter: str


def as_citizens_read(answer: Answer | AnswerVersion) -> Shown:
    """The answer, approved or not, as the public page would show it."""
    return Shown(
        short=answer.short,
        findings_html=str(paragraphs(answer.findings)),
        resolution_html=str(paragraphs(answer.resolution)),
        legal_basis=answer.legal_basis,
        outcome=answer.outcome,
        promised_on=answer.promised_on,
        contact=answer.contact,
        letter=answer.letter,
    )


def _both(theirs: Answer, form: AnswerForm) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The slots that differ: what it is called, the colleague's, mine, and the changes from one to
    the other.
    """
    mine = draft_of(form)
    found = []
    for name, label in slot_labels().items():
        before, after = _plain(getattr(theirs, name)), _plain(getattr(mine, name))
        if before != after:
            found.append((label, before, after, changes(before, after)))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, Outcome):
        return str(OUTCOME_LABELS[value])
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "\n".join(
            " ".join(part for part in (row.get("text", ""), row.get("url", "")) if part)
            for row in value
            if row.get("text")
        )
    return vi_date(value)
