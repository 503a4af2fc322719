"""What a reader says, line by line, to the process that started it.

A reader is a module in this package with `read(path: Path, options: dict) -> Iterator[dict]`, which
yields the messages below. It runs without an app: sentences in `_()` come out in Vietnamese, which
is what is kept beside the file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

#: The column that the file of refused rows has besides the original ones. A reader skips it when
#: that file comes back mended.
REASON_COLUMN = "Lý do không nhận"


class Unreadable(Exception):
    """The whole file cannot be read; the sentence tells the officer why and what to do."""


def progress(done: int, total: int = 0) -> dict[str, Any]:
    """So many of so many parts are read; total 0: nobody knows yet."""
    return {"progress": [done, total]}


def row(cells: Mapping[str, Any]) -> dict[str, Any]:
    """One thing that was read, as the importer wants it: only what JSON can say."""
    return {"row": dict(cells)}


def refused(number: int, cells: Mapping[str, Any], reasons: Iterable[str]) -> dict[str, Any]:
    """A row that cannot be taken: its number in the file, its original cells by column, and
    sentences that say why.
    """
    return {"refused": {"row": number, "cells": dict(cells), "reasons": list(reasons)}}


def meta(values: Mapping[str, Any]) -> dict[str, Any]:
    """Something about the file as a whole; later values win."""
    return {"meta": dict(values)}
