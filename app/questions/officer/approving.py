"""Duyệt and Đăng: approving, sending back, the second person's word, publishing now or later,
progress afterwards.
"""

import datetime as dt
import re

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.desk.forms import ButtonForm
from app.extensions import db
from app.kernel.clock import HANOI
from app.kernel.display import vi_datetime
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from app.kernel.web import commits
from app.questions import policy
from app.questions.forms.panels import DecideForm, ProgressForm, ScheduleForm, SendBackForm
from app.questions.officer.base import bp, leaving, load
from app.questions.officer.workbench import page, solo_office
from app.questions.service import answering, publishing
from app.questions.states import Act

_TIME = re.compile(r"([01]?\d|2[0-3])[:h.]([0-5]\d)?")


@bp.post("/hoi-dap/<code>/duyet")
@require(P.QUESTION_APPROVE)
@commits
def approve(code: str) -> ResponseReturnValue:
    """«Duyệt và đăng» approves, sends and publishes; «Duyệt, trả lời riêng» approves and sends."""
    question, form = load(code), ButtonForm()
    leave, publish = leaving(question), request.form.get("action") == "publish"
    if publish:
        if not me().has(P.QUESTION_PUBLISH):
            raise Forbidden(
                _(
                    "Bạn duyệt được nhưng không có quyền đăng. Hãy chọn «Duyệt»; người đăng sẽ "
                    "đăng sau."
                )
            )
        if found := publishing.obstacles(question, once_approved=True):
            raise Refused(" ".join(found))
    giver = me().acting_for(P.QUESTION_APPROVE)
    answering.approve(
        question,
        actor=me(),
        seen_revision=form.seen,
        solo_office=solo_office(),
        acting_for=_("Duyệt thay %(name)s.", name=giver.full_name) if giver else "",
    )
    if publish:
        publishing.publish(question, actor=me(), seen_revision=None)
        flash(_("Đã duyệt, gửi câu trả lời và đăng %(code)s.", code=code), "success")
    else:
        flash(_("Đã duyệt và gửi câu trả lời cho người hỏi %(code)s.", code=code), "success")
    return leave.onwards()


@bp.post("/hoi-dap/<code>/tra-lai")
@require(P.QUESTION_APPROVE)
@commits
def send_back(code: str) -> ResponseReturnValue:
    """The approver wants it changed."""
    question, form = load(code), SendBackForm()
    leave = leaving(question)
    if not form.validate():
        return page(question, 422, send_back=form)
    answering.send_back(
        question, actor=me(), seen_revision=form.seen, reason=form.reason.data or ""
    )
    flash(_("Đã trả lại %(code)s để sửa.", code=code), "success")
    return leave.onwards()


@bp.post("/hoi-dap/<code>/y-kien")
@require(P.QUESTION_APPROVE, P.QUESTION_MODERATE, P.QUESTION_HIDE)
@commits
def decide(code: str) -> ResponseReturnValue:
    """The second person agrees, and it is done; or not."""
    question, form = load(code), DecideForm()
    leave = leaving(question)
    asked = publishing.open_request(question)
    if asked is None:
        raise Refused(_("Việc này đã có người quyết định rồi."))
    if not form.validate():
        return page(question, 422, decide=form)
    agree = request.form.get("action") == "agree"
    if str(asked.id) != request.form.get("request"):
        raise Refused(_("Đề nghị bạn đang xem không còn nữa. Hãy tải lại trang."))
    publishing.decide(asked, question, actor=me(), agree=agree, note=form.reason.data or "")
    done = {
        Act.REFUSE: _("Đã đồng ý: %(code)s không được tiếp nhận.", code=code),
        Act.HIDE: _("Đã đồng ý: %(code)s được gỡ khỏi trang công khai.", code=code),
        Act.UNHIDE: _("Đã đồng ý: %(code)s được đăng lại.", code=code),
    }
    flash(
        done[asked.act] if agree else _("Bạn không đồng ý với đề nghị về %(code)s.", code=code),
        "success",
    )
    return leave.onwards()


@bp.post("/hoi-dap/<code>/dang")
@require(P.QUESTION_PUBLISH)
@commits
def publish(code: str) -> ResponseReturnValue:
    question, form = load(code), ButtonForm()
    leave = leaving(question)
    publishing.publish(question, actor=me(), seen_revision=form.seen)
    flash(_("Đã đăng %(code)s.", code=code), "success")
    return leave.onwards()


@bp.post("/hoi-dap/<code>/hen-gio")
@require(P.QUESTION_PUBLISH)
@commits
def schedule(code: str) -> ResponseReturnValue:
    question, form = load(code), ScheduleForm()
    leave = leaving(question)
    if not form.validate():
        return page(question, 422, schedule=form)
    try:
        at = _moment(form)
        publishing.schedule(question, actor=me(), seen_revision=form.seen, at=at)
    except FieldError as error:
        db.session.rollback()
        form.apply(FieldError("date", error.message) if error.field == "at" else error)
        return page(load(code), 422, schedule=form)
    flash(_("Đã hẹn đăng %(code)s lúc %(at)s.", code=code, at=vi_datetime(at)), "success")
    return leave.onwards()


def _moment(form: ScheduleForm) -> dt.datetime:
    match = _TIME.fullmatch((form.time.data or "").strip())
    if match is None:
        raise FieldError("time", _("Hãy nhập giờ dạng 08:00."))
    assert form.date.data is not None
    return dt.datetime.combine(form.date.data, dt.time(int(match[1]), int(match[2] or 0)), HANOI)


@bp.post("/hoi-dap/<code>/bo-hen")
@require(P.QUESTION_PUBLISH)
@commits
def unschedule(code: str) -> ResponseReturnValue:
    question, form = load(code), ButtonForm()
    publishing.unschedule(question, actor=me(), seen_revision=form.seen)
    flash(_("Đã bỏ hẹn giờ đăng %(code)s.", code=code), "success")
    return leaving(question).stay()


@bp.post("/hoi-dap/<code>/tien-do")
@require(P.QUESTION_READ)
@commits
def add_progress(code: str) -> ResponseReturnValue:
    """A line that the public reads under the answer."""
    question, form = load(code), ProgressForm()
    if policy.is_restricted(question):
        raise NotFound
    if not form.validate():
        return page(question, 422, progress=form)
    try:
        answering.add_progress(
            question, actor=me(), text=form.text.data or "", done=bool(form.done.data)
        )
    except FieldError as error:
        form.apply(error)
        return page(question, 422, progress=form)
    flash(_("Đã thêm tiến độ cho %(code)s.", code=code), "success")
    return leaving(question).stay()
