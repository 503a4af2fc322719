"""Word and Excel of an issued table, made while nobody waits; and the points of a consultation
whose time is over.
"""

import tempfile
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from app.access.actors import SYSTEM
from app.consultations.events import ConsultationMoved
from app.consultations.models import Consultation
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.jobs.registry import job, periodic
from app.jobs.service import enqueue
from app.kernel import publication
from app.kernel.db import reading
from app.kernel.events import on
from app.kernel.links import Ref
from app.results.models import ResultTable
from app.results.queries import tables as queries
from app.results.service import issuing, points, publishing
from app.results.writers import docx_table, xlsx_table

POINTS_JOB = "consultation-points"
WRITERS = (("docx", docx_table.write), ("xlsx", xlsx_table.write))


@job(issuing.FILES_JOB, lease_minutes=30, label=_l("Tạo tệp của bảng tổng hợp"))
def make_files(payload: dict[str, Any]) -> None:
    """Make what is missing of the files of one issue.

    Running it again after its end changes nothing.
    """
    table_id = int(payload["table"])
    owner = Ref("result_table", table_id)
    made: list[tuple[str, bytes]] = []
    with reading():
        table = db.session.get(ResultTable, table_id)
        if table is None:
            return
        there = {file.extension for file in file_queries.of(owner)}
        issued, code = queries.issued(table), queries.consultation_of(table).code
        name = f"Bảng tổng hợp ý kiến {code} lần {table.number}"
        for extension, write in WRITERS:
            if extension not in there:
                with tempfile.TemporaryFile() as file, force_locale("vi"):
                    write(file, issued.head, issued.rows(), sha256=table.sha256)
                    file.seek(0)
                    made.append((f"{name}.{extension}", file.read()))
    kept = [files.keep_made(content, name) for name, content in made]
    if kept:
        files.claim([file.key for file in kept], owner)
        publication.bump()


@job(POINTS_JOB, lease_minutes=30, label=_l("Lập ý từ góp ý trong hồ sơ"))
def make_points(payload: dict[str, Any]) -> None:
    """One point for every comment in the file that has none."""
    consultation = db.session.get(Consultation, int(payload["consultation"]))
    if consultation is not None:
        points.make_points(consultation, actor=SYSTEM)


@on(ConsultationMoved)
def time_is_over(event: ConsultationMoved) -> None:
    """When the last day has passed, the work on the points begins."""
    if event.move == "close":
        enqueue(
            POINTS_JOB,
            {"consultation": event.consultation.id},
            dedupe_key=f"{POINTS_JOB}:{event.consultation.id}",
        )


@periodic(
    "consultations-remind",
    at="07:45",
    only_working_days=True,
    not_after="18:00",
    label=_l("Nhắc công bố kết quả lấy ý kiến"),
)
def remind() -> None:
    """Remind of results that are missing 15 and 30 days after closing."""
    publishing.remind_due()
