"""The part of a text that shows why it was found."""

from collections.abc import Sequence

from markupsafe import Markup

from app.kernel.fulltext.terms import Term, terms
from app.kernel.html import mark_words
from app.kernel.text import nfc

#: A query that is longer than this is none; nobody reads the rest of a megabyte.
LONGEST_QUERY = 1_000
#: Characters shown before the first marked word.
_BEFORE = 30


def highlight(text: str, query: str, width: int = 160) -> Markup:
    """An excerpt of at most about so many characters with the words of the query marked; everything
    is escaped.

    A word typed with its marks marks just that word, if the text has it; otherwise whatever is the
    same without marks. The last word may be unfinished.
    """
    original = nfc(text)
    hits = _hits(terms(original), terms(query[:LONGEST_QUERY]))
    start = _start(original, hits, width)
    end = _end(original, start, width)
    pieces, place = [("…" if start else "", False)], start
    for first, last in hits:
        if first >= place and last <= end:
            pieces += [(original[place:first], False), (original[first:last], True)]
            place = last
    pieces += [(original[place:end], False), ("…" if end < len(original) else "", False)]
    return mark_words(pieces)


def _hits(found: Sequence[Term], asked: Sequence[Term]) -> list[tuple[int, int]]:
    plain, marked = {term.plain for term in found}, {term.marked for term in found if term.marked}
    exact = {term.marked for term in asked if term.marked in marked}
    folded = {term.plain for term in asked if term.marked not in exact and term.plain in plain}
    beginning = asked[-1].plain if asked and asked[-1].plain not in plain else None
    return [
        (term.start, term.end)
        for term in found
        if term.marked in exact
        or term.plain in folded
        or (beginning is not None and term.plain.startswith(beginning))
    ]


def _start(text: str, hits: Sequence[tuple[int, int]], width: int) -> int:
    """Where the window with the most marked words begins, at a word."""
    if len(text) <= width or not hits:
        return 0
    best, most, last = 0, 0, 0
    for number, (first, _end) in enumerate(hits):
        while last < len(hits) and hits[last][1] <= first + width - _BEFORE:
            last += 1
        if last - number > most:
            best, most = first, last - number
    start = max(0, best - _BEFORE)
    return text.rfind(" ", 0, start) + 1 if start else 0


def _end(text: str, start: int, width: int) -> int:
    if start + width >= len(text):
        return len(text)
    blank = text.rfind(" ", start + 1, start + width + 1)
    return blank if blank > start else start + width
