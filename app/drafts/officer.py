"""The draft clause by clause, and mending what the parser got wrong. Every step is a plain form."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations import importing, policy, voices
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load, load_for_editing
from app.drafts import queries
from app.drafts.forms import ClauseForm, PublishDraftForm, SplitForm, UploadDraftForm
from app.drafts.models import Clause, DraftVersion
from app.drafts.service import versions as service
from app.drafts.states import DRAFT_FILE, ClauseKind
from app.imports import officer as import_screens
from app.imports import queries as import_queries
from app.imports import service as imports_service
from app.imports.states import IMPORT_STATE_LABELS
from app.kernel.errors import FieldError
from app.kernel.office_forms import SeenForm
from app.kernel.text import int_of
from app.kernel.web import commits

bp = Blueprint("drafts", __name__, url_prefix="/can-bo", template_folder="templates")


add_tab(30, "noi-dung", _l("Nội dung từng mục"), "drafts.draft")
importing.register(
    DRAFT_FILE,
    _l("Dự thảo (.docx)"),
    "app.drafts.readers.draft",
    service.apply_draft,
    extensions=("docx",),
    endpoint="drafts.draft",
)

#: A new part is mostly of the kind of the one that it was cut from or stands after; below a heading
#: it is what lies there.
_NEXT_KIND = {
    ClauseKind.CHAPTER: ClauseKind.ARTICLE,
    ClauseKind.SECTION: ClauseKind.ARTICLE,
    ClauseKind.ARTICLE: ClauseKind.CLAUSE,
}


# The versions
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/noi-dung")
@require(P.CONSULTATION_READ)
def draft(slug: str) -> ResponseReturnValue:
    """The versions, the files that were read, and the form for one more."""
    return _overview(load(slug), UploadDraftForm(formdata=None))


def _overview(consultation: Consultation, form: UploadDraftForm) -> str:
    versions = queries.versions_of(consultation.id)
    return render_template(
        "drafts/office.html",
        consultation=consultation,
        tab="noi-dung",
        form=form,
        button=SeenForm(formdata=None),
        may_edit=policy.may_edit(me(), consultation),
        versions=versions,
        published=next(
            (version.number for version in versions if version.published_at is not None), None
        ),
        runs=import_queries.runs_of(consultation.id, DRAFT_FILE),
        run_address=import_screens.address,
        import_state_labels=IMPORT_STATE_LABELS,
        import_state_colours=import_screens.STATE_COLOURS,
    )


@bp.post("/lay-y-kien/<slug>/noi-dung")
@require(P.CONSULTATION_EDIT)
@commits
def upload_draft(slug: str) -> ResponseReturnValue:
    """Take a .docx in and have it read."""
    consultation, form = load_for_editing(slug), UploadDraftForm()
    if not form.validate():
        return _overview(consultation, form), 422
    try:
        run = imports_service.start(
            consultation.id, DRAFT_FILE, form.file.data or FileStorage(), {}, me()
        )
    except FieldError as error:
        form.apply(error)
        return _overview(consultation, form), 422
    return redirect(import_screens.address(run))


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-moi")
@require(P.CONSULTATION_EDIT)
@commits
def copy_draft(slug: str) -> ResponseReturnValue:
    """A new version from the published one, to be mended."""
    version = service.copy_version(load_for_editing(slug), actor=me())
    flash(_("Đã tạo bản %(number)s để sửa.", number=version.number), "success")
    return redirect(url_for(".draft_version", slug=slug, number=version.number))


# One version
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/noi-dung/ban-<int:number>")
@require(P.CONSULTATION_READ)
def draft_version(slug: str, number: int) -> ResponseReturnValue:
    """All clauses in order, the doubtful ones listed first."""
    consultation = load(slug)
    version = queries.version(consultation.id, number)
    return _version_page(
        consultation, version, PublishDraftForm(formdata=None, seen_revision=str(version.revision))
    )


def _version_page(consultation: Consultation, version: DraftVersion, form: PublishDraftForm) -> str:
    clauses = queries.entities_of(version.id)
    return render_template(
        "drafts/version.html",
        consultation=consultation,
        tab="noi-dung",
        version=version,
        form=form,
        may_edit=policy.may_edit(me(), consultation) and version.published_at is None,
        clauses=clauses,
        doubtful=[clause for clause in clauses if clause.doubtful],
        counts=voices.get().pointing_at_clauses(consultation.id),
    )


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/cong-bo")
@require(P.CONSULTATION_EDIT)
@commits
def publish_draft(slug: str, number: int) -> ResponseReturnValue:
    """People read this version from now on."""
    consultation, form = load_for_editing(slug), PublishDraftForm()
    version = queries.version(consultation.id, number)
    if not form.validate():
        return _version_page(consultation, version, form), 422
    try:
        service.publish(
            version,
            actor=me(),
            seen_revision=form.seen,
            note=form.note.data or "",
            despite_doubts=bool(form.despite_doubts.data),
        )
    except FieldError as error:
        form.apply(error)
        return _version_page(consultation, version, form), 422
    flash(_("Đã công bố bản %(number)s.", number=number), "success")
    return redirect(url_for(".draft_version", slug=slug, number=number))


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/da-xem")
@require(P.CONSULTATION_EDIT)
@commits
def draft_looked_at(slug: str, number: int) -> ResponseReturnValue:
    """«Đã xem tất cả»: the doubtful clauses are right as they are."""
    version = queries.version(load_for_editing(slug).id, number)
    doubtful = [clause for clause in queries.entities_of(version.id) if clause.doubtful]
    service.looked_at(version, doubtful, actor=me(), seen_revision=SeenForm().seen)
    flash(_("Đã bỏ đánh dấu %(n)s mục chưa chắc.", n=len(doubtful)), "success")
    return redirect(url_for(".draft_version", slug=slug, number=number))


# One clause
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/muc/<int:clause_id>")
@require(P.CONSULTATION_EDIT)
def draft_clause(slug: str, number: int, clause_id: int) -> ResponseReturnValue:
    """One clause with everything that can be done to it."""
    consultation = load_for_editing(slug)
    version = queries.version(consultation.id, number)
    return _clause_page(consultation, version, queries.clause(version.id, clause_id))


def _clause_page(
    consultation: Consultation,
    version: DraftVersion,
    clause: Clause,
    *,
    edit: ClauseForm | None = None,
    split: SplitForm | None = None,
) -> str:
    seen = str(version.revision)
    kind = _NEXT_KIND.get(clause.kind, clause.kind).value
    split = split or SplitForm(formdata=None, seen_revision=seen, kind=kind)
    split.cut.choices = _cuts(clause)
    neighbours = queries.entities_of(version.id)
    at = neighbours.index(clause)
    return render_template(
        "drafts/clause.html",
        consultation=consultation,
        tab="noi-dung",
        version=version,
        clause=clause,
        before=neighbours[at - 1] if at else None,
        after=neighbours[at + 1] if at + 1 < len(neighbours) else None,
        form=edit
        or ClauseForm(formdata=None, obj=clause, kind=clause.kind.value, seen_revision=seen),
        split=split,
        button=SeenForm(formdata=None, seen_revision=seen),
        comments=voices.get().pointing_at_clauses(consultation.id).get(clause.anchor, 0),
    )


def _cuts(clause: Clause) -> list[tuple[int, str]]:
    """The lines at which a new part may begin; the first one only where a label or heading stays
    behind.
    """
    first = 1 if clause.label or clause.heading else 2
    lines = enumerate(clause.text.split("\n"), start=1)
    return [(number, line) for number, line in lines if line.strip() and number >= first]


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/muc/<int:clause_id>")
@require(P.CONSULTATION_EDIT)
@commits
def edit_draft_clause(slug: str, number: int, clause_id: int) -> ResponseReturnValue:
    """Change what it is and what it says."""
    consultation, form = load_for_editing(slug), ClauseForm()
    version = queries.version(consultation.id, number)
    clause = queries.clause(version.id, clause_id)
    if not form.validate():
        return _clause_page(consultation, version, clause, edit=form), 422
    try:
        service.edit(version, clause, form.words, actor=me(), seen_revision=form.seen)
    except FieldError as error:
        form.apply(error)
        return _clause_page(consultation, version, clause, edit=form), 422
    return _back_to(slug, version, clause, _("Đã sửa %(name)s.", name=clause.full_label))


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/muc/<int:clause_id>/tach")
@require(P.CONSULTATION_EDIT)
@commits
def split_draft_clause(slug: str, number: int, clause_id: int) -> ResponseReturnValue:
    """Cut it in two at a line."""
    consultation, form = load_for_editing(slug), SplitForm()
    version = queries.version(consultation.id, number)
    clause = queries.clause(version.id, clause_id)
    form.cut.choices = _cuts(clause)
    if not form.validate():
        return _clause_page(consultation, version, clause, split=form), 422
    try:
        made = service.split(
            version, clause, form.cut.data or 0, form.words, actor=me(), seen_revision=form.seen
        )
    except FieldError as error:
        form.apply(error)
        return _clause_page(consultation, version, clause, split=form), 422
    return _back_to(slug, version, made, _("Đã tách thành %(name)s.", name=made.full_label))


def _back_to(slug: str, version: DraftVersion, clause: Clause, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(
        url_for(".draft_version", slug=slug, number=version.number, _anchor=f"muc-{clause.id}")
    )


def _merge(version: DraftVersion, clause: Clause, seen: int) -> tuple[Clause, str]:
    into = service.merge(version, clause, actor=me(), seen_revision=seen)
    return into, _("Đã gộp vào %(name)s.", name=into.full_label or into.heading)


def _move(up: bool) -> Callable[[DraftVersion, Clause, int], tuple[Clause, str]]:
    def move(version: DraftVersion, clause: Clause, seen: int) -> tuple[Clause, str]:
        service.move(version, clause, up=up, actor=me(), seen_revision=seen)
        return clause, _("Đã đổi chỗ %(name)s.", name=clause.full_label)

    return move


def _looked_at(version: DraftVersion, clause: Clause, seen: int) -> tuple[Clause, str]:
    service.looked_at(version, [clause], actor=me(), seen_revision=seen)
    return clause, _("Đã bỏ đánh dấu chưa chắc của %(name)s.", name=clause.full_label)


#: Steps that ask for nothing more.
_STEPS: dict[str, Callable[[DraftVersion, Clause, int], tuple[Clause, str]]] = {
    "gop": _merge,
    "len": _move(up=True),
    "xuong": _move(up=False),
    "da-xem": _looked_at,
}


@bp.post(
    "/lay-y-kien/<slug>/noi-dung/ban-<int:number>/muc/<int:clause_id>/<any('gop','len','xuong','da-xem'):step>"
)
@require(P.CONSULTATION_EDIT)
@commits
def step_draft_clause(slug: str, number: int, clause_id: int, step: str) -> ResponseReturnValue:
    """Merge with the one before, one place up or down, or: a person has looked at it."""
    version = queries.version(load_for_editing(slug).id, number)
    shown, message = _STEPS[step](version, queries.clause(version.id, clause_id), SeenForm().seen)
    return _back_to(slug, version, shown, message)


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/muc/<int:clause_id>/bo")
@require(P.CONSULTATION_EDIT)
@commits
def remove_draft_clause(slug: str, number: int, clause_id: int) -> ResponseReturnValue:
    """Take it out of this version."""
    version = queries.version(load_for_editing(slug).id, number)
    clause = queries.clause(version.id, clause_id)
    name = clause.full_label or clause.heading
    service.remove(version, clause, actor=me(), seen_revision=SeenForm().seen)
    flash(_("Đã bỏ %(name)s.", name=name), "success")
    return redirect(url_for(".draft_version", slug=slug, number=number))


# A new clause
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/them")
@require(P.CONSULTATION_EDIT)
def new_draft_clause(slug: str, number: int) -> ResponseReturnValue:
    """The form for one more clause, after the one that ?sau= names (none: at the beginning)."""
    consultation = load_for_editing(slug)
    version = queries.version(consultation.id, number)
    after = _after(version)
    kind = _NEXT_KIND.get(after.kind, after.kind) if after else ClauseKind.PREAMBLE
    return _new_page(
        consultation,
        version,
        after,
        ClauseForm(formdata=None, kind=kind.value, seen_revision=str(version.revision)),
    )


def _after(version: DraftVersion) -> Clause | None:
    wanted = request.args.get("sau", "")
    return queries.clause(version.id, number) if (number := int_of(wanted)) is not None else None


def _new_page(
    consultation: Consultation, version: DraftVersion, after: Clause | None, form: Any
) -> str:
    return render_template(
        "drafts/clause_new.html",
        consultation=consultation,
        tab="noi-dung",
        version=version,
        after=after,
        form=form,
    )


@bp.post("/lay-y-kien/<slug>/noi-dung/ban-<int:number>/them")
@require(P.CONSULTATION_EDIT)
@commits
def add_draft_clause(slug: str, number: int) -> ResponseReturnValue:
    """Put one more clause in."""
    consultation, form = load_for_editing(slug), ClauseForm()
    version = queries.version(consultation.id, number)
    after = _after(version)
    if not form.validate():
        return _new_page(consultation, version, after, form), 422
    try:
        made = service.insert(version, after, form.words, actor=me(), seen_revision=form.seen)
    except FieldError as error:
        form.apply(error)
        return _new_page(consultation, version, after, form), 422
    return _back_to(slug, version, made, _("Đã thêm %(name)s.", name=made.full_label))
