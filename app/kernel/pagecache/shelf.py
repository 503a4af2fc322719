"""Where finished pages stand: as many as fit, the least asked-for leave first, all of them when
something was published.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable

from app.kernel.pagecache.pages import Page
from app.kernel.pagecache.rules import Key

#: Bytes of finished pages in one process. Packed, a page takes 5 to 20 KB.
CAPACITY = 32 * 1024 * 1024
#: The part of it for pages with a query: whoever invents queries cannot push out the pages that
#: everybody reads.
QUERY_SHARE = 0.25
#: Seconds to wait for somebody else's rendering before rendering oneself.
PATIENCE = 10.0


class Flights:
    """One rendering at a time of each page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, threading.Event] = {}

    def board(self, key: Hashable) -> bool:
        """True for the one who renders, to be followed by `land`; everybody else waits here until
        that is done.
        """
        with self._lock:
            event = self._running.get(key)
            if event is None:
                self._running[key] = threading.Event()
                return True
        event.wait(PATIENCE)
        return False

    def land(self, key: Hashable) -> None:
        """The rendering is over, one way or another."""
        with self._lock:
            self._running.pop(key).set()


class Shelf:
    """Pages of one generation, found by key."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._generation: Hashable = None
        self._limits = {False: int(capacity * (1 - QUERY_SHARE)), True: int(capacity * QUERY_SHARE)}
        self._pages: dict[bool, OrderedDict[Key, tuple[Page, int]]] = {
            False: OrderedDict(),
            True: OrderedDict(),
        }
        self._bytes = {False: 0, True: 0}

    def get(self, generation: Hashable, key: Key) -> Page | None:
        """The page as it is in this generation."""
        has_query = bool(key.query)
        with self._lock:
            self._enter(generation)
            found = self._pages[has_query].get(key)
            if found is None:
                return None
            if found[0].expires < time.monotonic():
                self._drop(has_query, key)
                return None
            self._pages[has_query].move_to_end(key)
            return found[0]

    def put(self, generation: Hashable, key: Key, page: Page) -> None:
        """Keep a page of this generation; one that is too old by now, or larger than the shelf, is
        not kept.
        """
        has_query, size = bool(key.query), page.size
        with self._lock:
            if generation != self._generation or size > self._limits[has_query]:
                return
            self._drop(has_query, key)
            self._pages[has_query][key] = (page, size)
            self._bytes[has_query] += size
            while self._bytes[has_query] > self._limits[has_query]:
                self._drop(has_query, next(iter(self._pages[has_query])))

    @property
    def bytes(self) -> int:
        """What all pages take."""
        return sum(self._bytes.values())

    def __len__(self) -> int:
        return sum(len(pages) for pages in self._pages.values())

    def _enter(self, generation: Hashable) -> None:
        if generation != self._generation:
            self._generation = generation
            for has_query, pages in self._pages.items():
                pages.clear()
                self._bytes[has_query] = 0

    def _drop(self, has_query: bool, key: Key) -> None:
        found = self._pages[has_query].pop(key, None)
        if found:
            self._bytes[has_query] -= found[1]
