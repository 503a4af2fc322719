"""Báo nội dung sai: what readers say is wrong in published answers, most urgent first."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.kernel.clock import today
from app.kernel.errors import FieldError, Refused
from app.kernel.web import commits
from app.questions.forms.office import ReportForm
from app.questions.officer.base import bp
from app.questions.queries import desk, staff
from app.questions.service import keeping


def _page(failed: ReportForm | None = None, status: int = 200) -> ResponseReturnValue:
    rows = []
    for report, code, title in staff.open_reports():
        mine = failed is not None and failed.report.data == str(report.id)
        form = (
            failed
            if mine and failed is not None
            else ReportForm(formdata=None, report=str(report.id))
        )
        for field in form:
            field.id = f"{field.name}-{report.id}"
            field.label.field_id = field.id
        rows.append((report, code, title, form))
    return render_template(
        "questions/office_reports.html", rows=rows, failed=failed, today=today()
    ), status


@bp.get("/bao-sai")
@require(P.QUESTION_MODERATE)
def reports() -> ResponseReturnValue:
    return _page()


@bp.post("/bao-sai")
@require(P.QUESTION_MODERATE)
@commits
def handle_report() -> ResponseReturnValue:
    form = ReportForm()
    report = desk.content_report(request.form.get("report", type=int) or 0)
    if report.handled_at is not None:
        raise Refused(_("Báo nội dung sai này đã có người xử lý."))
    if not form.validate():
        return _page(form, 422)
    try:
        keeping.handle_report(report, actor=me(), outcome=form.outcome.data or "")
    except FieldError as error:
        form.apply(error)
        return _page(form, 422)
    flash(_("Đã ghi kết quả xử lý."), "success")
    return redirect(url_for("questions.reports"))
