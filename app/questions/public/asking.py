"""Asking: three short screens, each an ordinary POST that carries everything with it.

Nothing lives in the session, so losing it loses nothing. The third screen has two faces: contact,
then the review of it all; «Gửi câu hỏi» on the review sends. Files are received as soon as they are
chosen and carried by their keys.
"""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.access.actors import SYSTEM
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.kernel import throttle
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError, TooMany
from app.kernel.links import Ref
from app.kernel.text import clean_line, first_sentence
from app.kernel.web import commits_always, label_fields
from app.questions.forms.public import QUERY_MAX, AskForm
from app.questions.public import sheet as sheets
from app.questions.public.deadline import explained
from app.questions.public.sheet import Advice, Sheet
from app.questions.queries import public
from app.questions.service import intake, triage
from app.questions.service.intake import Asked
from app.submissions import crowd
from app.submissions import queries as submissions

bp = Blueprint("asking", __name__, template_folder="../templates")
SEARCH, CONTENT, CONTACT = "tim", "noi-dung", "lien-he"

label_fields(
    q=_l("Bạn muốn hỏi điều gì?"),
    title=_l("Tiêu đề"),
    body=_l("Nội dung"),
    name=_l("Họ và tên"),
    phone=_l("Số điện thoại"),
    email=_l("Thư điện tử"),
)


@bp.get("/hoi-dap/gui")
def start() -> ResponseReturnValue:
    """The first screen, or with ?buoc=noi-dung the second; ?q= searches at once."""
    asked = clean_line(request.args.get("q"))[:QUERY_MAX]
    sheet = sheets.blank(asked)
    if request.args.get("buoc") == CONTENT:
        return _show_content(sheet)
    return _show_search(sheet, searched=bool(asked))


@bp.post("/hoi-dap/gui")
@commits_always
def go_on() -> ResponseReturnValue:
    """From one screen to the next.

    Files are kept even where a field has to be mended, so errors are committed too.
    """
    sheet = sheets.read()
    action = request.form.get("action", "")
    step = {CONTENT: _from_content, CONTACT: _from_contact}.get(
        request.form.get("step", ""), _from_search
    )
    return step(sheet, action)


def _from_search(sheet: Sheet, action: str) -> ResponseReturnValue:
    if action == "hoi":
        sheet.form.body.data = sheet.form.body.data or (sheet.form.q.data or "")[:QUERY_MAX]
        return _show_content(sheet)
    if not sheet.form.q.data:
        sheet.form.q.errors = [_("Hãy viết vài từ về điều bạn muốn hỏi.")]
        return _show_search(sheet, status=422)
    return _show_search(sheet, searched=True)


def _from_content(sheet: Sheet, action: str) -> ResponseReturnValue:
    if action == "quay-lai":
        return _show_search(sheet)
    if action.startswith("bo-tep:"):
        _drop(sheet, action.removeprefix("bo-tep:"))
        return _show_content(sheet)
    if not sheet.accepts(AskForm.CONTENT):
        return _show_content(sheet, status=422)
    if action == "che":
        sheet.mask()
        return _show_content(sheet, masked=True)
    if advice := sheet.advice():
        return _show_content(sheet, advice=advice)
    return _show_contact(sheet)


def _from_contact(sheet: Sheet, action: str) -> ResponseReturnValue:
    if action == "noi-dung":
        return _show_content(sheet)
    if action == "lien-he":
        return _show_contact(sheet)
    if not sheet.accepts(AskForm.CONTENT):
        return _show_content(sheet, whole=action == "gui", status=422)
    if not sheet.accepts(AskForm.CONTACT):
        return _show_contact(sheet, status=422)
    return _send(sheet) if action == "gui" else _show_review(sheet)


def _drop(sheet: Sheet, key: str) -> None:
    dropped = [file.key for file in sheet.files if file.key == key]
    sheet.files = [file for file in sheet.files if file.key != key]
    sheet.keys = [kept for kept in sheet.keys if kept != key]
    files.discard(dropped)


# Sending
# --------------------------------------------------------------------------------------------------
def _send(sheet: Sheet) -> ResponseReturnValue:
    address = throttle.address_key(str(current_app.secret_key), request.remote_addr)
    try:
        held = crowd.is_crowded("ask", address) and not sheet.worked
    except TooMany as busy:
        # Whoever sends the same form again only wants to see the receipt.
        if not submissions.is_known(sheet.form.idempotency_key.data or ""):
            return _show_review(sheet, wait=busy.retry_after)
        held = False
    try:
        asked = _ask(sheet, held=held)
    except FieldError as error:
        db.session.rollback()
        sheet.form.apply(error)
        return (
            _show_contact(sheet, status=422)
            if error.field in AskForm.CONTACT
            else _show_content(sheet, whole=True, status=422)
        )
    except IntegrityError:
        # The same form arrived twice in the same moment and the other one was first: this finds
        # what that one made.
        db.session.rollback()
        asked = _ask(sheet, held=held)
    if not asked.repeated:
        throttle.note("ask", address)
        if sheet.score().certain:
            triage.mark_spam(
                asked.question,
                actor=SYSTEM,
                seen_revision=None,
                note=_("Ô ẩn dành cho máy đã được điền."),
            )
    return _show_receipt(asked, sheet)


def _ask(sheet: Sheet, *, held: bool) -> Asked:
    form, topic, place = sheet.form, sheet.topic, sheet.place
    return intake.ask(
        secret_key=str(current_app.secret_key),
        prefix=sheet.agency.tracking_prefix,
        idempotency_key=form.idempotency_key.data or "",
        kind=form.chosen_kind,
        body=form.body.data or "",
        title=form.title.data or "",
        topic_id=topic.id if topic else None,
        topic_days=topic.answer_working_days if topic else None,
        place_id=place.id if place else None,
        name=form.name.data or "",
        phone=sheet.phone,
        email=sheet.email,
        name_display=form.chosen_display,
        consent=form.chosen_consent,
        language=chosen_locale(),
        file_keys=sheet.keys,
        spam=sheet.spam(),
        held=held,
    )


# Screens
# --------------------------------------------------------------------------------------------------
def _show_search(sheet: Sheet, *, searched: bool = False, status: int = 200) -> ResponseReturnValue:
    found = public.similar((sheet.form.q.data or "")[:QUERY_MAX]) if searched else []
    return render_template(
        "questions/ask_search.html", sheet=sheet, form=sheet.form, searched=searched, found=found
    ), status


def _show_content(
    sheet: Sheet,
    *,
    advice: Advice | None = None,
    masked: bool = False,
    whole: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    if whole:
        # Who was sending had only what they chose read for them; now they may choose again.
        sheet.offer_all()
    return render_template(
        "questions/ask_content.html", sheet=sheet, form=sheet.form, advice=advice, masked=masked
    ), status


def _show_contact(sheet: Sheet, *, status: int = 200) -> ResponseReturnValue:
    return render_template("questions/ask_contact.html", sheet=sheet, form=sheet.form), status


def _show_review(sheet: Sheet, *, wait: int = 0) -> ResponseReturnValue:
    """The last screen; with seconds to `wait`, everything typed stands ready to be sent then."""
    title = sheet.form.title.data or first_sentence(sheet.form.body.data or "")
    page = render_template(
        "questions/ask_review.html", sheet=sheet, form=sheet.form, title=title, wait=wait
    )
    return (page, 429, {"Retry-After": str(wait)}) if wait else page


def _show_receipt(asked: Asked, sheet: Sheet) -> ResponseReturnValue:
    """Code and PIN.

    Who came back to a sent form and wrote something else is told so, and can send that too.
    """
    question = asked.question
    other = (
        sheets.again(sheet)
        if asked.repeated and question.submission.body != sheet.form.body.data
        else None
    )
    kept = (
        file_queries.of(Ref("submission", question.submission_id))
        if asked.repeated
        else sheet.files
    )
    why = explained(question, calendar=asked.calendar)
    return render_template(
        "questions/receipt.html", question=question, pin=asked.pin, why=why, files=kept, other=other
    )
