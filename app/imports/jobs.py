"""The job behind an import: read the file in a child process while nobody waits for the database,
then apply it at once.

Whatever kills it, nothing is half applied: the rows, the run's end and the job's acknowledgement
are one transaction.
"""

import io
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
import xlsxwriter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import SYSTEM, Actor
from app.accounts.models import User
from app.extensions import db
from app.files import service as files
from app.files.runtime import runtime
from app.files.states import FileState
from app.imports import kinds, sandbox, service
from app.imports.kinds import ApplyResult, RefusedRow, Rows
from app.imports.models import ImportRun
from app.imports.protocol import REASON_COLUMN
from app.imports.sandbox import Reading, ReadingFailed
from app.imports.states import ImportState
from app.jobs.registry import job
from app.jobs.service import enqueue
from app.kernel.clock import now
from app.kernel.db import reading, writing
from app.kernel.errors import DomainError

log = structlog.get_logger(__name__)

#: Seconds between two notes of the progress: each takes the writer's turn.
_NOTE_EVERY = 1.0
#: Columns and characters of a cell that the file of refused rows repeats.
_MAX_COLUMNS = 100
_MAX_CELL = 30_000


# A reader may take three minutes and applying one; a second runner that came earlier would only
# lose its work.
@job(service.JOB, attempts=8, lease_minutes=10, label=_l("Đọc tệp của cuộc lấy ý kiến"))
def run_import(payload: dict[str, Any]) -> None:
    """Read and apply one file. Running it again after its end changes nothing."""
    run_id = int(payload["run_id"])
    with tempfile.TemporaryDirectory(prefix="langnghe-import-") as name:
        folder = Path(name)
        try:
            found = _read(run_id, folder)
        except DomainError as error:
            _fail(run_id, error.message)
            return
        except ReadingFailed as error:
            log.warning("import_not_read", run=run_id, cause=error.cause)
            _fail(run_id, error.message)
            return
        if found is not None:
            _apply(run_id, found)


def _fail(run_id: int, message: str) -> None:
    db.session.rollback()
    service.fail(db.session.get_one(ImportRun, run_id), message)


# Reading
# --------------------------------------------------------------------------------------------------
def _read(run_id: int, folder: Path) -> Reading | None:
    """What the reader found;

    None when there is nothing to do (now). No transaction is open while the reader works.
    """
    with reading():
        run = db.session.get(ImportRun, run_id)
        if run is None or run.state in {ImportState.DONE, ImportState.FAILED}:
            return None
        if run.tries >= service.MAX_TRIES:
            raise ReadingFailed(
                _("Việc đọc tệp bị dừng giữa chừng nhiều lần. Hãy kiểm tra tệp rồi tải lên lại."),
                "tries",
            )
        how, options, source = kinds.kind(run.kind), dict(run.options), service.source_of(run)
        if source.state is FileState.PENDING:
            waiting = True
        elif source.state is FileState.CLEAN:
            waiting = False
            path = folder / f"source.{source.extension}"
            _fetch(source.blob, path)
        else:
            raise ReadingFailed(
                _(
                    "Tệp chưa qua được kiểm tra mã độc nên không đọc. Hãy lưu lại tệp rồi tải lên "
                    "lại."
                ),
                "scanner",
            )
    if waiting:
        enqueue(service.JOB, {"run_id": run_id}, run_at=now() + service.SCAN_WAIT)
        return None
    with reading():
        _note(run_id, state=ImportState.RUNNING, tries=ImportRun.tries + 1, done=0, total=0)
        return sandbox.read(
            how.reader,
            path,
            options,
            folder=folder,
            limits=how.limits,
            on_progress=_Progress(run_id),
        )


def _fetch(blob: str, path: Path) -> None:
    with runtime().storage.open(blob) as content, path.open("wb") as target:
        shutil.copyfileobj(content, target)


def _note(run_id: int, **values: Any) -> None:
    with writing() as connection:
        connection.execute(sa.update(ImportRun).where(ImportRun.id == run_id).values(**values))


class _Progress:
    """Writes down how far the reader is, at most once a second."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        if (moment := time.monotonic()) - self._last >= _NOTE_EVERY:
            self._last = moment
            _note(self._run_id, done=done, total=total)


# Applying
# --------------------------------------------------------------------------------------------------
def _apply(run_id: int, found: Reading) -> None:
    """Write what was read, in the job's transaction."""
    run = db.session.get_one(ImportRun, run_id, with_for_update=True)
    if run.state in {ImportState.DONE, ImportState.FAILED}:
        return  # another runner, that had taken this one for dead, was faster
    actor: Actor = (db.session.get(User, run.created_by) if run.created_by else None) or SYSTEM
    try:
        rows = Rows(lambda: found.rows, count=found.row_count, meta=found.meta)
        result = kinds.kind(run.kind).apply(run, rows, actor)
        refused = found.refused_count + len(result.refused)
        run.problems = [
            {"row": row.row, "reasons": row.reasons}
            for row in islice(_refused(found, result), service.MAX_PROBLEMS)
        ]
        if refused:
            name = _(
                "%(name)s - dòng không nhận",
                name=(run.file_name.rpartition(".")[0] or run.file_name)[:80],
            )
            kept = files.keep_made(refused_sheet(list(_refused(found, result))), f"{name}.xlsx")
            files.claim([kept.key], service.ref(run))
        run.done = run.total = found.row_count + found.refused_count
        service.finish(run, result, refused, actor)
    except DomainError as error:
        _fail(run_id, error.message)


def _refused(found: Reading, result: ApplyResult) -> Iterator[RefusedRow]:
    """All refused rows: the reader's, then the importer's."""
    for row in found.refused:
        yield RefusedRow(row["row"], row["cells"], row["reasons"])
    yield from result.refused


def refused_sheet(rows: Sequence[RefusedRow]) -> bytes:
    """An XLSX with the original columns and one more that says why; to be mended and sent again.

    Cells are written as text, so that nothing in them is taken for a formula.
    """
    names = list(
        dict.fromkeys(str(name) for row in rows for name in row.cells if name != REASON_COLUMN)
    )[:_MAX_COLUMNS]
    places = {name: place for place, name in enumerate([*names, REASON_COLUMN])}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("Dòng không nhận"))
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, place in places.items():
            sheet.write_string(0, place, name[:_MAX_CELL], heading)
        for number, row in enumerate(rows, start=1):
            cells = {**row.cells, REASON_COLUMN: "\n".join(row.reasons)}
            for name, value in cells.items():
                if str(name) in places and value is not None and value != "":
                    sheet.write_string(number, places[str(name)], str(value)[:_MAX_CELL], wrapped)
        sheet.set_column(0, len(names), 20)
        sheet.set_column(len(names), len(names), 60)
        sheet.freeze_panes(1, 0)
    return target.getvalue()
