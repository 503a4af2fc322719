"""A file that somebody sent, without its content, which lies in the store."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.files.names import address_name
from app.files.states import FileState
from app.kernel.links import Ref

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})


class StoredFile(db.Model):
    """One file. Until something owns it, nobody can fetch it and it is removed after a day."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    #: 128 random bits in the address.
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    #: Where the content lies in the store: random too, so that a list of the store gives no
    #: addresses away.
    blob: Mapped[str] = mapped_column(sa.String(32), unique=True)
    #: As people see it, with its diacritics; never a path.
    name: Mapped[str] = mapped_column(sa.String(150))
    content_type: Mapped[str] = mapped_column(sa.String(100))
    #: By content, without the dot: jpg, png, webp, pdf, docx, xlsx, odt; of imports those of
    #: datafiles.
    extension: Mapped[str] = mapped_column(sa.String(8))
    #: Bytes of the content as stored.
    size: Mapped[int]
    #: Of the content as stored, in hexadecimal.
    sha256: Mapped[str] = mapped_column(sa.String(64))
    #: Pixels, for pictures.
    width: Mapped[int | None]
    height: Mapped[int | None]
    state: Mapped[FileState]
    #: When the scanner last said something about it; empty when it was never scanned.
    scanned_at: Mapped[dt.datetime | None]
    owner_kind: Mapped[str | None] = mapped_column(sa.String(32))
    owner_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[dt.datetime]

    __table_args__ = (
        sa.CheckConstraint("(owner_kind IS NULL) = (owner_id IS NULL)", name="owner_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint("(width IS NULL) = (height IS NULL)", name="dimensions_whole"),
        sa.Index(None, "owner_kind", "owner_id", "id"),
        sa.Index(None, "created_at", "owner_kind"),
        sa.Index(
            "ix_stored_file_waiting",
            "state",
            "id",
            sqlite_where=sa.text("state IN ('pending', 'quarantined')"),
            postgresql_where=sa.text("state IN ('pending', 'quarantined')"),
        ),
    )

    @property
    def owner(self) -> Ref | None:
        """What it belongs to."""
        return (
            Ref(self.owner_kind, self.owner_id)
            if self.owner_kind is not None and self.owner_id is not None
            else None
        )

    @property
    def is_picture(self) -> bool:
        """Is it a picture, and so one that we encoded ourselves?"""
        return self.content_type in PICTURE_TYPES

    @property
    def address_name(self) -> str:
        """The last part of its address: the name without diacritics."""
        return address_name(self.name)

    @property
    def path(self) -> str:
        """Its one address on this site."""
        return f"/tep/{self.key}/{self.address_name}"
