"""Vietnamese text: one normal form on the way in, one folding for search, one way to make slugs and
initials.
"""

import re
import unicodedata
from collections.abc import Iterable

# Control, bidirectional, zero-width and tag characters hide what a text really says; lone
# surrogates reach no database.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# The zero-width joiner stays between the parts of an emoji and nowhere else.
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
_LINE_ENDS = re.compile("\r\n|[\r\u000b\u000c\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")
_TOKEN = re.compile(r"[0-9a-z]+")
_WORD = re.compile(r"[^\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SCRIPT = re.compile(r"^(LATIN|CYRILLIC|GREEK|CHEROKEE|ARMENIAN|FULLWIDTH)")

#: Words too common to say what a question is about, folded.
STOP_WORDS = frozenset(
    "la va cua o co cho toi xin hoi nay thi duoc khong bao nhieu the nao gi a kinh gui ai da dang "
    "nhung cac mot nhu ve tu den khi"
    " minh em anh chi ong ba bi voi lam roi ma nen hay".split()
)


def _fold_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0].lower()
        if len(base) == 1 and base != char:
            table[code] = base
    # Ð and ð are look-alikes of Đ and đ that legacy keyboards type.
    table.update({ord(char): "d" for char in "đĐðÐ"})
    return table


_FOLD = _fold_table()


def nfc(text: str) -> str:
    """The text in Unicode's composed form (TCVN 6909)."""
    return unicodedata.normalize("NFC", text)


def clean(text: str | None) -> str:
    """A citizen's text as we keep it:

    NFC, no invisible characters, plain line ends, no runs of blanks. Idempotent.
    """
    text = _LINE_ENDS.sub("\n", text or "")
    text = _LONE_JOINER.sub("", nfc(_INVISIBLE.sub("", text)))
    text = "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return nfc(_MANY_LINES.sub("\n\n", text).strip())


def clean_line(text: str | None) -> str:
    """The same on one line."""
    return _BLANKS.sub(" ", clean(text).replace("\n", " ")).strip()


def fold(text: str) -> str:
    """Lower case without diacritics, đ included, of the same length as nfc(text)."""
    return nfc(text).translate(_FOLD)


def tokens(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _TOKEN.findall(fold(text))


def words(text: str) -> list[str]:
    """All the words of a text in lower case, marks kept."""
    return _WORD.findall(nfc(text).lower())


def has_marks(text: str) -> bool:
    """Did the writer type any Vietnamese mark?"""
    lowered = nfc(text).lower()
    return lowered != fold(lowered)


def slug(text: str, *, limit: int = 80) -> str:
    """An address part: ascii words joined by hyphens, cut at a word, never empty."""
    made = _NOT_SLUG.sub("-", fold(text)).strip("-")
    if len(made) > limit:
        made = made[:limit].rsplit("-", 1)[0] or made[:limit]
    return made or "muc"


def initials(name: str) -> str:
    """A name as published by default: 'Nguyễn Thị Ân' becomes 'N.T.Â.'."""
    return "".join(f"{part[0].upper()}." for part in _WORD.findall(nfc(name)))


def shorten(text: str, limit: int) -> str:
    """The text on one line, cut at a word with an ellipsis when it is longer than
    limit characters.
    """
    line = clean_line(text)
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"


def first_sentence(text: str, *, limit: int = 120) -> str:
    """The first sentence, as a title for a text that has none."""
    line = clean_line(text)
    match = re.search(r"^.{12,}?[.?!](?=\s|$)", line)
    return shorten(match.group(0).rstrip(".") if match else line, limit)


def mixed_scripts(text: str) -> bool:
    """Does one word mix Latin with look-alike letters of another script?"""
    for word in _WORD.findall(text):
        scripts: set[str] = set()
        for char in word:
            match = _SCRIPT.match(unicodedata.name(char, ""))
            if match:
                scripts.add(match.group(1))
        if len(scripts) > 1:
            return True
    return False


def join_lines(lines: Iterable[str]) -> str:
    """Non-empty lines joined by line ends."""
    return "\n".join(line for line in lines if line)


def compatible(text: str) -> str:
    """Full-width and other compatibility forms as the plain characters. For short texts only: its
    cost grows with the square of runs of marks.
    """
    return unicodedata.normalize("NFKC", text)


def int_of(text: object, *, most: int = 2**31 - 1) -> int | None:
    """The number that somebody typed or that stands in an address: plain digits, 0 to `most`.

    None for everything else: «²» is a digit for Python and no number, and a longer one than the
    database holds would end in an error of its own.
    """
    typed = str(text or "")
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len(str(most)):
        return None
    number = int(typed)
    return number if number <= most else None
