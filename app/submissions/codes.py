"""Tracking codes and PINs as people type, paste and read them aloud, in the one form in which we
keep them.

Pure. A slip of the hand is no guess: what cannot be a code or a PIN is said beside the box and
counted nowhere.
"""

import itertools
import re

from app.kernel.text import compatible

#: What looks like a digit where only digits can stand.
_LOOKALIKES = str.maketrans("OILQ", "0110")
_PREFIX = re.compile(r"[A-Z0-9]{1,6}")
_NUMBER = re.compile(r"(20\d{2})(\d{6,9})")
_WORD = re.compile(r"[A-Z0-9]+")
PIN_DIGITS = 6


def normal_code(typed: str | None) -> str | None:
    """AS-2026-000123 for «as 2026 000123», «AS2026OOO123.», «Mã: AS-2026-123»;

    None for what can be no code.
    """
    words = _WORD.findall(_plain(typed))
    if len(words) >= 3 and (found := _coded(words[-3], words[-2], words[-1].zfill(6))):
        # Whoever copies a number by hand leaves out its zeros.
        return found
    for start in range(len(words) - 1, -1, -1):
        if found := _joined("".join(words[start:])):
            return found
    return None


def _joined(text: str) -> str | None:
    """The code in a run of letters and digits: six digits in its number where that can be."""
    found = [
        code
        for cut in range(1, min(6, len(text)) + 1)
        if (number := _NUMBER.fullmatch(text[cut:].translate(_LOOKALIKES)))
        and (code := _coded(text[:cut], *number.groups()))
    ]
    return next(
        itertools.chain((code for code in found if len(code.split("-")[2]) == 6), found), None
    )


def _coded(prefix: str, year: str, number: str) -> str | None:
    tail = _NUMBER.fullmatch((year + number).translate(_LOOKALIKES))
    if not tail or len(year) != 4 or not _PREFIX.fullmatch(prefix):
        return None
    return f"{prefix}-{tail.group(1)}-{tail.group(2)}"


def normal_pin(typed: str | None) -> str | None:
    """482913 for «482 913», «482-9l3», «４８２９１３»; None for anything but six digits."""
    pin = _digits("".join(_WORD.findall(_plain(typed))))
    return pin if pin and len(pin) == PIN_DIGITS else None


def _digits(text: str) -> str | None:
    text = text.translate(_LOOKALIKES)
    return text if text.isascii() and text.isdigit() else None


def _plain(typed: str | None) -> str:
    # Full-width and other compatibility forms become the plain ones. Nobody types more than this.
    text = compatible((typed or "")[:100])
    return text.replace("|", "1").upper()
