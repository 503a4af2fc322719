"""The documents of the dossier."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations import policy
from app.consultations.forms.dossier import (
    ACCEPTED,
    AddDocumentForm,
    RemoveDocumentForm,
    RenameDocumentForm,
)
from app.consultations.models import Consultation, DossierItem
from app.consultations.officer.base import add_tab, bp, load, load_for_editing
from app.consultations.queries import dossier as queries
from app.consultations.service import dossier as service
from app.consultations.states import DOSSIER_LABELS, DossierKind, Stage
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.errors import FieldError
from app.kernel.text import int_of
from app.kernel.web import commits
from app.submissions.forms import ButtonForm

add_tab(20, "ho-so", _l("Hồ sơ"), "consultations_office.dossier")


@bp.get("/lay-y-kien/<slug>/ho-so")
@require(P.CONSULTATION_READ)
def dossier(slug: str) -> ResponseReturnValue:
    """The documents, and the form for one more."""
    consultation = load(slug)
    light_of = request.args.get("ban-nhe", "")
    heavy = (
        service.item_of(consultation, number) if (number := int_of(light_of)) is not None else None
    )
    form = AddDocumentForm(
        formdata=None,
        seen_revision=str(consultation.revision),
        light_of=str(heavy.id) if heavy else "",
    )
    if heavy:
        form.kind.data = heavy.kind.value
    return _page(consultation, form, heavy)


@bp.post("/lay-y-kien/<slug>/ho-so")
@require(P.CONSULTATION_EDIT)
@commits
def add_document(slug: str) -> ResponseReturnValue:
    """Take a file in.

    It is read before the first statement, so that on SQLite it keeps nobody from writing.
    """
    form = AddDocumentForm()
    file, refused = _receive(form)
    consultation = load_for_editing(slug)
    typed = form.light_of.data or ""
    light_of = int_of(typed)
    heavy = service.item_of(consultation, light_of) if light_of is not None else None
    accepted = form.validate()
    if file is None:
        form.apply(FieldError("file", refused))
    if not accepted or file is None:
        return _page(consultation, form, heavy), 422
    kind = heavy.kind if heavy else DossierKind(form.kind.data)
    title = form.title.data or (
        _("%(title)s (bản nhẹ)", title=heavy.title)[: service.TITLE_MAX] if heavy else ""
    )
    try:
        item = service.add(
            consultation, actor=me(), file=file, kind=kind, title=title, light_of=light_of
        )
    except FieldError as error:
        form.apply(error)
        return _page(consultation, form, heavy), 422
    flash(_("Đã thêm «%(title)s».", title=item.title), "success")
    return redirect(url_for(".dossier", slug=slug))


def _receive(form: AddDocumentForm) -> tuple[StoredFile | None, str]:
    upload = form.file.data
    if not upload or not upload.filename:
        return None, _("Hãy chọn tệp.")
    try:
        return files.receive(upload.stream, upload.filename, limits=service.LIMITS), ""
    except FieldError as error:
        return None, error.message


@bp.post("/lay-y-kien/<slug>/ho-so/<int:item_id>/<any('len','xuong'):direction>")
@require(P.CONSULTATION_EDIT)
@commits
def move_document(slug: str, item_id: int, direction: str) -> ResponseReturnValue:
    """One place up or down."""
    consultation = load_for_editing(slug)
    service.move(service.item_of(consultation, item_id), actor=me(), up=direction == "len")
    return redirect(url_for(".dossier", slug=slug) + f"#tai-lieu-{item_id}")


@bp.get("/lay-y-kien/<slug>/ho-so/<int:item_id>/sua")
@require(P.CONSULTATION_EDIT)
def renaming(slug: str, item_id: int) -> ResponseReturnValue:
    """Another title or kind."""
    consultation = load_for_editing(slug)
    item = service.item_of(consultation, item_id)
    form = RenameDocumentForm(
        formdata=None,
        seen_revision=str(consultation.revision),
        kind=item.kind.value,
        title=item.title,
    )
    return _rename_page(consultation, item, form)


@bp.post("/lay-y-kien/<slug>/ho-so/<int:item_id>/sua")
@require(P.CONSULTATION_EDIT)
@commits
def rename_document(slug: str, item_id: int) -> ResponseReturnValue:
    """Change it."""
    consultation, form = load_for_editing(slug), RenameDocumentForm()
    item = service.item_of(consultation, item_id)
    if form.validate():
        kind = DossierKind(form.kind.data)
        try:
            service.rename(
                item, actor=me(), kind=kind, title=form.title.data or "", seen_revision=form.seen
            )
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã lưu tài liệu."), "success")
            return redirect(url_for(".dossier", slug=slug))
    return _rename_page(consultation, item, form), 422


@bp.get("/lay-y-kien/<slug>/ho-so/<int:item_id>/bo")
@require(P.CONSULTATION_EDIT)
def removing(slug: str, item_id: int) -> ResponseReturnValue:
    """Really?"""
    consultation = load_for_editing(slug)
    form = RemoveDocumentForm(formdata=None, seen_revision=str(consultation.revision))
    return _remove_page(consultation, service.item_of(consultation, item_id), form)


@bp.post("/lay-y-kien/<slug>/ho-so/<int:item_id>/bo")
@require(P.CONSULTATION_EDIT)
@commits
def remove_document(slug: str, item_id: int) -> ResponseReturnValue:
    """Take it out."""
    consultation, form = load_for_editing(slug), RemoveDocumentForm()
    item = service.item_of(consultation, item_id)
    title = item.title
    if form.validate():
        try:
            service.remove(item, actor=me(), reason=form.reason.data or "", seen_revision=form.seen)
        except FieldError as error:
            form.apply(error)
        else:
            flash(_("Đã bỏ «%(title)s».", title=title), "success")
            return redirect(url_for(".dossier", slug=slug))
    return _remove_page(consultation, item, form), 422


def _page(consultation: Consultation, form: AddDocumentForm, heavy: DossierItem | None) -> str:
    documents = queries.documents(consultation.id)
    return render_template(
        "consultations/office_dossier.html",
        consultation=consultation,
        tab="ho-so",
        form=form,
        button=ButtonForm(formdata=None),
        heavy=heavy,
        documents=documents,
        warnings=service.warnings(documents),
        may_edit=policy.may_edit(me(), consultation),
        accepted=ACCEPTED,
    )


def _rename_page(consultation: Consultation, item: DossierItem, form: RenameDocumentForm) -> str:
    return render_template(
        "consultations/office_dossier_rename.html",
        consultation=consultation,
        tab="ho-so",
        form=form,
        item=item,
    )


def _remove_page(consultation: Consultation, item: DossierItem, form: RemoveDocumentForm) -> str:
    return render_template(
        "consultations/office_dossier_remove.html",
        consultation=consultation,
        tab="ho-so",
        form=form,
        item=item,
        posted=consultation.stage is not Stage.DRAFT,
        kind=DOSSIER_LABELS[item.kind],
    )
