"""Hàng chờ: every question that waits, in tabs, filtered by the address, page by page."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts import queries as accounts
from app.accounts.signed_in import me
from app.desk import tabs as desk_tabs
from app.kernel.display import capped
from app.kernel.errors import NotFound
from app.organisation import queries as organisation
from app.organisation.models import Topic
from app.questions import policy
from app.questions.forms.office import QueueForm
from app.questions.officer.base import Place, bp, place_of
from app.questions.officer.choices import assignees, topic_choices, units_for
from app.questions.queries import staff
from app.questions.queries.staff import TAB_LABELS, Tab
from app.questions.service.bulk import many
from app.questions.states import STAGE_COLOURS, STAGE_LABELS, VISIBILITY_LABELS
from app.submissions.screening import LIKELY_SPAM

#: Tabs whose questions can be worked on many at once.
_BULK_TABS = frozenset({Tab.TODO, Tab.OVERDUE, Tab.UNASSIGNED, Tab.MINE, Tab.UNCONFIRMED})


@bp.get("/hoi-dap")
@require(P.QUESTION_READ)
def queue() -> ResponseReturnValue:
    """One page of one tab."""
    user = me()
    tabs = staff.tabs_for(user)
    if not tabs:
        raise NotFound
    given = request.args.to_dict()
    place = place_of({**given, "the": given.get("the", tabs[0].value)}) or Place(tabs[0])
    page = staff.queue(
        user, place.tab, place.wanted, after=given.get("sau"), before=given.get("truoc")
    )
    topics = list(organisation.active_topics())
    counts = staff.counts(user)
    bulk = _bulk_choices(place.tab, topics)
    return render_template(
        "questions/office_queue.html",
        place=place,
        page=page,
        form=_filter_form(topics),
        tabs=desk_tabs.beside("question", [_tab(tab, place, counts[tab]) for tab in tabs]),
        tab_label=TAB_LABELS[place.tab],
        chips=_chips(place),
        bulk=bulk,
        restricted=place.tab is Tab.RESTRICTED,
        sees_names=sees_names(),
        undo=many.undoable(user),
        stage_labels=STAGE_LABELS,
        stage_colours=STAGE_COLOURS,
        visibility_labels=VISIBILITY_LABELS,
        likely_spam=LIKELY_SPAM,
        prev_url=place.url(truoc=page.previous_cursor) if page.previous_cursor else None,
        next_url=place.url(sau=page.next_cursor) if page.next_cursor else None,
    )


def tabs_of_questions() -> list[desk_tabs.TabRow]:
    """The tabs of questions where another kind's list is open."""
    return [
        {"url": Place(tab).url(), "label": TAB_LABELS[tab], "count": capped(n), "current": False}
        for tab, n in staff.counts(me()).items()
    ]


desk_tabs.register("question", 10, tabs_of_questions)


def sees_names() -> bool:
    """Does this person reach senders at all? Auditors and publishers read without names."""
    return any(
        me().has(permission)
        for permission in (P.QUESTION_MODERATE, P.QUESTION_ANSWER, P.QUESTION_APPROVE)
    )


def _tab(tab: Tab, place: Place, count: int) -> dict[str, object]:
    return {
        "url": Place(tab, place.args).url(),
        "label": TAB_LABELS[tab],
        "count": capped(count),
        "current": tab is place.tab,
    }


def _filter_form(topics: list[Topic]) -> QueueForm:
    user = me()
    form = QueueForm(request.args)
    everything = policy.sees_everything(user)
    people = accounts.with_permission(P.QUESTION_ANSWER)
    form.linh_vuc.choices = topic_choices(topics, _("Tất cả"))
    form.don_vi.choices = [("", _("Tất cả")), *((unit.slug, unit.name) for unit in units_for(user))]
    form.nguoi.choices = [
        ("", _("Tất cả")),
        *(
            (person.username, person.full_name)
            for person in people
            if everything or person.unit_id == user.unit_id
        ),
    ]
    if not everything:
        del form.don_vi
    return form


def _chips(place: Place) -> list[dict[str, str]]:
    """What is filtered by, each with the address without it."""
    names = {"han": _("Sắp đến hạn")}
    found = []
    for name, _value in place.args:
        if name in names:
            rest = tuple(pair for pair in place.args if pair[0] != name)
            found.append({"label": names[name], "url": Place(place.tab, rest).url()})
    return found


def _bulk_choices(tab: Tab, topics: list[Topic]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be done with many questions of this tab by this person, grouped."""
    user = me()
    if tab not in _BULK_TABS:
        return []
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    if user.has(P.QUESTION_ASSIGN) and tab is not Tab.UNCONFIRMED:
        options = [
            option for options in assignees(user, prefix="giao:").values() for option in options
        ]
        groups.append((_("Phân công cho…"), options))
    if user.has(P.QUESTION_MODERATE):
        if tab is not Tab.UNCONFIRMED:
            groups.append(
                (
                    _("Phân loại vào lĩnh vực"),
                    [(f"loai:{slug}", name) for slug, name in topic_choices(topics, "") if slug],
                )
            )
        if tab in {Tab.TODO, Tab.UNASSIGNED, Tab.UNCONFIRMED}:
            groups.append((_("Khác"), [("rac", _("Đánh dấu rác"))]))
    return groups
