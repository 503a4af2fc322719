"""Addresses and headers: what may stand in them, and which spellings are one mailbox.

Pure functions.
"""

import re

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from app.kernel.errors import FieldError
from app.kernel.text import clean_line, shorten

#: What a caller may add; From, To, Bcc and the like are ours alone.
ALLOWED_HEADERS = frozenset(
    {"In-Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "References", "Reply-To"}
)
_BREAKING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_SUBJECT_LIMIT = 300


class HeaderError(ValueError):
    """A header holds a line break, a NUL or another control character, or is not one that a caller
    may set.
    """


def checked_header(name: str, value: str) -> str:
    """The value, when it may stand in this header. Raises HeaderError."""
    if name not in ALLOWED_HEADERS:
        raise HeaderError(f"the header {name!r} cannot be set")
    if _BREAKING.search(value):
        raise HeaderError(f"the header {name!r} holds a control character")
    return value


def checked_subject(subject: str) -> str:
    """The subject in one normal form (NFC), on one line. Raises HeaderError."""
    if _BREAKING.search(subject):
        raise HeaderError("the subject holds a control character")
    line = shorten(clean_line(subject), _SUBJECT_LIMIT)
    if not line:
        raise HeaderError("the subject is empty")
    return line


def checked_address(address: str) -> str:
    """One plain address as it goes to the mail server, foreign domain names in ASCII.

    Raises FieldError("email") for anything else: a display name, several addresses, a control
    character.
    """
    wrong = FieldError("email", _("Thư điện tử chưa đúng. Ví dụ: ten@example.vn."))
    if _BREAKING.search(address):
        raise wrong
    try:
        found = validate_email(
            address.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            allow_display_name=False,
        )
    except EmailNotValidError as error:
        raise wrong from error
    return found.ascii_email or found.normalized


def address_key(address: str) -> str:
    """The mailbox behind an address: lower case, without a +suffix and without
    dots before the @.
    """
    local, _at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"
