"""What of the record stands outside the database: the keys that seal it, and its marks.

The keys are a file of their own, a line for each: the number of the first record that it seals,
the hash of the record before that one, the secret. So the file also pins what the database held
when a key began: rows from before may be read without a key, yet not be replaced. The file is made
with the first record that is written without one, and belongs to one installation: every process of
it reads the same file.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask import current_app


class KeyFileError(Exception):
    """The file of keys cannot be read as one."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key and where it begins."""

    first: int
    #: Hash of record `first - 1`.
    after: str
    secret: str

    @property
    def id(self) -> str:
        """Names the key in records, and says nothing of the secret."""
        return hmac.digest(self.secret.encode(), b"key id", hashlib.sha256).hex()[:12]


def path() -> Path:
    """The file of keys of this app."""
    file: Path = current_app.config["AUDIT_KEY_FILE"]
    return file


def marks_path() -> Path:
    """The file of marks of this app; no secret."""
    return Path(current_app.instance_path) / "audit_marks"


def kept_marks() -> set[str]:
    """The marks that were noted outside the database."""
    return set(marks_path().read_text("ascii").split()) if marks_path().exists() else set()


def keep_marks(marks: list[str]) -> None:
    """Note these marks, each once; committed ones only."""
    if new := [mark for mark in marks if mark not in kept_marks()]:
        with marks_path().open("a", encoding="ascii") as stream:
            stream.write("".join(f"{mark}\n" for mark in new))
            stream.flush()
            os.fsync(stream.fileno())


def read() -> list[Key]:
    """The keys in the order in which they began; none when there is no file yet.

    Raises KeyFileError.
    """
    try:
        lines = path().read_text("ascii").split("\n")
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise KeyFileError(f"{path()}: {error}") from error
    found = []
    for line in filter(None, lines):
        first, _, rest = line.partition(" ")
        after, _, secret = rest.partition(" ")
        if not first.isdecimal() or len(after) != 64 or len(secret) < 32:
            raise KeyFileError(f"{path()}: not a line of first record, hash before it and secret")
        found.append(Key(int(first), after, secret))
    return sorted(found, key=lambda key: key.first)


def add(first: int, after: str) -> Key:
    """A new key from this record on, on disk before anything is sealed with it.

    Call it while the head of the record is locked: then no other process adds one.
    """
    key = Key(first, after, secrets.token_hex(32))
    lines = [f"{each.first} {each.after} {each.secret}\n" for each in (*read(), key)]
    descriptor, draft = tempfile.mkstemp(dir=path().parent, prefix=f"{path().name}.")  # mode 0600
    with os.fdopen(descriptor, "w") as stream:
        stream.write("".join(lines))
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, path())
    folder = os.open(path().parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return key


def sealing(keys: list[Key], number: int) -> Key | None:
    """The key that seals the record of this number: the last one to begin by then.

    A database older than the first key (restored, or begun anew) is sealed with the first.
    """
    begun = [key for key in keys if key.first <= number] or keys[:1]
    return begun[-1] if begun else None
