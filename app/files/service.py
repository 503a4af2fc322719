"""Taking files in, giving them to what they belong to, and removing them.

The slow part (decoding, scanning, writing to the disk) comes before the first statement, so that on
SQLite it keeps nobody from writing: call `receive` first in a request. A content is on the disk
before the row that names it is committed; what a request that failed left behind is swept away
after a day.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple, Protocol

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import service as audit
from app.extensions import db
from app.files import inspection, names, office
from app.files.antivirus import Finding, ScannerDown, Verdict
from app.files.errors import FileRefused
from app.files.models import StoredFile
from app.files.runtime import runtime
from app.files.states import FLOW, FileState
from app.files.storage import new_name
from app.jobs.service import enqueue
from app.kernel.clock import now
from app.kernel.db import reading
from app.kernel.links import Ref
from app.kernel.tokens import new_token

#: Files of one submission.
MAX_FILES = 5
#: Bytes that all people together may send in 24 hours, after pictures have been made smaller.
DAILY_BYTES = 2 * 1024**3
#: What belongs to nothing is removed after this.
KEEP_UNCLAIMED = dt.timedelta(hours=24)
AUDIT_INFECTED = "file:content:infected"
REMOVE_JOB = "files-remove"
_RESCAN_QUARANTINED = dt.timedelta(hours=24)
_INFECTED = "infected_uploads"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken from whom."""

    #: Bytes of one file as sent; None: the installation's setting.
    max_bytes: int | None = None
    #: Pixels on the longer side of a picture after it was made smaller.
    max_side: int = 1_600
    #: Also the data files that officers read in (see datafiles); never for what citizens send.
    imports: bool = False


CITIZEN = Limits()
STAFF = Limits(max_side=2_400)


class Upload(Protocol):
    """A file in a form, such as Werkzeug's FileStorage."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


class Prepared(NamedTuple):
    """A file that has been judged and lies in the store, without a row."""

    blob: str
    inspected: inspection.Inspected
    verdict: Verdict | None


def receive(
    stream: IO[bytes],
    filename: str | None,
    *,
    content_length: int | None = None,
    limits: Limits = CITIZEN,
) -> StoredFile:
    """Take in one file: judged by its content, pictures made anew, scanned, stored, belonging to
    nothing yet.

    Raises FileRefused with a sentence for the person, Busy when the disk is full.
    """
    return _keep([prepare(stream, filename, content_length=content_length, limits=limits)])[0]


def receive_all(
    uploads: Iterable[Upload], *, already: int = 0, limits: Limits = CITIZEN
) -> list[StoredFile]:
    """Take in the files of a form, all or none; a file control left empty counts as nothing.

    `already` is the number of files that the same submission has. Raises FileRefused, also for more
    than MAX_FILES.
    """
    chosen = [upload for upload in uploads if upload.filename]
    if len(chosen) + already > MAX_FILES:
        raise FileRefused(_("Chỉ gửi được tối đa %(limit)s tệp. Hãy bỏ bớt.", limit=MAX_FILES))
    prepared: list[Prepared] = []
    try:
        for upload in chosen:
            prepared.append(prepare(upload.stream, upload.filename, limits=limits))
    except BaseException:
        _forget(prepared)
        raise
    return _keep(prepared)


def prepare(
    stream: IO[bytes],
    filename: str | None,
    *,
    content_length: int | None = None,
    limits: Limits = CITIZEN,
) -> Prepared:
    """The slow half of `receive`, without a statement. Raises FileRefused and Busy."""
    here = runtime()
    if not here.storage.has_room():
        raise _no_room()
    inspected = inspection.inspect(
        stream,
        filename,
        content_length=content_length,
        max_bytes=limits.max_bytes or here.max_bytes,
        max_side=limits.max_side,
        imports=limits.imports,
    )
    try:
        verdict = here.scanner.scan(io.BytesIO(inspected.content))
    except ScannerDown:
        verdict = None
    if verdict and verdict.finding is Finding.INFECTED:
        note = {
            "signature": verdict.signature,
            "extension": inspected.extension,
            "size": len(inspected.content),
        }
        db.session.info.setdefault(_INFECTED, []).append(note)
        raise FileRefused(
            _(
                "Tệp «%(name)s» có mã độc nên không nhận. Hãy quét máy của bạn rồi gửi tệp khác.",
                name=inspected.name,
            )
        )
    blob = new_name()
    here.storage.put(blob, inspected.content)
    return Prepared(blob, inspected, verdict)


def keep_made(content: bytes, name: str) -> StoredFile:
    """Keep a document that this program wrote itself: neither judged nor scanned, so it may be
    called inside a transaction.

    `name` ends in .docx, .xlsx or .odt. Raises Busy when the disk is full.
    """
    extension = names.split(name)[1]
    made = inspection.Inspected(
        content, names.display_name(name, extension), extension, office.CONTENT_TYPES[extension]
    )
    blob = new_name()
    runtime().storage.put(blob, content)
    file = _row(Prepared(blob, made, Verdict(Finding.UNSCANNED)), now())
    db.session.add(file)
    db.session.flush()
    return file


def _keep(prepared: Sequence[Prepared]) -> list[StoredFile]:
    if not prepared:
        return []
    moment = now()
    today = sa.select(sa.func.sum(StoredFile.size)).where(
        StoredFile.created_at >= moment - dt.timedelta(hours=24)
    )
    if (
        int(db.session.scalar(today) or 0) + sum(len(item.inspected.content) for item in prepared)
        > DAILY_BYTES
    ):
        _forget(prepared)
        raise _no_room()
    files = [_row(item, moment) for item in prepared]
    db.session.add_all(files)
    db.session.flush()
    return files


def _row(prepared: Prepared, moment: dt.datetime) -> StoredFile:
    inspected, verdict = prepared.inspected, prepared.verdict
    return StoredFile(
        key=new_token(),
        blob=prepared.blob,
        name=inspected.name,
        content_type=inspected.content_type,
        extension=inspected.extension,
        size=len(inspected.content),
        sha256=hashlib.sha256(inspected.content).hexdigest(),
        width=inspected.width,
        height=inspected.height,
        state=_first_state(verdict),
        scanned_at=moment if verdict and verdict.finding is not Finding.UNSCANNED else None,
        created_at=moment,
    )


def _first_state(verdict: Verdict | None) -> FileState:
    if verdict is None:
        return FileState.PENDING
    return FileState.QUARANTINED if verdict.finding is Finding.UNREADABLE else FileState.CLEAN


def _forget(prepared: Iterable[Prepared]) -> None:
    for item in prepared:
        runtime().storage.remove(item.blob)


def _no_room() -> FileRefused:
    return FileRefused(
        _(
            "Hiện không nhận thêm được tệp. Hãy gửi nội dung không kèm tệp, hoặc mang giấy tờ đến "
            "bộ phận tiếp nhận."
        )
    )


def claim(keys: Sequence[str], owner: Ref) -> list[StoredFile]:
    """Give these files to their owner; giving them again to the same one changes nothing.

    Raises FileRefused for more than MAX_FILES, and when one of them is gone or belongs to something
    else.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []
    if len(wanted) > MAX_FILES:
        raise FileRefused(_("Chỉ gửi được tối đa %(limit)s tệp. Hãy bỏ bớt.", limit=MAX_FILES))
    free = StoredFile.owner_kind.is_(None)
    already_theirs = sa.and_(StoredFile.owner_kind == owner.kind, StoredFile.owner_id == owner.id)
    change = (
        sa.update(StoredFile)
        .where(
            StoredFile.key.in_(wanted),
            StoredFile.state != FileState.REFUSED,
            sa.or_(free, already_theirs),
        )
        .values(owner_kind=owner.kind, owner_id=owner.id)
        .returning(StoredFile.key)
    )
    # The one statement decides, so of two submissions that claim a file at the same moment one is
    # refused.
    claimed = set(db.session.scalars(change, execution_options={"synchronize_session": False}))
    if claimed != set(wanted):
        raise FileRefused(_("Tệp bạn gửi kèm đã hết hạn giữ. Hãy chọn lại tệp."))
    query = (
        sa.select(StoredFile)
        .where(StoredFile.key.in_(wanted))
        .execution_options(populate_existing=True)
    )
    found = {file.key: file for file in db.session.scalars(query)}
    return [found[key] for key in wanted]


def discard(keys: Sequence[str]) -> None:
    """Drop files that their sender took out of the form; those that belong to something stay."""
    _delete(sa.and_(StoredFile.key.in_(list(keys)), StoredFile.owner_kind.is_(None)))


def remove(key: str, owner: Ref) -> None:
    """Take one file away from its owner.

    Its address answers 404 from the commit on; the content follows by a job.
    """
    _delete(
        sa.and_(
            StoredFile.key == key,
            StoredFile.owner_kind == owner.kind,
            StoredFile.owner_id == owner.id,
        )
    )


def hand_over(giver: Ref, taker: Ref) -> None:
    """All files of one owner belong to another from now on."""
    mine = sa.and_(StoredFile.owner_kind == giver.kind, StoredFile.owner_id == giver.id)
    db.session.execute(
        sa.update(StoredFile).where(mine).values(owner_kind=taker.kind, owner_id=taker.id)
    )


def erase_of(owner: Ref) -> None:
    """Take all files away from their owner, rows and contents."""
    _delete(sa.and_(StoredFile.owner_kind == owner.kind, StoredFile.owner_id == owner.id))


def _delete(which: sa.ColumnElement[bool]) -> None:
    blobs = list(db.session.scalars(sa.delete(StoredFile).where(which).returning(StoredFile.blob)))
    if blobs:
        # Not here: a transaction that is undone afterwards must find its contents again.
        enqueue(REMOVE_JOB, {"blobs": blobs})


def infected_noted() -> bool:
    """Has this session refused an infected file that is not yet written down?"""
    return bool(db.session.info.get(_INFECTED))


def record_infected() -> None:
    """Write down the infected files that this session refused.

    A refusal undoes the request's transaction, and the record with it; so the web layer calls this
    after that.
    """
    for note in db.session.info.pop(_INFECTED, []):
        audit.record(AUDIT_INFECTED, actor_id=None, actor="system", about=None, data=note)


# What jobs do
# --------------------------------------------------------------------------------------------------
def remove_blobs(blobs: Sequence[str]) -> None:
    """Remove contents that no row needs any more."""
    for blob in set(blobs) - _needed(blobs):
        runtime().storage.remove(blob)


def _needed(blobs: Sequence[str]) -> set[str]:
    query = sa.select(StoredFile.blob).where(
        StoredFile.blob.in_(list(blobs)), StoredFile.state != FileState.REFUSED
    )
    return set(db.session.scalars(query))


def sweep(*, batch: int = 500) -> None:
    """Remove contents without a row, then rows that nothing owns, each when older than a day.

    The contents of those rows go with the next sweep: by then the removal of the rows is committed.
    """
    before = now() - KEEP_UNCLAIMED
    with reading():
        old = [blob.name for blob in runtime().storage.blobs() if blob.since < before]
        for start in range(0, len(old), batch):
            remove_blobs(old[start : start + batch])
    expired = (
        sa.select(StoredFile.id)
        .where(StoredFile.created_at < before, StoredFile.owner_kind.is_(None))
        .order_by(StoredFile.id)
        .limit(batch)
    )
    db.session.execute(
        sa.delete(StoredFile).where(StoredFile.id.in_(expired), StoredFile.owner_kind.is_(None)),
        execution_options={"synchronize_session": False},
    )


def rescan(*, batch: int = 50) -> None:
    """Ask the scanner again about files that wait for it; stop at once when it still does not
    answer.
    """
    verdicts: dict[int, Verdict] = {}
    with reading():
        for file in db.session.scalars(_to_rescan(batch)).all():
            try:
                with runtime().storage.open(file.blob) as content:
                    verdicts[file.id] = runtime().scanner.scan(content)
            except ScannerDown:
                if not runtime().scanner.ping():
                    break
                # It answers, only not about this file: that must not keep the others waiting.
                verdicts[file.id] = Verdict(Finding.UNREADABLE, "no answer")
            except FileNotFoundError:
                verdicts[file.id] = Verdict(Finding.UNREADABLE, "content missing")
    for file_id, verdict in verdicts.items():
        waiting = db.session.get(StoredFile, file_id, with_for_update=True)
        if waiting is not None and FLOW.allows(waiting.state, "pass"):
            _settle(waiting, verdict)
    db.session.flush()


def _to_rescan(batch: int) -> sa.Select[StoredFile]:
    long_ago = now() - _RESCAN_QUARANTINED
    due = sa.or_(
        StoredFile.state == FileState.PENDING,
        sa.and_(StoredFile.state == FileState.QUARANTINED, StoredFile.scanned_at < long_ago),
    )
    return sa.select(StoredFile).where(due).order_by(StoredFile.id).limit(batch)


_MOVES = {
    Finding.CLEAN: "pass",
    Finding.UNSCANNED: "pass",
    Finding.UNREADABLE: "set_aside",
    Finding.INFECTED: "refuse",
}


def _settle(file: StoredFile, verdict: Verdict) -> None:
    file.state = FLOW.next(file.state, _MOVES[verdict.finding])
    file.scanned_at = None if verdict.finding is Finding.UNSCANNED else now()
    if verdict.finding is Finding.INFECTED:
        note = {"signature": verdict.signature, "extension": file.extension, "size": file.size}
        audit.record(AUDIT_INFECTED, actor_id=None, actor="system", about=file.owner, data=note)
        enqueue(REMOVE_JOB, {"blobs": [file.blob]})


__all__ = [
    "AUDIT_INFECTED",
    "CITIZEN",
    "MAX_FILES",
    "STAFF",
    "FileRefused",
    "Limits",
    "claim",
    "discard",
    "erase_of",
    "infected_noted",
    "keep_made",
    "prepare",
    "receive",
    "receive_all",
    "record_infected",
    "remove",
    "remove_blobs",
    "rescan",
    "sweep",
]
