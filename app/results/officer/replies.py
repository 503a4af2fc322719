"""Drafting, agreeing and making final what is answered."""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts import queries as accounts
from app.accounts.signed_in import me
from app.comments.answers import Decision
from app.comments.models import Comment
from app.config import Settings
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load
from app.consultations.queries import staff
from app.extensions import db
from app.kernel.errors import FieldError, NotFound, Refused, Stale
from app.kernel.office_forms import seen_number, seen_of
from app.kernel.web import commits, label_fields
from app.organisation import queries as organisation
from app.organisation.models import Unit
from app.results import policy
from app.results.forms.points import RewordForm
from app.results.forms.replies import RepliesBulkForm, ReplyForm, ReplyStepForm
from app.results.models import Point, Reply
from app.results.officer.base import bp
from app.results.officer.points import wanted_of
from app.results.queries import points as point_queries
from app.results.queries import replies as queries
from app.results.queries.points import State, Wanted
from app.results.service import points, replies
from app.results.service.replies import Draft
from app.results.states import REPLY_STAGE_COLOURS, REPLY_STAGE_LABELS, ReplyStage

add_tab(100, "tra-loi", _l("Tiếp thu, giải trình"), "results.replies_list")
label_fields(changed_where=_l("Đã sửa ở đâu trong dự thảo"), table_text=_l("Cách ghi trong bảng"))

#: Points of a group that are shown in full beside the form; the rest is counted.
SHOWN = 20
_STEPS = {"thong-nhat": "agree", "chot": "finalise", "tra-lai": "send_back"}
_DONE = {
    "agree": _l("Đã thống nhất bản soạn."),
    "finalise": _l("Đã chốt."),
    "send_back": _l("Đã trả lại bản soạn."),
}
_STAGES = {
    State.DRAFT: ReplyStage.DRAFT,
    State.AGREED: ReplyStage.AGREED,
    State.FINAL: ReplyStage.FINAL,
}


def solo_office() -> bool:
    """Has this office only one person?"""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.solo_office


def _units(form: ReplyForm) -> None:
    form.unit.choices = [
        ("", _("Không giao riêng")),
        *((unit.code, unit.name) for unit in organisation.active_units()),
    ]


def _draft(form: ReplyForm) -> Draft:
    known = {decision.value for decision in Decision}
    unit: Unit | None = organisation.unit_by_code(form.unit.data) if form.unit.data else None
    return Draft(
        Decision(form.decision.data) if form.decision.data in known else None,
        form.text.data or "",
        form.changed_where.data or "",
        unit,
    )


# The list
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/tra-loi")
@require(P.CONSULTATION_READ)
def replies_list(slug: str) -> ResponseReturnValue:
    """All replies of a consultation, and how far the work is."""
    consultation = load(slug)
    asked = request.args.get("tra-loi", "")
    state = State(asked) if asked in {item.value for item in _STAGES} else None
    mine = request.args.get("cua") == "don-vi"
    found = queries.page(
        consultation,
        stage=_STAGES[state] if state else None,
        unit_id=me().unit_id if mine else None,
        after=request.args.get("sau"),
        before=request.args.get("truoc"),
    )

    def address(**more: str | None) -> str:
        values = {"tra-loi": state.value if state else "", "cua": "don-vi" if mine else "", **more}
        query = urlencode({name: value for name, value in values.items() if value})
        return url_for(".replies_list", slug=slug) + (f"?{query}" if query else "")

    progress = point_queries.progress(consultation)
    form = RepliesBulkForm(formdata=None)
    form.buoc.choices = [("thong-nhat", _("Thống nhất")), ("chot", _("Chốt"))]
    return render_template(
        "results/replies.html",
        consultation=consultation,
        tab="tra-loi",
        page=found,
        progress=progress,
        form=form,
        drafters=accounts.names_of(row.drafted_by for row in found.items if row.drafted_by),
        stage_labels=REPLY_STAGE_LABELS,
        stage_colours=REPLY_STAGE_COLOURS,
        may_move=me().has(P.COMMENT_REPLY) or me().has(P.COMMENT_APPROVE),
        states=[
            {
                "url": url_for(".replies_list", slug=slug),
                "label": _("Tất cả"),
                "count": None,
                "current": state is None and not mine,
            },
            *(
                {
                    "url": f"{url_for('.replies_list', slug=slug)}?tra-loi={item.value}",
                    "label": label,
                    "count": None,
                    "current": state is item,
                }
                for item, label in (
                    (State.DRAFT, _("Đang soạn")),
                    (State.AGREED, _("Đã thống nhất")),
                    (State.FINAL, _("Đã chốt")),
                )
            ),
            {
                "url": url_for(".replies_list", slug=slug, cua="don-vi"),
                "label": _("Của đơn vị tôi"),
                "count": None,
                "current": mine,
            },
        ],
        prev_url=address(truoc=found.previous_cursor) if found.previous_cursor else None,
        next_url=address(sau=found.next_cursor) if found.next_cursor else None,
    )


@bp.post("/lay-y-kien/<slug>/tra-loi")
@require(P.COMMENT_REPLY, P.COMMENT_APPROVE)
@commits
def move_replies(slug: str) -> ResponseReturnValue:
    """The same step for all replies that were ticked, or for none."""
    consultation = load(slug)
    step = _STEPS.get(request.form.get("buoc", ""))
    if step not in {"agree", "finalise"}:
        raise Refused(_("Hãy chọn việc cần làm với các bản đã chọn."))
    done = replies.move_many(
        consultation,
        seen_of(request.form.getlist("r")),
        step,
        actor=me(),
        solo_office=solo_office(),
    )
    flash(_("Đã xong %(n)s bản.", n=done), "success")
    return redirect(url_for(".replies_list", slug=slug))


# A new reply
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/tra-loi/soan")
@require(P.COMMENT_REPLY)
def reply_new(slug: str) -> ResponseReturnValue:
    """One reply for the points that are named, or for all of a theme, clause or project that have
    none yet.
    """
    consultation = load(slug)
    form = ReplyForm(formdata=None)
    _units(form)
    return _new_page(consultation, form, _points_for(consultation))


def _points_for(consultation: Consultation) -> dict[int, int]:
    """The points of a new reply:

    «y» names them; without it, what the filter finds and has no reply.
    """
    pairs = request.values.getlist("y")
    if pairs:
        return seen_of(pairs)
    wanted = wanted_of(request.values)
    group = Wanted(
        theme=wanted.theme, state=State.WITHOUT, clause=wanted.clause, project=wanted.project
    )
    return point_queries.matching(consultation, group, limit=points.BULK_MAX)


def _new_page(
    consultation: Consultation, form: ReplyForm, seen: dict[int, int], status: int = 200
) -> ResponseReturnValue:
    rows = point_queries.rows_of(consultation, list(seen))
    return (
        render_template(
            "results/reply_new.html",
            consultation=consultation,
            tab="tra-loi",
            form=form,
            rows=rows[:SHOWN],
            count=len(rows),
            seen=[f"{number}:{revision}" for number, revision in seen.items()],
            may_group=policy.may_group(me(), consultation),
        ),
        status,
    )


@bp.post("/lay-y-kien/<slug>/tra-loi/soan")
@require(P.COMMENT_REPLY)
@commits
def create_reply(slug: str) -> ResponseReturnValue:
    """Keep the draft of a new reply."""
    consultation, form = load(slug), ReplyForm()
    _units(form)
    seen = seen_of(request.form.getlist("y"))
    if not form.validate():
        return _new_page(consultation, form, seen, 422)
    try:
        reply = replies.create(consultation, seen, _draft(form), actor=me())
    except FieldError as error:
        form.apply(error)
        return _new_page(consultation, form, seen, 422)
    flash(_("Đã lưu bản soạn cho %(n)s ý.", n=len(seen)), "success")
    return redirect(_address(reply))


def _address(reply: Reply) -> str:
    first = db.session.get_one(Point, replies.points_of(reply)[0])
    code = db.session.get_one(Comment, first.comment_id).submission.code
    return url_for(".reply", code=code, number=first.number)


# One reply
# --------------------------------------------------------------------------------------------------
def _load(code: str, number: int) -> tuple[Point, Reply | None, Consultation]:
    point = point_queries.by_place(code, number)
    return point, db.session.get(Reply, point.reply_id or 0), staff.by_id(point.consultation_id)


@bp.get("/gop-y/<code>/y/<int:number>/tra-loi")
@require(P.CONSULTATION_READ)
def reply(code: str, number: int) -> ResponseReturnValue:
    """The reply to a point, or the form of a first one."""
    point, found, consultation = _load(code, number)
    if found is None:
        row = point_queries.rows_of(consultation, [point.id])
        if not row:
            raise NotFound
        return redirect(url_for(".reply_new", slug=consultation.slug, y=row[0].seen))
    return _page(point, found, consultation)


def _page(
    point: Point,
    found: Reply,
    consultation: Consultation,
    status: int = 200,
    *,
    form: ReplyForm | None = None,
    step: ReplyStepForm | None = None,
    theirs: bool = False,
) -> ResponseReturnValue:
    user = me()
    ids = replies.points_of(found)
    rows = point_queries.rows_of(consultation, ids)
    unit = organisation.unit(found.unit_id) if found.unit_id else None
    if form is None:
        form = ReplyForm(
            formdata=None,
            seen_revision=str(found.revision),
            decision=found.decision.value if found.decision else "",
            text=found.text,
            changed_where=found.changed_where,
            unit=unit.code if unit else "",
        )
    _units(form)
    locked = replies.is_locked(found)
    people = accounts.names_of(
        number for number in (found.drafted_by, found.agreed_by, found.final_by) if number
    )
    context: dict[str, Any] = {
        "consultation": consultation,
        "tab": "tra-loi",
        "point": point,
        "code": staff_code(point),
        "reply": found,
        "form": form,
        "step": step or ReplyStepForm(formdata=None, seen_revision=str(found.revision)),
        "reword": RewordForm(formdata=None, seen_revision=str(point.revision)),
        "rows": rows[:SHOWN],
        "count": len(rows),
        "unit": unit,
        "people": people,
        "locked": locked,
        "theirs": theirs,
        "problems": [sentence for _field, sentence in replies.problems(found)]
        if found.stage is ReplyStage.DRAFT
        else [],
        "may_write": not locked
        and policy.may_group(user, consultation)
        and policy.may_write_reply(user, found),
        "steps": [
            move
            for move in ("agree", "finalise", "send_back")
            if not locked and policy.may_move_reply(user, found, move, solo_office=solo_office())
        ],
        "own_draft": found.stage is ReplyStage.AGREED
        and found.drafted_by == user.id
        and not solo_office(),
        "stage_labels": REPLY_STAGE_LABELS,
        "stage_colours": REPLY_STAGE_COLOURS,
        "text_max": replies.TEXT_MAX,
    }
    return render_template("results/reply.html", **context), status


def staff_code(point: Point) -> str:
    """The code of the comment that makes this point."""
    code: str = db.session.get_one(Comment, point.comment_id).submission.code
    return code


@bp.post("/gop-y/<code>/y/<int:number>/tra-loi")
@require(P.COMMENT_REPLY)
@commits
def save_reply(code: str, number: int) -> ResponseReturnValue:
    """Keep what was written.

    When a colleague was faster, both versions stand on the page and nothing typed is lost.
    """
    point, found, consultation = _load(code, number)
    if found is None:
        raise NotFound
    form = ReplyForm()
    if not form.validate():
        return _page(point, found, consultation, 422, form=form)
    try:
        replies.save(found, _draft(form), actor=me(), seen_revision=form.seen)
    except FieldError as error:
        form.apply(error)
        return _page(point, found, consultation, 422, form=form)
    except Stale:
        db.session.rollback()
        point, found, consultation = _load(code, number)
        if found is None:
            raise
        form.seen_revision.data = str(found.revision)
        return _page(point, found, consultation, 409, form=form, theirs=True)
    flash(_("Đã lưu bản soạn."), "success")
    return redirect(url_for(".reply", code=code, number=number))


@bp.post("/gop-y/<code>/y/<int:number>/tra-loi/<buoc>")
@require(P.COMMENT_REPLY, P.COMMENT_APPROVE)
@commits
def move_reply(code: str, number: int, buoc: str) -> ResponseReturnValue:
    """Agree, make final, send back; or take the point out of the group."""
    point, found, consultation = _load(code, number)
    form = ReplyStepForm()
    if found is None or buoc not in {*_STEPS, "tach-ra"}:
        raise NotFound
    if buoc == "tach-ra":
        replies.detach(point, actor=me(), seen_revision=form.seen)
        flash(_("Đã tách ý này ra để trả lời riêng."), "success")
        return redirect(url_for(".reply", code=code, number=number))
    try:
        step = _STEPS[buoc]
        replies.move(
            found,
            step,
            actor=me(),
            seen_revision=form.seen,
            reason=form.reason.data or "",
            solo_office=solo_office(),
        )
    except FieldError as error:
        whole = ReplyForm(
            formdata=None,
            seen_revision=str(found.revision),
            decision=found.decision,
            text=found.text,
            changed_where=found.changed_where,
        )
        whole.apply(error)
        return _page(point, found, consultation, 422, form=whole)
    flash(_DONE[step], "success")
    return redirect(url_for(".reply", code=code, number=number))


@bp.post("/gop-y/<code>/y/<int:number>/cach-ghi")
@require(P.COMMENT_REPLY)
@commits
def reword_point(code: str, number: int) -> ResponseReturnValue:
    """How the point reads in the table."""
    point = point_queries.by_place(code, number)
    form = RewordForm()
    seen = form.seen_revision.data or ""
    points.reword(
        point,
        request.form.get("table_text", ""),
        actor=me(),
        seen_revision=seen_number(seen),
    )
    flash(_("Đã lưu cách ghi trong bảng."), "success")
    return redirect(
        url_for(".reply", code=code, number=number)
        if point.reply_id
        else url_for(".split", code=code)
    )
