"""Map sheets and parcels: as a plan's list writes them, and as a farmer types them.

Pure: no database, no app. «Tờ» and «thửa» may lack their marks; «tổ» (a quarter) and «tô» are other
words and never taken for them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.kernel.text import clean_line

#: Numbers beyond these are something else than a sheet or a parcel.
LARGEST_SHEET = 9_999
LARGEST_PARCEL = 999_999
#: Of one project; a list that names more says «toàn xã» in effect.
MOST_ROWS = 500
_MOST_SHEETS_OF_A_RANGE = 100


class Parcels(NamedTuple):
    """Parcels `first` to `last` of a sheet, both included; both None: the whole sheet."""

    sheet: int
    first: int | None = None
    last: int | None = None

    def holds(self, parcel: int) -> bool:
        """Is this parcel named, not only its sheet?"""
        return (
            self.first is not None and self.last is not None and self.first <= parcel <= self.last
        )


class Typed(NamedTuple):
    """What somebody looks for: a sheet, a parcel, and the words that are neither."""

    sheet: int | None
    parcel: int | None
    words: str


# A number may carry a letter (118a) or a part (118/2): the parcel that was divided is meant.
_TAIL = r"(?:[a-zđ](?![a-zà-ỹđ])|/\d{1,4}(?!\d))?"
_TO = r"\s*(?:-|–|—|÷|→|đến|den)\s*"
_RANGE = rf"(?<![\d/])\d{{1,7}}(?!\d){_TAIL}(?:{_TO}\d{{1,7}}(?!\d){_TAIL})?"
_LIST = rf"{_RANGE}(?:\s*(?:[,;+&]|và|va)\s*(?:(?:số|so)\s*)?{_RANGE})*"
_OF_LAND = (
    r"(?:\s*(?:bản\s*đồ|ban\s*do|bđ|bd|địa\s*chính|dia\s*chinh|đất|dat))*"
    r"(?:\s*(?:số|so)\b)?\s*[:.]?\s*(?:số\s*)?"
)
_SHEETS = re.compile(rf"\bt[ờo]{_OF_LAND}(?P<sheets>{_LIST})(?:\s*:\s*(?P<bare>{_LIST}))?")
_PARCELS = re.compile(rf"\bth(?:ửa|ưả|ủa|ua){_OF_LAND}(?P<parcels>{_LIST})")
_EITHER = re.compile(f"{_SHEETS.pattern}|{_PARCELS.pattern}")
_PAIR = re.compile(r"(?<![\d/])(\d{1,4})\s*/\s*(\d{1,7})(?![\d/])")
_NOISE = re.compile(r"\([^()]*\)|\b\d+\s*(?:phần|phan)\b|\d+(?:[.,]\d+)*\s*(?:ha|m2|m²|km|m)\b")
_ITEM = re.compile(rf"(?<![\d/])(\d{{1,7}})(?!\d){_TAIL}(?:{_TO}(\d{{1,7}})(?!\d){_TAIL})?")


def _ranges(text: str, largest: int) -> Iterator[tuple[int, int]]:
    """The numbers and ranges of a list, ends in order."""
    for item in _ITEM.finditer(text):
        first = int(item.group(1))
        last = int(item.group(2) or first)
        first, last = min(first, last), max(first, last)
        if first >= 1 and last <= largest:
            yield first, last


def _sheets(text: str) -> list[int]:
    found: list[int] = []
    for first, last in _ranges(text, LARGEST_SHEET):
        found += range(first, min(last, first + _MOST_SHEETS_OF_A_RANGE - 1) + 1)
    return found


def _plain(text: str) -> str:
    return clean_line(text).lower()


def parse_list(text: str) -> list[Parcels]:
    """The sheets and parcels that a list's «Vị trí trên bản đồ» names, in order, without
    repetition.

    «Tờ 12: thửa 41-46» → (12, 41, 46); «Tờ 03, 04, 09» → three whole sheets; a length or «theo nhu
    cầu đăng ký» → nothing. Parcels belong to the sheets named before them; where the text begins
    with parcels, to the sheet named after them.
    """
    plain = _NOISE.sub(" ", _plain(text))
    matches = list(_EITHER.finditer(plain))
    if not matches:
        return list(dict.fromkeys(_pairs(plain)))[:MOST_ROWS]
    found: list[Parcels] = []
    for sheets, parcels in _grouped(matches):
        for sheet in sheets:
            found += [Parcels(sheet, first, last) for first, last in parcels] or [Parcels(sheet)]
    return list(dict.fromkeys(found))[:MOST_ROWS]


def _pairs(plain: str) -> Iterator[Parcels]:
    """«7/118, 7/119»: only where nothing else is written."""
    if _PAIR.sub("", plain).strip(" ,;."):
        return
    for typed_sheet, typed_parcel in _PAIR.findall(plain):
        sheet, parcel = _within(typed_sheet, LARGEST_SHEET), _within(typed_parcel, LARGEST_PARCEL)
        if sheet and parcel:
            yield Parcels(sheet, parcel, parcel)


def _grouped(matches: list[re.Match[str]]) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
    """Sheets with the parcels that belong to them."""
    parcels_first = matches[0].group("parcels") is not None
    sheets: list[int] = []
    parcels: list[tuple[int, int]] = []
    for match in matches:
        if match.group("parcels"):
            parcels += _ranges(match.group("parcels"), LARGEST_PARCEL)
            continue
        if sheets and not parcels_first:
            yield sheets, parcels
            parcels = []
        sheets = _sheets(match.group("sheets"))
        parcels += _ranges(match.group("bare") or "", LARGEST_PARCEL)
        if parcels_first:
            yield sheets, parcels
            sheets, parcels = [], []
    if sheets:
        yield sheets, parcels


# What people type
# --------------------------------------------------------------------------------------------------
_ONE = r"0*(\d{1,6})(?:[a-zđ](?![a-zà-ỹđ]))?(?![\d/])"
_TYPED_SHEET = re.compile(rf"\bt[ờo]{_OF_LAND}{_ONE}")
_TYPED_PARCEL = re.compile(rf"\bth(?:ửa|ưả|ủa|ua){_OF_LAND}{_ONE}")
_BARE_BEFORE_SHEET = re.compile(rf"(?<![\w/]){_ONE}\s*[,;/-]?\s*$")
_TYPED_PAIR = re.compile(r"\s*0*(\d{1,6})\s*/\s*0*(\d{1,6})\s*")
_JOINTS = re.compile(r"^[\s,;:./-]+|[\s,;:/-]+$")


def parse_typed(text: str) -> Typed:
    """What a person typed into one box: «tờ 07 thửa 118», «to 7 thua 118», «7/118» (sheet first),
    «118 tờ 7», with more words or without.

    Whatever is neither sheet nor parcel comes back as words, as it was typed.
    """
    line = clean_line(text)
    pair = _TYPED_PAIR.fullmatch(line)
    if pair:
        return _typed(pair.group(1), pair.group(2), "")
    lowered = line.lower()
    if len(lowered) != len(line):
        line = lowered
    sheet, parcel = _TYPED_SHEET.search(lowered), _TYPED_PARCEL.search(lowered)
    if sheet and not parcel:
        parcel = _BARE_BEFORE_SHEET.search(lowered, 0, sheet.start())
    if not sheet and not parcel:
        return Typed(None, None, line)
    rest = line
    for match in sorted(
        (match for match in (sheet, parcel) if match), key=lambda match: -match.start()
    ):
        rest = rest[: match.start()] + " " + rest[match.end() :]
    return _typed(
        sheet and sheet.group(1), parcel and parcel.group(1), _JOINTS.sub("", clean_line(rest))
    )


def _typed(sheet: str | None, parcel: str | None, words: str) -> Typed:
    return Typed(_within(sheet, LARGEST_SHEET), _within(parcel, LARGEST_PARCEL), words)


def _within(digits: str | None, largest: int) -> int | None:
    return int(digits) if digits and 1 <= int(digits) <= largest else None


def parse_number(text: str, largest: int = LARGEST_PARCEL) -> int | None:
    """The number in a box of its own: «07», «tờ 7», «118a»; None when there is none."""
    digits = re.search(r"[0-9]{1,7}", clean_line(text))
    return _within(digits.group(), largest) if digits else None
