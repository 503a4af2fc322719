"""The screens behind "Hệ thống" that describe the authority itself."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import P, require, system_pages
from app.kernel.clock import today
from app.kernel.errors import FieldError
from app.kernel.web import commits
from app.organisation import queries, service
from app.organisation.forms import AgencyForm, PlaceForm, RetireForm, TopicForm, UnitForm
from app.organisation.models import UNIT_KIND_LABELS, Place, Topic, Unit

bp = Blueprint("organisation", __name__, url_prefix="/can-bo/he-thong", template_folder="templates")

#: Whoever holds one of these finds something behind "Hệ thống".
SYSTEM_PERMISSIONS = (
    P.AGENCY_EDIT,
    P.AUDIT_READ,
    P.CALENDAR_EDIT,
    P.JOB_READ,
    P.MAIL_READ,
    P.SYSTEM_READ,
    P.UNIT_EDIT,
    P.USER_EDIT,
)


@bp.get("")
@require(*SYSTEM_PERMISSIONS)
def system_index() -> ResponseReturnValue:
    """Every screen of the system that this person may open."""
    return render_template("organisation/system.html", pages=system_pages.pages(current_user))


@bp.get("/co-quan")
@require(P.AGENCY_EDIT)
def agency() -> ResponseReturnValue:
    """The agency's profile."""
    return render_template("organisation/agency.html", form=AgencyForm.of(queries.agency()))


@bp.post("/co-quan")
@require(P.AGENCY_EDIT)
@commits
def save_agency() -> ResponseReturnValue:
    """Write the agency's profile."""
    form = AgencyForm()
    if form.validate_on_submit():
        service.save_agency(actor=current_user, **form.values())
        flash(_("Đã lưu thông tin cơ quan."), "success")
        return redirect(url_for(".agency"))
    return render_template("organisation/agency.html", form=form), 422


@bp.get("/don-vi")
@require(P.UNIT_EDIT)
def units() -> ResponseReturnValue:
    """Every unit there is or was."""
    rows = queries.all_units()
    names = {unit.id: unit.name for unit in rows}
    return render_template(
        "organisation/units.html", units=rows, names=names, kinds=UNIT_KIND_LABELS, today=today()
    )


@bp.get("/don-vi/moi")
@require(P.UNIT_EDIT)
def new_unit() -> ResponseReturnValue:
    """An empty form."""
    return _unit_page(UnitForm().offer(queries.active_units(), None), None)


@bp.post("/don-vi/moi")
@require(P.UNIT_EDIT)
@commits
def add_unit() -> ResponseReturnValue:
    """Add a unit."""
    return _save_unit(None)


@bp.get("/don-vi/<slug>")
@require(P.UNIT_EDIT)
def unit(slug: str) -> ResponseReturnValue:
    """One unit."""
    row = queries.unit_by_slug(slug)
    return _unit_page(UnitForm.of(row).offer(queries.all_units(), row), row)


@bp.post("/don-vi/<slug>")
@require(P.UNIT_EDIT)
@commits
def save_unit(slug: str) -> ResponseReturnValue:
    """Change a unit."""
    return _save_unit(queries.unit_by_slug(slug))


@bp.get("/don-vi/<slug>/ket-thuc")
@require(P.UNIT_EDIT)
def end_of_unit(slug: str) -> ResponseReturnValue:
    """The form that ends a unit."""
    row = queries.unit_by_slug(slug)
    return _retire_page(RetireForm(last_day=today()).offer(queries.active_units(), row), row)


@bp.post("/don-vi/<slug>/ket-thuc")
@require(P.UNIT_EDIT)
@commits
def retire_unit(slug: str) -> ResponseReturnValue:
    """End a unit and pass its work on."""
    row = queries.unit_by_slug(slug)
    form = RetireForm().offer(queries.active_units(), row)
    if form.validate_on_submit():
        assert form.last_day.data is not None
        try:
            service.retire_unit(
                row,
                actor=current_user,
                last_day=form.last_day.data,
                successor_id=form.successor_id.data or None,
            )
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã kết thúc hoạt động của %(name)s.", name=row.name), "success")
            return redirect(url_for(".units"))
    return _retire_page(form, row), 422


@bp.post("/don-vi/<slug>/khoi-phuc")
@require(P.UNIT_EDIT)
@commits
def restore_unit(slug: str) -> ResponseReturnValue:
    """Take the end of a unit back."""
    row = service.restore_unit(queries.unit_by_slug(slug), actor=current_user)
    flash(_("Đã khôi phục %(name)s.", name=row.name), "success")
    return redirect(url_for(".unit", slug=row.slug))


@bp.get("/linh-vuc")
@require(P.UNIT_EDIT)
def topics() -> ResponseReturnValue:
    """Every topic there is or was."""
    names = {unit.id: unit.name for unit in queries.all_units()}
    return render_template(
        "organisation/topics.html", topics=queries.all_topics(), names=names, today=today()
    )


@bp.get("/linh-vuc/moi")
@require(P.UNIT_EDIT)
def new_topic() -> ResponseReturnValue:
    """An empty form."""
    return _topic_page(TopicForm().offer(queries.active_units()), None)


@bp.post("/linh-vuc/moi")
@require(P.UNIT_EDIT)
@commits
def add_topic() -> ResponseReturnValue:
    """Add a topic."""
    return _save_topic(None)


@bp.get("/linh-vuc/<slug>")
@require(P.UNIT_EDIT)
def topic(slug: str) -> ResponseReturnValue:
    """One topic."""
    row = queries.topic_by_slug(slug)
    return _topic_page(TopicForm(obj=row).offer(queries.active_units()), row)


@bp.post("/linh-vuc/<slug>")
@require(P.UNIT_EDIT)
@commits
def save_topic(slug: str) -> ResponseReturnValue:
    """Change a topic."""
    return _save_topic(queries.topic_by_slug(slug))


@bp.get("/dia-ban")
@require(P.UNIT_EDIT)
def places() -> ResponseReturnValue:
    """Every place."""
    return render_template("organisation/places.html", places=queries.all_places())


@bp.get("/dia-ban/moi")
@require(P.UNIT_EDIT)
def new_place() -> ResponseReturnValue:
    """An empty form."""
    return _place_page(PlaceForm(), None)


@bp.post("/dia-ban/moi")
@require(P.UNIT_EDIT)
@commits
def add_place() -> ResponseReturnValue:
    """Add a place."""
    return _save_place(None)


@bp.get("/dia-ban/<slug>")
@require(P.UNIT_EDIT)
def place(slug: str) -> ResponseReturnValue:
    """One place."""
    row = queries.place_by_slug(slug)
    return _place_page(PlaceForm(obj=row), row)


@bp.post("/dia-ban/<slug>")
@require(P.UNIT_EDIT)
@commits
def save_place(slug: str) -> ResponseReturnValue:
    """Change a place."""
    return _save_place(queries.place_by_slug(slug))


def _save_unit(row: Unit | None) -> ResponseReturnValue:
    form = UnitForm().offer(queries.all_units() if row else queries.active_units(), row)
    if form.validate_on_submit():
        try:
            service.save_unit(row, actor=current_user, **form.values())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu đơn vị."), "success")
            return redirect(url_for(".units"))
    return _unit_page(form, row), 422


def _save_topic(row: Topic | None) -> ResponseReturnValue:
    form = TopicForm().offer(queries.active_units())
    if form.validate_on_submit():
        try:
            service.save_topic(row, actor=current_user, **form.values())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu lĩnh vực."), "success")
            return redirect(url_for(".topics"))
    return _topic_page(form, row), 422


def _save_place(row: Place | None) -> ResponseReturnValue:
    form = PlaceForm()
    if form.validate_on_submit():
        try:
            service.save_place(row, actor=current_user, **form.values())
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu địa bàn."), "success")
            return redirect(url_for(".places"))
    return _place_page(form, row), 422


def _unit_page(form: UnitForm, row: Unit | None) -> str:
    successor = queries.unit(row.successor_id) if row and row.successor_id else None
    return render_template("organisation/unit.html", form=form, unit=row, successor=successor)


def _retire_page(form: RetireForm, row: Unit) -> str:
    return render_template(
        "organisation/retire.html", form=form, unit=row, topics=queries.topics_of(row.id)
    )


def _topic_page(form: TopicForm, row: Topic | None) -> str:
    return render_template("organisation/topic.html", form=form, topic=row)


def _place_page(form: PlaceForm, row: Place | None) -> str:
    return render_template("organisation/place.html", form=form, place=row)
