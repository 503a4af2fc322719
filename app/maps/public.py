"""The plan's map with a list of equal content: /lay-y-kien/<slug>/ban-do."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations import voices
from app.consultations.queries import public
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import Phase
from app.kernel.display import vi_number
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.kernel.text import clean_line, int_of
from app.maps import geo, queries, svg

bp = Blueprint("consultation_maps", __name__, url_prefix="/lay-y-kien", template_folder="templates")
#: Rows of the list on one page.
PER_PAGE = 50
#: Pixels of the drawing for readers without scripts.
WIDTH, HEIGHT = 1_000, 660


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the list of equal content."""

    spots: list[queries.Spot]
    count: int
    #: From 1.
    number: int
    code: str

    @property
    def is_last(self) -> bool:
        """Is there nothing after it?"""
        return self.number * PER_PAGE >= self.count

    def address(self, base: str, number: int) -> str:
        """Another page of the same list."""
        query = urlencode(
            {
                name: value
                for name, value in (("ma", self.code), ("trang", number if number > 1 else ""))
                if value
            }
        )
        return f"{base}/ban-do{'?' + query if query else ''}#danh-sach"


def _consultation(slug: str) -> PublicConsultation:
    found = public.public_one(slug)
    if found is None:
        raise NotFound
    return found


def _part(drawing: queries.Drawing) -> Part:
    code = clean_line(request.args.get("ma"))[:10].upper()
    spots = [spot for spot in drawing.spots() if not code or spot.code == code]
    asked = request.args.get("trang", "")
    number = int_of(asked, most=9999) or 1
    number = max(1, min(number, -(-len(spots) // PER_PAGE)))
    return Part(spots[(number - 1) * PER_PAGE : number * PER_PAGE], len(spots), number, code)


@bp.get("/<slug>/ban-do")
@cacheable(params=("ma", "trang"))
def show(slug: str) -> ResponseReturnValue:
    """The map, its legend, and everything on it as a list."""
    c = _consultation(slug)
    drawing, pins = queries.drawing(c), voices.get().pins(c)
    part = _part(drawing)
    return render_template(
        "maps/public.html",
        c=c,
        tab="ban-do",
        page_title=_("Bản đồ – %(title)s", title=c.title),
        drawing=drawing,
        pins=pins,
        part=part,
        previous=part.address(c.url, part.number - 1) if part.number > 1 else None,
        following=None if part.is_last else part.address(c.url, part.number + 1),
        comment_url=f"{c.url}/gop-y" if c.phase is Phase.OPEN else "",
        size=(WIDTH, HEIGHT),
    )


@bp.get("/<slug>/ban-do.geojson")
@cacheable()
def data(slug: str) -> ResponseReturnValue:
    """The confirmed layers and the comments that are shown, for the map's script and for everybody
    who wants to use them.
    """
    c = _consultation(slug)
    text = queries.drawing(c).as_geojson(
        voices.get().pins(c), note=_("Chỉ để tham khảo, không thay bản đồ địa chính.")
    )
    return Response(text, mimetype="application/geo+json")


def _image(drawing: queries.Drawing, title: str, **more: Any) -> ResponseReturnValue:
    return Response(svg.draw(drawing, title=title, **more), mimetype="image/svg+xml")


@bp.get("/<slug>/ban-do.svg")
@cacheable()
def image(slug: str) -> ResponseReturnValue:
    """The same as a drawing."""
    c = _consultation(slug)
    return _image(
        queries.drawing(c), c.title, width=WIDTH, height=HEIGHT, pins=voices.get().pins(c)
    )


@bp.get("/<slug>/ban-do-nho.svg")
@cacheable(params=("ghim",))
def small_image(slug: str) -> ResponseReturnValue:
    """The small drawing on which somebody without scripts places a pin, with the pin that they have
    placed.
    """
    c = _consultation(slug)
    at = geo.parse_place(request.args.get("ghim", ""))
    pins = [queries.Pin("", _("Ghim của bạn"), "other", *at)] if at else []
    return _image(
        queries.drawing(c),
        c.title,
        width=queries.PICKER_WIDTH,
        height=queries.PICKER_HEIGHT,
        pins=pins,
    )


def press(c: PublicConsultation, form: Any) -> bool:
    """Did somebody without scripts press the small drawing?

    Then the form's pin is there, and its page has to be shown again.
    """
    try:
        x, y = float(request.form["ban-do.x"]), float(request.form["ban-do.y"])
    except (KeyError, ValueError):
        return False
    if not (x or y):
        # The Enter key in another field, or on the image itself, sends the image without a place.
        return False
    if place := queries.place_of_pixel(c.id, x, y):
        form.longitude.data, form.latitude.data = f"{place[0]:.6f}", f"{place[1]:.6f}"
    return True


@dataclass(frozen=True, slots=True)
class PinPlace:
    """The pin of a comment's form as its hidden fields and its line of text have it."""

    longitude: str
    latitude: str
    text: str


def map_place(form: Any) -> PinPlace:
    """The form's pin, or the place of the link that led here (`?noi=15.09000,108.77000`, latitude
    first), or none.
    """
    longitude, latitude = form.longitude.data or "", form.latitude.data or ""
    if not longitude and request.method == "GET":
        found = geo.parse_place(request.args.get("noi", ""))
        longitude, latitude = (f"{found[0]:.6f}", f"{found[1]:.6f}") if found else ("", "")
    try:
        place = f"{vi_number(float(latitude), 5)}; {vi_number(float(longitude), 5)}"
    except ValueError:
        return PinPlace("", "", _("Chưa đặt ghim."))
    return PinPlace(str(longitude), str(latitude), _("Đã đặt ghim: %(place)s", place=place))


bp.add_app_template_global(map_place)
