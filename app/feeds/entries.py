"""Atom and JSON Feed from the same entries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from feedgen.feed import FeedGenerator
from flask import Response, current_app, jsonify

from app.organisation import queries as organisation


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as feed readers show it."""

    #: Different for each happening, the same for ever.
    id: str
    url: str
    title: str
    summary: str
    published: dt.datetime
    updated: dt.datetime
    author: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of them.

    `home` is the page that it belongs to, `path` the beginning of its own two addresses.
    """

    title: str
    home: str
    path: str
    entries: Sequence[Entry]


def link(path: str) -> str:
    """An address of this site in full."""
    return str(current_app.config["SETTINGS"].public_base_url).rstrip("/") + path


def atom(feed: Feed) -> Response:
    """The feed as Atom (RFC 4287)."""
    made = FeedGenerator()
    made.id(link(feed.home))
    made.title(feed.title)
    made.link(href=link(f"{feed.path}.atom"), rel="self", type="application/atom+xml")
    made.link(href=link(feed.home), rel="alternate", type="text/html")
    made.author(name=organisation.agency().name)
    made.language("vi")
    # Without entries: a fixed date, so that the same feed is the same bytes.
    made.updated(
        max(
            (entry.updated for entry in feed.entries),
            default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        )
    )
    for entry in feed.entries:
        row = made.add_entry(order="append")
        row.id(entry.id)
        row.title(entry.title)
        row.link(href=entry.url, rel="alternate", type="text/html")
        row.published(entry.published)
        row.updated(entry.updated)
        row.summary(entry.summary)
        if entry.category:
            row.category(term=entry.category)
        if entry.author:
            row.author(name=entry.author)
    return Response(made.atom_str(pretty=True), content_type="application/atom+xml; charset=utf-8")


def json_feed(feed: Feed) -> Response:
    """The feed as JSON Feed 1.1."""
    agency = organisation.agency()
    items = [
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_text": entry.summary,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": entry.author or agency.name}],
            "tags": [entry.category] if entry.category else [],
        }
        for entry in feed.entries
    ]
    response = jsonify(
        version="https://jsonfeed.org/version/1.1",
        title=feed.title,
        home_page_url=link(feed.home),
        feed_url=link(f"{feed.path}.json"),
        language="vi",
        items=items,
    )
    response.content_type = "application/feed+json; charset=utf-8"
    return response
