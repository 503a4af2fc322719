"""Files that are read in: starting one, who reads which kind, and how a run ends. Reading and
applying is in jobs_imports.

A feature registers a reader (a module in readers/, run in a child process) and a function that
applies what was read. A run is one row of ImportRun; its files (as sent, and the refused rows)
belong to Ref("import", run.id).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import P
from app.access.actors import Actor
from app.audit import service as audit
from app.consultations import policy
from app.consultations.models import Consultation, ImportRun
from app.consultations.readers.sandbox import Limits
from app.consultations.service import core
from app.consultations.states import IMPORT_LABELS, ImportKind, ImportState
from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.files.errors import FileRefused
from app.files.models import StoredFile
from app.jobs.service import enqueue
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from app.kernel.links import Ref

JOB = "consultation-import"
#: Rows that an importer keeps in memory and writes at a time.
BATCH = 100
#: Bytes of a file as sent. A decree has some hundred KB and a plan's list less; a commune's map as
#: Shapefile some MB.
MAX_BYTES = 25 * 1024 * 1024
#: What the screen lists; the file of refused rows has all of them.
MAX_PROBLEMS = 1_000
#: A run whose runner was killed so often is given up: something in the file kills it.
MAX_TRIES = 3
#: Waiting for the virus scanner to answer.
SCAN_WAIT = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its number in the file, its original cells by column, sentences
    that say why.
    """

    row: int
    cells: Mapping[str, Any]
    reasons: list[str]


@dataclass(slots=True)
class ApplyResult:
    """What an importer did: how many rows it took, which it refused, and what the officer should
    look at.
    """

    accepted: int
    refused: list[RefusedRow] = field(default_factory=list)
    message: str = ""


class Rows(Iterable[dict[str, Any]]):
    """The rows that were read, lazily and from the beginning each time, with what the reader said
    about the whole file.
    """

    def __init__(
        self, make: Callable[[], Iterator[dict[str, Any]]], *, count: int, meta: Mapping[str, Any]
    ) -> None:
        self._make = make
        self.count = count
        self.meta = dict(meta)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._make()

    def batches(self, size: int = BATCH) -> Iterator[list[dict[str, Any]]]:
        """The rows in lists of `size`."""
        rows = iter(self)
        while batch := list(islice(rows, size)):
            yield batch


class Apply(Protocol):
    """Writes what was read, in the job's one transaction: all of it or nothing, and never a commit.

    It may run again after a crash, but then nothing of the first time is there. A DomainError fails
    the run with its message.
    """

    def __call__(self, run: ImportRun, rows: Rows, actor: Actor) -> ApplyResult: ...


@dataclass(frozen=True, slots=True)
class Importer:
    """How one kind of file is read."""

    kind: ImportKind
    reader: str
    apply: Apply
    #: Of the file as sent, without the dot.
    extensions: tuple[str, ...]
    limits: Limits


_importers: dict[ImportKind, Importer] = {}


def register_importer(
    kind: ImportKind,
    reader_name: str,
    apply: Apply,
    *,
    extensions: tuple[str, ...],
    limits: Limits | None = None,
) -> None:
    """Say how files of this kind are read. Registering a kind again replaces what was there."""
    _importers[kind] = Importer(kind, reader_name, apply, extensions, limits or Limits())


def importer(kind: ImportKind) -> Importer:
    """How this kind is read. Raises LookupError when nobody said so."""
    return _importers[kind]


# Starting
# --------------------------------------------------------------------------------------------------
def guard(consultation: Consultation | None, kind: ImportKind, actor: Actor) -> None:
    """Raises Forbidden for somebody who may not read in files of this kind here."""
    if consultation is None:
        allowed = actor.has(P.CONSULTATION_SETUP)
    elif kind is ImportKind.SLIPS:
        allowed = policy.may_enter(actor, consultation)
    else:
        allowed = policy.may_edit(actor, consultation)
    if not allowed:
        raise Forbidden(_("Bạn không có quyền nhập dữ liệu vào cuộc lấy ý kiến này."))


def start(
    consultation: Consultation | None,
    kind: ImportKind,
    upload: files.Upload,
    options: Mapping[str, Any],
    actor: Actor,
    *,
    field: str = "file",
) -> ImportRun:
    """Take the file in and put its reading in line.

    Raises FieldError on `field` for no file, a file of another type or one that is refused (too
    large, unpacks to too much, infected, active content), Forbidden, and Refused while another file
    of this kind is being read.
    """
    guard(consultation, kind, actor)
    allowed = importer(kind).extensions
    if not upload.filename:
        raise FieldError(field, _("Hãy chọn một tệp."))
    extension = upload.filename.rpartition(".")[2].lower()
    if extension not in allowed:
        raise FieldError(
            field,
            _("Hãy chọn tệp có đuôi %(kinds)s.", kinds=", ".join(f".{name}" for name in allowed)),
        )
    if _busy(consultation, kind):
        raise Refused(_("Một tệp cùng loại đang được đọc. Hãy chờ xong rồi tải tệp khác lên."))
    try:
        stored = files.receive(
            upload.stream, upload.filename, limits=files.Limits(max_bytes=MAX_BYTES, imports=True)
        )
    except FileRefused as error:
        raise FieldError(field, error.message) from error
    run = ImportRun(
        consultation_id=consultation.id if consultation else None,
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


def _busy(consultation: Consultation | None, kind: ImportKind) -> bool:
    query = sa.select(ImportRun.id).where(
        ImportRun.consultation_id == consultation.id
        if consultation
        else ImportRun.consultation_id.is_(None),
        ImportRun.kind == kind,
        ImportRun.state.in_([ImportState.QUEUED, ImportState.RUNNING]),
    )
    return db.session.scalar(query.limit(1)) is not None


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
    """The run is done; the consultation's log and the record say so."""
    run.state = ImportState.DONE
    run.accepted, run.refused = result.accepted, refused
    run.message = result.message[:500]
    run.finished_at = now()
    data = {"kind": run.kind.value, "run": run.id, "accepted": run.accepted, "refused": run.refused}
    if run.consultation_id is None:
        db.session.flush()
        audit.record(
            "consultation:import",
            actor_id=actor.id,
            actor=actor.full_name,
            about=ref(run),
            data=data,
        )
        return
    consultation = db.session.get_one(Consultation, run.consultation_id)
    note = _(
        "%(kind)s: nhận %(accepted)s, không nhận %(refused)s.",
        kind=IMPORT_LABELS[run.kind],
        accepted=run.accepted,
        refused=refused,
    )
    core.note_change(consultation, "import", actor, note=note, data=data)


def fail(run: ImportRun, message: str) -> None:
    """The run is over and nothing of the file was taken."""
    run.state = ImportState.FAILED
    run.accepted = run.refused = 0
    run.problems = []
    run.message = message[:500]
    run.finished_at = now()
    db.session.flush()
