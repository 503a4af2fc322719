"""Rules about the least number of days, land-use codes, the boundary."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations.forms.setup import EndForm, LandForm, RuleForm
from app.consultations.models import ConsultationRule, LandType
from app.consultations.officer.base import bp
from app.consultations.queries import rules as rule_table
from app.consultations.rules import LAW
from app.consultations.service import setup as service
from app.consultations.states import TYPE_LABELS, ConsultationType
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import FieldError
from app.kernel.web import commits
from app.submissions.forms import ButtonForm

_ROOT = "/lay-y-kien/thiet-lap"


# Rules
# --------------------------------------------------------------------------------------------------
@bp.get(_ROOT)
@require(P.CONSULTATION_SETUP)
def setup() -> ResponseReturnValue:
    """The rules by type with their history, and the way to codes and boundary."""
    rows = rule_table.rows()
    by_type = {kind: [row for row in rows if row.type is kind] for kind in ConsultationType}
    has_codes = db.session.scalar(sa.select(LandType.id).limit(1)) is not None
    return render_template(
        "consultations/office_setup.html",
        by_type=by_type,
        empty=not rows or not has_codes,
        type_labels=TYPE_LABELS,
        today=today(),
        law=LAW,
        button=ButtonForm(formdata=None),
    )


@bp.post(_ROOT + "/nap-san")
@require(P.CONSULTATION_SETUP)
@commits
def seed_setup() -> ResponseReturnValue:
    """Write what ships with the product into tables that are still empty."""
    rules, land_types = service.seed(actor=me())
    flash(
        _("Đã nạp %(rules)s mức và %(codes)s mã loại đất có sẵn.", rules=rules, codes=land_types),
        "success",
    )
    return redirect(url_for(".setup"))


@bp.get(_ROOT + "/thoi-han/moi")
@require(P.CONSULTATION_SETUP)
def new_rule() -> ResponseReturnValue:
    """An empty form."""
    return _rule_page(RuleForm(formdata=None, valid_from=today()), None)


@bp.post(_ROOT + "/thoi-han/moi")
@require(P.CONSULTATION_SETUP)
@commits
def add_rule() -> ResponseReturnValue:
    """One more rule."""
    form = RuleForm()
    if form.validate():
        try:
            service.add_rule(ConsultationType(form.kind.data), form.values, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu số ngày tối thiểu."), "success")
            return redirect(url_for(".setup"))
    return _rule_page(form, None), 422


@bp.get(_ROOT + "/thoi-han/<int:rule_id>")
@require(P.CONSULTATION_SETUP)
def rule(rule_id: int) -> ResponseReturnValue:
    """One rule."""
    row = service.rule_by_id(rule_id)
    return _rule_page(RuleForm.of(row), row)


@bp.post(_ROOT + "/thoi-han/<int:rule_id>")
@require(P.CONSULTATION_SETUP)
@commits
def save_rule(rule_id: int) -> ResponseReturnValue:
    """Change it from a day on, or correct it."""
    row, form = service.rule_by_id(rule_id), RuleForm()
    del form.kind
    if form.validate():
        try:
            service.change_rule(row, form.values, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu số ngày tối thiểu."), "success")
            return redirect(url_for(".setup"))
    return _rule_page(form, row), 422


@bp.post(_ROOT + "/thoi-han/<int:rule_id>/ket-thuc")
@require(P.CONSULTATION_SETUP)
@commits
def end_rule(rule_id: int) -> ResponseReturnValue:
    """Its last day."""
    row, form = service.rule_by_id(rule_id), EndForm()
    if form.validate():
        try:
            service.end_rule(row, form.last_day, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu ngày kết thúc."), "success")
            return redirect(url_for(".setup"))
    return _rule_page(RuleForm.of(row), row, form), 422


def _rule_page(form: RuleForm, row: ConsultationRule | None, end: EndForm | None = None) -> str:
    return render_template(
        "consultations/office_setup_rule.html",
        form=form,
        row=row,
        end=end or EndForm(formdata=None, valid_to=row.valid_to if row else None),
        title=TYPE_LABELS[row.type] if row else _("Thêm số ngày tối thiểu"),
    )


# Land-use codes
# --------------------------------------------------------------------------------------------------
@bp.get(_ROOT + "/loai-dat")
@require(P.CONSULTATION_SETUP)
def land_types() -> ResponseReturnValue:
    """The codes in use today, or all that there were."""
    everything = request.args.get("tat-ca") == "1"
    query = sa.select(LandType).order_by(LandType.code, LandType.valid_from.desc())
    if not everything:
        query = query.where(sa.or_(LandType.valid_to.is_(None), LandType.valid_to >= today()))
    return render_template(
        "consultations/office_setup_land.html",
        rows=db.session.scalars(query).all(),
        everything=everything,
        today=today(),
        law=LAW,
    )


@bp.get(_ROOT + "/loai-dat/moi")
@require(P.CONSULTATION_SETUP)
def new_land_type() -> ResponseReturnValue:
    """An empty form."""
    return _land_page(LandForm(formdata=None, valid_from=today()), None)


@bp.post(_ROOT + "/loai-dat/moi")
@require(P.CONSULTATION_SETUP)
@commits
def add_land_type() -> ResponseReturnValue:
    """One more code."""
    form = LandForm()
    if form.validate():
        try:
            service.add_land_type(form.code.data or "", form.values, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu mã loại đất."), "success")
            return redirect(url_for(".land_types"))
    return _land_page(form, None), 422


@bp.get(_ROOT + "/loai-dat/<int:row_id>")
@require(P.CONSULTATION_SETUP)
def land_type(row_id: int) -> ResponseReturnValue:
    """One code."""
    row = service.land_type_by_id(row_id)
    return _land_page(LandForm.of(row), row)


@bp.post(_ROOT + "/loai-dat/<int:row_id>")
@require(P.CONSULTATION_SETUP)
@commits
def save_land_type(row_id: int) -> ResponseReturnValue:
    """Change it from a day on, or correct it."""
    row, form = service.land_type_by_id(row_id), LandForm()
    del form.code
    if form.validate():
        try:
            service.change_land_type(row, form.values, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu mã loại đất."), "success")
            return redirect(url_for(".land_types"))
    return _land_page(form, row), 422


@bp.post(_ROOT + "/loai-dat/<int:row_id>/ket-thuc")
@require(P.CONSULTATION_SETUP)
@commits
def end_land_type(row_id: int) -> ResponseReturnValue:
    """Its last day."""
    row, form = service.land_type_by_id(row_id), EndForm()
    if form.validate():
        try:
            service.end_land_type(row, form.last_day, actor=me())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu ngày kết thúc."), "success")
            return redirect(url_for(".land_types"))
    return _land_page(LandForm.of(row), row, form), 422


def _land_page(form: LandForm, row: LandType | None, end: EndForm | None = None) -> str:
    return render_template(
        "consultations/office_setup_land_one.html",
        form=form,
        row=row,
        end=end or EndForm(formdata=None, valid_to=row.valid_to if row else None),
    )
