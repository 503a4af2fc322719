"""Bàn làm việc: one question, everything about it, and the forms that this person may use now."""

from typing import Any

from flask import current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts import queries as accounts
from app.accounts.signed_in import me
from app.config import Settings
from app.desk.workbench import Workbench, fresh, original
from app.files import queries as files
from app.kernel.diffing import changes
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.forms.panels import (
    DecideForm,
    GateForm,
    ProgressForm,
    ScheduleForm,
    SendBackForm,
)
from app.questions.models import Answer, AnswerVersion, Question
from app.questions.officer import panels, restricted, steps
from app.questions.officer.base import Place, bp, here, leaving, load, load_closed, workbench
from app.questions.queries import desk, public, staff
from app.questions.service import answering, keeping, publishing, triage
from app.questions.service.bulk import many
from app.questions.states import (
    ACT_LABELS,
    ANSWERED_STAGES,
    CLASSIFICATION_LABELS,
    MOVE_LABELS,
    OPEN_STAGES,
    OUTCOME_LABELS,
    STAGE_COLOURS,
    STAGE_LABELS,
    Stage,
    Visibility,
)
from app.submissions.service import shown_name
from app.submissions.states import CHANNEL_LABELS, CONSENT_LABELS, NAME_DISPLAY_LABELS, Consent

_SLOTS = ("short", "findings", "resolution", "contact", "letter")


@bp.get("/hoi-dap/<code>")
@require(P.QUESTION_READ)
def show(code: str) -> ResponseReturnValue:
    """The workbench; of a complaint or denunciation the gate first."""
    question = load_closed(code)
    if policy.is_restricted(question) and not restricted.is_open(question, me()):
        return gate_page(question, GateForm(formdata=None))
    return page(question)


def gate_page(question: Question, form: GateForm, status: int = 200) -> ResponseReturnValue:
    """Code and stage, and no word of the text."""
    form.next.data = place.query if (place := here()) else ""
    html = render_template(
        "questions/office_gate.html",
        question=question,
        form=form,
        place=place,
        stage_label=STAGE_LABELS[question.stage],
        classification=CLASSIFICATION_LABELS[question.classification],
        minutes=restricted.MINUTES,
    )
    return html, status


@bp.post("/hoi-dap/<code>/mo")
@require(P.COMPLAINT_HANDLE)
@commits
def open_gate(code: str) -> ResponseReturnValue:
    """Open a complaint or denunciation: written down first, then readable for a
    quarter of an hour.
    """
    question, form = load_closed(code), GateForm()
    if not form.validate():
        return gate_page(question, form, 422)
    triage.open_restricted(question, actor=me(), reason=form.reason.data or "")
    restricted.grant(question, me())
    return redirect(workbench(question, here()))


@bp.post("/hoi-dap/<code>/co-mat")
@require(P.QUESTION_READ)
@commits
def presence(code: str) -> ResponseReturnValue:
    """The page says every half minute that it is still open; the answer is who else has it open."""
    question = load(code)
    keeping.note_presence(question, me())
    # A page that is merely open is nobody at work: it must not keep the session alive.
    session.modified = False
    return render_template(
        "questions/_office_present.html", present=staff.colleagues_present(question, me())
    )


@bp.post("/hoi-dap/<code>/ghi-chu")
@require(P.QUESTION_READ)
@commits
def add_note(code: str) -> ResponseReturnValue:
    return DESK.note(code, lambda row, text: triage.add_note(row, actor=me(), text=text))


def solo_office() -> bool:
    """Has this office only one person?"""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.solo_office


def page(
    question: Question,
    status: int = 200,
    *,
    conflict: str = "",
    theirs: Answer | None = None,
    **forms: Any,
) -> ResponseReturnValue:
    """The whole screen. `forms` are those that came back with errors; the others are made fresh.

    `conflict` says that somebody was faster; `theirs` is the draft that they saved.
    """
    user, place = me(), here()
    official = desk.official_contacts()
    closed = policy.is_restricted(question)
    answer = answering.answer_of(question)
    writes = policy.may_write_answer(user, question)
    context = {
        "question": question,
        "clock": staff.clock_of(question),
        "stages": _stages(question, answer),
        "present": staff.colleagues_present(question, user),
        "closed": closed,
        "writes": writes,
        "moves": steps.offered(question, user),
        "may_note": policy.may_note(user, question),
        **_as_shown(question, answer),
        "undo": many.undoable(user) if user.has(P.QUESTION_ASSIGN) else None,
        **_labels(),
        **DESK.frame(
            question,
            staff.log_of(question),
            place,
            back=url_for("questions.queue"),
            conflict=conflict,
            forms=forms,
        ),
        **_original(question, official),
        **panels.triage(question, place, forms, official),
    }
    if writes:
        context |= panels.writing(question, answer, place, forms.get("answer"), theirs)
    context |= _deciding(question, answer, place, forms)
    return render_template("questions/office_workbench.html", **context), status


def _as_shown(question: Question, answer: Answer | None) -> dict[str, Any]:
    """What counts now: the approved answer once there is one, the draft before and after a
    reopening.
    """
    current = staff.version_of(question) if question.stage in ANSWERED_STAGES else answer
    return {
        "shown": panels.as_citizens_read(current) if current else None,
        "answer_files": files.links(desk.answer_files(question)),
    }


def _labels() -> dict[str, Any]:
    return {
        "stage_labels": STAGE_LABELS,
        "stage_colours": STAGE_COLOURS,
        "channel_labels": CHANNEL_LABELS,
        "classification_labels": CLASSIFICATION_LABELS,
        "name_display_labels": NAME_DISPLAY_LABELS,
        "consent_labels": CONSENT_LABELS,
        "outcome_labels": OUTCOME_LABELS,
        "act_labels": ACT_LABELS,
    }


def _stages(question: Question, answer: Answer | None) -> list[dict[str, str]]:
    stage = question.stage
    answered = stage in ANSWERED_STAGES
    done = [
        question.topic_id is not None or answered,
        bool(question.submission.public_body),
        stage in {Stage.ASSIGNED, Stage.IN_REVIEW} or answered,
        stage is Stage.IN_REVIEW or answered,
        answered,
        question.visibility is Visibility.PUBLIC,
    ]
    names = [
        _("Phân loại"),
        _("Che thông tin"),
        _("Phân công"),
        _("Soạn trả lời"),
        _("Duyệt"),
        _("Đăng"),
    ]
    private = question.submission.consent is not Consent.PUBLISH
    if private:
        names[5] = _("Trả lời riêng")
        done[5] = answered
    over = stage not in OPEN_STAGES and not answered and stage is not Stage.UNVERIFIED
    current = (
        None if over else next((number for number, ready in enumerate(done) if not ready), None)
    )
    return [
        {"label": name, "state": "done" if done[number] else "now" if number == current else ""}
        for number, name in enumerate(names)
    ]


def _original(question: Question, official: tuple[str, ...]) -> dict[str, Any]:
    """The left column: what came, who sent it, what it resembles, and who has it now."""
    submission = question.submission
    similar = (
        public.similar(f"{submission.title}\n{submission.body}", leave_out=question.id)
        if submission.body and not policy.is_restricted(question)
        else []
    )
    return {
        **original(
            submission,
            contact=policy.may_see_contact(me(), question),
            plain=True,
            official=official,
        ),
        "messages": staff.messages_of(question),
        "shown_name": shown_name(submission),
        "similar": similar,
        "unit": organisation.unit(question.unit_id) if question.unit_id else None,
        "officer": accounts.by_id(question.officer_id) if question.officer_id else None,
        "topic": organisation.topic(question.topic_id) if question.topic_id else None,
        "merged_into": staff.by_id(question.merged_into_id) if question.merged_into_id else None,
    }


def _deciding(
    question: Question, answer: Answer | None, place: Place | None, forms: dict[str, Any]
) -> dict[str, Any]:
    """What approvers and publishers need: the answer as citizens will read it, what stands in the
    way, who asked for what.
    """
    user = me()
    asked = publishing.open_request(question)
    stage = question.stage
    versions = (
        staff.versions_of(question)
        if stage in {Stage.IN_REVIEW, Stage.ASSIGNED} and question.version_id
        else []
    )
    may_publish = policy.may_publish(user, question)
    return {
        "asked": asked,
        "asked_by": accounts.names_of([asked.asked_by]).get(asked.asked_by, "") if asked else "",
        "may_decide": asked is not None and publishing.may_decide(user, question, asked),
        "decide_form": forms.get("decide") or fresh(DecideForm, question, place),
        "reviews": stage is Stage.IN_REVIEW and policy.may_move(user, question, "approve"),
        "may_approve": policy.may_approve(user, question, answer, solo_office=solo_office()),
        "acting_for": user.acting_for(P.QUESTION_APPROVE),
        "publishes": user.has(P.QUESTION_PUBLISH),
        "obstacles": publishing.obstacles(question, once_approved=True)
        if stage in ANSWERED_STAGES | {Stage.IN_REVIEW}
        else [],
        "send_back_form": forms.get("send_back") or fresh(SendBackForm, question, place),
        "may_publish": may_publish,
        "schedule_form": forms.get("schedule") or fresh(ScheduleForm, question, place),
        "progress": staff.progress_of(question) if stage in ANSWERED_STAGES else [],
        "may_progress": stage in ANSWERED_STAGES
        and policy.may_note(user, question)
        and not policy.is_restricted(question),
        "progress_form": forms.get("progress") or fresh(ProgressForm, question, place),
        "version_difference": _version_difference(versions[-1], answer)
        if versions and answer
        else [],
        "author": accounts.names_of([answer.author_id]).get(answer.author_id, "")
        if answer and answer.author_id
        else "",
        "warnings": answering.warnings(answer) if answer else [],
    }


def _version_difference(
    version: AnswerVersion, answer: Answer
) -> list[tuple[str, list[tuple[str, str]]]]:
    names = panels.slot_labels()
    found = []
    for slot in _SLOTS:
        old, new = getattr(version, slot), getattr(answer, slot)
        if old != new:
            found.append((names[slot], changes(old, new)))
    return found


DESK: Workbench[Question] = Workbench(
    kind="question",
    load=load,
    page=page,
    leaving=leaving,
    note_route="questions.add_note",
    move_labels=MOVE_LABELS,
    move_tones={
        "approve": "ok",
        "publish": "ok",
        "send_back": "soon",
        "refuse": "late",
        "hide": "late",
        "extend": "soon",
    },
    silent=frozenset({"ask_more"}),
)
