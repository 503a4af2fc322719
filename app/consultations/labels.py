"""The words of consultations for templates, and the tabs on top of a
consultation's public pages.
"""

from typing import Any

from flask import Flask
from flask_babel import gettext as _

from app.consultations import states
from app.consultations.queries.public import PublicConsultation
from app.kernel.display import vi_number

_LABELS = {
    "type_labels": states.TYPE_LABELS,
    "phase_labels": states.PHASE_LABELS,
    "phase_colours": states.PHASE_COLOURS,
    "dossier_labels": states.DOSSIER_LABELS,
}


def public_tabs(c: PublicConsultation, current: str) -> list[dict[str, Any]]:
    """The tabs for `p.tabs`: those that hold something, and the one that is open."""
    rows = [
        ("tong-quan", _("Tổng quan"), "", True, None),
        ("ho-so", _("Hồ sơ"), "/ho-so", True, None),
        ("noi-dung", _("Nội dung từng mục"), "/noi-dung", c.has_draft, None),
        ("danh-muc", _("Danh mục công trình"), "/danh-muc", c.has_projects, None),
        ("ban-do", _("Bản đồ"), "/ban-do", c.has_map, None),
        (
            "y-kien",
            _("Ý kiến"),
            "/y-kien",
            True,
            vi_number(c.public_count) if c.comments_shown else None,
        ),
        ("ket-qua", _("Kết quả"), "/ket-qua", c.phase is states.Phase.RESULT, None),
    ]
    return [
        {"url": c.url + path, "label": label, "count": count, "current": key == current}
        for key, label, path, shown, count in rows
        if shown or key == current
    ]


def init_app(app: Flask) -> None:
    """Give every template these words; templates of other features have their own under other
    names.
    """
    app.jinja_env.globals.update(
        public_tabs=public_tabs,
        consultation_stage_labels=states.STAGE_LABELS,
        consultation_stage_colours=states.STAGE_COLOURS,
        **_LABELS,
    )
