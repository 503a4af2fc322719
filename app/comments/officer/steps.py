"""One comment on its workbench, and all that can be done with it from there."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments.forms.moderating import CommentRedactForm, KeepBackForm, RetargetForm
from app.comments.models import Comment
from app.comments.officer.base import bp
from app.comments.officer.places import QUEUE, here, workbench
from app.comments.officer.workbench import DESK, about, load_comment, page
from app.comments.queries import staff
from app.comments.service import moderating
from app.comments.service.moderating import Redaction
from app.comments.service.moving import comment_ref
from app.comments.states import COMMENT_STAGE_LABELS
from app.comments.targets import chosen_target
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.desk import texts
from app.desk.forms import ButtonForm, EraseForm
from app.desk.texts import Erasure
from app.desk.workbench import fresh
from app.kernel.text import clean
from app.kernel.web import commits, label_fields
from app.organisation import queries as organisation
from app.submissions.service import shown_name

label_fields(public_proposed=_l("Đề nghị sửa thành, khi đăng"))


@bp.get("/gop-y/<code>")
@require(P.CONSULTATION_READ)
def comment(code: str) -> ResponseReturnValue:
    return page(load_comment(code))


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
        back=workbench(code, here()),
        **about(found),
    )


# Steps
# --------------------------------------------------------------------------------------------------
def _press(
    code: str, act: Callable[..., None], said: str, *, stays: bool = False
) -> ResponseReturnValue:
    """A step that needs nothing but its button."""
    form = ButtonForm()
    return DESK.step(
        code,
        form,
        "step",
        lambda found: act(found, actor=me(), seen_revision=form.seen),
        said,
        stays=stays,
    )


@bp.post("/gop-y/<code>/cong-khai")
@require(P.COMMENT_MODERATE)
@commits
def show_comment(code: str) -> ResponseReturnValue:
    return _press(code, moderating.show, _("Đã công khai %(code)s.", code=code))


@bp.post("/gop-y/<code>/khong-cong-khai")
@require(P.COMMENT_MODERATE)
@commits
def keep_back_comment(code: str) -> ResponseReturnValue:
    """Keep it back or take it down; its sender reads why."""
    form = KeepBackForm()
    return DESK.step(
        code,
        form,
        "keep_back",
        lambda found: moderating.keep_back(
            found, actor=me(), seen_revision=form.seen, reason=form.reason.data or ""
        ),
        _("%(code)s không công khai; góp ý vẫn thuộc hồ sơ.", code=code),
    )


@bp.post("/gop-y/<code>/rac")
@require(P.COMMENT_MODERATE)
@commits
def spam_comment(code: str) -> ResponseReturnValue:
    """Put it aside as rubbish."""
    return _press(code, moderating.mark_spam, _("Đã đánh dấu rác %(code)s.", code=code))


@bp.post("/gop-y/<code>/khoi-phuc")
@require(P.COMMENT_MODERATE)
@commits
def restore_comment(code: str) -> ResponseReturnValue:
    return _press(code, moderating.restore, _("Đã khôi phục %(code)s.", code=code))


@bp.post("/gop-y/<code>/xac-nhan")
@require(P.COMMENT_MODERATE)
@commits
def confirm_comment(code: str) -> ResponseReturnValue:
    """Vouch for it, for instance after a telephone call."""
    said = _("Đã xác nhận %(code)s; góp ý thuộc hồ sơ.", code=code)
    return _press(code, moderating.confirm, said, stays=True)


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

    said = _("Đã sửa nội dung được góp ý của %(code)s.", code=code)
    return DESK.step(code, form, "retarget", act, said, stays=True)


@bp.post("/gop-y/<code>/che")
@require(P.COMMENT_MODERATE)
@commits
def redact_comment(code: str) -> ResponseReturnValue:
    """Set what may be shown.

    «Che cả N» hides all that was found; «Lưu và công khai» shows it at once.
    """
    form = CommentRedactForm()
    hides, shows = bool(request.form.get("mask_all")), bool(request.form.get("show"))
    official = organisation.official_contacts() if hides else ()
    if hides:
        texts.mask_all(form, (form.title, form.body, form.public_proposed), official)

    def act(found: Comment) -> None:
        answers = _typed_answers(found)
        if hides:
            answers = {key: texts.masked(text, official) for key, text in answers.items()}
        redaction = Redaction(
            form.title.data or "",
            form.body.data or "",
            form.public_proposed.data or "",
            form.reason.data or "",
            answers,
        )
        moderating.redact(found, redaction, actor=me(), seen_revision=form.seen)
        if shows:
            moderating.show(found, actor=me(), seen_revision=None)

    said = (
        _("Đã công khai %(code)s.", code=code)
        if shows
        else _("Đã lưu nội dung sẽ đăng của %(code)s.", code=code)
    )
    return DESK.step(code, form, "redact", act, said, stays=not shows)


def _typed_answers(found: Comment) -> dict[int, str]:
    """The answers to guiding questions as they were typed, by their number."""
    typed = {
        answer.id: request.form.get(f"tra-loi-{answer.id}")
        for answer in moderating.open_answers(found)
    }
    return {key: clean(text)[:5_000] for key, text in typed.items() if text is not None}


@bp.post("/gop-y/<code>/ghi-chu")
@require(P.CONSULTATION_READ)
@commits
def note_comment(code: str) -> ResponseReturnValue:
    return DESK.note(code, lambda found, text: moderating.add_note(found, actor=me(), text=text))


# Erasing
# --------------------------------------------------------------------------------------------------
@bp.get("/gop-y/<code>/xoa")
@require(P.SUBMISSION_ERASE)
def erasing_comment(code: str) -> ResponseReturnValue:
    """What would go for ever, before anything goes."""
    found = staff.comment_by_code(code)
    return texts.erase_page(_erasure(found), fresh(EraseForm, found, None))


def _erasure(found: Comment) -> Erasure:
    answers = len(moderating.open_answers(found))
    goes = [
        _("Tiêu đề, nội dung, đề nghị sửa và các bản đã che"),
        _("Họ tên, điện thoại, thư điện tử, tờ thửa, tên tổ chức của người gửi"),
        _("Vị trí người gửi đánh dấu trên bản đồ"),
        _("Câu trả lời tự do cho câu hỏi gợi ý: %(n)s", n=answers),
        texts.files_go(found.submission),
        texts.mails_go(comment_ref(found)),
        _("Ghi chú và lý do trong nhật ký của góp ý"),
    ]
    return Erasure(
        found.submission.code,
        goes,
        remains=_(
            "Mã, ý kiến đồng ý hay không, nội dung được góp ý, các mốc thời gian và số đếm trong "
            "hồ sơ. Bảng tổng hợp đã phát hành không đổi."
        ),
        stage_label=COMMENT_STAGE_LABELS[found.stage],
        visibility_label=VISIBILITY_LABELS[found.visibility],
        gone=_("Nội dung góp ý này đã được xóa trước đó.")
        if found.visibility is Visibility.ERASED
        else "",
        back=workbench(found.submission.code),
        back_label=found.submission.code,
        nav_key="lay-y-kien",
    )


@bp.post("/gop-y/<code>/xoa")
@require(P.SUBMISSION_ERASE)
@commits
def erase_comment(code: str) -> ResponseReturnValue:
    """Erase it for ever. A tombstone stays."""
    found, form = staff.comment_by_code(code), EraseForm()
    return texts.erase(
        _erasure(found),
        form,
        lambda reason: moderating.erase(found, actor=me(), reason=reason, seen_revision=form.seen),
        leads_to=QUEUE if me().has(P.COMMENT_MODERATE) else workbench(found.submission.code),
    )
