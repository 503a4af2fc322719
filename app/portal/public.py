"""/, /so-do-cong, /kha-nang-tiep-can, /du-lieu-ca-nhan, /lien-he"""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel.display import navigation
from app.kernel.pagecache import cacheable
from app.organisation import queries as organisation
from app.portal.queries import COUNTED, surroundings
from app.questions.queries import public
from app.questions.service.core import DEFAULT_DAYS
from app.questions.service.keeping import SPAM_DAYS
from app.submissions.service import CONFIRM_DAYS

bp = Blueprint("portal", __name__, template_folder="templates")
NEWEST = 5


def add_menus(app: Flask) -> None:
    """The entries that belong to no other feature."""
    menus = navigation(app)
    menus.add_public(0, "trang-chu", lambda: _("Trang chủ"), "/")
    menus.add_public(55, "gui-cau-hoi", lambda: _("Gửi câu hỏi"), "/hoi-dap/gui")
    menus.add_public(58, "tra-cuu", lambda: _("Tra cứu"), "/tra-cuu")
    menus.add_public(90, "lien-he", lambda: _("Liên hệ"), "/lien-he")
    menus.add_footer(10, lambda: _("Liên hệ"), "/lien-he")
    menus.add_footer(20, lambda: _("Sơ đồ cổng"), "/so-do-cong")
    menus.add_footer(30, lambda: _("Khả năng tiếp cận"), "/kha-nang-tiep-can")
    menus.add_footer(40, lambda: _("Bảo vệ dữ liệu cá nhân"), "/du-lieu-ca-nhan")
    menus.add_footer(50, lambda: _("Nhận tin qua thư điện tử"), "/theo-doi")
    menus.add_footer(60, lambda: _("Nguồn tin Atom: hỏi đáp"), "/hoi-dap/feed.atom")
    menus.add_footer(62, lambda: _("Nguồn tin Atom: lấy ý kiến"), "/lay-y-kien/feed.atom")
    menus.add_footer(70, lambda: _("Dành cho cán bộ"), "/can-bo/dang-nhap")


@bp.get("/")
@cacheable()
def home() -> ResponseReturnValue:
    """What do you need today?"""
    around = surroundings()
    return render_template(
        "portal/home.html",
        answers=public.latest(NEWEST),
        around=around,
        counted=COUNTED,
        days=DEFAULT_DAYS,
    )


@bp.get("/lien-he")
@cacheable()
def contact() -> ResponseReturnValue:
    """Where and how to reach the authority and its units."""
    return render_template("portal/contact.html", units=organisation.active_units())


@bp.get("/so-do-cong")
@cacheable()
def site_map() -> ResponseReturnValue:
    """Every section, as a tree."""
    return render_template("portal/site_map.html", topics=organisation.active_topics())


@bp.get("/kha-nang-tiep-can")
@cacheable()
def accessibility() -> ResponseReturnValue:
    """How the site can be used, and what to do where it cannot."""
    return render_template("portal/accessibility.html")


@bp.get("/du-lieu-ca-nhan")
@cacheable()
def privacy() -> ResponseReturnValue:
    """What is kept, why, for how long, and the rights of whoever it is about."""
    return render_template("portal/privacy.html", confirm_days=CONFIRM_DAYS, spam_days=SPAM_DAYS)
