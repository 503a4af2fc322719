"""Which columns of a surveyor's table we keep: the land-use code, a name, the project's code.

Everything else stays out.
"""

import re

from app.kernel.text import clean_line, fold

#: Folded names without blanks and underscores, best first. DBF cuts names at ten characters, so
#: longer ones match by their beginning.
ALIASES = {
    "code": (
        "maloaidat", "madat", "loaidat", "maldat", "malddat", "mucdich", "mucdichsd",
        "mucdichsudung", "mdsd", "mdsdd", "mdsdqh", "mdsdht",
        "kyhieu", "kihieu", "maqh", "maqhsdd", "loaidatqh", "khdat", "kh", "landcode", "landuse",
        "code", "ma", "nhanthua",
    ),
    "name": (
        "tencongtrinh", "tenduan", "tenct", "tenda", "ten", "tenkhu", "tenvung", "tendvhc", "tenxa",
        "name", "diadanh", "mota",
    ),
    "project": (
        "macongtrinh", "maduan", "mact", "mada", "sohieu", "sohieuct", "stt", "project",
        "projectcode", "duan",
    ),
}  # fmt: skip
_LIMITS = {"code": 10, "name": 200, "project": 30}
_NOT_A_LETTER = re.compile(r"[^a-z0-9]")
_DBF_NAME = 10


def _folded(name: str) -> str:
    return _NOT_A_LETTER.sub("", fold(name))


def columns(names: list[str]) -> dict[str, str]:
    """Which of the file's columns is our `code`, `name` and `project`; each is used once."""
    known = {_folded(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for ours in ("project", "code", "name"):
        for alias in ALIASES[ours]:
            theirs = known.get(alias) or known.get(alias[:_DBF_NAME])
            if theirs is not None and theirs not in found.values():
                found[ours] = theirs
                break
    return found


def kept(properties: dict[str, object], chosen: dict[str, str]) -> dict[str, str]:
    """The values that we keep, cleaned and cut; empty ones are left out."""
    result = {}
    for ours, theirs in chosen.items():
        value = clean_line(_text(properties.get(theirs)))[: _LIMITS[ours]].strip()
        if value:
            result[ours] = value.upper() if ours == "code" else value
    return result


def _text(value: object) -> str:
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
