"""What a telephone number, an address, a code look like.

Pure; forms use the same answers as services.
"""

import re

from email_validator import EmailNotValidError, validate_email

MIN_DAYS, MAX_DAYS = 1, 60

_PHONE_MARKS = re.compile(r"[ .()-]")
#: Vietnamese numbers with area code or +84, the short 1xx and the 1800/1900 lines.
_PHONE = re.compile(r"(?:\+84|0)\d{9,10}|1\d{2,3}|1[89]00\d{4,6}")
_UNIT_CODE = re.compile(r"[A-ZĐ0-9][A-ZĐ0-9-]{0,19}")
_AGENCY_CODE = re.compile(r"[0-9A-Z.-]{1,20}")
_PREFIX = re.compile(r"[A-Z]{2,6}")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def is_phone(text: str) -> bool:
    """A Vietnamese telephone or fax number, however it is spaced."""
    return _PHONE.fullmatch(_PHONE_MARKS.sub("", text)) is not None


def is_email(text: str) -> bool:
    """An e-mail address; nothing is looked up."""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def is_unit_code(text: str) -> bool:
    """A unit's short name: capitals, digits and hyphens, at most 20."""
    return _UNIT_CODE.fullmatch(text) is not None


def is_agency_code(text: str) -> bool:
    """The code of an administrative unit, or of an office in the exchange of documents."""
    return _AGENCY_CODE.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """The letters in front of tracking codes."""
    return _PREFIX.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """A host name without scheme or path."""
    return _DOMAIN.fullmatch(text) is not None
