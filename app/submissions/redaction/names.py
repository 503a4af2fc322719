"""Names of people, as suggestions.

Vietnamese names have no form of their own, so only the words before them give them away.
"""

import re

from app.submissions.redaction.kinds import Finding, Kind
from app.submissions.redaction.places import compose

_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NAME = rf"[{_UPPER}][^\W\d_]{{0,6}}(?: [{_UPPER}][^\W\d_]{{0,6}}){{0,4}}"
_ADDRESSED = re.compile(
    r"(?<!\w)(?:[Ôô]ng(?:/bà)?|[Bb]à(?:/ông)?|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Cc]ụ|[Ee]m"
    r"|[Cc]háu|[Tt]ôi là|[Tt]ên là|[Tt]ên tôi là"
    rf"|[Hh]ọ và tên:?|[Hh]ọ tên:?|[Nn]gười gửi:?) (?P<name>{_NAME})(?!\w)"
)
_CAPITALISED_BEFORE = re.compile(rf"(?<!\w)[{_UPPER}][^\W\d_]{{0,6}} $")
#: Capitalised words after «ông», «bà» that are an office or a place, not a name.
_NOT_NAMES = frozenset(
    re.findall(
        r"\w+",
        "Chủ Phó Trưởng Giám Bí Thường Chánh Cục Sở Phòng Ban Hội Uỷ Ủy UBND HĐND Công Nhà Thôn "
        "Xã Rịa Nà Đen Điểm Chiểu",
    )
)


def suggest_names(text: str) -> list[Finding]:
    """Names that follow «ông», «bà», «tôi là» …: for officers to look at, far less sure than
    `find`.
    """
    composed, where = compose(text)
    found: list[Finding] = []
    for match in _ADDRESSED.finditer(composed):
        start, end = match.span("name")
        # «Hai Bà Trưng», «cầu Ông Lãnh»: the word is itself part of a name.
        inside_a_name = composed[match.start()].isupper() and _CAPITALISED_BEFORE.search(
            composed[max(0, match.start() - 9) : match.start()]
        )
        if match["name"].split(" ")[0] in _NOT_NAMES or inside_a_name:
            continue
        found.append(
            Finding(where[start] if where else start, where[end] if where else end, Kind.PERSON)
        )
    return found
