"""Many people behind one address: a mobile network, the office's own Wi-Fi, a village meeting.

Nobody is refused for what neighbours did. Past a limit a submission is taken in as always, with a
receipt and the time of its arrival, and waits for a moderator to look; a browser with JavaScript
does a small piece of work instead. Only the pace of a machine meets a refusal, with the seconds to
wait. The numbers are explained in docs/security.md.
"""

import datetime as dt
import hashlib

from flask_babel import gettext as _

from app.kernel import throttle
from app.kernel.clock import now

_MINUTE, _HOUR, _DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
#: What one place may send of a kind in an hour, and in a day, before more is asked.
PER_HOUR, PER_DAY = 5, 20
#: What nobody but a machine reaches.
MACHINE = ((60, _MINUTE), (300, _HOUR))
#: Leading zero bits of the work: 16.384 hashes on average, a second or two on an old telephone.
WORK_BITS = 14


def is_crowded(scope: str, address_key: str) -> bool:
    """Has this place sent more than a household would? Raises TooMany at the pace of a machine."""
    times = throttle.recent(scope, address_key, within=_DAY, most=MACHINE[-1][0])
    throttle.refuse(times, MACHINE, _("Từ nơi bạn đang kết nối có quá nhiều lần gửi dồn dập."))
    hour_ago = now() - _HOUR
    return len(times) >= PER_DAY or sum(at > hour_ago for at in times) >= PER_HOUR


def is_worked(challenge: str, answer: str) -> bool:
    """Was the small piece of work done: does SHA-256 of «challenge:answer» begin with enough zero
    bits?
    """
    digest = hashlib.sha256(f"{challenge}:{answer[:20]}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - WORK_BITS) == 0
