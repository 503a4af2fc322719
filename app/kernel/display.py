"""How a page is shown to this reader: language, text size, contrast, menus, dates and numbers in
Vietnamese form.

Choices live in plain cookies that hold no identity, so that anonymous pages stay the same for
everybody who chose alike.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    has_request_context,
    make_response,
    redirect,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.extensions import babel
from app.kernel.clock import local
from app.kernel.html import link_or_nothing, stored
from app.kernel.paging import COUNT_CAP
from app.kernel.text import shorten

LANGUAGES = ("vi", "en")
SIZES = ("0", "1", "2")
COOKIE_DAYS = 365
bp = Blueprint("display", __name__)


@dataclass
class Navigation:
    """The menus.

    Features add their entries in init_app; labels are functions, since the language changes per
    request.
    """

    public: list[tuple[int, str, Callable[[], str], str]] = field(default_factory=list)
    staff: list[tuple[int, str, Callable[[], str], str, Any]] = field(default_factory=list)
    footer: list[tuple[int, Callable[[], str], str]] = field(default_factory=list)

    def add_public(self, order: int, key: str, label: Callable[[], str], url: str) -> None:
        """An entry of the citizens' menu."""
        self.public.append((order, key, label, url))
        self.public.sort(key=lambda item: item[0])

    def add_staff(
        self, order: int, key: str, label: Callable[[], str], url: str, permission: Any
    ) -> None:
        """An entry of the staff menu, shown to those who hold the permission."""
        self.staff.append((order, key, label, url, permission))
        self.staff.sort(key=lambda item: item[0])

    def add_footer(self, order: int, label: Callable[[], str], url: str) -> None:
        """A link at the foot of every page."""
        self.footer.append((order, label, url))
        self.footer.sort(key=lambda item: item[0])


def navigation(app: Flask) -> Navigation:
    """The menus of an app."""
    found: Navigation = app.extensions["navigation"]
    return found


def chosen_locale() -> str:
    """The reader's language: the address, then the cookie, then Vietnamese."""
    if not has_request_context():
        return "vi"
    asked = request.args.get("lang") or kept(request.cookies, "lang")
    return asked if asked in LANGUAGES else "vi"


def display_classes() -> str:
    """Classes on <html> for text size and contrast."""
    names = []
    if (size := kept(request.cookies, "co-chu")) in SIZES[1:]:
        names.append(f"ln-size-{size}")
    if kept(request.cookies, "tuong-phan") == "1":
        names.append("ln-contrast")
    return " ".join(names)


def safe_path(path: str | None, default: str = "/") -> str:
    """A path of this site to go back to; anything that could lead elsewhere becomes the default."""
    if not path or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return default
    return path if path.isprintable() and not {" ", "\\"} & set(path) else default


@bp.get("/hien-thi")
def choose() -> ResponseReturnValue:
    """Keep a choice of text size or contrast in a cookie and go back."""
    response = make_response(redirect(safe_path(request.args.get("ve"))))
    if (size := request.args.get("co-chu")) in SIZES:
        _remember(response, "co-chu", str(size))
    if (contrast := request.args.get("tuong-phan")) in {"0", "1"}:
        _remember(response, "tuong-phan", str(contrast))
    return response


def kept(cookies: Mapping[str, str], name: str) -> str | None:
    """A choice that `_remember` left: under the name that no other host can set, or, without https
    (and from before), under the plain one.
    """
    return cookies.get(f"__Host-{name}") or cookies.get(name)


def _remember(response: Any, name: str, value: str) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        f"__Host-{name}" if secure else name,
        value,
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _keep_language(response: Any) -> Any:
    asked = request.args.get("lang")
    if asked in LANGUAGES and kept(request.cookies, "lang") != asked and not g.get("no_cookie"):
        _remember(response, "lang", asked)
    return response


def vi_date(moment: dt.datetime | dt.date | None) -> str:
    """24/11/2026, on a calendar in Hà Nội."""
    if moment is None:
        return ""
    day = local(moment) if isinstance(moment, dt.datetime) else moment
    return day.strftime("%d/%m/%Y")


def vi_datetime(moment: dt.datetime | None) -> str:
    """08:14 24/11/2026, on a clock in Hà Nội."""
    return local(moment).strftime("%H:%M %d/%m/%Y") if moment else ""


def vi_number(value: float | None, digits: int = 0) -> str:
    """2.656.026 and 2,8 in Vietnamese, 2,656,026 and 2.8 in English."""
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text if str(get_locale()) == "en" else text.translate(str.maketrans(",.", ".,"))


def capped(number: int) -> str:
    """1.000, or «hơn 1.000» for what was not counted further."""
    if number > COUNT_CAP:
        return str(_("hơn %(number)s", number=vi_number(COUNT_CAP)))
    return vi_number(number)


def file_size(size: int) -> str:
    """312 KB, 2,4 MB."""
    return (
        f"{vi_number(max(1, round(size / 1024)))} KB"
        if size < 1024 * 1024
        else f"{vi_number(size / 1024 / 1024, 1)} MB"
    )


def _context() -> dict[str, Any]:
    # The address of a page behind a secret link must not stand in the query string of another
    # address.
    here = (
        request.full_path.rstrip("?")
        if request.method == "GET" and not g.get("no_referrer")
        else "/"
    )
    other = "vi" if chosen_locale() == "en" else "en"
    args = (
        {key: value for key, value in request.args.items() if key != "lang"}
        if request.method == "GET"
        else {}
    )
    menus = navigation(current_app)

    def display_url(**choice: str) -> str:
        return "/hien-thi?" + urlencode(
            {**{key.replace("_", "-"): value for key, value in choice.items()}, "ve": here}
        )

    return {
        "current_locale": chosen_locale(),
        "lang_switch_url": (request.path if request.method == "GET" else "/")
        + "?"
        + urlencode({**args, "lang": other}),
        "display_classes": display_classes(),
        "display_urls": {
            "size_0": display_url(co_chu="0"),
            "size_1": display_url(co_chu="1"),
            "size_2": display_url(co_chu="2"),
            "contrast_on": display_url(tuong_phan="1"),
            "contrast_off": display_url(tuong_phan="0"),
        },
        "nav_items": [
            {"key": key, "label": label(), "url": url} for _order, key, label, url in menus.public
        ],
        "footer_links": [{"label": label(), "url": url} for _order, label, url in menus.footer],
        "session_has_flash": current_app.config["SESSION_COOKIE_NAME"] in request.cookies
        and bool(session.get("_flashes"))
        or bool(session.modified and session.get("_flashes")),
    }


def init_app(app: Flask) -> None:
    """Install languages, menus, filters and what every page needs to know."""
    app.extensions["navigation"] = Navigation()
    babel.init_app(app, locale_selector=chosen_locale)
    app.register_blueprint(bp)
    app.context_processor(_context)
    app.after_request(_keep_language)
    app.jinja_env.filters.update(
        date=vi_date, datetime=vi_datetime, number=vi_number, file_size=file_size, shorten=shorten
    )
    app.jinja_env.filters.update(stored=stored, link_or_nothing=link_or_nothing)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


__all__ = [
    "Navigation",
    "bp",
    "chosen_locale",
    "file_size",
    "navigation",
    "safe_path",
    "vi_date",
    "vi_datetime",
    "vi_number",
]
