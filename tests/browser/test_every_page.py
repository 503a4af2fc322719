"""Every kind of page that a person can reach by links: axe, one heading, no sideways scrolling,
nothing in the console.

A kind is a route with the names of its parameters, so that one question stands for all. What is
reached is found by following links, as people do: a new screen is looked at here without anybody
adding it to a list.
"""

from collections import deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import Open, Portal
from tests.browser.test_pages import faults
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser
#: Ends the session, changes the display, or is no page.
LEAVE_OUT = ("/can-bo/dang-xuat", "/hien-thi", "/static/", "/tep/", "/thu-nghiem/")
NO_PAGES = (
    ".atom",
    ".json",
    ".xml",
    ".ics",
    ".csv",
    ".xlsx",
    ".docx",
    ".pdf",
    ".svg",
    ".geojson",
    ".txt",
    ".vcf",
)
#: A tab is a page of its own; what is typed and where one pages to is not.
TELLING = ("the", "buoc", "loai")
PEOPLE = ("", "tiepnhan", "lanhdao", "chuyenvien.kt", "quantri")


@pytest.fixture(scope="session")
def routes(make_app: object) -> Flask:
    app: Flask = make_app(demo=True)  # type: ignore[operator]
    return app


def kind_of(app: Flask, address: str) -> tuple[str, ...] | None:
    """The kind of page behind an address of ours; None when it is none."""
    parts = urlsplit(address)
    if parts.path.startswith(LEAVE_OUT) or parts.path.endswith(NO_PAGES):
        return None
    try:
        rule, _values = app.url_map.bind("localhost").match(
            parts.path, method="GET", return_rule=True
        )
    except HTTPException:
        return None
    query = parse_qs(parts.query)
    return (rule.rule, *(f"{name}={query[name][0]}" for name in TELLING if name in query))


def reached(
    page: Page, app: Flask, start: str, base: str, seen: set[tuple[str, ...] | None]
) -> Iterator[str]:
    """Addresses of one page of each kind not yet seen that links lead to from here, opened one
    after the other.
    """
    waiting, queued = deque([start]), set[tuple[str, ...] | None]()
    while waiting:
        path = waiting.popleft()
        response = page.goto(path)
        if response is None or not response.headers.get("content-type", "").startswith("text/html"):
            continue
        if kind_of(app, path) not in seen:
            seen.add(kind_of(app, path))
            yield path
        for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            address = link.removeprefix(base).partition("#")[0]
            if link.startswith(base) and kind_of(app, address) not in {*seen, *queued, None}:
                queued.add(kind_of(app, address))
                waiting.append(address)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_kind_of_page(portal: Portal, open_page: Open, routes: Flask, width: int) -> None:
    """Each kind is looked at as the first of these people who comes to it."""
    seen: set[tuple[str, ...] | None] = set()
    found: list[str] = []
    for username in PEOPLE:
        page = open_page(width=width)
        if username:
            sign_in(page, username)
        before = len(seen)
        for path in reached(page, routes, "/can-bo/" if username else "/", portal.base, seen):
            found += [f"{username}: {fault}" for fault in faults(page, path)]
        assert len(seen) > before, f"{username} came to nothing new"
        page.close()
    assert found == []
    assert len(seen) > 60
