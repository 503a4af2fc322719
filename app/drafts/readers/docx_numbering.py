"""Numbers that Word writes by itself: which paragraph shows «Điều 5.», «2.» or «b)» although nobody
typed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


def roman(number: int) -> str:
    """4 → iv."""
    made = ""
    for value, letters in _ROMAN:
        made += letters * (number // value)
        number %= value
    return made


def letters(number: int) -> str:
    """1 → a, 26 → z, 27 → aa, as Word counts (it knows no đ)."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""


def formatted(number: int, kind: str) -> str:
    """A number in one of Word's formats; what we do not know is written in figures."""
    if kind in {"lowerRoman", "upperRoman"} and 0 < number < 4_000:
        return roman(number).upper() if kind == "upperRoman" else roman(number)
    if kind in {"lowerLetter", "upperLetter"} and 0 < number < 1_000:
        return letters(number).upper() if kind == "upperLetter" else letters(number)
    if kind == "decimalZero":
        return f"{number:02d}"
    return "" if kind == "none" else str(number)


@dataclass(slots=True)
class Level:
    """One level of a list."""

    kind: str = "decimal"
    text: str = ""
    start: int = 1
    #: After which level it starts again: None: any higher one; 0: never.
    restart: int | None = None
    style: str = ""
    legal: bool = False


@dataclass(slots=True)
class _List:
    """A w:num: the levels it shows, and whose counters it counts on."""

    abstract: str
    levels: dict[int, Level] = field(default_factory=dict)
    #: Levels that begin anew the first time that this list is used.
    begin: dict[int, int] = field(default_factory=dict)


def _value(element: Any, name: str, default: str = "") -> str:
    found = element.find(W + name)
    return str(found.get(W + "val", default)) if found is not None else default


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default


def _level(element: Any) -> Level:
    restart = _value(element, "lvlRestart")
    return Level(
        _value(element, "numFmt", "decimal"),
        _value(element, "lvlText"),
        _number(_value(element, "start"), 1),
        _number(restart, 0) if restart else None,
        _value(element, "pStyle"),
        element.find(W + "isLgl") is not None,
    )


def _place(element: Any) -> int:
    return min(_number(element.get(W + "ilvl", "0"), 0), _LEVELS - 1)


class Numbering:
    """The lists of a document, counting as its paragraphs go by."""

    def __init__(self, root: Any) -> None:
        """`root`: numbering.xml, or None when the document has none."""
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()
        #: From the style of a paragraph to the list and level that belong to it.
        self.of_style: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        abstracts = {
            item.get(W + "abstractNumId"): {
                _place(level): _level(level) for level in item.iterfind(W + "lvl")
            }
            for item in root.iterfind(W + "abstractNum")
        }
        for item in root.iterfind(W + "num"):
            abstract = _value(item, "abstractNumId")
            made = _List(abstract, dict(abstracts.get(abstract, {})))
            for override in item.iterfind(W + "lvlOverride"):
                place = _place(override)
                if (level := override.find(W + "lvl")) is not None:
                    made.levels[place] = _level(level)
                if start := _value(override, "startOverride"):
                    made.begin[place] = _number(start, 1)
            number = str(item.get(W + "numId"))
            self._lists[number] = made
            for place, level in made.levels.items():
                if level.style:
                    self.of_style.setdefault(level.style, (number, place))

    def next_label(self, number: str, place: int) -> str:
        """What Word shows before the next paragraph of this list and level; a bullet becomes a
        hyphen.
        """
        found = self._lists.get(number)
        if found is None or place not in found.levels:
            return ""
        counts = self._counts.setdefault(found.abstract, [None] * _LEVELS)
        if number not in self._begun:
            self._begun.add(number)
            for level, start in found.begin.items():
                counts[level] = start - 1
        self._count(found, counts, place)
        if found.levels[place].kind == "bullet":
            return "-"
        return _shown(found, counts, place)

    @staticmethod
    def _count(found: _List, counts: list[int | None], place: int) -> None:
        before = counts[place]
        counts[place] = found.levels[place].start if before is None else before + 1
        for level in _restarting(found, place):
            counts[level] = None


def _restarting(found: _List, place: int) -> Iterator[int]:
    for level in range(place + 1, _LEVELS):
        restart = found.levels[level].restart if level in found.levels else None
        if restart is None or (restart and place < restart):
            yield level


def _shown(found: _List, counts: list[int | None], place: int) -> str:
    """The text of the level; a level above that nothing has used yet shows where it would start."""
    text = found.levels[place].text
    for level in range(_LEVELS):
        if f"%{level + 1}" in text:
            above = found.levels.get(level, Level())
            count = counts[level]
            shown = formatted(
                above.start if count is None else count,
                "decimal" if found.levels[place].legal else above.kind,
            )
            text = text.replace(f"%{level + 1}", shown)
    return text.strip()
