"""Paper slips, letters, calls, opinions of agencies, one by one, with a receipt; and a village
meeting in one batch.
"""

import uuid
from collections.abc import Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments import policy
from app.comments.forms.comment import Survey, read_survey
from app.comments.forms.entering import MeetingEditForm, MeetingForm, SlipForm
from app.comments.models import VillageMeeting
from app.comments.officer.base import bp
from app.comments.queries import meetings, surveys
from app.comments.service import entering as service
from app.comments.service.commenting import CommentReceipt
from app.comments.service.entering import Minutes, Origin, RowErrors, Slip
from app.comments.states import SenderKind, Stance
from app.comments.targets import chosen_target, target_choices
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.clock import today
from app.kernel.errors import FieldError, Stale
from app.kernel.links import Ref
from app.kernel.web import commits, commits_always, label_fields
from app.organisation import queries as organisation
from app.submissions.states import Channel, Consent, NameDisplay

TAB = "nhap"
add_tab(80, TAB, _l("Nhập hộ"), "comments.enter_slip")
label_fields(proposed_text=_l("Đề nghị sửa thành"), held_on=_l("Ngày họp"), note=_l("Ghi chú"))
#: What a service calls a field, and what the form does.
_FIELDS = {"clause": "target", "project": "target"}


def _page(
    template: str, consultation: Consultation, status: int = 200, **values: object
) -> ResponseReturnValue:
    open_now = policy.may_enter(me(), consultation)
    html = render_template(
        f"comments/{template}.html",
        consultation=consultation,
        tab=TAB,
        open_now=open_now,
        **values,
    )
    return html, status


def _origin(key: str | None) -> Origin:
    return Origin(str(current_app.secret_key), organisation.agency().tracking_prefix, key or "")


def received(uploads: Sequence[files.Upload] | None) -> list[StoredFile]:
    """The files of a form: those that it carries already, and those that were chosen now.

    Raises FileRefused.
    """
    kept = file_queries.unclaimed(request.form.getlist("tep")[: files.MAX_FILES])
    return kept + files.receive_all(uploads or [], already=len(kept), limits=files.STAFF)


# One by one
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/nhap")
@require(P.COMMENT_ENTER)
def enter_slip(slug: str) -> ResponseReturnValue:
    """The one page. What hardly changes from slip to slip comes along from the last one."""
    consultation = load(slug)
    form = SlipForm(formdata=None, idempotency_key=uuid.uuid4().hex, day=today())
    form.channel.data = request.args.get("kenh", Channel.PAPER.value)
    if request.args.get("ngay"):
        form.day.process_formdata([request.args["ngay"][:10]])
    form.target.data = request.args.get("ve", "")[:150]
    return _slip_page(
        consultation, form, read_survey(surveys.questions_of(consultation.id), request.args)
    )


def _slip_page(
    consultation: Consultation,
    form: SlipForm,
    survey: Survey,
    kept: Sequence[StoredFile] = (),
    status: int = 200,
) -> ResponseReturnValue:
    form.target.choices = target_choices(consultation)
    form.place.choices = [
        ("", _("Không ghi")),
        *((place.slug, place.name) for place in organisation.active_places()),
    ]
    return _page(
        "enter",
        consultation,
        status,
        form=form,
        survey=survey,
        kept=file_queries.links(kept),
    )


@bp.post("/lay-y-kien/<slug>/nhap")
@require(P.COMMENT_ENTER)
@commits_always
def take_slip(slug: str) -> ResponseReturnValue:
    """Take it in and show the receipt. Sent twice it is one comment and the same receipt.

    Files are kept even where a field has to be mended, so errors are committed too; the comment
    itself is all or nothing.
    """
    form = SlipForm()
    kept: list[StoredFile] = []
    refused = None
    try:
        kept = received(form.files.data)
    except FieldError as error:
        refused = error
    consultation = load(slug)
    survey = read_survey(surveys.questions_of(consultation.id), request.form)
    accepted = all([form.validate(), survey.accepts()])
    if refused:
        form.apply(refused)
    if refused or not accepted:
        return _slip_page(consultation, form, survey, kept, 422)
    try:
        with db.session.begin_nested():
            made = service.enter(
                consultation,
                _slip(form, survey),
                _origin(form.idempotency_key.data),
                actor=me(),
                file_keys=[file.key for file in kept],
            )
    except FieldError as error:
        if not survey.apply(error):
            form.apply(FieldError(_FIELDS.get(error.field, error.field), error.message))
        return _slip_page(load(slug), form, survey, kept, 422)
    return _receipt(consultation, made, form)


def _slip(form: SlipForm, survey: Survey) -> Slip:
    kind, anchor, project = chosen_target(form.target.data or "whole")
    return Slip(
        stance=Stance(form.stance.data),
        body=form.body.data or "",
        name=form.name.data or "",
        consent=Consent(form.consent.data),
        channel=Channel(form.channel.data),
        day=form.day.data,
        target_kind=kind,
        clause_anchor=anchor,
        project_id=project,
        proposed_text=form.proposed_text.data or "",
        sender_kind=SenderKind(form.sender_kind.data),
        phone=form.phone.data or None,
        email=form.email.data or None,
        name_display=NameDisplay(form.name_display.data),
        organisation_name=form.organisation_name.data or "",
        tax_code=form.tax_code.data or "",
        letter_number=form.letter_number.data or "",
        sheet=form.sheet.data or "",
        parcel=form.parcel.data or "",
        place_id=organisation.place_by_slug(form.place.data).id if form.place.data else None,
        people=1 if form.people.data is None else form.people.data,
        survey=survey.given,
    )


def _receipt(
    consultation: Consultation, made: CommentReceipt, form: SlipForm
) -> ResponseReturnValue:
    day = form.day.data.strftime("%d/%m/%Y") if form.day.data else ""
    more = url_for(
        ".enter_slip",
        slug=consultation.slug,
        kenh=form.channel.data,
        ngay=day,
        ve=form.target.data or None,
    )
    return render_template(
        "comments/office_receipt.html",
        consultation=consultation,
        comment=made.comment,
        submission=made.comment.submission,
        pin=made.pin,
        repeated=made.repeated,
        phone=consultation.receive_phone or organisation.agency().phone,
        more=more,
    )


# Meetings
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/nhap/hop-dan")
@require(P.COMMENT_ENTER)
def village_meetings(slug: str) -> ResponseReturnValue:
    """The meetings that were entered, with what their minutes counted."""
    consultation = load(slug)
    found = meetings.of_consultation(consultation.id)
    return _page("meetings", consultation, meetings=found, totals=meetings.totals(found))


@bp.get("/lay-y-kien/<slug>/nhap/hop-dan/moi")
@require(P.COMMENT_ENTER)
def enter_meeting(slug: str) -> ResponseReturnValue:
    return _meeting_page(load(slug), MeetingForm(formdata=None, idempotency_key=uuid.uuid4().hex))


def _meeting_page(
    consultation: Consultation,
    form: MeetingForm,
    kept: Sequence[StoredFile] = (),
    status: int = 200,
) -> ResponseReturnValue:
    return _page("meeting_enter", consultation, status, form=form, kept=file_queries.links(kept))


@bp.post("/lay-y-kien/<slug>/nhap/hop-dan/moi")
@require(P.COMMENT_ENTER)
@commits_always
def take_meeting(slug: str) -> ResponseReturnValue:
    """Write the meeting and its statements down, all or nothing; errors stand beside their rows.

    «Thêm dòng» only adds rows.
    """
    form = MeetingForm()
    kept: list[StoredFile] = []
    refused = None
    try:
        kept = received(form.files.data)
    except FieldError as error:
        refused = error
    consultation = load(slug)
    if request.form.get("them_dong") and not refused:
        form.more_rows()
        return _meeting_page(consultation, form, kept)
    accepted = form.validate()
    if refused:
        form.apply(refused)
    if refused or not accepted:
        return _meeting_page(consultation, form, kept, 422)
    said = form.said
    try:
        with db.session.begin_nested():
            service.hold_meeting(
                consultation,
                _minutes(form),
                [statement for _place, statement in said],
                _origin(form.idempotency_key.data),
                consent=Consent(form.consent.data),
                actor=me(),
                file_keys=[file.key for file in kept],
            )
    except RowErrors as error:
        for number, wrong in error.rows.items():
            row = form.statements[said[number][0]].form
            field = {"stance": row.stance, "name": row.name}.get(wrong.field, row.body)
            field.errors = [*field.errors, wrong.message]
        form.gather()
        return _meeting_page(load(slug), form, kept, 422)
    except FieldError as error:
        form.apply(error)
        return _meeting_page(load(slug), form, kept, 422)
    flash(_("Đã nhập cuộc họp và %(n)s ý kiến.", n=len(said)), "success")
    return redirect(url_for(".village_meetings", slug=slug))


def _minutes(form: MeetingForm) -> Minutes:
    assert form.held_on.data is not None
    return Minutes(
        held_on=form.held_on.data,
        place=form.place.data or "",
        present=form.present.data or 0,
        agree=form.agree.data or 0,
        disagree=form.disagree.data or 0,
        note=form.note.data or "",
    )


@bp.get("/lay-y-kien/<slug>/nhap/hop-dan/<int:meeting_id>")
@require(P.COMMENT_ENTER)
def village_meeting(slug: str, meeting_id: int) -> ResponseReturnValue:
    """One meeting: its counts, its statements, its minutes; note and minutes can be added to."""
    consultation = load(slug)
    meeting = meetings.one(consultation.id, meeting_id)
    return _edit_page(
        consultation,
        meeting,
        MeetingEditForm(formdata=None, seen_revision=str(meeting.revision), note=meeting.note),
    )


def _edit_page(
    consultation: Consultation,
    meeting: VillageMeeting,
    form: MeetingEditForm,
    status: int = 200,
    conflict: str = "",
) -> ResponseReturnValue:
    scans = file_queries.links(file_queries.of(Ref("village_meeting", meeting.id)))
    said = meetings.statements(meeting.id)
    return _page(
        "meeting",
        consultation,
        status,
        meeting=meeting,
        form=form,
        scans=scans,
        said=said,
        conflict=conflict,
    )


@bp.post("/lay-y-kien/<slug>/nhap/hop-dan/<int:meeting_id>")
@require(P.COMMENT_ENTER)
@commits
def edit_meeting(slug: str, meeting_id: int) -> ResponseReturnValue:
    form = MeetingEditForm()
    consultation = load(slug)
    meeting = meetings.one(consultation.id, meeting_id)
    if not form.validate():
        return _edit_page(consultation, meeting, form, 422)
    try:
        already = len(file_queries.of(Ref("village_meeting", meeting.id)))
        stored = files.receive_all(form.files.data or [], already=already, limits=files.STAFF)
        keys = [file.key for file in stored]
        service.edit_meeting(
            consultation,
            meeting,
            actor=me(),
            seen_revision=form.seen,
            note=form.note.data or "",
            file_keys=keys,
        )
    except FieldError as error:
        form.apply(error)
        return _edit_page(consultation, meeting, form, 422)
    except Stale as error:
        db.session.rollback()
        meeting = meetings.one(load(slug).id, meeting_id)
        form.seen_revision.data = str(meeting.revision)
        return _edit_page(load(slug), meeting, form, 409, error.message)
    flash(_("Đã lưu cuộc họp."), "success")
    return redirect(url_for(".village_meeting", slug=slug, meeting_id=meeting_id))
