"""Guessing over many accounts or codes, which no count of one account or one address sees: counted
over the whole site, with a brake that callers ask about and one alarm an hour.
"""

import datetime as dt
from dataclasses import dataclass

import structlog

from app.kernel import throttle
from app.kernel.events import emit

_HOUR = dt.timedelta(hours=1)
_SCOPE, _ALARM = "guess", "guess:alarm"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Brake:
    """How many wrong tries the whole site bears within a window before it becomes stricter."""

    #: What is guessed: "sign-in" or "pin".
    what: str
    limit: int
    within: dt.timedelta

    @property
    def is_on(self) -> bool:
        """Have there been so many?"""
        return throttle.count(_SCOPE, self.what, within=self.within) >= self.limit

    def note(self) -> None:
        """Count a wrong try; when the limit is reached the administrators hear of it, at most once
        an hour.
        """
        throttle.note(_SCOPE, self.what)
        tries = throttle.count(_SCOPE, self.what, within=self.within)
        if tries < self.limit or throttle.count(_ALARM, self.what, within=_HOUR):
            return
        throttle.note(_ALARM, self.what)
        log.warning("guessing", what=self.what, tries=tries)
        emit(GuessingNoticed(self.what, tries, self.within))


@dataclass(frozen=True, slots=True)
class GuessingNoticed:
    """Somebody tries many passwords or PINs: this many wrong ones within the window."""

    what: str
    tries: int
    within: dt.timedelta
