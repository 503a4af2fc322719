"""The shape of a draft: how deep each part lies, what it is called in full, which anchor a new one
gets. No database.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.drafts.states import ClauseKind
from app.kernel.text import slug

K = ClauseKind
_FULL_MAX = 200
_ANCHOR_MAX = 120
_STOPS = " .:)("


class Shaped(Protocol):
    """What the shape is made from, and where it is kept. `models.Clause` is one."""

    kind: ClauseKind
    label: str
    depth: int
    full_label: str


#: What parts without a number are called. Kept beside the text of the law and as little translated
#: as «Điều 5» is.
_NAMES = {
    K.PREAMBLE: "Phần mở đầu",
    K.CHAPTER: "Chương",
    K.SECTION: "Mục",
    K.ARTICLE: "Điều",
    K.CLAUSE: "Khoản",
    K.POINT: "Điểm",
    K.PARAGRAPH: "đoạn cuối",
    K.ANNEX: "Phụ lục",
}


@dataclass
class _Place:
    """In which parts the next one lies."""

    annex: Shaped | None = None
    chapter: Shaped | None = None
    section: Shaped | None = None
    article: Shaped | None = None
    clause: Shaped | None = None
    point: Shaped | None = None


def reshape(clauses: Sequence[Shaped]) -> None:
    """Set depth and full label of all parts of a version, given in order."""
    place = _Place()
    for item in clauses:
        item.depth = _depth(item, place)
        _enter(item, place)
        item.full_label = _full_label(item, place)[:_FULL_MAX]


def _depth(item: Shaped, place: _Place) -> int:
    def below(*parents: Shaped | None) -> int:
        return next((parent.depth + 1 for parent in parents if parent is not None), 0)

    if item.kind in {K.PREAMBLE, K.ANNEX}:
        return 0
    if item.kind is K.CHAPTER:
        return below(place.annex)
    if item.kind is K.SECTION:
        return below(place.chapter, place.annex)
    if item.kind is K.ARTICLE:
        return below(place.section, place.chapter, place.annex)
    if item.kind is K.CLAUSE:
        return below(place.article, place.section, place.chapter, place.annex)
    if item.kind is K.POINT and _is_nested(item) and place.clause is not None:
        return place.clause.depth + item.label.strip(_STOPS).count(".")
    return below(place.clause, place.article, place.section, place.chapter, place.annex)


def _is_nested(item: Shaped) -> bool:
    """«2.1», «2.1.3»."""
    return "." in item.label.strip(_STOPS)


def _enter(item: Shaped, place: _Place) -> None:
    names = ("annex", "chapter", "section", "article", "clause", "point")
    kinds = (K.ANNEX, K.CHAPTER, K.SECTION, K.ARTICLE, K.CLAUSE, K.POINT)
    if item.kind in kinds:
        at = kinds.index(item.kind)
        setattr(place, names[at], item)
        for name in names[at + 1 :]:
            setattr(place, name, None)


def _name(item: Shaped) -> str:
    """One part alone: «điểm a», «khoản 2», «Điều 5», «Mục 1», «Chương II»."""
    bare = item.label.strip(_STOPS)
    if item.kind is K.CLAUSE and bare:
        return f"khoản {bare}"
    if item.kind is K.POINT and bare:
        return f"điểm {bare}"
    if item.kind is K.SECTION and bare and not bare.startswith(("Mục", "MỤC")):
        return f"mục {bare}"
    return bare or _NAMES[item.kind]


def _full_label(item: Shaped, place: _Place) -> str:
    names = [_name(item)]
    if item.kind in {K.POINT, K.PARAGRAPH} and place.clause is not None:
        names.append(_name(place.clause))
    if (
        item.kind in {K.CLAUSE, K.POINT, K.PARAGRAPH}
        and (above := place.article or place.section) is not None
    ):
        names.append(_name(above))
    if item.kind is K.SECTION and place.chapter is not None:
        names.append(_name(place.chapter))
    if place.annex is not None and item is not place.annex:
        names.append(_name(place.annex))
    return " ".join(names)


# Anchors
# --------------------------------------------------------------------------------------------------
_WORDS = {
    K.CHAPTER: "chuong",
    K.SECTION: "muc",
    K.ARTICLE: "dieu",
    K.CLAUSE: "khoan",
    K.POINT: "diem",
    K.ANNEX: "phu-luc",
    K.PREAMBLE: "mo-dau",
}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def anchor_for(kind: ClauseKind, label: str, parent: str, taken: Iterable[str]) -> str:
    """A free anchor for a part that a person adds: by its label below its parent's anchor, as the
    reader makes them.
    """
    word = _WORDS.get(kind, "doan")
    # đ is another letter than d.
    bare = re.sub(
        r"^(?:chương|mục|điều|khoản|điểm|phụ lục)\s*", "", label.strip(_STOPS).lower()
    ).replace("đ", "dd")
    if kind in {K.CHAPTER, K.SECTION, K.ANNEX} and bare and set(bare) <= set(_ROMAN):
        bare = str(_arabic(bare))
    made = f"{word}-{slug(bare, limit=20)}" if bare else word
    if kind in {K.CLAUSE, K.POINT, K.PARAGRAPH, K.SECTION} and parent:
        made = f"{parent}-{made}"
    return free(made, taken)


def free(anchor: str, taken: Iterable[str]) -> str:
    """The anchor, or the first one with a number that is not taken."""
    used, made, number = set(taken), anchor[:_ANCHOR_MAX], 1
    while made in used:
        number += 1
        made = f"{anchor[: _ANCHOR_MAX - 12]}-lan-{number}"
    return made


def _arabic(numeral: str) -> int:
    values = [_ROMAN[letter] for letter in numeral]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )
