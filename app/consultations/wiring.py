"""What consultations tell the features below them: how to resolve a reference, who may fetch a
file, what search may find.
"""

from collections.abc import Collection, Iterator

from flask import Flask
from flask_babel import gettext as _

from app.access.actors import Actor
from app.consultations import policy
from app.consultations.models import Consultation, DossierItem
from app.consultations.queries import public
from app.consultations.service import core, deadlines
from app.consultations.states import Stage
from app.extensions import db
from app.files import gate
from app.kernel import fulltext, links
from app.kernel.links import Ref, Resolved
from app.workdays.events import register_deadlines


def resolve_consultation(consultation_id: int) -> Resolved | None:
    """A consultation as others link to it."""
    found = db.session.get(Consultation, consultation_id)
    if found is None:
        return None
    is_public = public.public_one(found.slug) is not None
    return Resolved(
        f"{found.code} · {found.title}",
        f"/lay-y-kien/{found.slug}" if is_public else None,
        f"/can-bo/lay-y-kien/{found.slug}",
    )


def with_consultation(
    consultation_id: int | None, actor: Actor | None, *, once_in: Collection[Stage] = tuple(Stage)
) -> gate.Access:
    """Public with the consultation, once it is in one of these stages; staff's otherwise."""
    if consultation_id is None:
        return gate.Access.NONE
    consultation = db.session.get_one(Consultation, consultation_id)
    if consultation.stage in once_in and public.public_one(consultation.slug) is not None:
        return gate.Access.PUBLIC
    return gate.Access.PRIVATE if actor is not None and policy.may_read(actor) else gate.Access.NONE


def may_fetch_dossier(item_id: int, actor: Actor | None) -> gate.Access:
    """The dossier is public with its consultation."""
    item = db.session.get(DossierItem, item_id)
    return with_consultation(item.consultation_id if item else None, actor)


def public_documents() -> Iterator[tuple[Ref, str, str]]:
    """Everything that belongs into the full-text index, for a rebuild."""
    for found in db.session.scalars(public.public(Consultation).order_by(Consultation.id)):
        yield core.ref(found), *core.document_of(found)


def init_app(app: Flask) -> None:
    """Register all of it."""
    links.register("consultation", resolve_consultation)
    gate.register("dossier", may_fetch_dossier)
    fulltext.register_source("consultation", public_documents)
    register_deadlines(_("Lấy ý kiến"), deadlines.preview, deadlines.apply)
