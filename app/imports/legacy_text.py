"""Vietnamese text of tables from before Unicode:

UTF-8 when it is that, else Windows-1258 or TCVN3 (ABC), whichever reads as words.
"""

import re
import unicodedata
from collections.abc import Iterable

# Bytes of TCVN 5712:1993 (ABC fonts): small letters, and the seven capitals that it has.
_TCVN3 = dict(
    zip(
        bytes.fromhex(
            "b5b8b6b7b9a8bbbebcbdc6a9c7cac8c9cbaeccd0cecfd1aad2d5d3d4d6d7ddd8dcdedfe3e1e2e4abe5e8e6e7e9aceaedebeceeeff3f1f2f4adf5f8f6f7f9fafdfbfcfe"
            "a1a2a7a3a4a5a6"
        ),
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_SYLLABLE = re.compile(
    r"(?:ngh?|gh?|gi|qu|kh|ph|th|tr|ch|nh|[bcdđhklmnpqrstvx])?"
    r"(?:uyê|uya|uyu|iêu|yêu|uôi|ươi|ươu|oai|oay|oao|oeo|uây|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|ia|iê|yê|ua|uô|ưa|ươ"
    r"|oa|oă|oe|uê|uy|uâ|uơ|[aăâeêioôơuưy])"
    r"(?:ng|nh|ch|[cmnpt])?"
)


def from_tcvn3(data: bytes) -> str:
    """Text in the old ABC encoding as Unicode."""
    return "".join(_TCVN3.get(byte, chr(byte)) for byte in data)


def _from_1258(data: bytes) -> str:
    return unicodedata.normalize("NFC", data.decode("cp1258", "replace"))


def is_syllable(word: str) -> bool:
    """Could this be a Vietnamese syllable: one tone at most, and a shape that the
    spelling knows?
    """
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in letters if mark in _TONES]
    bare = unicodedata.normalize("NFC", "".join(mark for mark in letters if mark not in _TONES))
    return len(tones) <= 1 and _SYLLABLE.fullmatch(bare) is not None


def _share(text: str) -> float:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 1.0


def encoding_of(samples: Iterable[bytes]) -> str:
    """`utf-8`, `cp1258` or `tcvn3`: how the values of one table are written.

    All of them together decide.
    """
    whole = b"\n".join(value for value in samples if not value.isascii())
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "tcvn3" if _share(from_tcvn3(whole)) > _share(_from_1258(whole)) else "cp1258"
    return "utf-8"


def decoded(data: bytes, encoding: str) -> str:
    """One value in the encoding that `encoding_of` found."""
    if encoding == "tcvn3":
        return from_tcvn3(data)
    return (
        _from_1258(data)
        if encoding == "cp1258"
        else unicodedata.normalize("NFC", data.decode("utf-8", "replace"))
    )
