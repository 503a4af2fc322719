"""The list of works and projects: read in from a file, mended row by row, its sums."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations import importing, policy, voices
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load, load_for_editing
from app.files.datafiles import TABLES
from app.imports import officer as screens
from app.imports import queries as runs
from app.imports import service as imports_service
from app.kernel.clock import today
from app.kernel.errors import FieldError
from app.kernel.sheets import xlsx_file
from app.kernel.text import clean_line
from app.kernel.web import commits
from app.works import columns, queries
from app.works.forms import ProjectFileForm, ProjectForm, RowForm
from app.works.models import WORKS_FILE, ProjectItem
from app.works.queries import Wanted
from app.works.service import importing as works_importing
from app.works.service import works as service

bp = Blueprint("works", __name__, url_prefix="/can-bo", template_folder="templates")


TAB = "danh-muc"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QUERY_MAX = 100

add_tab(40, TAB, _l("Danh mục công trình"), "works.projects")
importing.register(
    WORKS_FILE,
    _l("Danh mục công trình, dự án"),
    "app.works.reader",
    works_importing.apply_file,
    extensions=TABLES,
    endpoint="works.projects",
)


def _page(
    template: str, consultation: Consultation, status: int = 200, **values: Any
) -> ResponseReturnValue:
    return render_template(
        f"works/{template}.html", consultation=consultation, tab=TAB, **values
    ), status


@bp.get("/lay-y-kien/<slug>/danh-muc")
@require(P.CONSULTATION_READ)
def projects(slug: str) -> ResponseReturnValue:
    """The list, what the newest file did to it, and its sums."""
    consultation = load(slug)
    text = clean_line(request.args.get("q"))[:QUERY_MAX]
    after, before = request.args.get("sau"), request.args.get("truoc")
    page = queries.page(
        consultation.id, Wanted(text=text), with_removed=True, after=after, before=before
    )
    lands = queries.lands(today())
    here = url_for(".projects", slug=slug)

    def address(**more: str | None) -> str:
        query = urlencode({name: value for name, value in {"q": text, **more}.items() if value})
        return f"{here}?{query}" if query else here

    run = next(iter(runs.runs_of(consultation.id, WORKS_FILE, limit=1)), None)
    return _page(
        "office",
        consultation,
        page=page,
        q=text,
        later=bool(after or before),
        previous_url=address(truoc=page.previous_cursor) if page.previous_cursor else None,
        next_url=address(sau=page.next_cursor) if page.next_cursor else None,
        summary=queries.summary(consultation.id),
        land=lambda code: lands.get(code) or queries.Land(code),
        no_lands=not lands,
        may_edit=policy.may_edit(me(), consultation),
        run=run,
        run_url=screens.address(run) if run else "",
        outcome=run.options.get("outcome") if run else None,
        anything=bool(text),
    )


@bp.get("/lay-y-kien/<slug>/danh-muc/mau.xlsx")
@require(P.CONSULTATION_READ)
def projects_sample(slug: str) -> ResponseReturnValue:
    """An empty file with the right columns, explained on its second sheet."""
    load(slug)
    notes = [[_("Cột"), _("Cách ghi")]]
    file = xlsx_file(
        columns.of_file(),
        [],
        sheet=_("Danh mục công trình"),
        notes_sheet=_("Hướng dẫn"),
        notes=notes,
    )
    return send_file(file, XLSX, as_attachment=True, download_name="mau-danh-muc-cong-trinh.xlsx")


@bp.get("/lay-y-kien/<slug>/danh-muc/tai-len")
@require(P.CONSULTATION_EDIT)
def projects_file(slug: str) -> ResponseReturnValue:
    """Choose a file."""
    return _file_page(load_for_editing(slug), ProjectFileForm(formdata=None))


def _file_page(
    consultation: Consultation, form: ProjectFileForm, status: int = 200
) -> ResponseReturnValue:
    return _page("file", consultation, status, form=form, columns=columns.of_file())


@bp.post("/lay-y-kien/<slug>/danh-muc/tai-len")
@require(P.CONSULTATION_EDIT)
@commits
def send_projects_file(slug: str) -> ResponseReturnValue:
    """Put the reading of the file in line."""
    consultation = load_for_editing(slug)
    form = ProjectFileForm()
    if not form.validate():
        return _file_page(consultation, form, 422)
    options = {
        "places": works_importing.parse_places(form.places.data or ""),
        "whole": bool(form.whole.data),
    }
    try:
        run = imports_service.start(
            consultation.id,
            WORKS_FILE,
            request.files.get("file") or FileStorage(),
            options,
            me(),
        )
    except FieldError as error:
        form.apply(error)
        return _file_page(consultation, form, 422)
    return redirect(screens.address(run))


# One row
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/danh-muc/them")
@require(P.CONSULTATION_EDIT)
def new_project(slug: str) -> ResponseReturnValue:
    """An empty form."""
    return _form_page(load_for_editing(slug), ProjectForm(formdata=None), None)


@bp.post("/lay-y-kien/<slug>/danh-muc/them")
@require(P.CONSULTATION_EDIT)
@commits
def add_project(slug: str) -> ResponseReturnValue:
    """Add a work."""
    return _save(load_for_editing(slug), None)


@bp.get("/lay-y-kien/<slug>/danh-muc/cong-trinh/<code>")
@require(P.CONSULTATION_EDIT)
def project(slug: str, code: str) -> ResponseReturnValue:
    """One work as a form."""
    consultation = load_for_editing(slug)
    item = queries.by_code(consultation.id, code)
    return _form_page(consultation, ProjectForm.of(item), item)


@bp.post("/lay-y-kien/<slug>/danh-muc/cong-trinh/<code>")
@require(P.CONSULTATION_EDIT)
@commits
def save_project(slug: str, code: str) -> ResponseReturnValue:
    """Change a work."""
    consultation = load_for_editing(slug)
    return _save(consultation, queries.by_code(consultation.id, code))


def _form_page(
    consultation: Consultation, form: ProjectForm, item: ProjectItem | None, status: int = 200
) -> ResponseReturnValue:
    form.offer(queries.lands(today()).values())
    parcels = queries.parcels_of(item.id) if item is not None else []
    return _page(
        "row",
        consultation,
        status,
        form=form,
        item=item,
        parcels=parcels,
        remove_form=RowForm(formdata=None),
    )


def _save(consultation: Consultation, item: ProjectItem | None) -> ResponseReturnValue:
    form = ProjectForm()
    valid = form.validate()
    problems = service.problems_of(form.raw())
    for problem in problems:
        form.apply(FieldError(problem.field, problem.message))
    if problems or not valid:
        return _form_page(consultation, form, item, 422)
    try:
        saved = service.save(
            consultation,
            item,
            form.raw(),
            actor=me(),
            seen_revision=form.seen if item is not None else None,
        )
    except FieldError as error:
        form.apply(error)
        return _form_page(consultation, form, item, 422)
    flash(_("Đã lưu công trình %(code)s.", code=saved.code), "success")
    return redirect(url_for(".projects", slug=consultation.slug))


@bp.get("/lay-y-kien/<slug>/danh-muc/cong-trinh/<code>/bo")
@require(P.CONSULTATION_EDIT)
def removing_project(slug: str, code: str) -> ResponseReturnValue:
    """Ask once more, and say what happens."""
    consultation = load_for_editing(slug)
    item = queries.by_code(consultation.id, code)
    referred = item.id in voices.used_works([item.id])
    form = RowForm(formdata=None, seen_revision=str(item.revision))
    return _page("remove", consultation, item=item, referred=referred, form=form)


@bp.post("/lay-y-kien/<slug>/danh-muc/cong-trinh/<code>/bo")
@require(P.CONSULTATION_EDIT)
@commits
def remove_project(slug: str, code: str) -> ResponseReturnValue:
    """Take a work out of the list."""
    consultation = load_for_editing(slug)
    gone = service.remove(
        consultation,
        queries.by_code(consultation.id, code),
        actor=me(),
        seen_revision=RowForm().seen,
    )
    if gone:
        flash(_("Đã xóa công trình %(code)s.", code=code), "success")
    else:
        flash(
            _(
                "Đã đưa công trình %(code)s ra khỏi danh mục. Góp ý về công trình này vẫn được "
                "giữ.",
                code=code,
            ),
            "success",
        )
    return redirect(url_for(".projects", slug=slug))


@bp.post("/lay-y-kien/<slug>/danh-muc/cong-trinh/<code>/dua-lai")
@require(P.CONSULTATION_EDIT)
@commits
def restore_project(slug: str, code: str) -> ResponseReturnValue:
    """Put it back."""
    consultation = load_for_editing(slug)
    service.restore(
        consultation,
        queries.by_code(consultation.id, code),
        actor=me(),
        seen_revision=RowForm().seen,
    )
    flash(_("Đã đưa công trình %(code)s trở lại danh mục.", code=code), "success")
    return redirect(url_for(".projects", slug=slug))
