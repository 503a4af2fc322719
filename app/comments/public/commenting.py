"""Commenting in three steps: /lay-y-kien/<slug>/gop-y. The first says what is commented on.

How the steps follow each other stands in submissions/steps.py. What is in time is decided by the
moment at which the sending request began.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import SYSTEM
from app.comments.forms.comment import degrees
from app.comments.public import sheet as sheets
from app.comments.public.sheet import LATE, CommentSheet
from app.comments.service import commenting, moderating
from app.comments.service.accepting import Opinion, Sender, Target
from app.comments.service.commenting import CommentReceipt
from app.comments.states import TargetKind
from app.comments.wording import SURVEY_ONLY
from app.consultations.models import Consultation
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import Phase
from app.kernel.clock import now
from app.kernel.errors import FieldError, NotFound
from app.kernel.web import commits_always, kept_text, label_fields
from app.maps import public
from app.submissions import queries as submissions
from app.submissions.models import Submission
from app.submissions.steps import Steps

bp = Blueprint(
    "consultation_commenting", __name__, url_prefix="/lay-y-kien", template_folder="../templates"
)

label_fields(
    proposed_text=_l("Đề nghị sửa thành"),
    place_text=_l("Địa chỉ hoặc mô tả nơi"),
    organisation_name=_l("Tên tổ chức, cơ quan"),
)
#: The field that is on the page once a kind of target has been chosen.
_DETAIL = {
    TargetKind.CLAUSE.value: "clause",
    TargetKind.PROJECT.value: "project",
    TargetKind.PLACE.value: "place_text",
}


class CommentSteps(Steps[CommentSheet, CommentReceipt]):
    """What it is about, what is said, who says it."""

    SCOPE = "comment"
    CONTENT = "y-kien"
    TEMPLATES = "comments/public_"
    NAV_KEY = "lay-y-kien"

    def __init__(self, sheet: CommentSheet, consultation: Consultation) -> None:
        super().__init__(sheet)
        self.consultation = consultation

    @property
    def address(self) -> str:
        return f"{self.sheet.c.url}/gop-y"

    @property
    def crumbs(self) -> list[dict[str, str]]:
        c = self.sheet.c
        return [
            {"label": _("Lấy ý kiến"), "url": "/lay-y-kien"},
            {"label": c.title, "url": c.url},
            {"label": _("Góp ý")},
        ]

    @property
    def labels(self) -> tuple[str, str, str]:
        return _("Về nội dung nào"), _("Ý kiến"), _("Người gửi")

    def first(self, action: str) -> ResponseReturnValue:
        sheet, form = self.sheet, self.sheet.form
        sheet.offer_all()
        detail = _DETAIL.get(form.target_kind.data or "")
        if (
            detail
            and detail not in request.form
            and form.target_kind.data in {kind.value for kind in sheet.targets.kinds}
        ):
            # Which clause, project or place? Nobody has been asked yet, so nothing is wrong.
            return self.show_first()
        if public.press(sheet.c, form):
            # Somebody without scripts placed a pin on the image.
            return self.show_first()
        if not form.accepts(form.FIRST):
            return self.show_first(status=422)
        return self.show_content()

    def show_first(self, *, status: int = 200) -> ResponseReturnValue:
        self.sheet.offer_all()
        return self.page("target"), status

    @property
    def body(self) -> str:
        return self.sheet.form.body.data or SURVEY_ONLY

    def offer_again(self) -> None:
        if not self.sheet.survey.asked:
            self.sheet.offer_questions()

    def context(self) -> Mapping[str, Any]:
        return {"c": self.sheet.c}

    def has_expired(self) -> bool:
        # The last day may have ended since the review was shown: nobody sends something late
        # without having been told.
        return commenting.is_late(self.consultation, g.comment_began) and not self.sheet.told(LATE)

    def show_review(self, *, wait: int = 0) -> ResponseReturnValue:
        if self.sheet.late:
            self.sheet.told(LATE)
        return super().show_review(wait=wait)

    def refused(self, error: FieldError) -> ResponseReturnValue:
        if self.sheet.survey.apply(error):
            return self.show_content(status=422)
        return super().refused(error)

    def take(self, *, held: bool) -> CommentReceipt:
        sheet, form, place = self.sheet, self.sheet.form, self.sheet.place
        return commenting.comment(
            self.consultation,
            Opinion(
                form.chosen_stance,
                form.body.data or "",
                form.proposed_text.data or "",
                sheet.survey.given,
            ),
            Target(
                form.chosen_target,
                clause_anchor=form.clause.data or None,
                project_id=sheet.project_id,
                longitude=degrees(form.longitude.data),
                latitude=degrees(form.latitude.data),
                place_id=place.id if place else None,
                place_text=form.place_text.data or "",
            ),
            Sender(
                form.chosen_sender,
                sheet.contact,
                organisation_name=form.organisation_name.data or "",
                tax_code=form.tax_code.data or "",
                letter_number=form.letter_number.data or "",
                sheet=form.sheet.data or "",
                parcel=form.parcel.data or "",
            ),
            replace(sheet.sent(held=held), received_at=g.comment_began),
        )

    def mark_spam(self, receipt: CommentReceipt) -> None:
        note = _("Ô ẩn dành cho máy đã được điền.")
        moderating.mark_spam(receipt.comment, actor=SYSTEM, seen_revision=None, note=note)

    def submission(self, receipt: CommentReceipt) -> Submission:
        return receipt.comment.submission

    def receipt_context(self, receipt: CommentReceipt) -> Mapping[str, Any]:
        return {"comment": receipt.comment}


@bp.before_request
def note_beginning() -> None:
    """What was under way at 23:59:59 is in time, however long it waits for its turn at the
    database.
    """
    g.comment_began = now()


@bp.get("/<slug>/gop-y")
def start(slug: str) -> ResponseReturnValue:
    """The first step, its target chosen by ?muc=, ?cong-trinh= or ?noi=1; or why nothing can be
    said now.
    """
    consultation, c = _open(slug)
    if why := commenting.refusal(consultation, g.comment_began):
        return _show_closed(c, why, status=200)
    return CommentSteps(sheets.blank(c), consultation).show_first()


@bp.post("/<slug>/gop-y")
@commits_always
def go_on(slug: str) -> ResponseReturnValue:
    """From one step to the next.

    Files are kept even where a field has to be mended, so errors are committed too.
    """
    consultation, c = _open(slug)
    why = commenting.refusal(consultation, g.comment_began)
    if why and not submissions.is_known(request.form.get("idempotency_key", "")):
        return _show_closed(c, why, status=409)
    steps = CommentSteps(sheets.read(c), consultation)
    return steps.go_on(request.form.get("step", ""), request.form.get("action", ""))


def _open(slug: str) -> tuple[Consultation, PublicConsultation]:
    found = sheets.find(slug)
    if found is None:
        raise NotFound
    return found


def _show_closed(c: PublicConsultation, why: str, *, status: int) -> ResponseReturnValue:
    upcoming, kept = c.phase is Phase.UPCOMING, kept_text() if status >= 400 else []
    return render_template(
        "comments/public_closed.html", c=c, why=why, upcoming=upcoming, kept=kept
    ), status
