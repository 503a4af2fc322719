"""Which points seem to be about the same thing: words in common, weighed by how rare they are.
Pure, local, the same every time.

A suggestion only names points and the words that they share. Whether they belong together is for a
person to say.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.text import STOP_WORDS, fold, nfc

#: A word pair in more than this share of all points says nothing about any of them.
COMMON = 0.5
#: Points that a suggestion has at least.
SMALLEST = 2
#: Suggestions made at most, and words shown for each.
MOST, WORDS = 12, 4
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[.!?;:\n]+")
#: «[đã ẩn: số điện thoại]» says nothing about the point.
_MARK = re.compile(r"\[đã [^\]\n]*\]")
#: Besides the words that are common anywhere: those that every comment uses.
_STOP = STOP_WORDS | frozenset(
    "de nghi y kien gop dong khong sua thanh phan can phai se bi do tai theo cho duoc neu chua "
    "con rat cung thi ma trong ngoai tren duoi"
    " xem xet kinh bo sung them nguoi dan ba con gia dinh nha chung hien dang viec quy hoach ke "
    "hoach du an du thao cam on xa".split()
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Points that share words. `shared` says for each point which of the words stand in it."""

    words: tuple[str, ...]
    ids: tuple[int, ...]
    shared: Mapping[int, tuple[str, ...]]

    @property
    def title(self) -> str:
        """A first name for the theme, for a person to change."""
        text = self.words[0] if self.words else ""
        return text[:1].upper() + text[1:]


@dataclass(slots=True)
class _Texts:
    """The word pairs of all texts that are still free."""

    terms: dict[int, set[str]] = field(default_factory=dict)
    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    #: How a folded pair was mostly written.
    written: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, number: int, text: str) -> None:
        """Take in one text."""
        pairs = dict(_pairs(text))
        self.terms[number] = set(pairs)
        for plain, shown in pairs.items():
            self.holders[plain].add(number)
            self.written[plain][shown] += 1

    def take_out(self, numbers: Iterable[int]) -> None:
        """These are suggested; the rest is looked at without them."""
        for number in numbers:
            for term in self.terms.pop(number):
                self.holders[term].discard(number)

    def shown(self, term: str) -> str:
        """The pair with its marks, as most people wrote it; of equals the first in the alphabet."""
        return min(self.written[term].items(), key=lambda item: (-item[1], item[0]))[0]


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    """Neighbouring words that both say something, folded, with how they were written: most
    Vietnamese terms have two syllables.
    """
    for sentence in _SENTENCE.split(_MARK.sub(".", nfc(text).lower())):
        words = _WORD.findall(sentence)
        for first, second in zip(words, words[1:], strict=False):
            plain = fold(first), fold(second)
            if not set(plain) & _STOP and all(
                len(word) > 1 and not word.isdigit() for word in plain
            ):
                yield " ".join(plain), f"{first} {second}"


def suggest(texts: Sequence[tuple[int, str]], *, most: int = MOST) -> list[Suggestion]:
    """Groups of points that share words, the strongest first; no point stands in two.

    The same input gives the same output.
    """
    free = _Texts()
    for number, text in texts:
        free.add(number, text)
    ceiling = max(SMALLEST, math.floor(len(texts) * COMMON))
    found: list[Suggestion] = []
    while len(found) < most:
        best = _strongest(free, ceiling)
        if best is None:
            break
        made = _grown(free, best)
        found.append(made)
        free.take_out(made.ids)
    return found


def _strongest(free: _Texts, ceiling: int) -> str | None:
    """The pair that many points share and few others use: count × log(all / count), the first in
    the alphabet among equals.
    """
    total = len(free.terms)
    best: tuple[float, str] | None = None
    for term, holders in free.holders.items():
        n = len(holders)
        if SMALLEST <= n <= ceiling:
            weight = n * math.log(1 + total / n)
            if best is None or (-weight, term) < best:
                best = (-weight, term)
    return best[1] if best else None


def _apart(terms: Sequence[str]) -> list[str]:
    """The first few pairs that share no word with one before: of «bãi rác», «rác cách» the first
    says it.
    """
    kept: list[str] = []
    used: set[str] = set()
    for term in terms:
        if len(kept) < WORDS and not used & set(term.split()):
            kept.append(term)
            used |= set(term.split())
    return kept


def _grown(free: _Texts, seed: str) -> Suggestion:
    """The points with this pair, and those that share two other pairs with most of them."""
    core = set(free.holders[seed])
    counts = Counter(term for number in core for term in free.terms[number])
    typical = _apart(
        [
            seed,
            *sorted(
                (t for t, n in counts.items() if t != seed and n * 2 > len(core) and n > 1),
                key=lambda t: (-counts[t], t),
            ),
        ]
    )
    related = {
        number
        for number, terms in free.terms.items()
        if number not in core and len(terms & set(typical[1:])) >= 2
    }
    ids = tuple(sorted(core | related))
    shared = {
        number: tuple(free.shown(term) for term in typical if term in free.terms[number])
        for number in ids
    }
    return Suggestion(tuple(free.shown(term) for term in typical), ids, shared)
