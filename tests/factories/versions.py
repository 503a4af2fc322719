"""Versions of a draft as rows, for tests that are not about how they were read."""

from app.consultations.models import Consultation
from app.drafts.models import Clause, DraftVersion
from app.drafts.service.shape import anchor_for, reshape
from app.drafts.service.versions import _new_version, _store
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.html import paragraphs
from tests.factories.accounts import make_user

#: Kind, label, heading, text.
PARTS = (
    ("chapter", "Chương I", "QUY ĐỊNH CHUNG", ""),
    (
        "article",
        "Điều 1",
        "Phạm vi điều chỉnh",
        "Nghị định này quy định về trình tự, thủ tục giao đất, cho thuê đất.",
    ),
    ("article", "Điều 2", "Đối tượng áp dụng", ""),
    (
        "clause",
        "1.",
        "",
        "Cơ quan nhà nước thực hiện quyền và nghĩa vụ đại diện chủ sở hữu về đất đai.",
    ),
)


def make_version(consultation_id: int, *parts: tuple[str, str, str, str]) -> DraftVersion:
    """An unpublished version with these parts under the anchors of their labels."""
    version = _new_version(db.session.get_one(Consultation, consultation_id), make_user())
    made: list[Clause] = []
    for kind, label, heading, text in parts or PARTS:
        clause = Clause(
            kind=ClauseKind(kind),
            anchor="",
            depth=0,
            label=label,
            full_label="",
            heading=heading,
            text=text,
            html=str(paragraphs(text)),
        )
        made.append(clause)
        reshape(made)
        parent = next((one.anchor for one in reversed(made[:-1]) if one.depth < clause.depth), "")
        clause.anchor = anchor_for(clause.kind, label, parent, {one.anchor for one in made[:-1]})
    _store(version, made)
    db.session.commit()
    return version
