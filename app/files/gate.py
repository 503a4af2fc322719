"""Who may fetch a file: the feature that owns it decides, and what nobody answers for is closed."""

import enum
from collections.abc import Callable
from typing import Any

from app.files.models import StoredFile
from app.files.states import FileState


class Access(enum.Enum):
    """What somebody may do with a file."""

    #: There is no such file, as far as this person is told.
    NONE = "none"
    #: For this person alone: never kept by a cache.
    PRIVATE = "private"
    #: Part of something published: for everybody, and pictures may stand in pages.
    PUBLIC = "public"


#: From the owner's id and the signed-in person (None: a citizen) to what that person may do. The
#: state of the file is not the guard's business.
Guard = Callable[[int, Any], Access]

_guards: dict[str, Guard] = {}


def register(kind: str, guard: Guard) -> None:
    """A feature says who may fetch the files of its kind."""
    _guards[kind] = guard


def access(file: StoredFile, actor: Any) -> Access:
    """What this person (None: a citizen) may do with the file.

    Only a clean file that belongs to something can be fetched.
    """
    if file.state is not FileState.CLEAN or file.owner_kind is None or file.owner_id is None:
        return Access.NONE
    guard = _guards.get(file.owner_kind)
    return guard(file.owner_id, actor) if guard else Access.NONE
