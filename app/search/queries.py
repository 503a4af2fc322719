"""From hits of the index to what everybody may read, kind by kind."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.consultations.queries import public as consultations
from app.consultations.states import TYPE_LABELS
from app.kernel import fulltext
from app.questions.queries import public

#: Hits of one kind on the page; more are found on the kind's own list.
LIMIT = 50
EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Found:
    """One result."""

    title: Markup
    url: str
    excerpt: Markup
    #: Topic or type.
    about: object | None
    date: dt.datetime


def _questions(ids: Sequence[int], text: str) -> list[Found]:
    return [
        Found(
            title=fulltext.highlight(row.title, text, 300),
            url=f"/hoi-dap/{row.code}",
            excerpt=fulltext.highlight(row.short, text, EXCERPT),
            about=row.topic,
            date=row.answered_at,
        )
        for row in public.rows_of(ids)
    ]


def _consultations(ids: Sequence[int], text: str) -> list[Found]:
    return [
        Found(
            title=fulltext.highlight(row.title, text, 300),
            url=row.url,
            excerpt=fulltext.highlight(row.summary, text, EXCERPT),
            about=TYPE_LABELS[row.type],
            date=row.posted_at,
        )
        for row in consultations.rows_of(list(ids))
    ]


@dataclass(frozen=True, slots=True)
class Kind:
    """A tab of the search page."""

    #: The name in the index, and the one in the address.
    name: str
    slug: str
    label: object
    read: Callable[[Sequence[int], str], list[Found]]


KINDS = (
    Kind("question", "hoi-dap", _l("Hỏi đáp"), _questions),
    Kind("consultation", "lay-y-kien", _l("Lấy ý kiến"), _consultations),
)


def search(text: str, kind: Kind) -> list[Found]:
    """What matches, best first; nothing for an empty text."""
    hits = fulltext.search(kind.name, text, limit=LIMIT)
    return kind.read([hit.ref.id for hit in hits], text)
