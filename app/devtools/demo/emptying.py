"""Taking everything out again, in an order that no foreign key and no trigger minds."""

import sqlalchemy as sa

from app.audit import keys
from app.audit.models import AuditHead
from app.extensions import db
from app.questions.models import Question
from app.questions.states import Stage, Visibility


def empty_tables() -> None:
    """Delete every row of every table, in the caller's transaction. The schema stays."""
    # The record refuses deletion until it is unsealed; the product itself never does that.
    db.session.execute(sa.update(AuditHead).values(sealed=False))
    # And what stands outside the database speaks of a record that is no more.
    keys.path().unlink(missing_ok=True)
    keys.marks_path().unlink(missing_ok=True)
    # Questions and the versions of their answers refer to each other.
    apart = {
        "stage": Stage.RECEIVED,
        "visibility": Visibility.PRIVATE,
        "version_id": None,
        "merged_into_id": None,
    }
    db.session.execute(
        sa.update(Question).values(apart), execution_options={"synchronize_session": False}
    )
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.expunge_all()
    # The full-text index is no model (kernel.fulltext).
    db.session.execute(sa.text("DELETE FROM search_doc"))
