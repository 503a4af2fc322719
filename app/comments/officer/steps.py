"""One comment on its workbench, and all that can be done with it from there."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.comments import policy
from app.comments.forms.moderating import (
    CommentEraseForm,
    CommentNoteForm,
    CommentPanel,
    CommentRedactForm,
    CommentStepForm,
    KeepBackForm,
    RetargetForm,
)
from app.comments.models import Comment
from app.comments.officer import workbench
from app.comments.officer.base import bp
from app.comments.officer.places import QUEUE, leaving
from app.comments.queries import staff
from app.comments.service import moderating
from app.comments.service.moderating import Redaction
from app.comments.states import COMMENT_STAGE_LABELS
from app.comments.targets import chosen_target
from app.consultations.officer.base import me
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.extensions import db
from app.files import queries as files
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.kernel.links import Ref
from app.kernel.text import clean
from app.kernel.web import commits, label_fields
from app.mailer import queries as mailer
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions.service import shown_name

label_fields(public_proposed=_l("Đề nghị sửa thành, khi đăng"))
#: What the service calls a field, and what the form does.
_FIELDS = {"public_title": "title", "public_body": "body", "redaction_reason": "reason"}


def load_comment(code: str) -> Comment:
    """The comment, for somebody who may open it. Raises NotFound and Forbidden."""
    comment = staff.comment_by_code(code)
    if not policy.may_read_comment(me(), comment):
        raise Forbidden(_("Bạn không có quyền xem góp ý này."))
    return comment


@bp.get("/gop-y/<code>")
@require(P.CONSULTATION_READ)
def comment(code: str) -> ResponseReturnValue:
    """The workbench."""
    return workbench.page(load_comment(code))


@bp.get("/gop-y/<code>/xem-truoc")
@require(P.CONSULTATION_READ)
def preview_comment(code: str) -> ResponseReturnValue:
    """The comment as citizens will read it."""
    found = load_comment(code)
    return render_template(
        "comments/preview.html",
        comment=found,
        submission=found.submission,
        shown_name=shown_name(found.submission),
        obstacles=[] if found.visibility is Visibility.PUBLIC else moderating.obstacles(found),
        looked_at=moderating.looked_at(found),
        **workbench.about(found),
    )


# Steps
# --------------------------------------------------------------------------------------------------
def _step(
    code: str,
    form: CommentPanel,
    key: str,
    act: Callable[[Comment], None],
    said: str,
    *,
    stays: bool = False,
) -> ResponseReturnValue:
    """Check the form, do it, say so, and go on to the next comment (or stay).

    Nothing typed is lost on the way.
    """
    found = load_comment(code)
    leave = leaving(found)
    if not form.validate():
        return workbench.page(found, 422, **{key: form})
    try:
        act(found)
    except FieldError as error:
        db.session.rollback()
        form.apply(FieldError(_FIELDS.get(error.field, error.field), error.message))
        return workbench.page(load_comment(code), 422, **{key: form})
    except Stale as error:
        db.session.rollback()
        found = load_comment(code)
        form.seen_revision.data = str(found.revision)
        return workbench.page(found, 409, conflict=error.message, **{key: form})
    flash(said, "success")
    return leave.stay() if stays else leave.onwards()


@bp.post("/gop-y/<code>/cong-khai")
@require(P.COMMENT_MODERATE)
@commits
def show_comment(code: str) -> ResponseReturnValue:
    """Let everybody read it."""
    form = CommentStepForm()
    said = _("Đã công khai %(code)s.", code=code)
    return _step(
        code,
        form,
        "step",
        lambda found: moderating.show(found, actor=me(), seen_revision=form.seen),
        said,
    )


@bp.post("/gop-y/<code>/khong-cong-khai")
@require(P.COMMENT_MODERATE)
@commits
def keep_back_comment(code: str) -> ResponseReturnValue:
    """Keep it back or take it down; its sender reads why."""
    form = KeepBackForm()
    said = _("%(code)s không công khai; góp ý vẫn thuộc hồ sơ.", code=code)

    def act(found: Comment) -> None:
        moderating.keep_back(
            found, actor=me(), seen_revision=form.seen, reason=form.reason.data or ""
        )

    return _step(code, form, "keep_back", act, said)


@bp.post("/gop-y/<code>/rac")
@require(P.COMMENT_MODERATE)
@commits
def spam_comment(code: str) -> ResponseReturnValue:
    """Put it aside as rubbish."""
    form = CommentStepForm()
    said = _("Đã đánh dấu rác %(code)s.", code=code)
    return _step(
        code,
        form,
        "step",
        lambda found: moderating.mark_spam(found, actor=me(), seen_revision=form.seen),
        said,
    )


@bp.post("/gop-y/<code>/khoi-phuc")
@require(P.COMMENT_MODERATE)
@commits
def restore_comment(code: str) -> ResponseReturnValue:
    """It was no rubbish."""
    form = CommentStepForm()
    said = _("Đã khôi phục %(code)s.", code=code)
    return _step(
        code,
        form,
        "step",
        lambda found: moderating.restore(found, actor=me(), seen_revision=form.seen),
        said,
    )


@bp.post("/gop-y/<code>/xac-nhan")
@require(P.COMMENT_MODERATE)
@commits
def confirm_comment(code: str) -> ResponseReturnValue:
    """Vouch for it, for instance after a telephone call."""
    form = CommentStepForm()
    said = _("Đã xác nhận %(code)s; góp ý thuộc hồ sơ.", code=code)
    return _step(
        code,
        form,
        "step",
        lambda found: moderating.confirm(found, actor=me(), seen_revision=form.seen),
        said,
        stays=True,
    )


@bp.post("/gop-y/<code>/noi-dung")
@require(P.COMMENT_MODERATE)
@commits
def retarget_comment(code: str) -> ResponseReturnValue:
    """Put right what it is about."""
    form = RetargetForm()

    def act(found: Comment) -> None:
        kind, anchor, project = chosen_target(form.target.data)
        moderating.retarget(
            found,
            actor=me(),
            seen_revision=form.seen,
            target_kind=kind,
            clause_anchor=anchor,
            project_id=project,
        )

    return _step(
        code,
        form,
        "retarget",
        act,
        _("Đã sửa nội dung được góp ý của %(code)s.", code=code),
        stays=True,
    )


@bp.post("/gop-y/<code>/che")
@require(P.COMMENT_MODERATE)
@commits
def redact_comment(code: str) -> ResponseReturnValue:
    """Set what may be shown.

    «Che cả N» hides all that was found; «Lưu và công khai» shows it at once.
    """
    form = CommentRedactForm()
    if request.form.get("mask_all"):
        official = organisation.official_contacts()
        for field in (form.title, form.body, form.public_proposed):
            field.data = masked(field.data or "", official)
        form.reason.data = form.reason.data or _("Che thông tin cá nhân.")
    shows = bool(request.form.get("show"))

    def act(found: Comment) -> None:
        moderating.redact(found, _typed(form, found), actor=me(), seen_revision=form.seen)
        if shows:
            moderating.show(found, actor=me(), seen_revision=None)

    said = (
        _("Đã công khai %(code)s.", code=code)
        if shows
        else _("Đã lưu nội dung sẽ đăng của %(code)s.", code=code)
    )
    return _step(code, form, "redact", act, said, stays=not shows)


def masked(text: str, official: Sequence[str]) -> str:
    """The text with everything hidden that was found in it."""
    return redaction.mask(text, redaction.find(text, official=official))


def _typed(form: CommentRedactForm, found: Comment) -> Redaction:
    answers = {}
    official = organisation.official_contacts() if request.form.get("mask_all") else None
    for answer in moderating.open_answers(found):
        text = request.form.get(f"tra-loi-{answer.id}")
        if text is not None:
            answers[answer.id] = (
                clean(text)[:5_000] if official is None else masked(clean(text)[:5_000], official)
            )
    return Redaction(
        form.title.data or "",
        form.body.data or "",
        form.public_proposed.data or "",
        form.reason.data or "",
        answers,
    )


@bp.post("/gop-y/<code>/ghi-chu")
@require(P.CONSULTATION_READ)
@commits
def note_comment(code: str) -> ResponseReturnValue:
    """An internal note."""
    found, form = load_comment(code), CommentNoteForm()
    if not form.validate():
        return workbench.page(found, 422, note=form)
    moderating.add_note(found, actor=me(), text=form.text.data or "")
    flash(_("Đã lưu ghi chú nội bộ."), "success")
    return leaving(found).stay("nhat-ky")


# Erasing
# --------------------------------------------------------------------------------------------------
@bp.get("/gop-y/<code>/xoa")
@require(P.SUBMISSION_ERASE)
def erasing_comment(code: str) -> ResponseReturnValue:
    """What would go for ever, before anything goes. The page does not show the text itself."""
    found = staff.comment_by_code(code)
    return _erase_page(found, CommentEraseForm(formdata=None, seen_revision=str(found.revision)))


def _erase_page(found: Comment, form: CommentEraseForm, status: int = 200) -> ResponseReturnValue:
    sent = len(files.of(Ref("submission", found.submission_id)))
    mails = len(mailer.messages_about(Ref("comment", found.id)))
    goes = [
        _("Tiêu đề, nội dung, đề nghị sửa và các bản đã che"),
        _("Họ tên, điện thoại, thư điện tử, tờ thửa, tên tổ chức của người gửi"),
        _("Vị trí người gửi đánh dấu trên bản đồ"),
        _("Câu trả lời tự do cho câu hỏi gợi ý: %(n)s", n=len(moderating.open_answers(found))),
        _("Tệp người gửi đính kèm: %(n)s", n=sent),
        _("Địa chỉ và nội dung các thư đã gửi: %(n)s", n=mails),
        _("Ghi chú và lý do trong nhật ký của góp ý"),
    ]
    html = render_template(
        "comments/erase.html",
        comment=found,
        form=form,
        goes=goes,
        stage_label=COMMENT_STAGE_LABELS[found.stage],
        visibility_label=VISIBILITY_LABELS[found.visibility],
        erased=found.visibility is Visibility.ERASED,
        back=workbench.workbench(found.submission.code),
    )
    return html, status


@bp.post("/gop-y/<code>/xoa")
@require(P.SUBMISSION_ERASE)
@commits
def erase_comment(code: str) -> ResponseReturnValue:
    """Erase it for ever. A tombstone stays."""
    found, form = staff.comment_by_code(code), CommentEraseForm()
    if found.visibility is Visibility.ERASED:
        raise Refused(_("Nội dung góp ý này đã được xóa trước đó."))
    if not form.validate():
        return _erase_page(found, form, 422)
    moderating.erase(found, actor=me(), reason=form.reason.data or "", seen_revision=form.seen)
    flash(_("Đã xóa nội dung của %(code)s.", code=found.submission.code), "success")
    return redirect(
        QUEUE if me().has(P.COMMENT_MODERATE) else workbench.workbench(found.submission.code)
    )
