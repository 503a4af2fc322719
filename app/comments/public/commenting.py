"""Commenting in three steps: /lay-y-kien/<slug>/gop-y. Each is an ordinary POST that carries
everything with it.

Nothing lives in the session, so losing it loses nothing. The third step has two faces: who sends,
then the review of it all; «Gửi góp ý» on the review sends. What is in time is decided by the moment
at which the sending request began.
"""

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.access.actors import SYSTEM
from app.comments.forms.comment import CommentForm, degrees
from app.comments.public import sheet as sheets
from app.comments.public.sheet import LATE, Sheet
from app.comments.service import commenting, moderating
from app.comments.service.commenting import Commented
from app.comments.states import TargetKind
from app.comments.wording import SURVEY_ONLY
from app.consultations.models import Consultation
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import Phase
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.kernel import throttle
from app.kernel.clock import now
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError, NotFound, TooMany
from app.kernel.links import Ref
from app.kernel.web import commits_always, kept_text, label_fields
from app.maps import public
from app.submissions import crowd
from app.submissions import queries as submissions
from app.submissions.parts import Advice

bp = Blueprint(
    "consultation_commenting", __name__, url_prefix="/lay-y-kien", template_folder="../templates"
)
TARGET, CONTENT, CONTACT = "noi-dung-nao", "y-kien", "lien-he"

label_fields(
    proposed_text=_l("Đề nghị sửa thành"),
    place_text=_l("Địa chỉ hoặc mô tả nơi"),
    organisation_name=_l("Tên tổ chức, cơ quan"),
)


@bp.before_request
def note_beginning() -> None:
    """What was under way at 23:59:59 is in time, however long it waits for its turn at the
    database.
    """
    g.comment_began = now()


@bp.get("/<slug>/gop-y")
def start(slug: str) -> ResponseReturnValue:
    """The first step, its target chosen by ?muc=, ?cong-trinh= or ?noi=1; or why nothing can be
    said now.
    """
    consultation, c = _open(slug)
    if why := commenting.refusal(consultation, g.comment_began):
        return _show_closed(c, why, status=200)
    return _show_target(sheets.blank(c))


@bp.post("/<slug>/gop-y")
@commits_always
def go_on(slug: str) -> ResponseReturnValue:
    """From one step to the next.

    Files are kept even where a field has to be mended, so errors are committed too.
    """
    consultation, c = _open(slug)
    action = request.form.get("action", "")
    why = commenting.refusal(consultation, g.comment_began)
    if why and not submissions.is_known(request.form.get("idempotency_key", "")):
        return _show_closed(c, why, status=409)
    sheet = sheets.read(c)
    step = request.form.get("step", "")
    if step == CONTENT:
        return _from_content(sheet, action)
    if step == CONTACT:
        return _from_contact(sheet, action, consultation)
    return _from_target(sheet)


def _open(slug: str) -> tuple[Consultation, PublicConsultation]:
    found = sheets.find(slug)
    if found is None:
        raise NotFound
    return found


#: The field that is on the page once a kind of target has been chosen.
_DETAIL = {
    TargetKind.CLAUSE.value: "clause",
    TargetKind.PROJECT.value: "project",
    TargetKind.PLACE.value: "place_text",
}


def _from_target(sheet: Sheet) -> ResponseReturnValue:
    sheet.offer_all()
    detail = _DETAIL.get(sheet.form.target_kind.data or "")
    if (
        detail
        and detail not in request.form
        and sheet.form.target_kind.data in {kind.value for kind in sheet.offer.kinds}
    ):
        # Which clause, project or place? Nobody has been asked yet, so nothing is wrong.
        return _show_target(sheet)
    if public.press(sheet.c, sheet.form):
        # Somebody without scripts placed a pin on the image.
        return _show_target(sheet)
    if not sheet.form.accepts(CommentForm.TARGET):
        return _show_target(sheet, status=422)
    return _show_content(sheet)


def _from_content(sheet: Sheet, action: str) -> ResponseReturnValue:
    if action == "quay-lai":
        return _show_target(sheet)
    if action.startswith("bo-tep:"):
        _drop(sheet, action.removeprefix("bo-tep:"))
        return _show_content(sheet)
    if not sheet.form.accepts(CommentForm.TARGET):
        return _show_target(sheet, status=422)
    if not sheet.accepts_content():
        return _show_content(sheet, status=422)
    if action == "che":
        sheet.mask()
        return _show_content(sheet, masked=True)
    if advice := sheet.advice():
        return _show_content(sheet, advice=advice)
    return _show_contact(sheet)


def _from_contact(sheet: Sheet, action: str, consultation: Consultation) -> ResponseReturnValue:
    if action == "y-kien":
        return _show_content(sheet)
    if action == "lien-he":
        return _show_contact(sheet)
    if not sheet.form.accepts(CommentForm.TARGET):
        return _show_target(sheet, status=422)
    if not sheet.accepts_content():
        return _show_content(sheet, whole=action == "gui", status=422)
    if not sheet.form.accepts(CommentForm.CONTACT):
        return _show_contact(sheet, status=422)
    # The last day may have ended since the review was shown: nobody sends something late without
    # having been told.
    if action != "gui" or (
        commenting.is_late(consultation, g.comment_began) and not sheet.told(LATE)
    ):
        return _show_review(sheet)
    return _send(sheet, consultation)


def _drop(sheet: Sheet, key: str) -> None:
    dropped = [file.key for file in sheet.files if file.key == key]
    sheet.files = [file for file in sheet.files if file.key != key]
    sheet.keys = [kept for kept in sheet.keys if kept != key]
    files.discard(dropped)


# Sending
# --------------------------------------------------------------------------------------------------
def _send(sheet: Sheet, consultation: Consultation) -> ResponseReturnValue:
    address = throttle.address_key(str(current_app.secret_key), request.remote_addr)
    try:
        held = crowd.is_crowded("comment", address) and not sheet.worked
    except TooMany as busy:
        # Whoever sends the same form again only wants to see the receipt.
        if not submissions.is_known(sheet.form.idempotency_key.data or ""):
            return _show_review(sheet, wait=busy.retry_after)
        held = False
    try:
        made = _comment(sheet, consultation, held=held)
    except FieldError as error:
        db.session.rollback()
        return _show_error(sheet, error)
    except IntegrityError:
        # The same form arrived twice in the same moment and the other one was first: this finds
        # what that one made.
        db.session.rollback()
        made = _comment(sheet, consultation, held=held)
    if not made.repeated:
        throttle.note("comment", address)
        if sheet.score().certain:
            moderating.mark_spam(
                made.comment,
                actor=SYSTEM,
                seen_revision=None,
                note=_("Ô ẩn dành cho máy đã được điền."),
            )
    return _show_receipt(made, sheet)


def _show_error(sheet: Sheet, error: FieldError) -> ResponseReturnValue:
    if sheet.survey.apply(error):
        return _show_content(sheet, status=422)
    sheet.form.apply(error)
    if error.field in CommentForm.TARGET:
        return _show_target(sheet, status=422)
    if error.field in CommentForm.CONTACT:
        return _show_contact(sheet, status=422)
    return _show_content(sheet, whole=True, status=422)


def _comment(sheet: Sheet, consultation: Consultation, *, held: bool) -> Commented:
    form, place = sheet.form, sheet.place
    return commenting.comment(
        secret_key=str(current_app.secret_key),
        prefix=sheet.offer.agency.tracking_prefix,
        idempotency_key=form.idempotency_key.data or "",
        consultation=consultation,
        body=form.body.data or "",
        stance=form.chosen_stance,
        target_kind=form.chosen_target,
        clause_anchor=form.clause.data or None,
        project_id=sheet.project_id,
        longitude=degrees(form.longitude.data),
        latitude=degrees(form.latitude.data),
        place_id=place.id if place else None,
        place_text=form.place_text.data or "",
        proposed_text=form.proposed_text.data or "",
        sender_kind=form.chosen_sender,
        name=form.name.data or "",
        phone=sheet.phone,
        email=sheet.email,
        name_display=form.chosen_display,
        consent=form.chosen_consent,
        organisation_name=form.organisation_name.data or "",
        tax_code=form.tax_code.data or "",
        letter_number=form.letter_number.data or "",
        sheet=form.sheet.data or "",
        parcel=form.parcel.data or "",
        language=chosen_locale(),
        file_keys=sheet.keys,
        spam=sheet.spam(),
        held=held,
        survey=sheet.survey.given,
        arrived_at=g.comment_began,
    )


# Screens
# --------------------------------------------------------------------------------------------------
def _page(template: str, sheet: Sheet, **context: object) -> str:
    return render_template(
        f"comments/{template}.html", sheet=sheet, form=sheet.form, c=sheet.c, **context
    )


def _show_target(sheet: Sheet, *, status: int = 200) -> ResponseReturnValue:
    sheet.offer_all()
    return _page("public_target", sheet), status


def _show_content(
    sheet: Sheet,
    *,
    advice: Advice | None = None,
    masked: bool = False,
    whole: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    if whole and not sheet.survey.asked:
        # Who was sending without an answer had no questions read; now they are on the page again.
        sheet.offer_questions()
    return _page("public_content", sheet, advice=advice, masked=masked), status


def _show_contact(sheet: Sheet, *, status: int = 200) -> ResponseReturnValue:
    return _page("public_contact", sheet), status


def _show_review(sheet: Sheet, *, wait: int = 0) -> ResponseReturnValue:
    """The last screen; with seconds to `wait`, everything typed stands ready to be sent then."""
    if sheet.late:
        sheet.told(LATE)
    body = sheet.form.body.data or SURVEY_ONLY
    page = _page("public_review", sheet, body=body, wait=wait)
    return (page, 429, {"Retry-After": str(wait)}) if wait else page


def _show_closed(c: PublicConsultation, why: str, *, status: int) -> ResponseReturnValue:
    upcoming, kept = c.phase is Phase.UPCOMING, kept_text() if status >= 400 else []
    return render_template(
        "comments/public_closed.html", c=c, why=why, upcoming=upcoming, kept=kept
    ), status


def _show_receipt(made: Commented, sheet: Sheet) -> ResponseReturnValue:
    """Code and PIN.

    Who came back to a sent form and wrote something else is told so, and can send that too.
    """
    sent = made.comment.submission
    written = sheet.form.body.data or SURVEY_ONLY
    other = sheets.again(sheet) if made.repeated and sent.body != written else None
    kept = file_queries.of(Ref("submission", sent.id)) if made.repeated else sheet.files
    return render_template(
        "comments/receipt.html",
        comment=made.comment,
        pin=made.pin,
        files=kept,
        other=other,
        c=sheet.c,
    )
