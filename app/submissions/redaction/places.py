"""Places in a text: keeping them apart, blanking them, joining them."""

import unicodedata
from collections.abc import Iterable, Sequence

from app.kernel.text import nfc
from app.submissions.redaction.search import Place


def without_overlaps(places: Iterable[Place], length: int) -> list[Place]:
    """Those that do not touch an earlier one of the list, which is sorted by how sure we are."""
    taken = bytearray(length)
    kept: list[Place] = []
    for start, end, kind in places:
        if taken.find(1, start, end) == -1:
            taken[start:end] = b"\x01" * (end - start)
            kept.append((start, end, kind))
    return kept


def blank(text: str, places: Sequence[Place]) -> str:
    """The text of the same length with these places blanked, in brackets like a mark: the patterns
    treat both alike.
    """
    pieces: list[str] = []
    position = 0
    for start, end, _kind in sorted(places):
        pieces += (text[position:start], "[" + "·" * (end - start - 2) + "]")
        position = end
    return "".join(pieces) + text[position:]


def merged(marks: list[tuple[int, int, str]], length: int) -> list[tuple[int, int, str]]:
    """Places with their marks, cut to the text, overlapping ones joined under the mark of the
    first.
    """
    joined: list[tuple[int, int, str]] = []
    for raw_start, raw_end, mark in sorted(marks, key=lambda item: (item[0], -item[1])):
        start, end = max(0, raw_start), min(length, raw_end)
        if end <= start:
            continue
        if joined and start < joined[-1][1]:
            first_start, first_end, first_mark = joined[-1]
            joined[-1] = (first_start, max(first_end, end), first_mark)
        else:
            joined.append((start, end, mark))
    return joined


def compose(text: str) -> tuple[str, list[int] | None]:
    """The text in composed form and, when that is not the text itself, where each of its characters
    began.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, None
    pieces: list[str] = []
    where: list[int] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index < len(text) and unicodedata.combining(text[index]):
            continue
        piece = nfc(text[start:index])
        pieces.append(piece)
        where += [start] * len(piece)
        start = index
    return "".join(pieces), [*where, len(text)]
