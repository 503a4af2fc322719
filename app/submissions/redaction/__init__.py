"""Personal data in a text: where it stands, how it is hidden, and which names an officer may want
to hide as well.

Pure: text in, places out. A finding is a suggestion; the citizen and the officer decide. Law
91/2025/QH15 asks for consent before personal data is made public, hence the checks before sending,
before an answer goes to the approver and before publishing.
"""

import bisect
from collections.abc import Iterable, Sequence

from app.kernel.text import fold
from app.submissions.redaction.kinds import HIDDEN, KIND_LABELS, Finding, Kind
from app.submissions.redaction.names import suggest_names
from app.submissions.redaction.places import blank, compose, merged, without_overlaps
from app.submissions.redaction.search import Place, bare, candidates

#: Hiding one number may uncover its neighbour; the search is repeated until nothing new appears, at
#: most so often.
_ROUNDS = 8


def find(text: str, *, official: Iterable[str] = ()) -> list[Finding]:
    """The personal data in a text, in order, without overlaps.

    Telephone numbers (not the hotlines 1800 and 1900), identity numbers, e-mail addresses, tax
    codes, bank accounts, plots of land, number plates, passports, insurance numbers. Numbers of
    documents, amounts and dates are left alone, and so are the `official` numbers and addresses of
    the authority, however they are spaced.
    """
    composed, where = compose(text)
    known = {bare(contact) for contact in official}
    found: list[Place] = []
    hidden = composed
    for _round in range(_ROUNDS):
        new = without_overlaps(candidates(hidden, fold(hidden)), len(hidden))
        if not new:
            break
        found.extend(new)
        hidden = blank(hidden, new)
    return [
        Finding(where[start] if where else start, where[end] if where else end, kind)
        for start, end, kind in sorted(found)
        if not known or bare(composed[start:end]) not in known
    ]


def mask(text: str, findings: Iterable[Finding], ranges: Iterable[tuple[int, int]] = ()) -> str:
    """The text with each finding replaced by a mark such as «[đã ẩn: số điện thoại]».

    `ranges` are passages picked by hand; they become «[đã ẩn]». Whatever overlaps is hidden as one.
    """
    marks = [(item.start, item.end, item.mark) for item in findings]
    marks += [(start, end, HIDDEN) for start, end in ranges]
    pieces: list[str] = []
    position = 0
    for start, end, mark in merged(marks, len(text)):
        pieces += (text[position:start], mark)
        position = end
    return "".join(pieces) + text[position:]


def mask_ranges(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The text with these passages (start, end) replaced by «[đã ẩn]»; places outside the text are
    cut to it.
    """
    return mask(text, (), ranges)


def segments(text: str, findings: Iterable[Finding]) -> list[tuple[str, Finding | None]]:
    """The text in pieces for a template: each with its finding, or None for what lies between.

    Joined, they are the text.
    """
    pieces: list[tuple[str, Finding | None]] = []
    position = 0
    for item in sorted(findings, key=lambda finding: (finding.start, finding.end)):
        if item.start < position or item.end <= item.start:
            continue
        if item.start > position:
            pieces.append((text[position : item.start], None))
        pieces.append((text[item.start : item.end], item))
        position = item.end
    if position < len(text):
        pieces.append((text[position:], None))
    return pieces


def join_findings(*groups: Sequence[Finding]) -> list[Finding]:
    """Several lists of findings as one, in order; where two overlap, the one of the earlier list
    stays.
    """
    kept: list[Finding] = []
    starts: list[int] = []
    for item in (finding for group in groups for finding in group):
        index = bisect.bisect_left(starts, item.end)
        if index and kept[index - 1].end > item.start:
            continue
        starts.insert(index, item.start)
        kept.insert(index, item)
    return kept


__all__ = [
    "HIDDEN",
    "KIND_LABELS",
    "Finding",
    "Kind",
    "find",
    "join_findings",
    "mask",
    "mask_ranges",
    "segments",
    "suggest_names",
]
