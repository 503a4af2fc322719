"""All comments of one consultation with what they add up to, and the same step for many comments of
any list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.comments import policy
from app.comments.forms.moderating import CommentFilterForm
from app.comments.officer.base import bp
from app.comments.officer.places import FILTERS, QUEUE, CommentPlace, here
from app.comments.queries import meetings
from app.comments.queries import staff as lists
from app.comments.queries.figures import Figure, Figures, figures
from app.comments.service import bulk as many
from app.comments.service.bulk import CommentChoice
from app.comments.states import COMMENT_STAGE_LABELS, SENDER_LABELS, STANCE_LABELS
from app.consultations.officer.base import add_tab, load, me
from app.consultations.states import VISIBILITY_LABELS
from app.kernel.errors import Refused
from app.kernel.office_forms import seen_of
from app.kernel.text import clean
from app.kernel.web import commits
from app.submissions.screening import LIKELY_SPAM
from app.submissions.states import CHANNEL_LABELS

add_tab(70, "y-kien", _l("Ý kiến"), "comments.comments")
#: What «viec» may say, and what it is called in the list of things to do.
WORK_LABELS = {
    "cong-khai": _l("Công khai (nguyên văn hoặc bản đã che)"),
    "giu-lai": _l("Không công khai, ghi lý do"),
    "rac": _l("Đánh dấu rác"),
    "khoi-phuc": _l("Khôi phục"),
}
_MOVES = {"cong-khai": "show", "giu-lai": "keep_back", "rac": "mark_spam", "khoi-phuc": "restore"}


def row_context() -> dict[str, Any]:
    """The words that every table of comments needs."""
    return {
        "visibility_labels": VISIBILITY_LABELS,
        "channel_labels": CHANNEL_LABELS,
        "likely_spam": LIKELY_SPAM,
        "same_cap": lists.SAME_CAP,
        "sees_names": policy.sees_contacts(me()),
    }


@bp.get("/lay-y-kien/<slug>/y-kien")
@require(P.CONSULTATION_READ)
def comments(slug: str) -> ResponseReturnValue:
    """One page of them; on the first page also the figures, comments and people apart."""
    consultation = load(slug)
    given = request.args.to_dict()
    place = CommentPlace(
        slug=slug,
        args=tuple(
            (name, given[name][:100]) for name in FILTERS if given.get(name) and name != "cuoc"
        ),
    )
    page = place.rows(after=given.get("sau"), before=given.get("truoc"))
    form = CommentFilterForm(request.args)
    del form.cuoc
    return render_template(
        "comments/list.html",
        consultation=consultation,
        tab="y-kien",
        place=place,
        page=page,
        form=form,
        figures=figure_rows(figures(consultation))
        if not given.get("sau") and not given.get("truoc")
        else None,
        meetings=meetings.totals(meetings.of_consultation(consultation.id)),
        late_url=CommentPlace(slug=slug, args=(("muon", "1"),)).url(),
        may_enter=policy.may_enter(me(), consultation),
        bulk=[(value, WORK_LABELS[value]) for value in ("cong-khai", "giu-lai", "rac")]
        if me().has(P.COMMENT_MODERATE)
        else [],
        undo=lists.undoable(me(), minutes=many.UNDO_MINUTES),
        prev_url=place.url(truoc=page.previous_cursor) if page.previous_cursor else None,
        next_url=place.url(sau=page.next_cursor) if page.next_cursor else None,
        **row_context(),
    )


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One way of splitting up what belongs to the file."""

    title: str
    rows: list[tuple[str, Figure]]


@dataclass(frozen=True, slots=True)
class FigureRows:
    """The figures as the page shows them."""

    total: Figure
    late: Figure
    others: list[tuple[str, int]]
    tables: list[FigureTable]


def figure_rows(found: Figures) -> FigureRows:
    """Figures in words, in the order of the states; what did not occur is left out."""
    split: list[tuple[str, Mapping[Any, Any], Mapping[Any, Figure]]] = [
        (_("Theo kênh"), CHANNEL_LABELS, found.channels),
        (_("Theo ý kiến"), STANCE_LABELS, found.stances),
        (_("Theo người gửi"), SENDER_LABELS, found.senders),
    ]
    tables = [
        FigureTable(title, [(str(labels[key]), values[key]) for key in labels if key in values])
        for title, labels, values in split
    ]
    others = [
        (str(COMMENT_STAGE_LABELS[stage]), found.others[stage])
        for stage in COMMENT_STAGE_LABELS
        if stage in found.others
    ]
    return FigureRows(found.total, found.late, others, tables)


# Many at once
# --------------------------------------------------------------------------------------------------
def _choice(given: Any) -> CommentChoice:
    work = given.get("viec", "")
    if work not in _MOVES:
        raise Refused(_("Hãy chọn việc cần làm với các góp ý đã chọn."))
    return CommentChoice(_MOVES[work], clean(given.get("ly-do", ""))[:500])


def _sentence(choice: CommentChoice, n: int) -> str:
    match choice.move:
        case "show":
            return str(_("Công khai %(n)s góp ý", n=n))
        case "keep_back":
            return str(_("Không công khai %(n)s góp ý", n=n))
        case "mark_spam":
            return str(_("Đánh dấu rác %(n)s góp ý", n=n))
        case _:
            return str(_("Khôi phục %(n)s góp ý", n=n))


@bp.get("/gop-y/hang-loat")
@require(P.COMMENT_MODERATE)
def bulk_comments() -> ResponseReturnValue:
    """What would change, and what stands in the way. Nothing is changed."""
    place = here()
    back = place.url() if place else QUEUE
    chosen = lists.by_codes(request.args.getlist("ma")[: many.BULK_MAX + 1])
    if not chosen:
        flash(_("Hãy chọn ít nhất một góp ý."), "error")
        return redirect(back)
    if request.args.get("viec", "") not in _MOVES:
        flash(_("Hãy chọn việc cần làm với các góp ý đã chọn."), "error")
        return redirect(back)
    choice = _choice(request.args)
    asks = choice.move == "keep_back" and not choice.reason
    if asks:
        # The reason is asked for on this page: what the others would be is the same whatever it
        # says.
        choice = CommentChoice(choice.move, "…")
    lines = many.preview_bulk([comment.id for comment in chosen], choice, actor=me())
    possible = [line for line in lines if not line.problem]
    kept = [
        *_place_args(place),
        ("viec", request.args["viec"]),
        ("ly-do", request.args.get("ly-do", "")),
    ]
    codes = [("ma", line.comment.submission.code) for line in possible]
    without = f"{request.path}?{urlencode([*kept, *codes])}"
    return render_template(
        "comments/bulk.html",
        title=_sentence(choice, len(lines)),
        choice=choice,
        reason="" if asks else choice.reason,
        lines=lines,
        possible=possible,
        without_url=without if possible and len(possible) < len(lines) else None,
        work=request.args["viec"],
        place=place,
        back=back,
    )


def _place_args(place: CommentPlace | None) -> list[tuple[str, str]]:
    if place is None:
        return []
    return [("the", place.tab.value) if place.tab else ("ds", place.slug), *place.args]


@bp.post("/gop-y/hang-loat")
@require(P.COMMENT_MODERATE)
@commits
def run_bulk_comments() -> ResponseReturnValue:
    """Do it to all of them or to none."""
    choice = _choice(request.form)
    seen = _seen(request.form.getlist("seen"))
    many.run_bulk(seen, choice, actor=me())
    flash(_("Đã thực hiện: %(what)s.", what=_sentence(choice, len(seen))), "success")
    place = here()
    return redirect(place.url() if place else QUEUE)


def _seen(pairs: list[str]) -> dict[int, int]:
    found = seen_of(pairs)
    if not found:
        raise Refused(_("Hãy chọn ít nhất một góp ý."))
    return found


@bp.post("/gop-y/hang-loat/hoan-tac")
@require(P.COMMENT_MODERATE)
@commits
def undo_bulk_comments() -> ResponseReturnValue:
    """Put everything back as it was."""
    many.undo_bulk(lists.bulk_action(request.form.get("bulk", type=int) or 0), actor=me())
    flash(_("Đã hoàn tác. Các góp ý trở lại như trước."), "success")
    place = here()
    return redirect(place.url() if place else QUEUE)
