"""Drafts that may be posted, and their documents, made through the services.

Call inside an application context.
"""

import datetime as dt
from typing import Any

from app.access.actors import SYSTEM
from app.consultations.models import Consultation, DossierItem
from app.consultations.service import dossier, lifecycle
from app.consultations.service.lifecycle import Facts
from app.consultations.states import ConsultationType, DossierKind
from app.extensions import db
from app.kernel.clock import today
from tests.factories.files import make_file
from tests.factories.organisation import make_unit

DAY = dt.timedelta(days=1)


def facts(**values: Any) -> Facts:
    """What people fill in, complete: a land-use plan that opens in three days."""
    defaults: dict[str, Any] = {
        "type": ConsultationType.LAND_PLAN,
        "title": "Quy hoạch sử dụng đất xã An Sơn thời kỳ 2026–2035",
        "summary": "Xin ý kiến về bản dự thảo.",
        "opens_on": today() + 3 * DAY,
        "receive_address": "Số 1 đường Trung Tâm, xã An Sơn",
        "receive_phone": "0253 3555 000",
    }
    return Facts(**{**defaults, **values})


def add_document(
    consultation: Consultation,
    title: str = "Tờ trình 112/TTr-UBND",
    *,
    kind: DossierKind = DossierKind.SUBMISSION,
    **values: Any,
) -> DossierItem:
    """One document with a small file."""
    item = dossier.add(
        consultation, actor=SYSTEM, file=make_file(), kind=kind, title=title, **values
    )
    db.session.commit()
    return item


def make_ready(**values: Any) -> Consultation:
    """A draft of which nothing is missing."""
    if "lead_unit_id" not in values:
        values["lead_unit_id"] = make_unit().id
    consultation = lifecycle.create(actor=SYSTEM, facts=facts(**values))
    db.session.commit()
    add_document(consultation)
    return consultation


def make_posted(**values: Any) -> Consultation:
    """The same, posted now."""
    consultation = make_ready(**values)
    lifecycle.schedule(consultation, actor=SYSTEM, seen_revision=None)
    db.session.commit()
    return consultation
