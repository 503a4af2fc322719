"""Files in tests lie in memory, and belong to «thing», whose gate a test sets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from app.files import gate
from app.files.antivirus import NullScanner
from app.files.gate import Access
from app.files.runtime import Runtime
from tests.factories.storage import MemoryStorage


@pytest.fixture
def runtime(app: Flask) -> Iterator[Runtime]:
    """The store and the scanner of the app, replaced for one test."""
    real = app.extensions["files"]
    app.extensions["files"] = Runtime(MemoryStorage(), NullScanner(), real.max_bytes)
    yield app.extensions["files"]
    app.extensions["files"] = real


@dataclass
class Guarded:
    """What the gate of «thing» answers, and what it was asked."""

    answer: Access = Access.NONE
    asked: list[tuple[int, Any]] = field(default_factory=list)

    def __call__(self, owner_id: int, actor: Any) -> Access:
        self.asked.append((owner_id, actor))
        return self.answer


@pytest.fixture
def guard() -> Iterator[Guarded]:
    """The gate of «thing»: closed until a test opens it."""
    guarded = Guarded()
    gate.register("thing", guarded)
    yield guarded
    gate._guards.pop("thing", None)
