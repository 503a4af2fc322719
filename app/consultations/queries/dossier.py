"""The documents of a consultation with their files."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.consultations.models import DossierItem
from app.consultations.states import DossierKind
from app.extensions import db
from app.files import queries as files
from app.files.models import StoredFile

KIND = "dossier"
#: A file of more bytes than this is hard to fetch over a telephone: a light version should stand
#: beside it.
HEAVY = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the dossier with its file and its light version."""

    id: int
    kind: DossierKind
    title: str
    file: StoredFile | None
    light: "Document | None" = None

    @property
    def link(self) -> files.FileLink | None:
        """Address, name and «PDF, 1,2 MB» of its file."""
        return files.links([self.file])[0] if self.file else None

    @property
    def is_heavy(self) -> bool:
        """Is the file large?"""
        return self.file is not None and self.file.size > HEAVY

    @property
    def wants_light(self) -> bool:
        """Is it large without a light version beside it?"""
        return self.is_heavy and self.light is None


def items(consultation_id: int) -> Sequence[DossierItem]:
    """The rows in order, light versions among them."""
    query = sa.select(DossierItem).where(DossierItem.consultation_id == consultation_id)
    return db.session.scalars(query.order_by(DossierItem.position, DossierItem.id)).all()


def documents(consultation_id: int) -> list[Document]:
    """The documents in order, each with its light version. Two statements."""
    rows = items(consultation_id)
    stored = files.of_all(KIND, [row.id for row in rows])

    def document(row: DossierItem) -> Document:
        found = stored.get(row.id, [])
        return Document(
            row.id, row.kind, row.title, found[-1] if found else None, light.get(row.id)
        )

    light: dict[int, Document] = {}
    for row in rows:
        if row.light_of_id is not None:
            light[row.light_of_id] = document(row)
    return [document(row) for row in rows if row.light_of_id is None]


def has_file(consultation_id: int) -> bool:
    """Is there any document with a file?"""
    owned = sa.exists().where(StoredFile.owner_kind == KIND, StoredFile.owner_id == DossierItem.id)
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(DossierItem.consultation_id == consultation_id, owned))
        )
    )


def fingerprints(consultation_id: int) -> list[dict[str, str]]:
    """Title and sha256 of every file, so that the record proves what was posted."""
    rows = items(consultation_id)
    stored = files.of_all(KIND, [row.id for row in rows])
    return [
        {"title": row.title, "sha256": file.sha256}
        for row in rows
        for file in stored.get(row.id, [])
    ]
