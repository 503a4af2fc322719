"""Scheduling, extending, hiding, archiving: what comes next, what is missing, what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts import queries as accounts
from app.accounts.models import User
from app.accounts.signed_in import me
from app.consultations import policy
from app.consultations.forms.consultation import ExtendForm, NoteForm, ReasonForm, StepForm
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, bp, load
from app.consultations.queries import office, staff
from app.consultations.queries import rules as rule_table
from app.consultations.service import checklist, lifecycle
from app.consultations.states import FLOW, MOVE_LABELS, Stage, Visibility
from app.kernel.clock import today
from app.kernel.display import vi_date, vi_datetime
from app.kernel.errors import FieldError, NotFound, Refused
from app.kernel.office_forms import SeenForm
from app.kernel.web import commits
from app.organisation import queries as organisation

add_tab(5, "tong-quan", _l("Tổng quan"), "consultations_office.show")


@dataclass(frozen=True, slots=True)
class Step:
    """One move as a page."""

    move: str
    slug: str
    label: Any
    #: What happens, and who hears of it.
    hint: Any
    form: type[SeenForm]
    #: Does it, and says in a sentence what was done.
    perform: Callable[[Consultation, Any, User], str]
    #: Is it offered now? The flow and the rights are asked beside it.
    when: Callable[[Consultation], bool] = lambda consultation: True
    #: It takes something away from the public: red.
    grave: bool = False


def _schedule(consultation: Consultation, form: StepForm, user: User) -> str:
    lifecycle.schedule(consultation, actor=user, seen_revision=form.seen)
    if consultation.stage is Stage.OPEN:
        return str(
            _("Đã đăng và mở lấy ý kiến đến hết ngày %(day)s.", day=vi_date(consultation.closes_on))
        )
    return str(_("Đã đăng. Tự mở vào 0 giờ ngày %(day)s.", day=vi_date(consultation.opens_on)))


def _unschedule(consultation: Consultation, form: ReasonForm, user: User) -> str:
    lifecycle.unschedule(
        consultation, actor=user, seen_revision=form.seen, reason=form.reason.data or ""
    )
    return str(_("Đã rút về bản nháp. Ngày đăng sẽ tính lại khi đăng lần sau."))


def _extend(consultation: Consultation, form: ExtendForm, user: User) -> str:
    assert form.closes_on.data is not None
    lifecycle.extend(
        consultation,
        actor=user,
        seen_revision=form.seen,
        closes_on=form.closes_on.data,
        reason=form.reason.data or "",
    )
    if consultation.closes_on != form.closes_on.data:
        return str(
            _(
                "Đã gia hạn. Ngày bạn chọn là ngày nghỉ nên hạn mới là %(day)s.",
                day=vi_date(consultation.closes_on),
            )
        )
    return str(_("Đã gia hạn đến hết ngày %(day)s.", day=vi_date(consultation.closes_on)))


def _hide(consultation: Consultation, form: ReasonForm, user: User) -> str:
    lifecycle.hide(consultation, actor=user, seen_revision=form.seen, reason=form.reason.data or "")
    return str(_("Đã gỡ. Địa chỉ cũ cho biết nội dung không còn công khai."))


def _unhide(consultation: Consultation, form: NoteForm, user: User) -> str:
    lifecycle.unhide(
        consultation, actor=user, seen_revision=form.seen, reason=form.reason.data or ""
    )
    return str(_("Đã đăng lại."))


def _archive(consultation: Consultation, form: NoteForm, user: User) -> str:
    lifecycle.archive(
        consultation, actor=user, seen_revision=form.seen, note=form.reason.data or ""
    )
    return str(_("Đã đưa vào lưu trữ. Mọi người vẫn đọc được kết quả."))


def _may_still_extend(consultation: Consultation) -> bool:
    return (
        consultation.extended_at is None
        and consultation.closes_on is not None
        and consultation.closes_on >= today()
    )


STEPS = (
    Step(
        "schedule",
        "dang",
        _l("Đăng, hẹn ngày mở"),
        _l(
            "Thời điểm đăng được ghi lại và số ngày lấy ý kiến tính từ đó. Sau khi đăng, loại và "
            "ngày không sửa được nữa."
        ),
        StepForm,
        _schedule,
    ),
    Step(
        "unschedule",
        "rut",
        _l("Đưa về bản nháp"),
        _l("Chỉ làm được trước ngày mở. Trang công khai sẽ không còn."),
        ReasonForm,
        _unschedule,
        lambda consultation: consultation.opens_on is not None and consultation.opens_on > today(),
        grave=True,
    ),
    Step(
        "extend",
        "gia-han",
        _l("Gia hạn"),
        _l(
            "Chỉ gia hạn được một lần. Lý do và ngày mới hiện trên trang công khai; người theo "
            "dõi nhận thư."
        ),
        ExtendForm,
        _extend,
        _may_still_extend,
    ),
    Step(
        "hide",
        "go",
        _l("Gỡ khỏi trang công khai"),
        _l(
            "Người dân không đọc được nữa; địa chỉ cũ cho biết nội dung đã được gỡ. Góp ý đã nhận "
            "vẫn ở trong hồ sơ."
        ),
        ReasonForm,
        _hide,
        lambda consultation: consultation.visibility is Visibility.PUBLIC,
        grave=True,
    ),
    Step(
        "unhide",
        "dang-lai",
        _l("Đăng lại"),
        _l("Trang công khai hiện lại như trước."),
        NoteForm,
        _unhide,
        lambda consultation: consultation.visibility is Visibility.HIDDEN,
    ),
    Step(
        "archive",
        "luu-tru",
        _l("Đưa vào lưu trữ"),
        _l("Không còn việc gì phải làm. Mọi người vẫn đọc được."),
        NoteForm,
        _archive,
    ),
)
_BY_SLUG = {step.slug: step for step in STEPS}


def offered(consultation: Consultation) -> list[Step]:
    """The steps that this person may take now."""
    return [
        step
        for step in STEPS
        if policy.may_move(me(), consultation, step.move) and step.when(consultation)
    ]


@bp.get("/lay-y-kien/<slug>")
@require(P.CONSULTATION_READ)
def show(slug: str) -> ResponseReturnValue:
    """Where it stands, what is missing, what may be done, what happened."""
    consultation = load(slug)
    names = accounts.names_of([consultation.officer_id]) if consultation.officer_id else {}
    return render_template(
        "consultations/office_steps.html",
        consultation=consultation,
        tab="tong-quan",
        clock=office.clock_of(consultation.stage, consultation.opens_on, consultation.closes_on),
        checks=checklist.of(consultation) if consultation.stage is Stage.DRAFT else [],
        why=rule_table.last_day_of(consultation),
        steps=offered(consultation),
        may_edit=policy.may_edit(me(), consultation),
        may_post=policy.may_ever(me(), "schedule"),
        unit=organisation.unit(consultation.lead_unit_id).name if consultation.lead_unit_id else "",
        officer=next(iter(names.values()), ""),
        log=[
            {
                "at": vi_datetime(row.at),
                "title": _(
                    "%(act)s · %(name)s",
                    act=MOVE_LABELS.get(row.move, row.move),
                    name=_person(row.actor),
                ),
                "text": row.note,
            }
            for row in reversed(staff.log_of(consultation))
        ],
    )


def _person(name: str) -> str:
    return _("Hệ thống") if name == "system" else name


def _step(slug: str, consultation: Consultation) -> Step:
    step = _BY_SLUG.get(slug)
    if step is None or not policy.may_ever(me(), step.move):
        raise NotFound
    if not FLOW.allows(consultation.stage, step.move) or not step.when(consultation):
        raise Refused(
            _(
                "Bước này không còn thực hiện được ở trạng thái hiện tại. Hãy tải lại trang để "
                "xem trạng thái mới."
            )
        )
    return step


@bp.get("/lay-y-kien/<slug>/buoc/<step>")
@require(P.CONSULTATION_PUBLISH)
def step(slug: str, step: str) -> ResponseReturnValue:
    """What the step means, and its form."""
    consultation = load(slug)
    found = _step(step, consultation)
    return _step_page(
        consultation, found, found.form(formdata=None, seen_revision=str(consultation.revision))
    )


@bp.post("/lay-y-kien/<slug>/buoc/<step>")
@require(P.CONSULTATION_PUBLISH)
@commits
def take_step(slug: str, step: str) -> ResponseReturnValue:
    """Take it."""
    consultation = load(slug)
    found = _step(step, consultation)
    form = found.form()
    if not form.validate():
        return _step_page(consultation, found, form), 422
    try:
        done = found.perform(consultation, form, me())
    except FieldError as error:
        form.apply(error)
        return _step_page(consultation, found, form), 422
    flash(done, "success")
    return redirect(url_for(".show", slug=consultation.slug))


def _step_page(consultation: Consultation, found: Step, form: SeenForm) -> str:
    return render_template(
        "consultations/office_steps_one.html",
        consultation=consultation,
        tab="tong-quan",
        step=found,
        form=form,
        checks=checklist.of(consultation) if found.move == "schedule" else [],
        why=rule_table.last_day_of(consultation),
    )
