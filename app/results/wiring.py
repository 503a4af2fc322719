"""What results tell the rooms below them: who may fetch an issued table or a certificate, what was
answered to comments, which works are still spoken of, what goes when a comment is erased.
"""

from collections.abc import Collection

import sqlalchemy as sa
from flask import Flask

from app.access.actors import Actor
from app.comments import answers
from app.comments.events import CommentMoved
from app.consultations import voices
from app.consultations.queries.public import WITH_RESULT
from app.consultations.wiring import with_consultation
from app.extensions import db
from app.files import gate
from app.kernel.events import on
from app.results.models import Certificate, Point, ResultTable
from app.results.queries import replies
from app.results.service import points


def may_fetch_result(table_id: int, actor: Actor | None) -> gate.Access:
    """An issued table is public once the result is."""
    found = db.session.get(ResultTable, table_id)
    return with_consultation(found and found.consultation_id, actor, once_in=WITH_RESULT)


def may_fetch_certificate(certificate_id: int, actor: Actor | None) -> gate.Access:
    """The certificate is public once the result is."""
    found = db.session.get(Certificate, certificate_id)
    return with_consultation(found and found.consultation_id, actor, once_in=WITH_RESULT)


def works_of_points(ids: Collection[int]) -> set[int]:
    """Those of these works that points are about."""
    query = sa.select(Point.project_id).where(Point.project_id.in_(list(ids))).distinct()
    return {number for number in db.session.scalars(query) if number is not None}


@on(CommentMoved)
def erase_points(event: CommentMoved) -> None:
    """The words of an erased comment go from its points, in the same transaction."""
    if event.move == "erase":
        points.erase_words(event.comment.id)


def init_app(app: Flask) -> None:
    """Register all of it."""
    gate.register("result_table", may_fetch_result)
    gate.register("certificate", may_fetch_certificate)
    answers.fill(replies.answers_of)
    voices.works_are_used_by(works_of_points)
