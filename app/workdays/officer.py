"""The calendar screen: a year at a glance, and changes in two steps: what would move, then the
change.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import P, require
from app.kernel import clock, links
from app.kernel.display import vi_date
from app.kernel.errors import FieldError, NotFound
from app.kernel.web import commits
from app.workdays import holidays, queries, service
from app.workdays.calendar import displayed, weekday_name, weekdays
from app.workdays.forms import ConfirmForm, DayForm, YearForm
from app.workdays.models import DayKind

#: Rows of "Hạn nào thay đổi" on the page; the rest is counted.
SHOWN_MOVES = 200

bp = Blueprint(
    "workdays", __name__, url_prefix="/can-bo/he-thong/lich-lam-viec", template_folder="templates"
)


@bp.app_template_filter("long_date")
def long_date(day: dt.date) -> str:
    """Thứ Hai, 31/08/2026, in the reader's language."""
    return f"{weekday_name(day)}, {vi_date(day)}"


@bp.app_template_filter("day_name")
def day_name(name: str) -> str:
    """The name of an exceptional day, in the reader's language where it is one of
    the usual ones.
    """
    return displayed(name)


@bp.get("")
@require(P.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """One year: twelve months, the exceptional days, whether it is confirmed."""
    today = clock.today()
    year = _year(request.args.get("nam", today.year, type=int))
    calendar = queries.calendar()
    return render_template(
        "workdays/index.html",
        year=queries.year(year),
        years=queries.known_years(today),
        months=queries.months(calendar, year),
        weekdays=weekdays(),
        days=queries.days_of(year),
        to_confirm=queries.needs_confirmation(today),
        has_plan=holidays.plan_for(year) is not None,
    )


@bp.get("/ngay")
@require(P.CALENDAR_EDIT)
def day_form() -> ResponseReturnValue:
    """Add an exceptional day, or change the one on this date."""
    form = DayForm()
    asked = request.args.get("ngay", "")
    if asked and (row := queries.day(_date(asked))):
        form.fill(row)
    elif asked:
        form.day.data = _date(asked)
    return render_template("workdays/day.html", form=form)


@bp.post("/ngay")
@require(P.CALENDAR_EDIT)
@commits
def set_day() -> ResponseReturnValue:
    """First what would move, then the change."""
    form = DayForm()
    step = request.form.get("step")
    if not form.validate_on_submit():
        return render_template("workdays/day.html", form=form), 422
    if step == "edit":
        return render_template("workdays/day.html", form=form)
    change = service.SetDay(form.planned())
    try:
        if step != "commit":
            title = (
                _("Đặt ngày làm bù") if change.day.kind is DayKind.WORKED else _("Đặt ngày nghỉ")
            )
            return _preview(change, title, day=change.day, fields=_typed(form), edit=True)
        moved = service.commit(change, actor=current_user, seen_revision=form.seen_revision.data)
    except FieldError as error:
        form.apply(error)
        return render_template("workdays/day.html", form=form), 422
    return _saved(moved, change.day.date.year)


@bp.get("/ngay/<date>/bo")
@require(P.CALENDAR_EDIT)
def removal(date: str) -> ResponseReturnValue:
    """What would move if this day were ordinary again."""
    day = _date(date)
    return _preview(service.RemoveDay(day), _("Bỏ ngày này khỏi lịch"), day=queries.day(day))


@bp.post("/ngay/<date>/bo")
@require(P.CALENDAR_EDIT)
@commits
def remove_day(date: str) -> ResponseReturnValue:
    """Make the day ordinary again."""
    day = _date(date)
    moved = service.remove_day(
        day, actor=current_user, seen_revision=ConfirmForm().seen_revision.data
    )
    return _saved(moved, day.year)


@bp.get("/<int:year>/xac-nhan")
@require(P.CALENDAR_EDIT)
def confirmation(year: int) -> ResponseReturnValue:
    """The year's list to compare with the official notice."""
    row = queries.year(_year(year))
    form = YearForm(
        note=row.note, confirmed="" if row.confirmed else "1", seen_revision=queries.revision()
    )
    return render_template("workdays/confirm.html", form=form, year=row, days=queries.days_of(year))


@bp.post("/<int:year>/xac-nhan")
@require(P.CALENDAR_EDIT)
@commits
def confirm_year(year: int) -> ResponseReturnValue:
    """Say that the list was compared, or take that back."""
    row, form = queries.year(_year(year)), YearForm()
    if not form.validate_on_submit():
        return render_template(
            "workdays/confirm.html", form=form, year=row, days=queries.days_of(year)
        ), 422
    confirmed = form.confirmed.data == "1"
    service.confirm_year(
        year,
        confirmed=confirmed,
        note=form.note.data or "",
        actor=current_user,
        seen_revision=form.seen_revision.data,
    )
    flash(
        _("Đã xác nhận lịch năm %(year)s.", year=year)
        if confirmed
        else _("Đã bỏ xác nhận lịch năm %(year)s.", year=year),
        "success",
    )
    return redirect(url_for(".index", nam=year))


@bp.get("/<int:year>/nap-lich")
@require(P.CALENDAR_EDIT)
def replacement(year: int) -> ResponseReturnValue:
    """The list that ships with the product or is computed from the rules, and what
    it would move.
    """
    plan = _plan(year)
    return _preview(
        service.ReplaceYear(plan), _("Nạp lịch có sẵn cho năm %(year)s", year=year), plan=plan
    )


@bp.post("/<int:year>/nap-lich")
@require(P.CALENDAR_EDIT)
@commits
def replace_year(year: int) -> ResponseReturnValue:
    """Put that list in the place of the year's."""
    moved = service.replace_year(
        _plan(year), actor=current_user, seen_revision=ConfirmForm().seen_revision.data
    )
    return _saved(moved, year)


def _preview(
    change: service.Change, title: str, fields: Mapping[str, str] | None = None, **context: Any
) -> str:
    seen = service.preview(change)
    moves = [(move, _address(move.ref)) for move in seen.moved[:SHOWN_MOVES]]
    return render_template(
        "workdays/preview.html",
        form=ConfirmForm(seen_revision=seen.revision),
        title=title,
        moves=moves,
        total=len(seen.moved),
        fields=fields or {},
        **context,
    )


def _address(ref: links.Ref | None) -> str | None:
    resolved = links.resolve(ref) if ref else None
    return resolved.staff_url if resolved else None


def _typed(form: DayForm) -> dict[str, str]:
    day = form.planned()
    return {
        "day": day.date.strftime("%d/%m/%Y"),
        "kind": day.kind.value,
        "name": day.name,
        "source": day.source,
    }


def _saved(moved: int, year: int) -> ResponseReturnValue:
    flash(
        _("Đã lưu lịch làm việc. Số hạn trả lời được tính lại: %(n)s.", n=moved)
        if moved
        else _("Đã lưu lịch làm việc."),
        "success",
    )
    return redirect(url_for(".index", nam=year))


def _year(year: int) -> int:
    if not service.FIRST_YEAR <= year <= service.LAST_YEAR:
        raise NotFound
    return year


def _plan(year: int) -> holidays.YearPlan:
    plan = holidays.plan_for(year)
    if plan is None:
        raise NotFound
    return plan


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
