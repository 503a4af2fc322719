"""The list of works and projects, found by sheet and parcel: /lay-y-kien/<slug>/danh-muc."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations.states import Phase
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.kernel.paging import Page
from app.kernel.text import clean_line
from app.works import queries
from app.works.parcels import LARGEST_SHEET, parse_number, parse_typed
from app.works.queries import Front, ProjectView, Wanted

bp = Blueprint("consultation_projects", __name__, template_folder="templates")
TAB = "danh-muc"
QUERY_MAX = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader typed and chose, as it stands in the address."""

    sheet: str
    parcel: str
    q: str
    group: str
    land_code: str

    @property
    def wanted(self) -> Wanted:
        """The same understood: «tờ 7 thửa 118» may also stand in the text box."""
        typed = parse_typed(self.q)
        sheet = parse_number(self.sheet, LARGEST_SHEET)
        parcel = parse_number(self.parcel)
        if sheet is None and parcel is None:
            sheet, parcel = typed.sheet, typed.parcel
        return Wanted(sheet, parcel, typed.words, self.group, self.land_code)

    @property
    def is_filtered(self) -> bool:
        """Is a group or a land type chosen?"""
        return bool(self.group or self.land_code)

    @property
    def unclear(self) -> list[str]:
        """Boxes for figures in which there is none."""
        found = []
        if self.sheet and parse_number(self.sheet, LARGEST_SHEET) is None:
            found.append(_("Tờ bản đồ số"))
        if self.parcel and parse_number(self.parcel) is None:
            found.append(_("Thửa số"))
        return found

    def address(self, base: str, **changes: str | None) -> str:
        """The list with these changes."""
        given: Mapping[str, str | None] = {
            "to": self.sheet,
            "thua": self.parcel,
            "q": self.q,
            "nhom": self.group,
            "loai": self.land_code,
            **changes,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return base + (f"?{query}" if query else "")


def _asked() -> Asked:
    args = request.args
    return Asked(
        sheet=clean_line(args.get("to"))[:20],
        parcel=clean_line(args.get("thua"))[:20],
        q=clean_line(args.get("q"))[:QUERY_MAX],
        group=clean_line(args.get("nhom"))[:120],
        land_code=clean_line(args.get("loai"))[:10].upper(),
    )


def load(slug: str) -> Front:
    """What the pages begin with. Raises NotFound."""
    found = queries.front(slug)
    if found is None:
        raise NotFound
    return found


@bp.get("/lay-y-kien/<slug>/danh-muc")
@cacheable(params=("to", "thua", "q", "nhom", "loai", "sau", "truoc"))
def index(slug: str) -> ResponseReturnValue:
    """The list: first of all, finding one's own parcel in it."""
    front, asked = load(slug), _asked()
    wanted = asked.wanted
    after, before = request.args.get("sau"), request.args.get("truoc")
    page = queries.page(front.c.id, wanted, after=after, before=before)
    base = f"{front.c.url}/danh-muc"
    return render_template(
        "works/public.html",
        c=front.c,
        tab=TAB,
        front=front,
        asked=asked,
        wanted=wanted,
        page=page,
        certain=[row for row in page.items if row.nearness == 0],
        perhaps=[row for row in page.items if row.nearness == 1],
        note=_note(front, wanted, page, later=bool(after or before)),
        base=base,
        previous_url=asked.address(base, truoc=page.previous_cursor)
        if page.previous_cursor
        else None,
        next_url=asked.address(base, sau=page.next_cursor) if page.next_cursor else None,
    )


def _note(front: Front, wanted: Wanted, page: Page[ProjectView], *, later: bool) -> str:
    """How many there are, where that is known without counting."""
    if not wanted.is_anything:
        return str(_("Danh mục có %(n)s công trình, dự án.", n=front.summary.count))
    if later or page.next_cursor:
        return str(_("Mỗi trang hiện %(n)s công trình, dự án.", n=queries.PAGE_SIZE))
    return str(_("Tìm thấy %(n)s công trình, dự án.", n=len(page.items)))


@bp.get("/lay-y-kien/<slug>/danh-muc/<code>")
@cacheable()
def show(slug: str, code: str) -> ResponseReturnValue:
    """One work with all that the list says of it."""
    front = load(slug)
    row = queries.view(front.c.id, clean_line(code)[:60])
    if row is None:
        raise NotFound
    if row.code != code:
        return redirect(f"{front.c.url}/danh-muc/{row.code}", 301)
    return render_template(
        "works/public_work.html",
        c=front.c,
        tab=TAB,
        front=front,
        row=row,
        may_comment=front.c.phase is Phase.OPEN,
    )
