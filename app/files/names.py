"""Names of files: kept as people wrote them for display, plain in addresses, never
used as paths.
"""

import re
from urllib.parse import quote

from app.kernel.text import clean_line, slug

#: Characters of a name, including the extension.
LONGEST = 120
_FOREIGN = re.compile(r'[\\/:*?"<>|]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
#: Characters that stand for themselves in an extended header parameter (RFC 8187).
_PLAIN = "!#$&+-.^_`|~"


def split(filename: str | None) -> tuple[str, str]:
    """The name without folders, and its extension in lower case without the dot (empty when it has
    none).
    """
    name = clean_line(re.split(r"[\\/]", filename or "")[-1])
    stem, dot, extension = name.rpartition(".")
    return (stem, extension.lower()) if dot and stem else (name, "")


def display_name(filename: str | None, extension: str) -> str:
    """The name as it is shown and offered for saving: NFC, diacritics kept, nothing that a disk or
    a page minds.

    The extension becomes the one of the content: «ảnh.JPEG» with a PNG inside is «ảnh.png».
    """
    stem = _FOREIGN.sub("-", split(filename)[0]).strip(" .")
    stem = stem[: LONGEST - len(extension) - 1].strip(" .") or "tep"
    return f"tep-{stem}.{extension}" if _RESERVED.fullmatch(stem) else f"{stem}.{extension}"


def address_name(name: str) -> str:
    """The name in an address: lower case ASCII."""
    stem, _dot, extension = name.rpartition(".")
    return f"{slug(stem, limit=60)}.{extension}"


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition header (RFC 6266): the full name, and an ASCII one
    for old programs.
    """
    way = "inline" if inline else "attachment"
    return f"{way}; filename=\"{address_name(name)}\"; filename*=UTF-8''{quote(name, safe=_PLAIN)}"
