"""Comments in the same queue as questions: their tabs beside the questions', one page of a tab."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.signed_in import me
from app.comments.forms.moderating import CommentFilterForm
from app.comments.officer.base import bp
from app.comments.officer.lists import WORK_LABELS, row_context
from app.comments.officer.places import FILTERS, CommentPlace
from app.comments.queries import staff as lists
from app.comments.queries.staff import COMMENT_TAB_LABELS, CommentTab
from app.comments.service.bulk import many
from app.desk import tabs as desk_tabs
from app.desk.places import args_of
from app.kernel.display import capped

#: What can be done with many comments of a tab.
_WORK = {
    CommentTab.WAITING: ("cong-khai", "giu-lai", "rac"),
    CommentTab.UNCONFIRMED: ("rac",),
    CommentTab.SPAM: ("khoi-phuc",),
}


def comment_tabs(current: CommentTab | None = None) -> list[dict[str, object]]:
    """The tabs of comments for `p.tabs`; none for those who do not moderate them. One statement."""
    numbers = lists.counts(me())
    return [
        {
            "url": CommentPlace(tab).url(),
            "label": COMMENT_TAB_LABELS[tab],
            "count": capped(number),
            "current": tab is current,
        }
        for tab, number in numbers.items()
    ]


desk_tabs.register("comment", 20, comment_tabs)


def comment_figures() -> list[dict[str, object]]:
    """What waits, for «Việc của tôi»."""
    numbers = lists.counts(me())
    shown = [
        CommentTab.WAITING,
        *([CommentTab.UNCONFIRMED] if numbers.get(CommentTab.UNCONFIRMED) else []),
    ]
    return [
        {
            "value": capped(numbers[tab]),
            "label": COMMENT_TAB_LABELS[tab],
            "url": CommentPlace(tab).url(),
        }
        for tab in shown
        if tab in numbers
    ]


@bp.get("/gop-y")
@require(P.COMMENT_MODERATE)
def queue() -> ResponseReturnValue:
    """One page of one tab."""
    user, given = me(), request.args.to_dict()
    known = [tab.value for tab in CommentTab]
    tab = CommentTab(given["the"]) if given.get("the") in known else CommentTab.WAITING
    place = CommentPlace(tab, args=args_of(given, FILTERS))
    page = place.rows(after=given.get("sau"), before=given.get("truoc"))
    form = CommentFilterForm(request.args)
    form.cuoc.choices = [("", _("Tất cả")), *lists.with_comments_open()]
    return render_template(
        "comments/queue.html",
        place=place,
        page=page,
        form=form,
        tabs=desk_tabs.beside("comment", comment_tabs(tab)),
        tab_label=COMMENT_TAB_LABELS[tab],
        bulk=[(value, WORK_LABELS[value]) for value in _WORK[tab]],
        undo=many.undoable(user),
        prev_url=place.url(truoc=page.previous_cursor) if page.previous_cursor else None,
        next_url=place.url(sau=page.next_cursor) if page.next_cursor else None,
        **row_context(),
    )
