"""What begins a part of a legal text:

«Chương II», «Mục 1», «Điều 12a.», «2.», «đ)», «PHỤ LỤC I» (Decree 78/2025, Appendix III).
"""

import re
from dataclasses import dataclass

from app.drafts.readers.docx_lines import Line
from app.drafts.states import ClauseKind

_ROMAN = r"[IVXLCDM]{1,8}"
_CHAPTER = re.compile(
    rf"(?:Chương|CHƯƠNG)\s+({_ROMAN}|\d{{1,3}})(?!\w)\s*[.:–-]?\s*(.*)", re.DOTALL
)
_SECTION = re.compile(rf"(?:Mục|MỤC)\s+({_ROMAN}|\d{{1,3}})(?!\w)\s*([.:–-]?)\s*(.*)", re.DOTALL)
_ARTICLE = re.compile(r"(?:Điều|ĐIỀU)\s*(\d{1,4}[a-zđ]{0,2})(?!\w)\s*([.:–-]?)\s*(.*)", re.DOTALL)
_ANNEX = re.compile(
    rf"(?:PHỤ LỤC|Phụ "
    rf"lục)(?:\s+(?:số\s+|SỐ\s+)?({_ROMAN}|\d{{1,3}}|[A-Z]))?(?!\w)\s*[.:–-]?\s*(.*)",
    re.DOTALL,
)
_ATTACHED = re.compile(
    r"(?:QUY ĐỊNH|QUY CHẾ|ĐIỀU LỆ|NỘI QUY|DANH MỤC|KẾ HOẠCH|ĐỀ ÁN|CHƯƠNG TRÌNH|HƯỚNG DẪN|BIỂU "
    r"MẪU|MẪU SỐ|BẢNG GIÁ)(?!\w)"
)
_CLAUSE = re.compile(r"(?:[Kk]hoản\s+)?(\d{1,3})([a-zđ]?)\s*[.)]\s*(?![\d.])(.*)", re.DOTALL)
_NESTED = re.compile(r"(\d{1,3}(?:\.\d{1,2}){1,3})\.?\)?\s+(\D.*)", re.DOTALL)
_POINT = re.compile(r"(?:[Đđ]iểm\s+)?([a-zđ])(\d?)\s*([).])\s*(.*)", re.DOTALL)
_ROMAN_HEAD = re.compile(rf"({_ROMAN})\s*[.)]\s+(\S.*)", re.DOTALL)
_SIGNED = re.compile(
    r"(?:Nơi nhận\s*:|(?:TM|KT|TL|TUQ|Q)\.\s+[A-ZĐ]|"
    r"(?:PHÓ )?(?:CHỦ TỊCH|THỦ TƯỚNG|BỘ TRƯỞNG|GIÁM ĐỐC|TRƯỞNG PHÒNG|CHỦ NHIỆM)(?:\s+[A-ZĐ ]*)?$)"
)
_HEADER = re.compile(
    r"(?:CỘNG H[ÒO]|Độc lập\s*[-–]|Số\s*:|[-–_=*. ]{3,}$|.{0,60}, ngày\s.{0,12}tháng\s.{0,12}năm\b)"
)

#: The order of points in Vietnamese texts; Word's own lists follow the Latin one.
VIETNAMESE = "abcdđeghiklmnopqrstuvxy"
LATIN = "abcdefghijklmnopqrstuvwxyz"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a part."""

    kind: ClauseKind
    #: As in the anchor: 5, 12a, dd.
    number: str
    label: str
    #: What follows the label on the line, and where on the line that begins.
    rest: str
    at: int = 0
    #: Written so that it may as well be the middle of a sentence.
    unsure: bool = False


def arabic(numeral: str) -> int:
    """IV → 4; figures stay figures."""
    if numeral.isdecimal():
        return int(numeral)
    values = [_VALUES[letter] for letter in numeral]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


def plain(text: str) -> str:
    """A number or letter in an anchor: đ as dd, since d is another letter."""
    return text.lower().replace("đ", "dd")


def is_capital(text: str) -> bool:
    """Written in capitals?"""
    return text.upper() == text and any(letter.isalpha() for letter in text)


def _stands_out(line: Line) -> bool:
    return line.centred or line.all_bold or is_capital(line.text)


def _goes_on(rest: str) -> bool:
    """Does a sentence go on after what looked like a label?

    «Điều 5 của Luật này», «Mục 1 Chương II».
    """
    return bool(rest) and (
        rest[0].islower()
        or rest[0] in ",;)("
        or re.match(r"(?:Chương|Mục|Điều|Khoản|Nghị định|Luật|Phụ lục)\b", rest) is not None
    )


def chapter(line: Line) -> Head | None:
    """«Chương II», «CHƯƠNG 2. QUY ĐỊNH CHUNG»."""
    if found := _CHAPTER.fullmatch(line.text):
        if _goes_on(found[2]) or (
            found[2] and not _stands_out(line) and not is_capital(found[2]) and len(found[2]) > 150
        ):
            return None
        return Head(
            ClauseKind.CHAPTER,
            str(arabic(found[1])),
            f"Chương {found[1]}",
            found[2],
            found.start(2),
        )
    return None


def section(line: Line) -> Head | None:
    """«Mục 1», «MỤC 2. TRÌNH TỰ»."""
    found = _SECTION.fullmatch(line.text)
    if not found or _goes_on(found[3]):
        return None
    if not (_stands_out(line) or found[2] or not found[3] or is_capital(found[3])):
        return None
    return Head(
        ClauseKind.SECTION, str(arabic(found[1])), f"Mục {found[1]}", found[3], found.start(3)
    )


def article(line: Line) -> Head | None:
    """«Điều 5.

    Phạm vi», «Điều 12a:», «Điều 5» alone. Without a stop only when it stands out, and then not
    surely.
    """
    found = _ARTICLE.fullmatch(line.text)
    if not found or _goes_on(found[3]):
        return None
    bare = not found[2] and bool(found[3])
    if bare and not line.bold >= found.end(1):
        return None
    return Head(
        ClauseKind.ARTICLE,
        plain(found[1]),
        f"Điều {found[1]}",
        found[3],
        found.start(3),
        unsure=bare,
    )


def annex(line: Line, *, after_articles: bool) -> Head | None:
    """«PHỤ LỤC I», and the title of a text that is issued together with a decision."""
    if found := _ANNEX.fullmatch(line.text):
        if _goes_on(found[2]) and not found[2].startswith("("):
            return None
        if _stands_out(line) or (not found[2] and found[1]):
            number = (
                str(arabic(found[1]))
                if found[1] and re.fullmatch(rf"{_ROMAN}|\d+", found[1])
                else plain(found[1] or "")
            )
            return Head(
                ClauseKind.ANNEX,
                number,
                " ".join(filter(None, ("Phụ lục", found[1]))),
                found[2],
                found.start(2),
            )
    if (
        after_articles
        and _ATTACHED.match(line.text)
        and is_capital(line.text)
        and (line.centred or line.all_bold)
    ):
        return Head(ClauseKind.ANNEX, "", "", line.text)
    return None


def clause(line: Line) -> Head | None:
    """«2. Nội dung», «3)», «Khoản 1.», «1a.»."""
    found = _CLAUSE.fullmatch(line.text)
    if not found:
        return None
    return Head(
        ClauseKind.CLAUSE,
        f"{int(found[1])}{plain(found[2])}",
        f"{found[1]}{found[2]}.",
        found[3],
        found.start(3),
    )


def nested(line: Line) -> Head | None:
    """«1.2. Nội dung»."""
    found = _NESTED.fullmatch(line.text)
    return (
        Head(ClauseKind.POINT, found[1], f"{found[1]}.", found[2], found.start(2))
        if found
        else None
    )


def point(line: Line) -> Head | None:
    """«a) Nội dung», «đ)», «a1)»; with a stop instead of a bracket it is unsure."""
    found = _POINT.fullmatch(line.text)
    if not found:
        return None
    return Head(
        ClauseKind.POINT,
        plain(found[1] + found[2]),
        f"{found[1]}{found[2]})",
        found[4],
        found.start(4),
        unsure=found[3] == ".",
    )


def outline(line: Line) -> Head | None:
    """«II. MỤC TIÊU»: what divides plans and schemes that have no articles."""
    found = _ROMAN_HEAD.fullmatch(line.text)
    if not found or not (_stands_out(line) or is_capital(found[2])):
        return None
    return Head(ClauseKind.SECTION, str(arabic(found[1])), f"{found[1]}.", found[2], found.start(2))


def is_signed(line: Line) -> bool:
    """Does the place of signatures begin here?"""
    return _SIGNED.match(line.text) is not None or (
        line.in_table and re.search(r"Nơi nhận\s*:", line.text) is not None
    )


def is_header(line: Line) -> bool:
    """The state's name, the number, the date: above the title, and nothing to comment on."""
    return _HEADER.match(line.text) is not None or (line.in_table and "CỘNG H" in line.text.upper())


# Order
# --------------------------------------------------------------------------------------------------
def leading(number: str) -> int:
    """12 of 12a."""
    return int("".join(letter for letter in number if letter.isdecimal()) or 0)


def step_between(last: str, number: str) -> int:
    """How far this point is from the one before in either alphabet: 1 follows, 2 or 3 skips, 0 does
    not fit.
    """
    letter, before = number.replace("dd", "đ"), last.replace("dd", "đ")
    if not before:
        return 1 if letter == "a" else 0
    if len(letter) > 1:
        return 1 if letter[0] == before[0] else 0
    steps = [
        order.index(letter) - order.index(before[0])
        for order in (VIETNAMESE, LATIN)
        if letter in order and before[0] in order
    ]
    forward = [step for step in steps if 0 < step <= 3]
    return min(forward, default=0)


def balance(text: str) -> int:
    """Quotation marks that a line opens and does not close; straight ones only when the line begins
    with one.
    """
    if text.startswith('"') and text.count('"') % 2:
        return 1
    return text.count("“") - text.count("”")


def closing(text: str) -> int:
    """Does a line end a quotation with straight marks?"""
    return -1 if text.count('"') % 2 else 0
