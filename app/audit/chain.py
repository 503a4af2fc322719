"""How a record is hashed: pure functions, so that anybody can check the chain with other tools."""

import datetime as dt
import enum
import hashlib
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
) -> str:
    """SHA-256 of the record as canonical JSON: a list in this order, keys sorted, no blanks, UTF-8,
    time in UTC to the microsecond.
    """
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content = [number, moment, tag, actor_id, actor, about_kind, about_id, data, previous_hash]
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
