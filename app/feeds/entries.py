"""Atom and JSON Feed from the same entries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedgenerator import Atom1Feed
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


class _Atom(Atom1Feed):
    """Two differences: our summaries are text, not HTML, and the time comes from the entries."""

    def latest_post_date(self) -> dt.datetime:
        # Without entries: a fixed date, so that the same feed is the same bytes.
        return max(
            (item["updateddate"] for item in self.items),
            default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        )

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"])


def atom(feed: Feed) -> Response:
    """The feed as Atom (RFC 4287)."""
    made = _Atom(
        feed.title,
        link(feed.home),
        None,
        language="vi",
        author_name=organisation.agency().name,
        feed_url=link(f"{feed.path}.atom"),
    )
    for entry in feed.entries:
        made.add_item(
            entry.title,
            entry.url,
            entry.summary,
            author_name=entry.author,
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=entry.id,
            categories=[entry.category] if entry.category else [],
        )
    return Response(made.writeString("utf-8"), content_type=made.content_type)


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
