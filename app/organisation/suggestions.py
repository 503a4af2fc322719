"""Which topics a text seems to be about, and the words that say so. Pure.

Longer phrases win over shorter ones at the same place, with or without diacritics: a writer who
types marks means them, one who types none is understood by the bare letters.
"""

import functools
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.kernel.text import fold, has_marks, nfc

FILE = Path(__file__).with_name("data") / "topic_keywords.toml"
#: How many topics are suggested at most.
LIMIT = 3
#: Without marks a short syllable may be half a dozen words («chợ», «cho»; «chùa», «chưa»): alone it
#: says nothing.
SHORTEST_BARE_WORD = 5
_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[,;\n]+")
#: The five tone marks. «hoà» and «hòa» are one word: only where the tone is written differs.
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic as this module sees it."""

    topic_id: int
    unit_id: int | None
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A topic, the unit that usually answers it, and the writer's words that led to it."""

    topic_id: int
    unit_id: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    folded: tuple[str, ...]
    sounds: tuple[str, ...]
    #: Positions of the subjects that list this phrase.
    subjects: tuple[int, ...]


@functools.cache
def default_keywords() -> dict[str, str]:
    """The shipped words of each topic, by slug, as they are kept on a topic."""
    return {
        slug: ", ".join(phrases) for slug, phrases in tomllib.loads(FILE.read_text("utf-8")).items()
    }


@functools.lru_cache(maxsize=256)
def phrases_of(keywords: str) -> tuple[str, ...]:
    """The phrases of a topic's keywords: separated by commas, semicolons or lines."""
    return tuple(phrase.strip() for phrase in _SEPARATOR.split(keywords) if phrase.strip())


def suggest(text: str, subjects: Sequence[Subject], *, limit: int = LIMIT) -> list[Suggestion]:
    """The topics that the text's words point to, the likeliest first; empty when no word does."""
    scores: dict[int, float] = defaultdict(float)
    found: dict[int, list[str]] = defaultdict(list)
    seen: set[tuple[str, ...]] = set()
    for phrase, words in _matches(text, _index(tuple(subjects))):
        if phrase.folded in seen:
            continue
        seen.add(phrase.folded)
        for position in phrase.subjects:
            scores[position] += len(phrase.folded) ** 2 / len(phrase.subjects)
            found[position].append(words)
    best = sorted(scores, key=lambda position: (-scores[position], position))[:limit]
    return [
        Suggestion(subjects[position].topic_id, subjects[position].unit_id, tuple(found[position]))
        for position in best
    ]


@functools.lru_cache(maxsize=8)
def _index(subjects: tuple[Subject, ...]) -> dict[str, list[_Phrase]]:
    """The phrases by first folded word, longest first."""
    owners: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, subject in enumerate(subjects):
        for phrase in dict.fromkeys(subject.phrases):
            sounds = tuple(_sound(word) for word in _WORD.findall(nfc(phrase).lower()))
            if sounds and position not in owners[sounds]:
                owners[sounds].append(position)
    index: dict[str, list[_Phrase]] = defaultdict(list)
    for sounds, positions in owners.items():
        folded = tuple(_bare(sound) for sound in sounds)
        index[folded[0]].append(_Phrase(folded, sounds, tuple(positions)))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry.folded))
    return dict(index)


def _matches(text: str, index: dict[str, list[_Phrase]]) -> Iterator[tuple[_Phrase, str]]:
    """The phrases found, the longest at each place, none inside another, with the writer's own
    words.
    """
    text = nfc(text)
    spans = [match.span() for match in _WORD.finditer(text)]
    folded = [fold(text[start:end]) for start, end in spans]
    sounds = [_sound(text[start:end].lower()) for start, end in spans] if has_marks(text) else None
    covered = -1
    for place in range(len(spans)):
        phrase = _longest(index.get(folded[place], ()), folded, sounds, place)
        # A phrase inside a longer one says nothing of its own; one that reaches beyond it does.
        if phrase is not None and (last := place + len(phrase.folded) - 1) > covered:
            covered = last
            yield phrase, text[spans[place][0] : spans[last][1]]


def _longest(
    entries: Sequence[_Phrase], folded: list[str], sounds: list[str] | None, place: int
) -> _Phrase | None:
    for entry in entries:
        end = place + len(entry.folded)
        if tuple(folded[place:end]) != entry.folded:
            continue
        if (
            tuple(sounds[place:end]) == entry.sounds
            if sounds is not None
            else _clear_without_marks(entry)
        ):
            return entry
    return None


def _clear_without_marks(entry: _Phrase) -> bool:
    return (
        len(entry.folded) > 1
        or entry.folded == entry.sounds
        or len(entry.folded[0]) >= SHORTEST_BARE_WORD
    )


def _sound(word: str) -> str:
    """A lower-case word with its tone at the end, wherever it was written."""
    letters = unicodedata.normalize("NFD", word)
    tone = "".join(char for char in letters if char in _TONES)
    return (
        unicodedata.normalize("NFC", "".join(char for char in letters if char not in _TONES)) + tone
    )


def _bare(sound: str) -> str:
    return fold(sound.rstrip(_TONES))
