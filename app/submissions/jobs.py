"""After an erasure: nothing of it in the files of the database either."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.extensions import db
from app.jobs.registry import job
from app.kernel import db as database
from app.kernel import fulltext

SCRUB_JOB = "erased-scrub"


@job(SCRUB_JOB, attempts=20, label=_l("Dọn dấu vết của nội dung đã xóa"))
def scrub(payload: dict[str, Any]) -> None:
    """Of an erased text the words stay in the search index, and its old pages in the log of the
    database, until somebody tidies up.
    """
    fulltext.tidy()
    db.session.commit()
    database.scrub()
