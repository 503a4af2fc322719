"""What every screen of the office shares: the blueprint, who is signed in, loading a consultation,
the tabs on top.
"""

from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _

from app.accounts.signed_in import me
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.kernel.errors import Forbidden

bp = Blueprint(
    "consultations_office", __name__, url_prefix="/can-bo", template_folder="../templates"
)


def load(slug: str) -> Consultation:
    """The consultation at this address. Raises NotFound."""
    return staff.by_slug(slug)


def load_for_editing(slug: str) -> Consultation:
    """The same, for somebody who may change it. Raises Forbidden."""
    consultation = load(slug)
    if not policy.may_edit(me(), consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa nội dung này."))
    return consultation


#: (key, label, endpoint) of the tabs on top of one consultation's screens; features add theirs in
#: the order of the work.
TABS: list[tuple[int, str, Any, str]] = []


def add_tab(order: int, key: str, label: Any, endpoint: str) -> None:
    """Put one more tab on top of every screen of a consultation. The endpoint takes `slug`."""
    TABS.append((order, key, label, endpoint))
    TABS.sort(key=lambda row: row[0])


def tabs(consultation: Consultation, current: str) -> list[dict[str, Any]]:
    """The tabs for `p.tabs`."""
    return [
        {
            "url": url_for(endpoint, slug=consultation.slug),
            "label": label,
            "count": None,
            "current": key == current,
        }
        for _order, key, label, endpoint in TABS
        if _may_open(endpoint)
    ]


def _may_open(endpoint: str) -> bool:
    """Does the screen behind a tab let this person in? A tab that answers 403 helps nobody."""
    wanted = getattr(current_app.view_functions[endpoint], "permissions", ())
    return not wanted or any(me().has(permission) for permission in wanted)


bp.add_app_template_global(tabs, "consultation_tabs")
