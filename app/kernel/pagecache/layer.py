"""The layer in front of Flask."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.kernel.clock import today
from app.kernel.pagecache.pages import (
    PRIVATE,
    WORTH_COMPRESSING,
    Headers,
    Page,
    encode,
    encoding_for,
    header,
    is_compressible,
    with_vary,
)
from app.kernel.pagecache.rules import HARMLESS, Rule, Visit, cookies_of, read_visit, stripped
from app.kernel.pagecache.shelf import Flights, Shelf

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
#: A larger body is no page; it is handed through as it is.
LARGEST = 2 * 1024 * 1024
#: Views that wait to be counted; the oldest are forgotten when nobody fetches them.
VIEWS_KEPT = 20_000
_ROBOTS = ("bot", "crawl", "spider", "slurp", "monitor", "curl", "wget", "python-")
_NO_BODY = ("204", "206", "304")


class View(NamedTuple):
    """Somebody looked at a page."""

    endpoint: str
    path: str


@dataclass(slots=True)
class Counts:
    """What the layer did so far in this process."""

    hits: int = 0
    renders: int = 0
    unchanged: int = 0
    waits: int = 0


@dataclass(slots=True)
class _Captured:
    """What the application answered, before anybody was told."""

    status: str = ""
    headers: Headers = field(default_factory=list)
    body: Iterable[bytes] = ()

    def read(self) -> bytes:
        """The whole body; the application is told that it is done."""
        try:
            return b"".join(self.body)
        finally:
            if close := getattr(self.body, "close", None):
                close()


class PageCache:
    """WSGI: answers from the shelf what it can, and asks the application for the rest.

    A page that is marked with `cacheable` is rendered from a request without anything that tells
    readers apart, so that what one reader sent cannot reach another. Whoever has a session is
    passed on untouched.
    """

    def __init__(
        self,
        application: Application,
        *,
        find_rule: Callable[[str], Rule | None],
        revision: Callable[[], int | None] | None,
        session_cookie: str,
        shelf: Shelf | None = None,
    ) -> None:
        self._application = application
        self._find_rule = find_rule
        #: None: nothing is kept, but pages get their ETag all the same.
        self._revision = revision
        self._session_cookie = session_cookie
        self.shelf = shelf or Shelf()
        self.counts = Counts()
        self.views: deque[View] = deque(maxlen=VIEWS_KEPT)
        self._flights = Flights()
        self._lock = threading.Lock()

    @property
    def hits(self) -> int:
        """Finished pages handed out so far."""
        return self.counts.hits

    @property
    def misses(self) -> int:
        """Pages that had to be made so far."""
        return self.counts.renders

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get(
            "PATH_INFO", ""
        ).startswith("/static/"):
            return self._application(environ, start_response)
        cookies = cookies_of(environ)
        if self._session_cookie in cookies or "HTTP_AUTHORIZATION" in environ:
            return self._application(environ, start_response)
        rule = self._find_rule(environ.get("PATH_INFO", ""))
        visit = read_visit(environ, rule, cookies) if rule else None
        if visit is None:
            return _hand_out(self._ask(environ), environ, start_response, harmless=environ)
        generation = None if visit.passing else self._generation()
        page = self.shelf.get(generation, visit.key) if generation else None
        if page is not None:
            return self._from_shelf(page, generation, visit, environ, start_response)
        inner = stripped(environ, visit, cookies)
        if generation is None:
            return self._render(inner, None, visit, environ, start_response)
        return self._in_turn(inner, generation, visit, environ, start_response)

    def _generation(self) -> tuple[int, int] | None:
        """The day and the revision; at midnight in Hà Nội «còn 3 ngày» becomes «còn 2 ngày»."""
        if self._revision is None or (revision := self._revision()) is None:
            return None
        return today().toordinal(), revision

    def _in_turn(
        self,
        inner: dict[str, Any],
        generation: tuple[int, int],
        visit: Visit,
        environ: dict[str, Any],
        start_response: Any,
    ) -> Iterable[bytes]:
        flight = (generation, visit.key)
        if self._flights.board(flight):
            try:
                return self._render(inner, generation, visit, environ, start_response)
            finally:
                self._flights.land(flight)
        with self._lock:
            self.counts.waits += 1
        page = self.shelf.get(generation, visit.key)
        if page is not None:
            return self._from_shelf(page, generation, visit, environ, start_response)
        return self._render(inner, generation, visit, environ, start_response)

    def _from_shelf(
        self,
        page: Page,
        generation: tuple[int, int] | None,
        visit: Visit,
        environ: dict[str, Any],
        start_response: Any,
    ) -> Iterable[bytes]:
        with self._lock:
            self.counts.hits += 1
        known = page.knows(environ)
        answer = self._answer(page, visit, environ, start_response)
        if not known:
            # It grew by an encoding.
            self.shelf.put(generation, visit.key, page)
        return answer

    def _answer(
        self, page: Page, visit: Visit, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and not _is_robot(environ.get("HTTP_USER_AGENT", "")):
            self.views.append(View(page.endpoint, visit.key.path))
        answer = page.answer(environ, start_response)
        if "HTTP_IF_NONE_MATCH" in environ and not answer:
            with self._lock:
                self.counts.unchanged += 1
        return answer

    def _render(
        self,
        inner: dict[str, Any],
        generation: tuple[int, int] | None,
        visit: Visit,
        environ: dict[str, Any],
        start_response: Any,
    ) -> Iterable[bytes]:
        with self._lock:
            self.counts.renders += 1
        found = self._ask(inner)
        if not _is_shared(found):
            return _hand_out(found, environ, start_response, harmless=inner)
        seconds = visit.rule.seconds
        expires = time.monotonic() + seconds if seconds else float("inf")
        page = Page(found.read(), found.headers, endpoint=visit.rule.endpoint, expires=expires)
        answer = self._answer(page, visit, environ, start_response)
        if generation is not None:
            page.pack()
            self.shelf.put(generation, visit.key, page)
        return answer

    def _ask(self, environ: dict[str, Any]) -> _Captured:
        found = _Captured()
        written: list[bytes] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
            found.status, found.headers = status, headers
            return written.append

        found.body = self._application(environ, start)
        if not found.status or written:
            # An application that starts late or writes by itself: none of ours, but WSGI allows it.
            found.body = [found.read()]
            found.body = [*written, *found.body]
        return found


def _is_robot(agent: str) -> bool:
    lowered = agent.lower()
    return not lowered or any(name in lowered for name in _ROBOTS)


def _is_shared(found: _Captured) -> bool:
    """May everybody get this answer?"""
    control = header(found.headers, "cache-control")
    size = header(found.headers, "content-length")
    return (
        found.status.startswith("200")
        and "public" in control
        and not header(found.headers, "set-cookie")
        and size.isdigit()
        and int(size) <= LARGEST
    )


def _hand_out(
    found: _Captured, environ: dict[str, Any], start_response: Any, *, harmless: dict[str, Any]
) -> Iterable[bytes]:
    """Pass on an answer that is not shared: compressed where no secret is in it, and never marked
    as public with a cookie.
    """
    headers = found.headers
    if header(headers, "set-cookie") and "public" in header(headers, "cache-control"):
        headers = [pair for pair in headers if pair[0].lower() != "cache-control"] + [
            ("Cache-Control", PRIVATE)
        ]
    size, kind = header(headers, "content-length"), header(headers, "content-type")
    is_page = size.isdigit() and WORTH_COMPRESSING <= int(size) <= LARGEST and is_compressible(kind)
    if not is_page or header(headers, "content-encoding") or found.status.startswith(_NO_BODY):
        start_response(found.status, headers)
        return found.body if environ["REQUEST_METHOD"] != "HEAD" else _nothing(found)
    headers = with_vary(headers, "Accept-Encoding")
    encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    is_harmless = harmless.get(HARMLESS) and not header(headers, "set-cookie")
    if environ["REQUEST_METHOD"] == "HEAD" or not encoding or not is_harmless:
        start_response(found.status, headers)
        return found.body if environ["REQUEST_METHOD"] != "HEAD" else _nothing(found)
    body = encode(found.read(), encoding)
    changed = [
        (name, _weak(value) if name.lower() == "etag" else value)
        for name, value in headers
        if name.lower() != "content-length"
    ]
    start_response(
        found.status, [*changed, ("Content-Encoding", encoding), ("Content-Length", str(len(body)))]
    )
    return [body]


def _nothing(found: _Captured) -> Iterable[bytes]:
    found.read()
    return []


def _weak(etag: str) -> str:
    """The same page in other bytes."""
    return etag if etag.startswith("W/") else f"W/{etag}"
