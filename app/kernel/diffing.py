"""What changed between two texts, word by word. Pure."""

import difflib
import re

_PIECES = re.compile(r"\s+|\[[^\]\n]{0,60}\]|[^\s\[]+|\[")
#: Beyond so many words the comparison is made line by line, so that its cost stays small.
_MOST_WORDS = 4_000


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """The texts as one, in pieces: ("same" | "del" | "ins", text)."""
    before, after = _pieces(old), _pieces(new)
    if len(before) + len(after) > _MOST_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            found.append(("del", "".join(before[i1:i2])))
        if j2 > j1:
            found.append(("ins", "".join(after[j1:j2])))
    return found


def _pieces(text: str) -> list[str]:
    return _PIECES.findall(text)
