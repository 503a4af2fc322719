"""Reading files: those of an owner, those waiting in a form, and how they are listed on a page."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from app.extensions import db
from app.files.models import StoredFile
from app.files.states import STATE_LABELS, FileState
from app.kernel.display import file_size
from app.kernel.links import Ref

_KINDS = {
    "jpg": "JPG",
    "png": "PNG",
    "webp": "WebP",
    "pdf": "PDF",
    "docx": "Word",
    "xlsx": "Excel",
    "odt": "ODT",
}
_KINDS |= {
    "zip": "ZIP",
    "geojson": "GeoJSON",
    "csv": "CSV",
    "xls": "Excel",
    "xlsb": "Excel",
    "ods": "ODS",
}


class FileLink(NamedTuple):
    """A file in a list: fits the macro `attachments`.

    Without an address it cannot be fetched; the note says why.
    """

    url: str
    name: str
    note: str
    key: str
    is_picture: bool
    width: int | None
    height: int | None


def by_key(key: str) -> StoredFile | None:
    """The file at this address, whoever may fetch it."""
    return db.session.scalar(sa.select(StoredFile).where(StoredFile.key == key))


def of(owner: Ref) -> list[StoredFile]:
    """The files of one owner in the order in which they came."""
    return of_all(owner.kind, [owner.id]).get(owner.id, [])


def of_all(kind: str, ids: Sequence[int]) -> dict[int, list[StoredFile]]:
    """The files of several owners of a kind, in one statement."""
    found: dict[int, list[StoredFile]] = {}
    if ids:
        query = (
            sa.select(StoredFile)
            .where(StoredFile.owner_kind == kind, StoredFile.owner_id.in_(ids))
            .order_by(StoredFile.id)
        )
        for file in db.session.scalars(query):
            found.setdefault(file.owner_id or 0, []).append(file)
    return found


def unclaimed(keys: Sequence[str]) -> list[StoredFile]:
    """Files that belong to nothing yet, for a form of several pages: those of these keys that still
    exist, in this order.
    """
    if not keys:
        return []
    query = sa.select(StoredFile).where(StoredFile.key.in_(keys), StoredFile.owner_kind.is_(None))
    found = {file.key: file for file in db.session.scalars(query)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def links(files: Iterable[StoredFile]) -> list[FileLink]:
    """Files as a list shows them: address, name, «PDF, 1,2 MB»."""
    return [_link(file) for file in files]


def _link(file: StoredFile) -> FileLink:
    clean = file.state is FileState.CLEAN
    note = (
        f"{_KINDS[file.extension]}, {file_size(file.size)}"
        if clean
        else str(STATE_LABELS[file.state])
    )
    return FileLink(
        file.path if clean else "",
        file.name,
        note,
        file.key,
        file.is_picture,
        file.width,
        file.height,
    )
