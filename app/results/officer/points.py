"""Splitting comments into points, themes, suggestions."""

from collections.abc import Mapping
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments.models import Comment
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.officer.base import add_tab, load
from app.drafts import names
from app.extensions import db
from app.kernel.errors import FieldError, Refused, Stale
from app.kernel.office_forms import seen_of
from app.kernel.text import clean_line
from app.kernel.web import commits
from app.organisation import queries as organisation
from app.results import policy, suggesting
from app.results.forms.points import (
    PointsBulkForm,
    PointsFilterForm,
    SuggestionForm,
    ThemeForm,
    works,
)
from app.results.models import Point
from app.results.officer.base import bp
from app.results.queries import points as queries
from app.results.queries.points import State, Wanted
from app.results.service import grouping, points, replies
from app.works.models import ProjectItem

add_tab(90, "tach-y", _l("Tách ý, nhóm ý"), "results.points_list")

STATE_LABELS = {
    State.WITHOUT: _l("Chưa có trả lời"),
    State.DRAFT: _l("Đang soạn"),
    State.AGREED: _l("Đã thống nhất"),
    State.FINAL: _l("Đã chốt"),
}
ALL = "tat-ca"
#: Clauses and projects offered in the list of what points are tied to.
_TARGETS_MAX = 400


def wanted_of(args: Mapping[str, str]) -> Wanted:
    """What the list was asked for, from its address or from the form's hidden fields."""
    state = args.get("tra-loi", "")
    return Wanted(
        theme=args.get("nhom", "")[:200],
        state=State(state) if state in {item.value for item in State} else None,
        clause=args.get("dieu", "")[:120],
        project=args.get("cong-trinh", "")[:30],
        q=clean_line(args.get("q"))[:100],
    )


def args_of(wanted: Wanted) -> dict[str, str]:
    """The same as an address has it."""
    values = {
        "q": wanted.q,
        "nhom": wanted.theme,
        "tra-loi": wanted.state.value if wanted.state else "",
        "dieu": wanted.clause,
        "cong-trinh": wanted.project,
    }
    return {name: value for name, value in values.items() if value}


def _target_choices(consultation: Consultation) -> list[tuple[str, str]]:
    """What points can be tied to: the whole, places, clauses, projects."""
    projects = db.session.execute(
        sa.select(ProjectItem.code, ProjectItem.name)
        .where(ProjectItem.consultation_id == consultation.id)
        .order_by(ProjectItem.position, ProjectItem.id)
        .limit(_TARGETS_MAX)
    )
    clauses = list(names.clause_names(consultation.id).items())[:_TARGETS_MAX]
    return [
        ("gan:whole:", _("Toàn bộ hồ sơ")),
        ("gan:place:", _("Một nơi trên bản đồ")),
        *((f"gan:clause:{anchor}", name) for anchor, name in clauses),
        *((f"gan:project:{row.code}", f"{row.name} ({row.code})") for row in projects),
    ]


@bp.get("/lay-y-kien/<slug>/tach-y")
@require(P.CONSULTATION_READ)
def points_list(slug: str) -> ResponseReturnValue:
    """All points of a consultation, with what can be done to many of them."""
    return _list(load(slug))


def _list(consultation: Consultation) -> ResponseReturnValue:
    wanted = wanted_of(request.args)
    found = queries.page(
        consultation, wanted, after=request.args.get("sau"), before=request.args.get("truoc")
    )
    themes = queries.themes(consultation)
    progress = queries.progress(consultation)
    count = (
        len(queries.matching(consultation, wanted, limit=points.BULK_MAX + 1))
        if not wanted.is_empty
        else progress.points
    )
    form = PointsFilterForm(request.args)
    form.nhom.choices = [
        ("", _("Tất cả")),
        ("-", _("Chưa vào nhóm nào")),
        *((row.title, f"{row.title} ({n})") for row, n in themes),
    ]
    form.tra_loi.choices = [
        ("", _("Tất cả")),
        *((state.value, label) for state, label in STATE_LABELS.items()),
    ]
    units = [(unit.code, unit.name) for unit in organisation.active_units()]

    def address(**more: str | None) -> str:
        values = {**args_of(wanted), **{name: value for name, value in more.items() if value}}
        return url_for(".points_list", slug=consultation.slug) + (
            f"?{urlencode(values)}" if values else ""
        )

    return render_template(
        "results/points.html",
        consultation=consultation,
        tab="tach-y",
        wanted=wanted,
        args=args_of(wanted),
        page=found,
        themes=themes,
        progress=progress,
        count=count,
        bulk_max=points.BULK_MAX,
        filter_form=form,
        bulk_form=PointsBulkForm(formdata=None),
        works=works([row.title for row, _n in themes], _target_choices(consultation), units),
        names=names.clause_names(consultation.id),
        state_labels=STATE_LABELS,
        may_group=policy.may_group(me(), consultation),
        prev_url=address(truoc=found.previous_cursor) if found.previous_cursor else None,
        next_url=address(sau=found.next_cursor) if found.next_cursor else None,
    )


@bp.post("/lay-y-kien/<slug>/tach-y/lap")
@require(P.COMMENT_REPLY)
@commits
def make_points(slug: str) -> ResponseReturnValue:
    """One point for every comment in the file that has none."""
    made = points.make_points(load(slug), actor=me())
    flash(
        _("Đã lập thêm %(n)s ý.", n=made) if made else _("Mọi góp ý trong hồ sơ đã có ý."),
        "success",
    )
    return redirect(url_for(".points_list", slug=slug))


def chosen(consultation: Consultation) -> dict[int, int]:
    """The points that a form of many names: the ticked ones, or all that its filter finds.

    Raises Refused and Stale.
    """
    if request.form.get("pham_vi") != ALL:
        return seen_of(request.form.getlist("y"))
    found = queries.matching(consultation, wanted_of(request.form), limit=points.BULK_MAX + 1)
    if len(found) > points.BULK_MAX:
        raise Refused(_("Bộ lọc có hơn %(n)s ý. Hãy lọc hẹp hơn rồi làm từng phần.", n="1.000"))
    if str(len(found)) != request.form.get("seen_count"):
        raise Stale(_("Số ý khớp bộ lọc vừa thay đổi. Hãy tải lại trang rồi làm tiếp."))
    return found


@bp.post("/lay-y-kien/<slug>/tach-y/hang-loat")
@require(P.COMMENT_REPLY)
@commits
def points_bulk(slug: str) -> ResponseReturnValue:
    """Group, tie or hand over many points in one transaction; or begin one reply
    for all of them.
    """
    consultation = load(slug)
    seen = chosen(consultation)
    back = redirect(
        url_for(".points_list", slug=slug)
        + (
            f"?{urlencode(args_of(wanted_of(request.form)))}"
            if args_of(wanted_of(request.form))
            else ""
        )
    )
    kind, _colon, value = request.form.get("viec", "").partition(":")
    if kind == "tra-loi":
        # The form of the reply holds the points, so nothing is written yet.
        from_here = [f"{number}:{revision}" for number, revision in seen.items()]
        return (
            redirect(url_for(".reply_new", slug=slug, y=from_here))
            if 0 < len(from_here) <= 100
            else _begin_reply(consultation, seen)
        )
    if kind == "nhom":
        theme = queries.theme_by_title(consultation, value) if value else None
        done = grouping.group(consultation, seen, theme, actor=me())
    elif kind == "gan":
        done = _tie(consultation, seen, value)
    elif kind == "giao":
        replies.assign(consultation, seen, organisation.unit_by_code(value), actor=me())
        done = len(seen)
    else:
        raise Refused(_("Hãy chọn việc cần làm với các ý đã chọn."))
    flash(_("Đã cập nhật %(n)s ý.", n=done), "success")
    return back


def _begin_reply(consultation: Consultation, seen: dict[int, int]) -> ResponseReturnValue:
    """Too many for an address: an empty draft is made, and opened."""
    reply = replies.create(consultation, seen, replies.Draft(), actor=me())
    first = db.session.get_one(Point, replies.points_of(reply)[0])
    code = db.session.get_one(Comment, first.comment_id).submission.code
    return redirect(url_for(".reply", code=code, number=first.number))


def _tie(consultation: Consultation, seen: dict[int, int], value: str) -> int:
    name, _colon, key = value.partition(":")
    if name not in {kind.value for kind in TargetKind}:
        raise Refused(_("Hãy chọn việc cần làm với các ý đã chọn."))
    kind = TargetKind(name)
    project = None
    if kind is TargetKind.PROJECT:
        project = db.session.scalar(
            sa.select(ProjectItem).where(
                ProjectItem.consultation_id == consultation.id, ProjectItem.code == key
            )
        )
    return grouping.retarget(consultation, seen, kind=kind, anchor=key, project=project, actor=me())


# Suggestions
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/tach-y/goi-y")
@require(P.CONSULTATION_READ)
def suggestions(slug: str) -> ResponseReturnValue:
    """Points in no theme that share words, with those words.

    Nothing is grouped until somebody says so.
    """
    return _suggestions(load(slug))


def _suggestions(
    consultation: Consultation, status: int = 200, form: SuggestionForm | None = None
) -> ResponseReturnValue:
    found = suggesting.suggest(queries.ungrouped_texts(consultation))
    ids = sorted({number for item in found for number in item.ids})
    rows = {row.id: row for row in queries.rows_of(consultation, ids)}
    return (
        render_template(
            "results/points_suggestions.html",
            consultation=consultation,
            tab="tach-y",
            suggestions=found,
            rows=rows,
            form=form or SuggestionForm(formdata=None),
            may_group=policy.may_group(me(), consultation),
        ),
        status,
    )


@bp.post("/lay-y-kien/<slug>/tach-y/goi-y")
@require(P.COMMENT_REPLY)
@commits
def take_suggestion(slug: str) -> ResponseReturnValue:
    """Put the ticked points of a suggestion into a theme."""
    consultation, form = load(slug), SuggestionForm()
    if not form.validate():
        return _suggestions(consultation, 422, form)
    seen = seen_of(request.form.getlist("y"))
    theme = grouping.theme_named(consultation, form.title.data or "", actor=me())
    done = grouping.group(consultation, seen, theme, actor=me())
    flash(_("Đã đưa %(n)s ý vào nhóm «%(title)s».", n=done, title=theme.title), "success")
    return redirect(url_for(".suggestions", slug=slug))


# Themes
# --------------------------------------------------------------------------------------------------
@bp.get("/lay-y-kien/<slug>/tach-y/nhom")
@require(P.CONSULTATION_READ)
def themes(slug: str) -> ResponseReturnValue:
    """The themes in the order of the table."""
    return _themes(load(slug))


def _themes(
    consultation: Consultation, status: int = 200, form: ThemeForm | None = None
) -> ResponseReturnValue:
    return (
        render_template(
            "results/points_themes.html",
            consultation=consultation,
            tab="tach-y",
            themes=queries.themes(consultation),
            form=form or ThemeForm(formdata=None),
            may_group=policy.may_group(me(), consultation),
        ),
        status,
    )


@bp.post("/lay-y-kien/<slug>/tach-y/nhom")
@require(P.COMMENT_REPLY)
@commits
def change_themes(slug: str) -> ResponseReturnValue:
    """Add, rename, move up or down, remove."""
    consultation, form = load(slug), ThemeForm()
    action = form.action.data or "them"
    if action in {"them", "doi-ten"} and not form.validate():
        return _themes(consultation, 422, form)
    try:
        if action == "them":
            grouping.theme_named(consultation, form.title.data or "", actor=me())
        else:
            theme = queries.theme_by_title(consultation, form.theme.data or "")
            if action == "doi-ten":
                grouping.rename_theme(theme, form.title.data or "", actor=me())
            elif action in {"len", "xuong"}:
                grouping.move_theme(theme, up=action == "len", actor=me())
            elif action == "bo":
                grouping.remove_theme(theme, actor=me())
    except FieldError as error:
        form.apply(error)
        return _themes(consultation, 422, form)
    flash(_("Đã cập nhật danh sách nhóm."), "success")
    return redirect(url_for(".themes", slug=slug))
