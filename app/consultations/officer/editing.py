"""Creating and editing a consultation: its dates, its texts, its announced meetings."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts import queries as accounts
from app.accounts.signed_in import me
from app.consultations import policy
from app.consultations.forms.consultation import NOBODY, ConsultationForm
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, bp, load, load_for_editing
from app.consultations.queries import rules as rule_table
from app.consultations.service import lifecycle
from app.consultations.service.editing import meetings_of
from app.kernel.display import vi_date
from app.kernel.errors import FieldError
from app.kernel.web import commits, label_fields
from app.organisation import queries as organisation

add_tab(10, "thong-tin", _l("Thông tin"), "consultations_office.edit")
label_fields(
    summary=_l("Trích yếu"),
    legal_basis=_l("Căn cứ"),
    receive_address=_l("Địa chỉ nhận ý kiến"),
    posting_place=_l("Nơi niêm yết"),
)


@bp.get("/lay-y-kien/moi")
@require(P.CONSULTATION_EDIT)
def new() -> ResponseReturnValue:
    """An empty form, with what is the same for most consultations of this authority."""
    agency, user = organisation.agency(), me()
    form = ConsultationForm(
        formdata=None,
        lead_unit_id=user.unit_id or NOBODY,
        officer_id=user.id,
        receive_address=agency.address,
        receive_phone=agency.phone,
        receive_email=agency.email,
        meetings=[{}, {}],
    )
    return _page(_offered(form, None), None)


@bp.post("/lay-y-kien/moi")
@require(P.CONSULTATION_EDIT)
@commits
def create() -> ResponseReturnValue:
    """Make the draft."""
    form = _offered(ConsultationForm(), None)
    if not form.validate():
        return _page(form, None), 422
    try:
        consultation = lifecycle.create(actor=me(), facts=form.facts(None))
    except FieldError as error:
        form.apply(error)
        return _page(form, None), 422
    flash(
        _("Đã tạo bản nháp %(code)s. Hãy thêm hồ sơ rồi đăng.", code=consultation.code), "success"
    )
    _say_last_day(form, consultation)
    return redirect(url_for(".dossier", slug=consultation.slug))


@bp.get("/lay-y-kien/<slug>/thong-tin")
@require(P.CONSULTATION_READ)
def edit(slug: str) -> ResponseReturnValue:
    """The form, for whoever may change it; the same as a list for everybody else."""
    consultation = load(slug)
    if not policy.may_edit(me(), consultation):
        return _page(None, consultation)
    return _page(
        _offered(ConsultationForm.of(consultation, meetings_of(consultation)), consultation),
        consultation,
    )


@bp.post("/lay-y-kien/<slug>/thong-tin")
@require(P.CONSULTATION_EDIT)
@commits
def save(slug: str) -> ResponseReturnValue:
    """Change it."""
    consultation = load_for_editing(slug)
    form = _offered(ConsultationForm(), consultation)
    if not form.validate():
        return _page(form, consultation), 422
    try:
        lifecycle.edit(
            consultation, actor=me(), seen_revision=form.seen, facts=form.facts(consultation)
        )
    except FieldError as error:
        form.apply(error)
        return _page(form, consultation), 422
    flash(_("Đã lưu thông tin."), "success")
    _say_last_day(form, consultation)
    return redirect(url_for(".edit", slug=consultation.slug))


def _say_last_day(form: ConsultationForm, consultation: Consultation) -> None:
    """Tell when the last day is another one than was typed."""
    typed = form.closes_on.data if "closes_on" in form else consultation.closes_on
    if consultation.closes_on is not None and typed != consultation.closes_on:
        if typed is None:
            flash(
                _("Ngày đóng được đề xuất: %(day)s.", day=vi_date(consultation.closes_on)), "info"
            )
        else:
            flash(
                _(
                    "Ngày đóng rơi vào ngày nghỉ nên chuyển sang %(day)s.",
                    day=vi_date(consultation.closes_on),
                ),
                "info",
            )


def _offered(form: ConsultationForm, consultation: Consultation | None) -> ConsultationForm:
    units, people = list(organisation.active_units()), accounts.with_permission(P.CONSULTATION_EDIT)
    # Whoever is named now stays in the list, even when the unit has ended or the person has left.
    if (
        consultation
        and consultation.lead_unit_id
        and consultation.lead_unit_id not in {unit.id for unit in units}
    ):
        units.append(organisation.unit(consultation.lead_unit_id))
    if (
        consultation
        and consultation.officer_id
        and consultation.officer_id not in {person.id for person in people}
    ):
        people.append(accounts.by_id(consultation.officer_id))
    return form.offer(units=units, people=people, consultation=consultation)


def _page(form: ConsultationForm | None, consultation: Consultation | None) -> str:
    unit = (
        organisation.unit(consultation.lead_unit_id).name
        if consultation and consultation.lead_unit_id
        else ""
    )
    names = (
        accounts.names_of([consultation.officer_id])
        if consultation and consultation.officer_id
        else {}
    )
    return render_template(
        "consultations/office_edit.html" if consultation else "consultations/office_edit_new.html",
        form=form,
        consultation=consultation,
        tab="thong-tin",
        binding=rule_table.binding_today(),
        why=rule_table.last_day_of(consultation) if consultation else None,
        unit=unit,
        officer=next(iter(names.values()), ""),
        meetings=meetings_of(consultation) if consultation else [],
    )
