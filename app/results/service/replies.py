"""What the authority says to a point or to a whole group: drafted, agreed, made final by somebody
else; locked by issuing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit.moving import check_revision, need_text
from app.comments.answers import DECISION_LABELS, Decision
from app.consultations import policy
from app.consultations.models import Consultation
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import DomainError, FieldError, Forbidden, Refused
from app.kernel.html import paragraphs
from app.kernel.text import clean, clean_line
from app.organisation import queries as organisation
from app.organisation.models import Unit
from app.results import policy as results_policy
from app.results.models import Point, Reply
from app.results.service import points
from app.results.states import REPLY_FLOW, ReplyStage
from app.submissions import redaction
from app.submissions.redaction import Kind

TEXT_MAX, WHERE_MAX = 10_000, 500
#: Decisions after which the draft is another one: where it was changed belongs to the answer.
CHANGING = frozenset({Decision.ACCEPTED, Decision.PARTLY_ACCEPTED})


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a reply holds.

    A draft may be incomplete; what is missing is said on agreeing.
    """

    decision: Decision | None = None
    text: str = ""
    changed_where: str = ""
    #: Which unit drafts it.
    unit: Unit | None = None


def consultation_of(reply: Reply) -> Consultation:
    """Where it belongs."""
    return db.session.get_one(Consultation, reply.consultation_id)


def points_of(reply: Reply) -> list[int]:
    """The numbers of the points that it answers, in order."""
    return list(
        db.session.scalars(sa.select(Point.id).where(Point.reply_id == reply.id).order_by(Point.id))
    )


def is_locked(reply: Reply) -> bool:
    """Does a point of it stand in an issued table?"""
    issued = (
        sa.select(Point.id)
        .where(Point.reply_id == reply.id, Point.issued_number.is_not(None))
        .limit(1)
    )
    return db.session.scalar(issued) is not None


def _fill(reply: Reply, draft: Draft, actor: Actor) -> None:
    text = clean(draft.text)
    if len(text) > TEXT_MAX:
        raise FieldError("text", _("Nội dung dài quá %(n)s ký tự. Hãy rút gọn.", n="10.000"))
    reply.decision, reply.text, reply.html = draft.decision, text, str(paragraphs(text))
    reply.changed_where = clean_line(draft.changed_where)[:WHERE_MAX]
    reply.unit_id = draft.unit.id if draft.unit else None
    reply.drafted_by = actor.id
    reply.updated_at = now()


def create(
    consultation: Consultation, seen: Mapping[int, int], draft: Draft, *, actor: Actor
) -> Reply:
    """One reply for all these points (revision by id, as the officer saw them); all or none, in one
    transaction.

    A point leaves a reply that is still a draft; one that is agreed or final stands in the way.
    Raises Forbidden, Stale, Refused and FieldError.
    """
    points.need_group(actor, consultation)
    points.check_seen(consultation, seen)
    for ids in points.in_batches(seen):
        agreed = (
            sa.select(Point.id)
            .join(Reply, Reply.id == Point.reply_id)
            .where(Point.id.in_(ids), Reply.stage != ReplyStage.DRAFT)
        )
        if db.session.scalar(agreed.limit(1)) is not None:
            raise Refused(
                _(
                    "Trong các ý đã chọn có ý đã được thống nhất hoặc đã chốt trả lời. Chưa ý nào "
                    "được thay đổi."
                )
            )
    reply = Reply(consultation_id=consultation.id)
    _fill(reply, draft, actor)
    db.session.add(reply)
    db.session.flush()
    points.update_all(seen, reply_id=reply.id)
    points.drop_empty_replies(consultation.id)
    points.note(
        consultation,
        "reply",
        actor,
        _("Soạn cho %(n)s ý", n=len(seen)),
        {"reply": reply.id, "points": len(seen)},
    )
    return reply


def save(reply: Reply, draft: Draft, *, actor: Actor, seen_revision: int | None) -> None:
    """Keep what was written.

    Raises Forbidden (not this unit, no longer a draft), Stale, Refused (locked), FieldError.
    """
    consultation = consultation_of(reply)
    points.need_group(actor, consultation)
    check_revision(reply, seen_revision)
    if is_locked(reply):
        raise Refused(points.locked_message())
    if not results_policy.may_write_reply(actor, reply):
        raise Forbidden(_("Bản này không còn ở bước soạn, hoặc được giao cho đơn vị khác."))
    _fill(reply, draft, actor)
    points.note(consultation, "reply", actor, "", {"reply": reply.id})


def assign(
    consultation: Consultation, seen: Mapping[int, int], unit: Unit, *, actor: Actor
) -> Reply:
    """Have a unit draft one reply to these points."""
    reply = create(consultation, seen, Draft(unit=unit), actor=actor)
    points.note(
        consultation,
        "reply",
        actor,
        _("Giao %(unit)s soạn", unit=unit.name),
        {"reply": reply.id, "unit": unit.id},
    )
    return reply


def detach(point: Point, *, actor: Actor, seen_revision: int | None) -> None:
    """Take one point out of a reply that is still a draft, so that it gets one of its own."""
    consultation = db.session.get_one(Consultation, point.consultation_id)
    points.need_group(actor, consultation)
    check_revision(point, seen_revision)
    if point.issued_number is not None:
        raise Refused(points.locked_message())
    reply = db.session.get(Reply, point.reply_id or 0)
    if reply is None or reply.stage is not ReplyStage.DRAFT:
        raise Refused(_("Chỉ tách được ý khỏi bản còn đang soạn."))
    point.reply_id = None
    points.drop_empty_replies(consultation.id)
    points.note(consultation, "reply", actor, "", {"reply": reply.id, "taken_out": point.id})


# What an agreed reply has to say
# --------------------------------------------------------------------------------------------------
def problems(reply: Reply) -> list[tuple[str, str]]:
    """Why it cannot be agreed: (field, sentence). Empty: it can."""
    found: list[tuple[str, str]] = []
    if reply.decision is None:
        found.append(
            ("decision", _("Hãy chọn kết quả: tiếp thu, giải trình, chuyển hay ngoài phạm vi."))
        )
    if not reply.text:
        found.append(("text", _("Hãy viết nội dung tiếp thu, giải trình.")))
    if reply.decision in CHANGING and not reply.changed_where:
        found.append(
            (
                "changed_where",
                _(
                    "«%(decision)s» cần ghi đã sửa ở đâu trong dự thảo.",
                    decision=DECISION_LABELS[reply.decision],
                ),
            )
        )
    if hits := personal_data(f"{reply.text}\n{reply.changed_where}"):
        found.append(
            (
                "text",
                _(
                    "Có thể còn thông tin cá nhân: %(what)s. Hãy che hoặc bỏ đi.",
                    what=", ".join(hits[:3]),
                ),
            )
        )
    return found


def personal_data(text: str, *, official: tuple[str, ...] | None = None) -> list[str]:
    """What in a text looks like somebody's number or address, in words.

    Plots of land are named in plans themselves: not these.
    """
    known = organisation.official_contacts() if official is None else official
    return [
        hit.label for hit in redaction.find(text, official=known) if hit.kind is not Kind.PARCEL
    ]


# Draft → agreed → final
# --------------------------------------------------------------------------------------------------
def move(
    reply: Reply,
    name: str,
    *,
    actor: Actor,
    seen_revision: int | None,
    reason: str = "",
    solo_office: bool = False,
) -> None:
    """Agree, make final, or send back with a reason: the only place where a reply's stage changes.

    Raises Forbidden (also for making one's own draft final, unless the office has one person: then
    it is recorded), Stale, Refused and FieldError (what an agreed reply has to say).
    """
    consultation = consultation_of(reply)
    _step(
        reply,
        name,
        consultation,
        actor=actor,
        seen_revision=seen_revision,
        reason=reason,
        solo_office=solo_office,
    )
    points.recount(consultation.id)


def _step(
    reply: Reply,
    name: str,
    consultation: Consultation,
    *,
    actor: Actor,
    seen_revision: int | None,
    reason: str,
    solo_office: bool,
) -> None:
    check_revision(reply, seen_revision)
    after = REPLY_FLOW.next(reply.stage, name)
    if not policy.may_read(actor) or not results_policy.may_move_reply(
        actor, reply, name, solo_office=solo_office
    ):
        if name == "finalise" and reply.drafted_by == actor.id:
            raise Forbidden(_("Người soạn không tự chốt bản của mình. Hãy nhờ người khác chốt."))
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    if is_locked(reply):
        raise Refused(points.locked_message())
    reason = (
        need_text(reason, _("Hãy ghi lý do trả lại để người soạn biết cần sửa gì."))
        if name == "send_back"
        else ""
    )
    if name != "send_back":
        for field, sentence in problems(reply):
            raise FieldError(field, sentence)
    if name == "agree":
        reply.agreed_by, reply.agreed_at = actor.id, now()
    elif name == "finalise":
        reply.final_by, reply.final_at, reply.self_approved = (
            actor.id,
            now(),
            reply.drafted_by == actor.id,
        )
    else:
        reply.agreed_by = reply.agreed_at = reply.final_by = reply.final_at = None
        reply.self_approved = False
    reply.stage = after
    reply.updated_at = now()
    data = (
        {"reply": reply.id, "self_approved": True} if reply.self_approved else {"reply": reply.id}
    )
    points.note(consultation, name, actor, reason, data)


def move_many(
    consultation: Consultation,
    seen: Mapping[int, int],
    name: str,
    *,
    actor: Actor,
    reason: str = "",
    solo_office: bool = False,
) -> int:
    """The same step for many replies (revision by id); all or none.

    Returns how many. Raises Refused, naming what is in the way.
    """
    if not seen:
        raise Refused(_("Hãy chọn ít nhất một bản trả lời."))
    if len(seen) > points.BULK_MAX:
        raise Refused(_("Mỗi lần chọn nhiều nhất %(n)s bản trả lời.", n="1.000"))
    done = 0
    for ids in points.in_batches(seen):
        query = (
            sa.select(Reply)
            .where(Reply.id.in_(ids), Reply.consultation_id == consultation.id)
            .order_by(Reply.id)
        )
        for reply in db.session.scalars(query):
            try:
                _step(
                    reply,
                    name,
                    consultation,
                    actor=actor,
                    seen_revision=seen[reply.id],
                    reason=reason,
                    solo_office=solo_office,
                )
            except DomainError as error:
                raise Refused(
                    _(
                        "Chưa bản nào được thay đổi: «%(text)s…» – %(why)s",
                        text=reply.text[:60],
                        why=error.message,
                    )
                ) from error
            done += 1
    if done != len(seen):
        raise Refused(
            _(
                "Trong các bản đã chọn có bản không còn nữa. Chưa bản nào được thay đổi; hãy tải "
                "lại trang."
            )
        )
    points.recount(consultation.id)
    return done
