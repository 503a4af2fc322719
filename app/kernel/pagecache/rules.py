"""Which views may be cached, and what of a request may change them."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_cookie
from werkzeug.routing import RoutingException

from app.kernel.display import LANGUAGES, SIZES, kept

View = TypeVar("View", bound=Callable[..., Any])
#: In the environment of a request that was stripped of whatever tells one reader from another.
ANONYMOUS = "langnghe.anonymous"
#: In the environment after the view: nothing in the body is secret, so it may be compressed.
HARMLESS = "langnghe.harmless"
#: A longer query is answered and not kept.
LONGEST_QUERY = 1_000
_PARAMS_MAX = 100
_NOT_PASSED = frozenset(
    {"CONTENT_TYPE", "CONTENT_LENGTH", "QUERY_STRING", "RAW_URI", "REQUEST_URI", "REQUEST_METHOD"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a view's mark says."""

    params: frozenset[str]
    seconds: int | None
    endpoint: str = ""


class Key(NamedTuple):
    """Everything that may change a page, besides its generation."""

    scheme: str
    host: str
    root: str
    path: str
    query: str
    language: str
    size: str
    contrast: bool


class Visit(NamedTuple):
    """A request of somebody who is not signed in for a page that may be cached."""

    rule: Rule
    key: Key
    #: Its answer sets a cookie, or is too odd to be asked again.
    passing: bool


def cacheable(params: Sequence[str] = (), seconds: int | None = None) -> Callable[[View], View]:
    """Mark a view as the same for everybody who is not signed in. It goes below the route's
    decorator.

    `params` are the query parameters that the view reads: it sees no others. `seconds` is for a
    page with figures that change without a publication; it is then at most so old. Such a view sees
    neither headers nor cookies, except the reader's choice of language, text size and contrast, and
    may use no form, no flash message and no session.
    """

    def mark(view: View) -> View:
        view.cacheable = Rule(frozenset(params), seconds)  # type: ignore[attr-defined]  # read by the layer
        return view

    return mark


def rule_of(app: Flask, endpoint: str | None) -> Rule | None:
    """The mark of a view."""
    found: Rule | None = getattr(app.view_functions.get(endpoint or ""), "cacheable", None)
    return found


def rule_finder(app: Flask) -> Callable[[str], Rule | None]:
    """A function from the path of a request to the mark of its view; paths asked for before are
    remembered.
    """

    @functools.lru_cache(maxsize=4_096)
    def find(path: str) -> Rule | None:
        try:
            endpoint, _values = app.url_map.bind("localhost").match(
                path.encode("latin1").decode("utf-8", "replace"), method="GET"
            )
        except (HTTPException, RoutingException):
            return None
        rule = rule_of(app, endpoint)
        return Rule(rule.params, rule.seconds, endpoint) if rule else None

    return find


def cookies_of(environ: Mapping[str, Any]) -> Mapping[str, str]:
    """The cookies as Flask will see them."""
    header = environ.get("HTTP_COOKIE")
    return parse_cookie(header) if header else {}


def read_visit(environ: Mapping[str, Any], rule: Rule, cookies: Mapping[str, str]) -> Visit | None:
    """What the request asks for; None when its query makes no sense."""
    pairs: list[tuple[str, str]] = []
    if query := environ.get("QUERY_STRING"):
        try:
            given = parse_qsl(query, keep_blank_values=True, max_num_fields=_PARAMS_MAX)
        except ValueError:
            return None
        pairs = sorted(
            pair
            for pair in given
            if pair[0] in rule.params or (pair[0] == "lang" and pair[1] in LANGUAGES)
        )
    asked = next((value for name, value in pairs if name == "lang"), None)
    language = kept(cookies, "lang")
    key = Key(
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
        urlencode(pairs),
        asked or (language if language in LANGUAGES else None) or LANGUAGES[0],
        size if (size := kept(cookies, "co-chu") or "") in SIZES[1:] else SIZES[0],
        kept(cookies, "tuong-phan") == "1",
    )
    return Visit(
        rule,
        key,
        passing=(asked is not None and asked != language) or len(key.query) > LONGEST_QUERY,
    )


def stripped(
    environ: Mapping[str, Any], visit: Visit, cookies: Mapping[str, str]
) -> dict[str, Any]:
    """The request as the view may see it: whatever is not part of the key is gone."""
    plain = {
        name: value
        for name, value in environ.items()
        if not name.startswith("HTTP_") and name not in _NOT_PASSED
    }
    choices = {
        "lang": language if (language := kept(cookies, "lang")) in LANGUAGES else None,
        "co-chu": visit.key.size if visit.key.size != SIZES[0] else None,
        "tuong-phan": "1" if visit.key.contrast else None,
    }
    plain |= {"REQUEST_METHOD": "GET", "QUERY_STRING": visit.key.query, ANONYMOUS: True}
    if "HTTP_HOST" in environ:
        plain["HTTP_HOST"] = environ["HTTP_HOST"]
    if header := "; ".join(f"{name}={value}" for name, value in choices.items() if value):
        plain["HTTP_COOKIE"] = header
    return plain
