"""«Mẫu trả lời»: the texts that a unit's officers begin their answers with."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Stale
from app.kernel.links import Ref
from app.kernel.text import clean, clean_line
from app.organisation.models import Topic
from app.questions.models import AnswerTemplate
from app.questions.service.answering import SHORT_MAX
from app.questions.states import Outcome


@dataclass(frozen=True, slots=True)
class Sample:
    """What the form of a template holds."""

    title: str
    topic: Topic | None = None
    short: str = ""
    findings: str = ""
    resolution: str = ""
    contact: str = ""
    outcome: Outcome | None = None


def may_edit_template(actor: Actor, template: AnswerTemplate | None) -> bool:
    """Whoever answers may write templates of the own unit; those of the whole office are
    everybody's to read.
    """
    return actor.has(P.QUESTION_ANSWER) and (template is None or template.unit_id == actor.unit_id)


def save_template(
    template: AnswerTemplate | None, sample: Sample, *, actor: Actor, seen_revision: int = 0
) -> AnswerTemplate:
    """Write a new template of the actor's unit, or change one.

    Raises Stale when a colleague changed it in between.
    """
    _check(template, actor)
    if not clean_line(sample.title):
        raise FieldError("title", _("Hãy đặt tên cho mẫu."))
    if not clean(sample.resolution) and not clean_line(sample.short):
        raise FieldError("resolution", _("Mẫu chưa có nội dung nào."))
    if template is None:
        template = AnswerTemplate(unit_id=actor.unit_id)
    elif template.revision != seen_revision:
        raise Stale(_("Đồng nghiệp vừa sửa mẫu này. Hãy tải lại trang rồi sửa tiếp."))
    template.title = clean_line(sample.title)[:150]
    template.topic_id = sample.topic.id if sample.topic else None
    template.short, template.contact = (
        clean_line(sample.short)[:SHORT_MAX],
        clean_line(sample.contact)[:300],
    )
    template.findings, template.resolution = clean(sample.findings), clean(sample.resolution)
    template.outcome = sample.outcome
    template.updated_by, template.updated_at = actor.id, now()
    db.session.add(template)
    db.session.flush()
    audit.record(
        "question:template_saved",
        actor_id=actor.id,
        actor=actor.full_name,
        about=Ref("answer_template", template.id),
        data=None,
    )
    return template


def remove_template(template: AnswerTemplate, *, actor: Actor) -> None:
    """Drop a template. Answers begun with it keep their text."""
    _check(template, actor)
    about = Ref("answer_template", template.id)
    db.session.execute(sa.delete(AnswerTemplate).where(AnswerTemplate.id == template.id))
    audit.record(
        "question:template_removed",
        actor_id=actor.id,
        actor=actor.full_name,
        about=about,
        data=None,
    )


def _check(template: AnswerTemplate | None, actor: Actor) -> None:
    if not may_edit_template(actor, template):
        raise Forbidden(_("Bạn chỉ sửa được mẫu của đơn vị mình."))
