"""Dates of consultations as an iCalendar file (RFC 5545). Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from icalendar import Calendar, Event

from app.consultations.queries.pages import Meeting
from app.consultations.queries.public import PublicConsultation

_PRODUCT = "-//Lang Nghe//Lay y kien//VI"
#: How long a meeting is shown to last; nobody announces its end.
_MEETING = dt.timedelta(hours=2)
_ONE_DAY = dt.timedelta(days=1)


def calendar(
    entries: Iterable[tuple[PublicConsultation, Sequence[Meeting]]], *, base: str, name: str
) -> bytes:
    """Opening day, last day and meetings of each consultation.

    `base` is the site's address without a slash at its end.
    """
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", "Asia/Ho_Chi_Minh")
    for one, meetings in entries:
        made.add_component(
            _day(one, base, "mo", one.opens_on, _("Mở lấy ý kiến: %(title)s", title=one.title))
        )
        made.add_component(
            _day(one, base, "dong", one.closes_on, _("Ngày cuối góp ý: %(title)s", title=one.title))
        )
        for number, meeting in enumerate(meetings, start=1):
            event = _event(one, base, f"hop-{number}", _("Họp dân: %(title)s", title=one.title))
            event.add("dtstart", meeting.starts_at)
            event.add("dtend", meeting.starts_at + _MEETING)
            event.add("location", meeting.place)
            made.add_component(event)
    return bytes(made.to_ical())


def _event(one: PublicConsultation, base: str, what: str, summary: str) -> Event:
    event = Event()
    host = base.partition("://")[2].partition(":")[0]
    event.add("uid", f"{one.code}-{what}@{host}")
    event.add("dtstamp", one.updated_at)
    event.add("summary", summary)
    event.add("url", base + one.url)
    event.add("description", f"{one.code} · {base}{one.url}")
    return event


def _day(one: PublicConsultation, base: str, what: str, day: dt.date, summary: str) -> Event:
    event = _event(one, base, what, summary)
    event.add("dtstart", day)
    event.add("dtend", day + _ONE_DAY)
    event.add("transp", "TRANSPARENT")
    return event
