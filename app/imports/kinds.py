"""What can be read in: each room registers how a file of its kind is read, who may, and where it
leads.

A reader is a module that the child process runs (protocol.py); applying is a function.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from app.access.actors import Actor
from app.imports.models import ImportRun
from app.imports.sandbox import Limits

#: Rows that an importer keeps in memory and writes at a time.
BATCH = 100


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
class Kind:
    """How files of one kind are read in.

    `about` below is the number of the thing that a file is read into, or None where it belongs to
    the whole authority.
    """

    name: str
    #: For officers, in their language.
    label: Any
    #: The module that reads, by its dotted name.
    reader: str
    apply: Apply
    #: Of the file as sent, without the dot.
    extensions: tuple[str, ...]
    #: Raises Forbidden for somebody who may not read in such a file here: guard(actor, about).
    guard: Callable[[Actor, int | None], None]
    #: May this person see what was read, and fetch the files?
    may_see: Callable[[Actor], bool]
    #: Writes that a run ended into log and record: noted(run, sentence, actor, data).
    noted: Callable[[ImportRun, str, Actor, Mapping[str, Any]], None]
    #: The breadcrumbs down to the screen with which an officer goes on: [(label, address)].
    trail: Callable[[int | None], list[tuple[str, str]]]
    limits: Limits = field(default_factory=Limits)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind. Registering one again replaces what was there."""
    _kinds[kind.name] = kind


def kind(name: str) -> Kind:
    """The kind of this name. Raises LookupError when no room has registered it."""
    return _kinds[name]
