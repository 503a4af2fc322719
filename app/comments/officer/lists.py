"""All comments of one consultation with what they add up to, and the same step for many comments of
any list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments import policy
from app.comments.forms.moderating import CommentFilterForm
from app.comments.models import Comment
from app.comments.officer.base import bp
from app.comments.officer.places import FILTERS, QUEUE, CommentPlace, here
from app.comments.queries import meetings
from app.comments.queries import staff as lists
from app.comments.queries.figures import Figure, Figures, figures
from app.comments.service.bulk import CommentChoice, many
from app.comments.states import COMMENT_STAGE_LABELS, SENDER_LABELS, STANCE_LABELS
from app.consultations.officer.base import add_tab, load
from app.consultations.states import VISIBILITY_LABELS
from app.desk.bulk import BulkLine
from app.desk.places import args_of
from app.desk.screens import BulkScreens, Row, nothing_chosen
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
        args=args_of(given, (name for name in FILTERS if name != "cuoc")),
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
        undo=many.undoable(me()),
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
def _choice(given: Mapping[str, str]) -> CommentChoice:
    work = given.get("viec", "")
    if work not in _MOVES:
        raise nothing_chosen(many)
    return CommentChoice(_MOVES[work], clean(given.get("ly-do", ""))[:500])


def _previewed(choice: CommentChoice) -> CommentChoice:
    """The reason is asked for on the preview: what the others would be is the same whatever it
    says.
    """
    asks = choice.move == "keep_back" and not choice.reason
    return CommentChoice(choice.move, "…") if asks else choice


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


def _row(line: BulkLine[Comment]) -> Row:
    comment, sent = line.thing, line.thing.submission
    title = sent.public_title or sent.title
    seen = f"{comment.id}:{comment.revision}"
    return Row(sent.code, title, line.before, line.after, line.problem, seen, comment)


screens = BulkScreens(
    bulk=many,
    template="comments/bulk.html",
    endpoint="comments.bulk_comments",
    run_endpoint="comments.run_bulk_comments",
    here=here,
    queue=lambda: QUEUE,
    choice=_choice,
    previewed=_previewed,
    sentence=_sentence,
    row=_row,
    fields=("ly-do",),
)


@bp.get("/gop-y/hang-loat")
@require(P.COMMENT_MODERATE)
def bulk_comments() -> ResponseReturnValue:
    """What would change, and what stands in the way."""
    return screens.preview(me())


@bp.post("/gop-y/hang-loat")
@require(P.COMMENT_MODERATE)
@commits
def run_bulk_comments() -> ResponseReturnValue:
    """Do it to all of them or to none."""
    return screens.run(me())


@bp.post("/gop-y/hang-loat/hoan-tac")
@require(P.COMMENT_MODERATE)
@commits
def undo_bulk_comments() -> ResponseReturnValue:
    """Put everything back as it was."""
    return screens.undo(me())
