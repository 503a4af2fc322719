"""Vietnamese from before Unicode: texts in fonts named «.Vn…» (TCVN3) and «VNI-…» hold other
letters than they show.
"""

import re

_UNICODE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TCVN3 = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦"
_FROM_TCVN3 = str.maketrans(_TCVN3, _UNICODE)

#: VNI writes a letter and a mark after it: marks of plain vowels, of ă and of â, ê, ô in the order
#: huyền, sắc, hỏi, ngã, nặng.
_PLAIN_MARKS, _BREVE_MARKS, _HAT_MARKS = "øùûõï", "èéúüë", "àáåãä"


def _vni_table() -> dict[str, str]:
    table = {
        "ñ": "đ",
        "ô": "ơ",
        "ö": "ư",
        "î": "ỵ",
        "ì": "ì",
        "í": "í",
        "æ": "ỉ",
        "ó": "ĩ",
        "ò": "ị",
        "aê": "ă",
        "aâ": "â",
        "eâ": "ê",
        "oâ": "ô",
    }
    rows = {
        ("a", _PLAIN_MARKS): "àáảãạ",
        ("e", _PLAIN_MARKS): "èéẻẽẹ",
        ("o", _PLAIN_MARKS): "òóỏõọ",
        ("u", _PLAIN_MARKS): "ùúủũụ",
        ("y", _PLAIN_MARKS[:4]): "ỳýỷỹ",
        ("ô", _PLAIN_MARKS): "ờớởỡợ",
        ("ö", _PLAIN_MARKS): "ừứửữự",
        ("a", _BREVE_MARKS): "ằắẳẵặ",
        ("a", _HAT_MARKS): "ầấẩẫậ",
        ("e", _HAT_MARKS): "ềếểễệ",
        ("o", _HAT_MARKS): "ồốổỗộ",
    }
    for (letter, marks), letters in rows.items():
        table |= {letter + mark: made for mark, made in zip(marks, letters, strict=True)}
    upper = {written.upper(): made.upper() for written, made in table.items()}
    mixed = {
        written[0].upper() + written[1:]: made.upper()
        for written, made in table.items()
        if len(written) > 1
    }
    return {**mixed, **upper, **table}


_VNI = _vni_table()
#: Two characters before one: «ôø» is ờ, «ô» alone is ơ.
_VNI_PIECE = re.compile(
    "|".join(re.escape(written) for written in sorted(_VNI, key=len, reverse=True))
)


def encoding(font: str) -> str:
    """How texts in this font are encoded: tcvn3, vni, or nothing for Unicode."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return "tcvn3"
    return "vni" if name.startswith("vni-") else ""


def to_unicode(text: str, font: str) -> str:
    """The text as the font shows it.

    Fonts of TCVN3 whose name ends in H show small letters as capitals.
    """
    kind = encoding(font)
    if kind == "tcvn3":
        made = text.translate(_FROM_TCVN3)
        return made.upper() if font.strip().endswith("H") else made
    if kind == "vni":
        return _VNI_PIECE.sub(lambda found: _VNI[found.group(0)], text)
    return text
