"""Telephone numbers and mail addresses as people type them, in the one form in which we keep them.

Pure.
"""

import re

from flask_babel import gettext as _

from app.kernel.errors import FieldError
from app.kernel.text import clean_line
from app.mailer.address import checked_address

_BETWEEN = re.compile(r"[\s.\-()/–]+")
_HOME_PREFIX = re.compile(r"^(?:\+84|0084|84(?=[235789]\d{8,9}$))0?", re.ASCII)
#: Mobile numbers have ten digits, fixed lines eleven.
_VIETNAMESE = re.compile(r"0(?:[35789]\d{8}|2\d{9})", re.ASCII)
#: The eleven-digit mobile numbers that ended in 2018 and that people still write from memory.
_OLD_MOBILE = re.compile(r"01\d{9}", re.ASCII)
_FOREIGN = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


def normal_phone(typed: str) -> str:
    """The number in national form without blanks, or with its country code when it is foreign.

    Raises FieldError("phone") for what cannot be a telephone number.
    """
    number = _HOME_PREFIX.sub("0", _BETWEEN.sub("", clean_line(typed)))
    if _VIETNAMESE.fullmatch(number) or _FOREIGN.fullmatch(number):
        return number
    if _OLD_MOBILE.fullmatch(number):
        raise FieldError(
            "phone", _("Số di động 11 chữ số đã đổi thành 10 chữ số. Hãy nhập số hiện đang dùng.")
        )
    if re.search(r"[^0-9+]", number):
        raise FieldError("phone", _("Số điện thoại chỉ gồm chữ số. Ví dụ: 0912 345 678."))
    raise FieldError("phone", _("Số điện thoại chưa đúng. Ví dụ: 0912 345 678 hoặc 0255 3822 111."))


def normal_email(typed: str) -> str:
    """The address as it goes to the mail server. Raises FieldError("email")."""
    return checked_address(clean_line(typed))


def readable_phone(number: str | None) -> str:
    """0912 345 678 for 0912345678; other numbers as they are."""
    if not number or not _VIETNAMESE.fullmatch(number):
        return number or ""
    return f"{number[:4]} {number[4:7]} {number[7:]}"
