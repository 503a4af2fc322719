"""The statutory table, its issues, the certificate, the result page."""

import tempfile
from itertools import islice
from typing import IO, Any

import sqlalchemy as sa
from flask import (
    Response,
    flash,
    redirect,
    render_template,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load
from app.consultations.states import Stage
from app.extensions import db
from app.files import queries as file_queries
from app.kernel.errors import FieldError, NotFound
from app.kernel.office_forms import SeenForm
from app.kernel.web import commits, label_fields
from app.results import policy as results_policy
from app.results import tabling
from app.results.forms.tables import IssueForm, OpeningForm, ResultForm, UnlockForm
from app.results.models import Certificate
from app.results.officer.base import bp
from app.results.queries import points as point_queries
from app.results.queries import tables as queries
from app.results.service import certificates, issuing, publishing, tables
from app.results.tabling import Signature
from app.results.writers import docx_table, xlsx_table

add_tab(110, "bang-tong-hop", _l("Bảng tổng hợp, kết quả"), "results.table")
label_fields(
    opening=_l("Đoạn mở đầu"),
    asked=_l("Chúng tôi đã hỏi"),
    heard=_l("Bà con đã nói"),
    done=_l("Chúng tôi đã làm"),
)

#: Rows of the preview; the whole table is in the draft files.
PREVIEWED = 60
_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/lay-y-kien/<slug>/bang-tong-hop")
@require(P.CONSULTATION_READ)
def table(slug: str) -> ResponseReturnValue:
    """The table as it would be now, what is missing, what was issued."""
    return _page(load(slug))


def _page(consultation: Consultation, status: int = 200, **forms: Any) -> ResponseReturnValue:
    user, seen = me(), str(consultation.revision)
    made = tables.build(consultation)
    issues = list(queries.issues(consultation.id))
    issued_files = file_queries.of_all("result_table", [row.id for row in issues])
    kept = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.consultation_id == consultation.id)
        .order_by(Certificate.number.desc())
    ).all()
    certificate_files = file_queries.of_all("certificate", [row.id for row in kept])
    signature = made.head.signature
    may_issue = results_policy.may_issue(user, consultation)
    opened = issuing.is_open(consultation)
    rows = list(islice((row for _id, row in queries.table_rows(consultation.id)), PREVIEWED))
    return (
        render_template(
            "results/tables.html",
            consultation=consultation,
            tab="bang-tong-hop",
            head=made.head,
            count_lines=tabling.count_lines(made.head),
            cells=list(tabling.merged(rows)),
            more=made.head.counts.points - len(rows),
            progress=point_queries.progress(consultation),
            missing=tables.missing(consultation),
            issues=[(row, file_queries.links(issued_files.get(row.id, []))) for row in issues],
            certificates=[
                (row, file_queries.links(certificate_files.get(row.id, []))) for row in kept
            ],
            current=issuing.is_current(consultation),
            opened=opened,
            may_issue=may_issue,
            may_edit=may_issue or results_policy.may_group(user, consultation),
            opening=forms.get("opening")
            or OpeningForm(formdata=None, seen_revision=seen, opening=made.head.opening),
            issue=forms.get("issue")
            or IssueForm(
                formdata=None,
                seen_revision=seen,
                number=signature.number,
                authority="\n".join(signature.authority),
                name=signature.name,
                reason=issuing.reason_given(consultation) if opened else "",
            ),
            unlock=forms.get("unlock") or UnlockForm(formdata=None, seen_revision=seen),
            certify=SeenForm(formdata=None, seen_revision=seen),
        ),
        status,
    )


@bp.get("/lay-y-kien/<slug>/bang-tong-hop/ban-nhap.<kind>")
@require(P.CONSULTATION_READ)
def table_draft(slug: str, kind: str) -> ResponseReturnValue:
    """The table as it is now as a file, marked as a draft.

    Written row by row to the disk, so memory stays flat.
    """
    consultation = load(slug)
    made = tables.build(consultation)
    name = f"Bảng tổng hợp {consultation.code} (bản nháp)"
    if kind == "csv":
        # Counted first: a stream that has begun cannot be refused any more.
        for _row in made.rows():
            pass
        response = Response(
            stream_with_context(xlsx_table.csv_lines(made.head, made.rows())), mimetype="text/csv"
        )
        response.headers.set(
            "Content-Disposition",
            "attachment",
            filename=f"{consultation.code.lower()}-ban-nhap.csv",
        )
        return response
    if kind not in _KINDS:
        raise NotFound
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the response)
    with force_locale("vi"):
        (docx_table if kind == "docx" else xlsx_table).write(file, made.head, made.rows())
    file.seek(0)
    return send_file(file, _KINDS[kind], as_attachment=True, download_name=f"{name}.{kind}")


@bp.post("/lay-y-kien/<slug>/bang-tong-hop/mo-dau")
@require(P.COMMENT_REPLY, P.CONSULTATION_PUBLISH)
@commits
def table_opening(slug: str) -> ResponseReturnValue:
    """Keep the first paragraph."""
    consultation, form = load(slug), OpeningForm()
    if not form.validate():
        return _page(consultation, 422, opening=form)
    try:
        tables.set_opening(
            consultation, form.opening.data or "", actor=me(), seen_revision=form.seen
        )
    except FieldError as error:
        form.apply(error)
        return _page(consultation, 422, opening=form)
    flash(_("Đã lưu đoạn mở đầu."), "success")
    return redirect(url_for(".table", slug=slug))


@bp.post("/lay-y-kien/<slug>/bang-tong-hop/phat-hanh")
@require(P.CONSULTATION_PUBLISH)
@commits
def issue_table(slug: str) -> ResponseReturnValue:
    """Issue the table: content, hash and locks at once, the files by a job."""
    consultation, form = load(slug), IssueForm()
    if not form.validate():
        return _page(consultation, 422, issue=form)
    signature = Signature(
        form.number.data or "", (form.authority.data or "").split("\n"), form.name.data or ""
    )
    try:
        made = issuing.issue(
            consultation,
            actor=me(),
            seen_revision=form.seen,
            signature=signature,
            reason=form.reason.data or "",
        )
    except FieldError as error:
        form.apply(error)
        return _page(consultation, 422, issue=form)
    flash(
        _("Đã phát hành bảng lần %(n)s. Tệp Word và Excel đang được tạo.", n=made.number), "success"
    )
    return redirect(url_for(".table", slug=slug))


@bp.post("/lay-y-kien/<slug>/bang-tong-hop/phat-hanh-lai")
@require(P.CONSULTATION_PUBLISH)
@commits
def unlock_table(slug: str) -> ResponseReturnValue:
    """Open the points for a correction."""
    consultation, form = load(slug), UnlockForm()
    if not form.validate():
        return _page(consultation, 422, unlock=form)
    if not (form.reason.data or "").strip():
        form.reason.errors = [_("Hãy ghi lý do phát hành lại.")]
        return _page(consultation, 422, unlock=form)
    issuing.unlock(consultation, actor=me(), seen_revision=form.seen, reason=form.reason.data or "")
    flash(_("Đã mở các ý và trả lời để sửa. Sửa xong, hãy phát hành lại tại đây."), "success")
    return redirect(url_for(".table", slug=slug))


@bp.post("/lay-y-kien/<slug>/bang-tong-hop/chung-nhan")
@require(P.CONSULTATION_PUBLISH)
@commits
def certify(slug: str) -> ResponseReturnValue:
    """Make the certificate."""
    consultation, form = load(slug), SeenForm()
    certificates.make(consultation, actor=me(), seen_revision=form.seen)
    flash(_("Đã lập giấy chứng nhận lấy ý kiến."), "success")
    return redirect(url_for(".table", slug=slug))


# The result page
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/ket-qua")
@require(P.CONSULTATION_READ)
def result(slug: str) -> ResponseReturnValue:
    """The three texts, with computed facts to start from."""
    return _result(load(slug))


def _result(
    consultation: Consultation, status: int = 200, form: ResultForm | None = None
) -> ResponseReturnValue:
    head = tables.build(consultation).head
    facts = issuing.facts(consultation, head)
    user = me()
    form = form or ResultForm(
        formdata=None,
        seen_revision=str(consultation.revision),
        asked=consultation.result_asked or facts["asked"],
        heard=consultation.result_heard or facts["heard"],
        done=consultation.result_done or facts["done"],
    )
    return (
        render_template(
            "results/office_result.html",
            consultation=consultation,
            tab="bang-tong-hop",
            form=form,
            facts=facts,
            text_max=publishing.TEXT_MAX,
            publish=SeenForm(formdata=None, seen_revision=str(consultation.revision)),
            obstacles=publishing.obstacles(consultation),
            published=consultation.stage in {Stage.ANSWERED, Stage.ARCHIVED},
            may_edit=policy.may_edit(user, consultation)
            or results_policy.may_issue(user, consultation),
            may_publish=policy.may_move(user, consultation, "publish_result"),
        ),
        status,
    )


@bp.post("/lay-y-kien/<slug>/ket-qua")
@require(P.CONSULTATION_EDIT, P.CONSULTATION_PUBLISH)
@commits
def save_result(slug: str) -> ResponseReturnValue:
    """Keep the three texts."""
    consultation, form = load(slug), ResultForm()
    if not form.validate():
        return _result(consultation, 422, form)
    try:
        publishing.save(
            consultation,
            asked=form.asked.data or "",
            heard=form.heard.data or "",
            done=form.done.data or "",
            actor=me(),
            seen_revision=form.seen,
        )
    except FieldError as error:
        form.apply(error)
        return _result(consultation, 422, form)
    flash(_("Đã lưu trang kết quả."), "success")
    return redirect(url_for(".result", slug=slug))


@bp.post("/lay-y-kien/<slug>/ket-qua/cong-bo")
@require(P.CONSULTATION_PUBLISH)
@commits
def publish_result(slug: str) -> ResponseReturnValue:
    """Publish the result: every participant who left an address hears of their points."""
    consultation, form = load(slug), SeenForm()
    publishing.publish(consultation, actor=me(), seen_revision=form.seen)
    flash(
        _("Đã công bố kết quả. Người góp ý có thư điện tử sẽ nhận được trả lời cho ý của mình."),
        "success",
    )
    return redirect(url_for(".result", slug=slug))
