"""From a text to the words of the index.

Both databases get the same ones, already folded, and split nothing by themselves.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from app.kernel.text import STOP_WORDS, fold, nfc

#: Characters of a document that are indexed; a PostgreSQL vector ends at a megabyte.
LONGEST_TEXT = 150_000
#: A longer run of letters and digits is no word; PostgreSQL refuses those of two kilobytes.
LONGEST_WORD = 64
_PLAIN = re.compile(r"[0-9a-z]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_FIRST_VOWEL = re.compile("[aeiouy][\u0302\u0306\u031b]?")


class Term(NamedTuple):
    """A word at its place in nfc(text)."""

    start: int
    end: int
    #: Lower case without diacritics.
    plain: str
    #: Lower case with its marks; empty when it has none.
    marked: str


@functools.lru_cache(maxsize=20_000)
def settle_tone(word: str) -> str:
    """One spelling for a word whose tone people put on different vowels: hòa and hoà, thúy and
    thuý, ủy and uỷ.
    """
    letters = unicodedata.normalize("NFD", word)
    tones = _TONES.findall(letters)
    if len(tones) != 1:
        return word
    moved = _FIRST_VOWEL.sub(
        lambda vowel: vowel.group() + tones[0], _TONES.sub("", letters), count=1
    )
    # A tilde of another language's consonant is no tone and fits on no vowel.
    return settled if len(settled := nfc(moved)) == len(word) else word


def terms(text: str) -> list[Term]:
    """The words of a text in order.

    Only Latin letters and digits count; the rest of the world separates.
    """
    original = nfc(text[:LONGEST_TEXT])
    found = []
    for match in _PLAIN.finditer(fold(original)):
        start, end = match.span()
        plain, shown = match.group(), original[start:end].lower()
        # A letter whose lower case is two characters long is none of ours.
        marked = (
            settle_tone(shown[:LONGEST_WORD].replace("ð", "đ"))
            if shown != plain and len(shown) == len(plain)
            else ""
        )
        found.append(Term(start, end, plain[:LONGEST_WORD], marked))
    return found


def telling(found: Iterable[Term], limit: int) -> list[str]:
    """The different folded words that say what a text is about, at most so many."""
    return list(
        dict.fromkeys(
            term.plain
            for term in found
            if term.plain not in STOP_WORDS and not term.plain.isdigit()
        )
    )[:limit]
