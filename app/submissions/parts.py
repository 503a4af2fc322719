"""What forms of several screens share: files received as soon as they are chosen, the clock of a
form, advice before sending.

Everything is carried in the form itself; nothing lives in the session.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, TimestampSigner

from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.files.service import Upload
from app.kernel.clock import now
from app.kernel.errors import FieldError
from app.submissions import queries as submissions
from app.submissions import redaction
from app.submissions.screening import Concern

PERSONAL, CONCERN = "personal", "concern"
_KEY = re.compile(r"[0-9a-f]{32}")
_FILE_KEY = re.compile(r"[\w-]{16,32}")


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of personal data in the text, as it was typed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell somebody before their text goes further. It stops nobody twice."""

    personal: Sequence[Found] = ()
    concern: Concern | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The files of a form so far, and why others were not taken."""

    files: list[StoredFile]
    refused: str


def personal_data(texts: Iterable[str], *, official: Sequence[str]) -> list[Found]:
    """Personal data in these texts;

    `official` are the authority's own numbers and addresses, which are none.
    """
    return [
        Found(item.label, text[item.start : item.end])
        for text in texts
        for item in redaction.find(text, official=official)
    ]


def take_files(
    uploads: Iterable[Upload], kept: Iterable[str], *, most: int, idempotency_key: str
) -> Taken:
    """The files that came with the form before, and those that came just now; `most` is how many
    there may be in all.

    Call it before anything else touches the database: on SQLite pictures must not be decoded during
    a writer's turn.
    """
    keys = [key for key in dict.fromkeys(kept) if _FILE_KEY.fullmatch(key)][:most]
    chosen = [upload for upload in uploads if upload.filename]
    received, refused = [], ""
    if len(chosen) + len(keys) > most:
        refused = _("Chỉ gửi được tối đa %(limit)s tệp. Hãy bỏ bớt.", limit=most)
    else:
        try:
            received = files.receive_all(chosen, already=len(keys))
        except FieldError as error:
            refused = error.message
    found = file_queries.unclaimed(keys) if keys else []
    # A form sent again after it was taken in has its files with the submission already.
    if len(found) < len(keys) and not submissions.is_known(idempotency_key):
        refused = refused or _("Tệp bạn chọn trước đây đã hết hạn giữ. Hãy chọn lại tệp.")
    return Taken([*found, *received], refused)


def new_key() -> str:
    """A key for one form."""
    return uuid.uuid4().hex


def is_key(text: str | None) -> bool:
    """Does it look like one of ours?"""
    return bool(_KEY.fullmatch(text or ""))


def start_clock(key: str, *, salt: str) -> str:
    """A signed note of when the form with this key was first shown."""
    return _clock(salt).sign(key).decode()


def seconds_since(started: str, key: str, *, salt: str) -> float | None:
    """Seconds since the form was first shown, or None when its clock is missing, forged or another
    form's.
    """
    try:
        value, moment = _clock(salt).unsign(started, return_timestamp=True)
    except BadData:
        return None
    return (now() - moment).total_seconds() if value.decode() == key else None


def _clock(salt: str) -> TimestampSigner:
    return TimestampSigner(str(current_app.secret_key), salt=salt)
