"""Files that are read into a consultation: who may, where their screens stand, what log and record
say. The rooms that read something in register their kinds here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit import service as audit
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.service import core
from app.extensions import db
from app.imports import kinds
from app.imports import service as imports
from app.imports.kinds import Apply, Kind
from app.imports.models import ImportRun
from app.kernel.errors import Forbidden


def register(
    name: str,
    label: Any,
    reader: str,
    apply: Apply,
    *,
    extensions: tuple[str, ...],
    endpoint: str,
    of_authority: str = "",
    may_start: Callable[[Actor, Consultation], bool] = policy.may_edit,
    may_see: Callable[[Actor], bool] = policy.may_read,
) -> None:
    """Add a kind of file that is read into a consultation.

    `endpoint` takes `slug`; `of_authority` is the one, without arguments, of a file that belongs to
    no consultation.
    """

    def guard(actor: Actor, about: int | None) -> None:
        allowed = (
            actor.has(P.CONSULTATION_SETUP)
            if about is None
            else may_start(actor, staff.by_id(about))
        )
        if not allowed:
            raise Forbidden(_("Bạn không có quyền nhập dữ liệu vào cuộc lấy ý kiến này."))

    def trail(about: int | None) -> list[tuple[str, str]]:
        top = (_("Lấy ý kiến"), "/can-bo/lay-y-kien")
        if about is None:
            return [top, (str(label), url_for(of_authority))] if of_authority else [top]
        consultation = staff.by_id(about)
        return [top, (consultation.title, url_for(endpoint, slug=consultation.slug))]

    kinds.register(Kind(name, label, reader, apply, extensions, guard, may_see, _noted, trail))


def _noted(run: ImportRun, note: str, actor: Actor, data: Mapping[str, Any]) -> None:
    if run.consultation_id is not None:
        consultation = db.session.get_one(Consultation, run.consultation_id)
        core.note_change(consultation, "import", actor, note=note, data=data)
        return
    audit.record(
        "consultation:import",
        actor_id=actor.id,
        actor=actor.full_name,
        about=imports.ref(run),
        data=data,
    )
