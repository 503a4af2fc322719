"""What consultations tell the features below them: how to resolve a reference, who may fetch a
file, what search may find.
"""

from collections.abc import Iterator

from flask import Flask
from flask_babel import gettext as _

from app.access.actors import Actor
from app.consultations import policy
from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation, DossierItem
from app.consultations.models.results import Certificate, ResultTable
from app.consultations.queries import public, staff
from app.consultations.service import core, deadlines
from app.consultations.states import Stage
from app.extensions import db
from app.files import gate
from app.kernel import fulltext, links
from app.kernel.links import Ref, Resolved
from app.submissions.models import Submission
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


def resolve_comment(comment_id: int) -> Resolved | None:
    """A comment as staff link to it."""
    found = db.session.get(Comment, comment_id)
    if found is None:
        return None
    return Resolved(found.submission.code, None, f"/can-bo/gop-y/{found.submission.code}")


def may_read_sent(actor: Actor, submission: Submission) -> bool:
    """May this person read the comment that was made from this submission, and fetch what was
    attached?
    """
    return policy.may_read_comment(
        actor, staff.comment_by_submission(submission.id)
    ) and policy.sees_contacts(actor)


def with_consultation(
    consultation: Consultation | None, actor: Actor | None, *, published: bool = True
) -> gate.Access:
    """Public with the consultation, staff's otherwise."""
    if consultation is None:
        return gate.Access.NONE
    if published and public.public_one(consultation.slug) is not None:
        return gate.Access.PUBLIC
    return gate.Access.PRIVATE if actor is not None and policy.may_read(actor) else gate.Access.NONE


def consultation_of(row: DossierItem | ResultTable | Certificate | None) -> Consultation | None:
    return db.session.get(Consultation, row.consultation_id) if row is not None else None


def may_fetch_dossier(item_id: int, actor: Actor | None) -> gate.Access:
    """The dossier is public with its consultation."""
    return with_consultation(consultation_of(db.session.get(DossierItem, item_id)), actor)


def may_fetch_result(table_id: int, actor: Actor | None) -> gate.Access:
    """An issued table is public once the result is."""
    found = consultation_of(db.session.get(ResultTable, table_id))
    return with_consultation(
        found,
        actor,
        published=found is not None and found.stage in {Stage.ANSWERED, Stage.ARCHIVED},
    )


def may_fetch_certificate(certificate_id: int, actor: Actor | None) -> gate.Access:
    """The certificate is public once the result is."""
    found = consultation_of(db.session.get(Certificate, certificate_id))
    return with_consultation(
        found,
        actor,
        published=found is not None and found.stage in {Stage.ANSWERED, Stage.ARCHIVED},
    )


def may_fetch_office(row_id: int, actor: Actor | None) -> gate.Access:
    """Minutes of meetings and imported files: with names in them, so only for those who reach
    senders.
    """
    return (
        gate.Access.PRIVATE
        if actor is not None and policy.may_read(actor) and policy.sees_contacts(actor)
        else gate.Access.NONE
    )


def public_documents() -> Iterator[tuple[Ref, str, str]]:
    """Everything that belongs into the full-text index, for a rebuild."""
    for found in db.session.scalars(public.public(Consultation).order_by(Consultation.id)):
        yield core.ref(found), *core.document_of(found)


def init_app(app: Flask) -> None:
    """Register all of it."""
    links.register("consultation", resolve_consultation)
    links.register("comment", resolve_comment)
    gate.register("dossier", may_fetch_dossier)
    gate.register("result_table", may_fetch_result)
    gate.register("certificate", may_fetch_certificate)
    gate.register("village_meeting", may_fetch_office)
    fulltext.register_source("consultation", public_documents)
    register_deadlines(_("Lấy ý kiến"), deadlines.preview, deadlines.apply)
