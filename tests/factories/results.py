"""Points and replies up to an issued table, through the services.

Call inside an application context; everything is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Role
from app.accounts.models import User
from app.comments.answers import Decision
from app.comments.models import Comment
from app.consultations.models import Consultation
from app.consultations.states import Stage
from app.extensions import db
from app.organisation.models import AgencyProfile
from app.results.models import Point, Reply, ResultTable
from app.results.queries import points as queries
from app.results.service import issuing, points, replies
from app.results.service.replies import Draft
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_unit

TEXTS = (
    "Tuyến đường tránh cắt đôi thửa ruộng, đề nghị dịch về phía Tây khoảng sáu mươi mét.",
    "Tuyến đường tránh đi quá gần trường học, đề nghị dịch về phía Tây.",
    "Giá bồi thường đất lúa thấp hơn giá thị trường, đề nghị tính lại.",
    "Đồng ý với quy hoạch, đề nghị làm trước mùa mưa.",
)


@dataclass(frozen=True, slots=True)
class People:
    """Who works on it."""

    writer: User
    colleague: User
    leader: User
    stranger: User


def people() -> People:
    """A drafter, a colleague of the same unit, a leader who approves and publishes, an officer of
    another unit.
    """
    if db.session.get(AgencyProfile, 1) is None:
        make_agency()
    unit = make_unit("Phòng Kinh tế thử")
    return People(
        writer=make_user(roles=[Role.OFFICER], unit=unit),
        colleague=make_user(roles=[Role.OFFICER], unit=unit),
        leader=make_user(roles=[Role.APPROVER, Role.PUBLISHER]),
        stranger=make_user(roles=[Role.OFFICER], unit=make_unit("Phòng Văn hóa thử")),
    )


def make_file(
    texts: Sequence[str] = TEXTS, *, stage: Stage = Stage.CLOSED, **columns: object
) -> tuple[Consultation, list[Comment]]:
    """A consultation with one comment for each text, and one point for each comment."""
    consultation = make_consultation(stage=stage, **columns)  # type: ignore[arg-type]
    comments = [make_comment(consultation, body=text) for text in texts]
    points.make_points(consultation)
    db.session.commit()
    return consultation, comments


def seen(rows: Sequence[Point]) -> dict[int, int]:
    """Revision by id, as a form sends it."""
    return {row.id: row.revision for row in rows}


def points_of(consultation: Consultation) -> list[Point]:
    """All its points in order."""
    ids = queries.matching(consultation, queries.Wanted(), limit=10_000)
    return [db.session.get_one(Point, number, populate_existing=True) for number in ids]


def answer(
    consultation: Consultation,
    some: Sequence[Point],
    who: People,
    *,
    decision: Decision = Decision.EXPLAINED,
    text: str = "Giữ như dự thảo.",
) -> Reply:
    """A final reply to these points."""
    where = "Mục 4.2 thuyết minh" if decision in replies.CHANGING else ""
    reply = replies.create(consultation, seen(some), Draft(decision, text, where), actor=who.writer)
    replies.move(reply, "agree", actor=who.colleague, seen_revision=None)
    replies.move(reply, "finalise", actor=who.leader, seen_revision=None)
    db.session.commit()
    return reply


def make_issued(
    texts: Sequence[str] = TEXTS, **columns: object
) -> tuple[Consultation, ResultTable, People]:
    """A consultation whose table was issued: the first point accepted, the others explained."""
    who = people()
    consultation, _comments = make_file(texts, **columns)
    first, *rest = points_of(consultation)
    answer(
        consultation,
        [first],
        who,
        decision=Decision.ACCEPTED,
        text="Tiếp thu, dịch tuyến về phía Tây.",
    )
    if rest:
        answer(consultation, rest, who)
    table = issuing.issue(consultation, actor=who.leader, seen_revision=consultation.revision)
    db.session.commit()
    return consultation, table, who
