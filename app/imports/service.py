"""Files that are read in: starting one, and how a run ends. Reading and applying is in jobs.

A run is one row of ImportRun; its files (as sent, and the refused rows) belong to
Ref("import", run.id).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.files.errors import FileRefused
from app.files.models import StoredFile
from app.imports import kinds
from app.imports.kinds import ApplyResult
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs.service import enqueue
from app.kernel.clock import now
from app.kernel.errors import FieldError, NotFound, Refused
from app.kernel.links import Ref

JOB = "consultation-import"
#: Bytes of a file as sent. A decree has some hundred KB and a plan's list less; a commune's map as
#: Shapefile some MB.
MAX_BYTES = 25 * 1024 * 1024
#: What the screen lists; the file of refused rows has all of them.
MAX_PROBLEMS = 1_000
#: A run whose runner was killed so often is given up: something in the file kills it.
MAX_TRIES = 3
#: Waiting for the virus scanner to answer.
SCAN_WAIT = dt.timedelta(minutes=5)


# Starting
# --------------------------------------------------------------------------------------------------
def start(
    about: int | None,
    kind: str,
    upload: files.Upload,
    options: Mapping[str, Any],
    actor: Actor,
    *,
    field: str = "file",
) -> ImportRun:
    """Take the file in and put its reading in line. `about`: see kinds.Kind.

    Raises FieldError on `field` for no file, a file of another type or one that is refused (too
    large, unpacks to too much, infected, active content), Forbidden, and Refused while another file
    of this kind is being read.
    """
    how = kinds.kind(kind)
    how.guard(actor, about)
    allowed = how.extensions
    if not upload.filename:
        raise FieldError(field, _("Hãy chọn một tệp."))
    extension = upload.filename.rpartition(".")[2].lower()
    if extension not in allowed:
        raise FieldError(
            field,
            _("Hãy chọn tệp có đuôi %(kinds)s.", kinds=", ".join(f".{name}" for name in allowed)),
        )
    if _busy(about, kind):
        raise Refused(_("Một tệp cùng loại đang được đọc. Hãy chờ xong rồi tải tệp khác lên."))
    try:
        stored = files.receive(
            upload.stream, upload.filename, limits=files.Limits(max_bytes=MAX_BYTES, imports=True)
        )
    except FileRefused as error:
        raise FieldError(field, error.message) from error
    run = ImportRun(
        consultation_id=about,
        kind=kind,
        file_name=stored.name,
        options=dict(options),
        created_by=actor.id,
    )
    db.session.add(run)
    db.session.flush()
    files.claim([stored.key], ref(run))
    enqueue(JOB, {"run_id": run.id})
    return run


def _busy(about: int | None, kind: str) -> bool:
    return bool(
        db.session.scalar(
            sa.select(sa.literal(1))
            .where(
                ImportRun.into(about),
                ImportRun.kind == kind,
                ImportRun.state.in_([ImportState.QUEUED, ImportState.RUNNING]),
            )
            .limit(1)
        )
    )


def ref(run: ImportRun) -> Ref:
    """The owner of a run's files."""
    return Ref("import", run.id)


# Ending
# --------------------------------------------------------------------------------------------------
def source_of(run: ImportRun) -> StoredFile:
    """The file as it was sent. Raises NotFound when it is gone."""
    found = file_queries.of(ref(run))
    if not found:
        raise NotFound(_("Tệp không còn trong kho. Hãy tải tệp lên lại."))
    return found[0]


def refused_file_of(run: ImportRun) -> StoredFile | None:
    """The file of refused rows, if there are any."""
    found = file_queries.of(ref(run))
    return found[1] if len(found) > 1 else None


def finish(run: ImportRun, result: ApplyResult, refused: int, actor: Actor) -> None:
    """The run is done; log and record say so."""
    run.state = ImportState.DONE
    run.accepted, run.refused = result.accepted, refused
    run.message = result.message[:500]
    run.finished_at = now()
    db.session.flush()
    how = kinds.kind(run.kind)
    note = _(
        "%(kind)s: nhận %(accepted)s, không nhận %(refused)s.",
        kind=how.label,
        accepted=run.accepted,
        refused=refused,
    )
    data = {"kind": run.kind, "run": run.id, "accepted": run.accepted, "refused": run.refused}
    how.noted(run, note, actor, data)


def fail(run: ImportRun, message: str) -> None:
    """The run is over and nothing of the file was taken."""
    run.state = ImportState.FAILED
    run.accepted = run.refused = 0
    run.problems = []
    run.message = message[:500]
    run.finished_at = now()
    db.session.flush()
