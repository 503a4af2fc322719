"""Writing the answer: drafts that save themselves, submitting, and the page as citizens will read
it.
"""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.kernel.clock import local, now
from app.kernel.errors import DomainError, FieldError, NotFound, Refused, Stale
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.forms.answering import AnswerForm
from app.questions.models import Answer, Question
from app.questions.officer import panels
from app.questions.officer.base import bp, here, leaving, load, workbench
from app.questions.officer.workbench import page
from app.questions.queries import desk, public, staff
from app.questions.service import answering, publishing
from app.questions.service.answering import StaleDraft
from app.questions.service.core import approved_files, draft_files
from app.questions.states import ANSWERED_STAGES, OUTCOME_LABELS, Stage
from app.submissions.service import shown_name


def _save(question: Question, form: AnswerForm) -> None:
    """Keep what was written, and the files that came with it."""
    received = files.receive_all(
        form.files.data or [], already=_kept(question, form), limits=files.STAFF
    )
    answer = answering.save_draft(
        question, panels.draft_of(form), actor=me(), seen_answer_revision=form.seen_answer
    )
    for key in form.drop.data or []:
        files.remove(key, draft_files(question))
        if public.public_one(question.submission.code) is None:
            # What the public can fetch changes only with an approval.
            files.remove(key, approved_files(question))
    if received:
        files.claim([file.key for file in received], draft_files(question))
    form.answer_revision.data = str(answer.revision)


def _kept(question: Question, form: AnswerForm) -> int:
    dropped = set(form.drop.data or [])
    return sum(file.key not in dropped for file in desk.answer_files(question))


def _lost_race(code: str, form: AnswerForm, error: Stale) -> ResponseReturnValue:
    """Somebody was faster: the new state of the question, both versions of the draft, nothing of
    the typed text lost.
    """
    db.session.rollback()
    question = load(code)
    theirs = answering.answer_of(question) if isinstance(error, StaleDraft) else None
    if not policy.may_write_answer(me(), question):
        # The question has left this step: the text is shown to be copied.
        raise error
    form.seen_revision.data = str(question.revision)
    if theirs is not None:
        form.answer_revision.data = str(theirs.revision)
    return page(question, 409, answer=form, conflict=error.message, theirs=theirs)


@bp.post("/hoi-dap/<code>/tra-loi")
@require(P.QUESTION_ANSWER, P.QUESTION_MODERATE)
@commits
def write(code: str) -> ResponseReturnValue:
    """«Lưu nháp», «Xem trước» or «Trình duyệt»: all three keep the draft first."""
    return _write(code)


def _write(code: str) -> ResponseReturnValue:
    question, form = load(code), AnswerForm()
    if question.stage is not Stage.ASSIGNED and me().has(P.QUESTION_ANSWER):
        # Somebody took the step while this person wrote: the page that says so keeps the typed
        # text.
        raise Refused(
            _(
                "Câu hỏi này không còn ở bước soạn trả lời. Nội dung bạn vừa viết được giữ bên "
                "dưới để sao chép."
            )
        )
    leave, action = leaving(question), request.form.get("action", "save")
    if not form.validate():
        return page(question, 422, answer=form)
    try:
        _save(question, form)
        if action == "submit":
            # Not only the first thing that is missing: all of it at once.
            if found := answering.problems(_draft(question)):
                for slot, sentence in found:
                    form.apply(FieldError(slot, sentence))
                return _incomplete(code, form)
            answering.submit(question, actor=me(), seen_revision=form.seen)
    except FieldError as error:
        db.session.rollback()
        form.apply(error)
        return page(load(code), 422, answer=form)
    except Stale as error:
        return _lost_race(code, form, error)
    if action == "submit":
        flash(_("Đã trình duyệt câu trả lời cho %(code)s.", code=code), "success")
        return leave.onwards()
    if action == "preview":
        place = here()
        return redirect(
            url_for("questions.preview", code=code) + (f"?{place.query}" if place else "")
        )
    flash(_("Đã lưu nháp câu trả lời cho %(code)s.", code=code), "success")
    return leave.stay("tra-loi")


def _draft(question: Question) -> Answer:
    answer = answering.answer_of(question)
    assert answer is not None
    return answer


def _incomplete(code: str, form: AnswerForm) -> ResponseReturnValue:
    """The draft is kept although it cannot be submitted yet: nobody should lose it over a missing
    date.
    """
    db.session.commit()
    return page(load(code), 422, answer=form)


@bp.post("/hoi-dap/<code>/nhap")
@require(P.QUESTION_ANSWER, P.QUESTION_MODERATE)
@commits
def autosave(code: str) -> ResponseReturnValue:
    """The page saves the draft by itself every ten seconds. Without a script it is «Lưu nháp»."""
    if request.headers.get("X-Requested-With") != "fetch":
        return _write(code)
    question, form = load(code), AnswerForm()
    if not form.validate() and set(form.errors) - {"promised_on"}:
        message = next(iter(form.errors.values()))
        return jsonify(message=str(message[0])), 422
    try:
        answer = answering.save_draft(
            question, panels.draft_of(form), actor=me(), seen_answer_revision=form.seen_answer
        )
    except Stale as error:
        return jsonify(message=error.message), 409
    except DomainError as error:
        return jsonify(message=error.message), 403
    saved = local(now()).strftime("%H:%M")
    return jsonify(
        saved=saved,
        message=_("Đã lưu nháp lúc %(time)s", time=saved),
        fields={"answer_revision": answer.revision},
    )


@bp.get("/hoi-dap/<code>/xem-truoc")
@require(P.QUESTION_READ)
def preview(code: str) -> ResponseReturnValue:
    """The question and its answer as citizens will read them."""
    question = load(code)
    if policy.is_restricted(question):
        raise Refused(_("Khiếu nại, tố cáo không được công khai nên không có trang để xem trước."))
    answer = (
        staff.version_of(question)
        if question.stage in ANSWERED_STAGES
        else answering.answer_of(question)
    )
    if answer is None:
        raise NotFound
    return render_template(
        "questions/office_preview.html",
        question=question,
        submission=question.submission,
        answer=panels.as_citizens_read(answer),
        answer_files=file_queries.links(desk.answer_files(question)),
        unit=organisation.unit(question.unit_id) if question.unit_id else None,
        topic=organisation.topic(question.topic_id) if question.topic_id else None,
        shown_name=shown_name(question.submission),
        obstacles=publishing.obstacles(question, once_approved=True),
        problems=answering.problems(answer) if question.stage not in ANSWERED_STAGES else [],
        outcome_labels=OUTCOME_LABELS,
        back=workbench(question, here()),
    )
