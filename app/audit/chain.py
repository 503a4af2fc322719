"""How records and marks are hashed: pure functions, so that anybody can check them with other
tools.
"""

import datetime as dt
import enum
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot stand in an audit record")


def plain(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data as JSON gives it back: dates as ISO text, enums as their value, tuples as lists.

    Raises TypeError for anything that JSON cannot hold.
    """
    made: dict[str, Any] = json.loads(json.dumps(dict(data or {}), default=_plain, allow_nan=False))
    return made


def digest(
    *,
    number: int,
    at: dt.datetime,
    tag: str,
    actor_id: int | None,
    actor: str,
    about_kind: str | None,
    about_id: int | None,
    data: Mapping[str, Any],
    previous_hash: str,
    key_id: str = "",
    secret: str = "",
) -> str:
    """HMAC-SHA256 of the record as canonical JSON: a list in this order (the key's id last), keys
    sorted, no blanks, UTF-8, time in UTC to the microsecond.

    Without a key, as before the record had any: SHA-256 of the list without the key's id.
    """
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content: list[Any] = [number, moment, tag, actor_id, actor, about_kind, about_id, data]
    content += [previous_hash, key_id] if key_id else [previous_hash]
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    if key_id:
        return hmac.digest(secret.encode(), text.encode(), "sha256").hex()
    return hashlib.sha256(text.encode()).hexdigest()


def mark_digest(*, number: int, records: int, last_hash: str, previous: str) -> str:
    """SHA-256 of the four, with a blank between them: whoever holds two sheets of paper can compute
    it.

    `previous` is the mark before, so that one mark kept elsewhere vouches for all earlier ones.
    """
    return hashlib.sha256(f"{number} {records} {last_hash} {previous}".encode()).hexdigest()
