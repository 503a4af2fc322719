"""Citizens' list of consultations, one consultation, its dossier, its calendar file: /lay-y-kien,
/lay-y-kien/<slug>, …/ho-so.

The same for everybody, so they are made once and kept; none holds a form or a token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations.queries import pages
from app.consultations.queries import public as gate
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import (
    MOVE_LABELS,
    PHASE_LABELS,
    PHASE_SLUGS,
    PHASES,
    TYPE_SLUGS,
    TYPES,
    ConsultationType,
    Phase,
)
from app.consultations.writers.calendar import calendar
from app.kernel.display import vi_datetime
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.kernel.text import int_of
from app.organisation import queries as organisation

bp = Blueprint(
    "consultation_listing", __name__, url_prefix="/lay-y-kien", template_folder="../templates"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader of the list asked for, as it stands in the address."""

    phase: Phase | None
    kind: ConsultationType | None
    year: int | None

    @property
    def is_filtered(self) -> bool:
        """Is anything chosen besides the tab?"""
        return self.kind is not None or self.year is not None

    def address(self, **changes: str) -> str:
        """The list with these changes."""
        values: Mapping[str, str] = {
            "giai-doan": PHASE_SLUGS[self.phase] if self.phase else "",
            "loai": TYPE_SLUGS[self.kind] if self.kind else "",
            "nam": str(self.year or ""),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return "/lay-y-kien" + (f"?{query}" if query else "")


def _wanted() -> Wanted:
    year = request.args.get("nam", "")
    return Wanted(
        phase=PHASES.get(request.args.get("giai-doan", "")),
        kind=TYPES.get(request.args.get("loai", "")),
        year=int_of(year, most=9999),
    )


@bp.get("")
@cacheable(params=("giai-doan", "loai", "nam", "sau", "truoc"))
def index() -> ResponseReturnValue:
    """Every public consultation, in sections or behind one tab."""
    wanted = _wanted()
    after, before = request.args.get("sau"), request.args.get("truoc")
    page = pages.listing(
        phase=wanted.phase, kind=wanted.kind, year=wanted.year, after=after, before=before
    )
    tabs = [
        {
            "url": wanted.address(giai_doan=""),
            "label": _("Tất cả"),
            "count": None,
            "current": wanted.phase is None,
        }
    ]
    tabs += [
        {
            "url": wanted.address(giai_doan=PHASE_SLUGS[one]),
            "label": PHASE_LABELS[one],
            "count": None,
            "current": one is wanted.phase,
        }
        for one in pages.PHASE_ORDER
    ]
    return render_template(
        "consultations/public_list.html",
        wanted=wanted,
        page=page,
        sections=_sections(page.items),
        tabs=tabs,
        facets=pages.facets(),
        type_slugs=TYPE_SLUGS,
        phase_slugs=PHASE_SLUGS,
        later=bool(after or before),
    )


def _sections(found: Sequence[PublicConsultation]) -> list[tuple[Phase, list[PublicConsultation]]]:
    """The rows by phase; of what is open or to be opened, the nearest day first."""
    made = []
    for phase in pages.PHASE_ORDER:
        rows = [row for row in found if row.phase is phase]
        if phase is Phase.OPEN:
            rows.sort(key=lambda row: (row.closes_on, row.id))
        elif phase is Phase.UPCOMING:
            rows.sort(key=lambda row: (row.opens_on, row.id))
        if rows:
            made.append((phase, rows))
    return made


def _found(slug: str) -> PublicConsultation | None:
    """The consultation at this address;

    None where one used to be. Raises NotFound where there never was one.
    """
    found = gate.public_one(slug)
    if found is None and not gate.tombstone(slug):
        raise NotFound
    return found


def _gone() -> ResponseReturnValue:
    return render_template("consultations/public_tombstone.html"), 410


@bp.get("/<slug>")
@cacheable()
def show(slug: str) -> ResponseReturnValue:
    """The overview; a stone in its place where it used to be."""
    c = _found(slug)
    if c is None:
        return _gone()
    extras = pages.extras(c.id)
    log = [
        {"at": vi_datetime(row.at), "title": _title(row.move), "text": row.note, "tone": "ok"}
        for row in extras.log
    ]
    if c.result_overdue:
        log.append(
            {
                "at": "",
                "title": _("Chưa công bố kết quả, đã quá %(n)s ngày", n=gate.RESULT_DAYS),
                "text": "",
                "tone": "late",
            }
        )
    return render_template(
        "consultations/public_show.html",
        c=c,
        tab="tong-quan",
        extras=extras,
        log=log,
        address=_base() + c.url,
    )


def _title(move: str) -> Any:
    if move == "schedule":
        return _("Đăng thông báo lấy ý kiến")
    return _("Bắt đầu nhận góp ý") if move == "open" else MOVE_LABELS.get(move, move)


@bp.get("/<slug>/ho-so")
@cacheable()
def dossier(slug: str) -> ResponseReturnValue:
    """The documents with their sizes."""
    c = _found(slug)
    if c is None:
        return _gone()
    return render_template(
        "consultations/public_dossier.html", c=c, tab="ho-so", documents=pages.documents(c.id)
    )


# Calendars
# --------------------------------------------------------------------------------------------------
@bp.get("/lich.ics")
@cacheable()
def calendar_of_all() -> ResponseReturnValue:
    """Opening, last day and meetings of the latest consultations."""
    found = pages.recent()
    meetings = pages.meetings_of([c.id for c in found])
    name = _("Lấy ý kiến – %(agency)s", agency=organisation.agency().name)
    return _file([(c, meetings.get(c.id, [])) for c in found], name, "lay-y-kien.ics")


@bp.get("/<slug>.ics")
@cacheable()
def calendar_of_one(slug: str) -> ResponseReturnValue:
    """The same for one."""
    c = gate.public_one(slug)
    if c is None:
        raise NotFound
    return _file([(c, pages.meetings_of([c.id]).get(c.id, []))], c.title, f"{c.code.lower()}.ics")


def _file(
    entries: Sequence[tuple[PublicConsultation, Sequence[pages.Meeting]]], name: str, filename: str
) -> Response:
    response = Response(calendar(entries, base=_base(), name=name), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _base() -> str:
    return str(current_app.config["SETTINGS"].public_base_url).rstrip("/")
