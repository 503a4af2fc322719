"""The screens of a step for many things: exactly what would change, then all or nothing, then ten
minutes to take it back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access.actors import Actor
from app.desk.bulk import BULK_MAX, Bulk, BulkLine
from app.desk.places import Place
from app.kernel.errors import Refused
from app.kernel.office_forms import seen_of
from app.kernel.text import int_of

T = TypeVar("T")
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the preview. `seen`: «id:revision», as the second step sends it back."""

    code: str
    title: str
    before: str
    after: str
    problem: str
    seen: str
    thing: Any = None


@dataclass(frozen=True, slots=True)
class BulkScreens(Generic[T, C]):
    """The three routes of one kind of thing. `endpoint` is the preview's."""

    bulk: Bulk[T, C]
    template: str
    endpoint: str
    run_endpoint: str
    here: Callable[[], Place | None]
    queue: Callable[[], str]
    #: What «viec» and its fields ask for. Raises Refused when they ask for nothing.
    choice: Callable[[Mapping[str, str]], C]
    #: The choice as the preview takes it: what the second step asks for may still be missing.
    previewed: Callable[[C], C]
    #: «Đánh dấu rác 3 câu».
    sentence: Callable[[C, int], str]
    row: Callable[[BulkLine[T]], Row]
    #: Refuses ids that this person may not touch at all.
    refuse: Callable[[list[int]], None] = lambda ids: None
    #: Further fields that the choice needs and the preview hands on.
    fields: tuple[str, ...] = ()

    def _back(self) -> str:
        place = self.here()
        return place.url() if place else self.queue()

    def preview(self, actor: Actor) -> ResponseReturnValue:
        """What would change, and what stands in the way. Nothing is changed."""
        things = self.bulk.by_codes(request.args.getlist("ma")[: BULK_MAX + 1])
        if not things:
            flash(_("Hãy chọn ít nhất một %(thing)s.", thing=self.bulk.thing), "error")
            return redirect(self._back())
        work, place = request.args.get("viec", ""), self.here()
        if not work:
            flash(_nothing_chosen(self.bulk), "error")
            return redirect(self._back())
        choice = self.choice(request.args)
        ids = [thing.id for thing in things]  # type: ignore[attr-defined]
        lines = self.bulk.preview(ids, self.previewed(choice), actor=actor)
        rows = [self.row(line) for line in lines]
        possible = [row for row in rows if not row.problem]
        kept = [
            ("viec", work),
            *((name, request.args.get(name, "")) for name in self.fields),
            *(("ma", row.code) for row in possible),
        ]
        query = "&".join(part for part in (place.query if place else "", urlencode(kept)) if part)
        return render_template(
            self.template,
            title=self.sentence(choice, len(rows)),
            choice=choice,
            lines=rows,
            possible=possible,
            without_url=f"{url_for(self.endpoint)}?{query}"
            if possible and len(possible) < len(rows)
            else None,
            work=work,
            place=place,
            back=self._back(),
            run_url=url_for(self.run_endpoint),
            thing=self.bulk.thing,
            short=self.bulk.short,
        )

    def run(self, actor: Actor) -> ResponseReturnValue:
        """Do it to all of them or to none."""
        choice = self.choice(request.form)
        seen = seen_of(request.form.getlist("seen"))
        if not seen:
            raise Refused(_("Hãy chọn ít nhất một %(thing)s.", thing=self.bulk.thing))
        self.refuse(list(seen)[:BULK_MAX])
        self.bulk.run(seen, choice, actor=actor)
        flash(_("Đã thực hiện: %(what)s.", what=self.sentence(choice, len(seen))), "success")
        return redirect(self._back())

    def undo(self, actor: Actor) -> ResponseReturnValue:
        """Put everything back as it was."""
        self.bulk.undo(self.bulk.action(int_of(request.form.get("bulk")) or 0), actor=actor)
        flash(
            _("Đã hoàn tác. Các %(things)s trở lại như trước.", things=self.bulk.thing), "success"
        )
        return redirect(self._back())


def _nothing_chosen(bulk: Bulk[Any, Any]) -> str:
    return str(_("Hãy chọn việc cần làm với các %(things)s đã chọn.", things=bulk.short))


def nothing_chosen(bulk: Bulk[Any, Any]) -> Refused:
    """For a choice that asks for nothing."""
    return Refused(_nothing_chosen(bulk))
