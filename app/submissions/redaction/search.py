"""The patterns of personal data, and what only looks like it.

Every pattern looks a bounded way ahead from where it starts, so the time grows with the length of
the text and no faster.
"""

import re
import unicodedata
from collections.abc import Iterator

from app.kernel.text import nfc
from app.submissions.redaction.kinds import Kind

#: Start, end and kind.
Place = tuple[int, int, Kind]

# How numbers are written --------------------------------------------------------------------------
_GAP_IN_PHONE = r"[ .()\u00a0\u2013-]{0,2}"
_GAP = r"[ .\u00a0-]?"
_TWELVE = rf"\d(?:{_GAP}\d){{11}}"
_PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?84{_GAP_IN_PHONE}(?:\(0\){_GAP_IN_PHONE})?|0{_GAP_IN_PHONE})"
    rf"(?:[35789](?:{_GAP_IN_PHONE}\d){{8}}|2(?:{_GAP_IN_PHONE}\d){{9}})(?!\d)"
)
_CITIZEN_ID = re.compile(rf"(?<!\d)(?=0){_TWELVE}(?!\d)")
_TAX_CODE = re.compile(r"(?<!\w)\d{10}(?:-\d{3})?(?!\w|/[^\W\d])")
_PLATE = re.compile(
    r"(?<!\w)[1-9]\d[ -]?[A-ZĐ](?:[A-Z]|\d)?(?:[ .-]{0,2}\d{3}[. ]?\d{2}|-\d{4})(?!\w)"
)
_MAIL_DOMAIN = re.compile(r"@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
_MAIL_LOCAL = frozenset("._%+-'")
_SHEET = r"t[ờo](?: bản đồ| ban do)?(?: địa chính| dia chinh)?(?: số| so)?[ :]{0,2}\d{1,4}(?!\d)"
_PARCEL = (
    r"th[ửu]a(?: đất| dat)?(?: số| so)?[ :]{0,2}\d{1,5}(?!\d)"
    r"(?: ?(?:,|và|va|;|-) ?\d{1,5}(?!\d)){0,8}"
)
_PARCEL_AND_SHEET = re.compile(
    rf"(?<!\w){_PARCEL}[^\d\n\[\]]{{0,30}}?(?<!\w){_SHEET}"
    rf"|(?<!\w){_SHEET}[^\d\n\[\]]{{0,30}}?(?<!\w){_PARCEL}",
    re.IGNORECASE,
)

# Numbers that only their neighbours give away: words (folded) → the kind, and how the number
# after them looks
_CLOSE = r"[^\n;\[\]]{0,40}?(?<!\w)"
_BANKS = (
    "agribank|vietcombank|vietinbank|techcombank|sacombank|bidv|vpbank|tpbank|hdbank|vib|acb"
    "|mbbank|mb bank|lienvietpostbank|momo"
)
_NEIGHBOURS: tuple[tuple[Kind, str, str], ...] = (
    (
        Kind.TAX_CODE,
        "mst|ma so thue|ma so doanh nghiep|msdn|ma so ho kinh doanh|dang ky kinh doanh",
        r"\d{10} ?- ?\d{3}|\d{10} \d{3}|\d{13}|\d{10}",
    ),
    (Kind.CITIZEN_ID, "cccd|can cuoc|dinh danh|so ca nhan", _TWELVE),
    (Kind.OLD_ID, "cmnd|cmtnd|gcmnd|cmt|chung minh", rf"{_TWELVE}|\d(?:{_GAP}\d){{8}}"),
    (Kind.PASSPORT, "ho chieu|passport", r"[a-z] ?\d{7,8}"),
    (
        Kind.INSURANCE,
        "bhyt|bhxh|bao hiem y te|bao hiem xa hoi",
        r"[a-z]{2} ?\d{1}(?: ?\d){12}|\d{10}",
    ),
    (
        Kind.ACCOUNT,
        f"stk|so tk|tk|tai khoan|ngan hang|the atm|{_BANKS}",
        rf"\d(?:{_GAP}\d){{7,18}}",
    ),
    (
        Kind.PLATE,
        "bien so|bien kiem soat|bks",
        r"\d{2}[ -]?[a-z][a-z0-9]?[ .-]{0,2}(?:\d{3}[. ]?\d{2}|\d{4})",
    ),
)
_WORDS = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<{kind.name}>{words})" for kind, words, _number in _NEIGHBOURS)
    + r")(?!\w)"
)
_AFTER = {
    kind.name: (kind, re.compile(rf"{_CLOSE}(?P<number>{number})(?!\w)"))
    for kind, _words, number in _NEIGHBOURS
}
_ACCOUNT_BEFORE_BANK = re.compile(
    rf"(?<!\w)(?P<number>\d{{8,19}})[^\n;\[\]\d]{{0,15}}?(?<!\w)(?:ngan hang|{_BANKS})(?!\w)"
)
_PHONE_WORDS = re.compile(
    r"(?<!\w)(?:dien thoai|dt|sdt|dtdd|di dong|goi|lien he|zalo|hotline|duong day nong"
    r"|may ban)(?!\w)"
)

# What looks like one of them and is not -----------------------------------------------------------
_MONEY_AFTER = re.compile(
    r"\s?(?:đồng|dong|đ|vnđ|vnd|triệu|trieu|tỷ|nghìn|m2|m²|%)(?!\w)", re.IGNORECASE
)
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DATE = re.compile(r"\d{1,2}[-. ]\d{1,2}[-. ]\d{4}")
_HEAD_OF_AMOUNT = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,](?:\d{3}[.,]){0,4}$")
_IN_THREES = re.compile(r"\d{3}(?:\.\d{3})+")
#: The usual ways of writing twelve digits in groups; any other way may be a telephone number with
#: something behind it.
_ID_GROUPS = frozenset(
    {(12,), (3, 3, 3, 3), (4, 4, 4), (6, 6), (3, 3, 6), (3, 1, 2, 6), (2, 2, 2, 2, 2, 2)}
)
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def candidates(text: str, folded: str) -> Iterator[Place]:
    """Everything that may be personal data, the surest first; places may overlap."""
    yield from _emails(text)
    for match in _PARCEL_AND_SHEET.finditer(text):
        yield match.start(), match.end(), Kind.PARCEL
    yield from _named_by_words(text, folded)
    for match in _ACCOUNT_BEFORE_BANK.finditer(folded):
        if not _PHONE.fullmatch(match["number"]):
            yield match.start("number"), match.end("number"), Kind.ACCOUNT
    yield from _told_by_shape(text)


def _emails(text: str) -> Iterator[Place]:
    for match in _MAIL_DOMAIN.finditer(text):
        start = match.start()
        while (
            start > 0
            and match.start() - start < 64
            and (text[start - 1].isalnum() or text[start - 1] in _MAIL_LOCAL)
        ):
            start -= 1
        while start < match.start() and not text[start].isalnum():
            start += 1
        if start < match.start():
            yield start, match.end(), Kind.EMAIL


def _named_by_words(text: str, folded: str) -> Iterator[Place]:
    """Numbers that follow a word such as «STK» or «CMND» within 40 characters of the same
    sentence.
    """
    places: list[Place] = []
    for word in _WORDS.finditer(folded):
        kind, pattern = _AFTER[str(word.lastgroup)]
        match = pattern.match(folded, word.end())
        if match and _is_what_the_word_says(kind, text, word.end(), match):
            if kind is Kind.OLD_ID and len(_digits(match["number"])) == 12:
                kind = Kind.CITIZEN_ID
            places.append((match.start("number"), match.end("number"), kind))
    # The nearer word wins: «CMND 212345678, STK 0041000123456» names each number once.
    order = [kind for kind, _words, _number in _NEIGHBOURS]
    yield from sorted(places, key=lambda place: (order.index(place[2]), place[0]))


def _is_what_the_word_says(kind: Kind, text: str, after_word: int, match: re.Match[str]) -> bool:
    number, between = match["number"], match.string[after_word : match.start("number")]
    # «Thẻ BHYT … điện thoại 0912…» is about a telephone.
    if _PHONE.fullmatch(number) and _PHONE_WORDS.search(between):
        return False
    if kind is Kind.ACCOUNT:
        return not (
            _AMOUNT.fullmatch(number)
            or _DATE.match(number)
            or _MONEY_AFTER.match(text, match.end("number"))
            or _is_years(number)
        )
    return kind is not Kind.CITIZEN_ID or not _is_phone_and_more(
        text, match.start("number"), match.end("number")
    )


def _told_by_shape(text: str) -> Iterator[Place]:
    """Numbers that are personal data wherever they stand."""
    for match in _CITIZEN_ID.finditer(text):
        if _is_citizen_id(text, match.start(), match.end()):
            yield match.start(), match.end(), Kind.CITIZEN_ID
    for match in _PHONE.finditer(text):
        # No amount begins with 0.
        if not match.group().startswith("84") or not _MONEY_AFTER.match(text, match.end()):
            yield _with_bracket(text, match.start(), match.end()), match.end(), Kind.PHONE
    for match in _TAX_CODE.finditer(text):
        if _checks_as_tax_code(match.group()) and not _MONEY_AFTER.match(text, match.end()):
            yield match.start(), match.end(), Kind.TAX_CODE
    for match in _PLATE.finditer(text):
        yield match.start(), match.end(), Kind.PLATE


def _is_citizen_id(text: str, start: int, end: int) -> bool:
    """Twelve digits that begin with the number of a province (001–096); they carry no
    check digit.
    """
    number = text[start:end]
    if not 1 <= int(_digits(number)[:3]) <= 96 or _is_phone_and_more(text, start, end):
        return False
    # 1.035.123.456.789 is an amount of which these would be the tail.
    return not (
        _IN_THREES.fullmatch(number) and _HEAD_OF_AMOUNT.search(text[max(0, start - 30) : start])
    )


def _is_phone_and_more(text: str, start: int, end: int) -> bool:
    """Is it a telephone number with other digits behind it, such as «0912345678 12 giờ»?"""
    groups = tuple(len(group) for group in re.findall(r"\d+", text[start:end]))
    if groups in _ID_GROUPS:
        return False
    phone = _PHONE.match(text, start)
    return phone is not None and phone.end() < end


def _with_bracket(text: str, start: int, end: int) -> int:
    """The start moved over the bracket of «(0253) 3555 103»."""
    number = text[start:end]
    return (
        start - 1
        if text[start - 1 : start] == "(" and number.count(")") > number.count("(")
        else start
    )


def _checks_as_tax_code(number: str) -> bool:
    """Is the tenth digit the check digit of the nine before it?"""
    digits = [int(char) for char in _digits(number)[:10]]
    total = sum(digit * weight for digit, weight in zip(digits, _TAX_WEIGHTS, strict=False))
    return digits[9] == 10 - total % 11


def _is_years(number: str) -> bool:
    groups = re.findall(r"\d+", number)
    return len(groups) > 1 and all(
        len(group) < 3 or re.fullmatch(r"(?:19|20)\d\d", group) for group in groups
    )


def bare(contact: str) -> str:
    """A number as its digits alone, an address in lower case: to compare however it was written."""
    return (
        nfc(contact).strip().lower()
        if "@" in contact
        else re.sub(r"^(?:00)?84", "0", _digits(contact))
    )


def _digits(number: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in number if char.isdecimal())
