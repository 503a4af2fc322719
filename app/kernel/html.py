"""From people's text to safe HTML.

`sanitize` is the only way that markup from outside reaches a page.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import bleach
import nh3
from bleach.callbacks import nofollow
from bleach.linkifier import Linker
from markupsafe import Markup, escape

from app.kernel.text import clean_line, nfc

ALLOWED_TAGS = frozenset(
    "a abbr b blockquote br caption em h2 h3 h4 i img li ol p strong sub sup table tbody td tfoot "
    "th thead tr u ul".split()
)
#: Full match only: bleach reads digits after «javascript:» as a port once it has dropped the other
#: letters.
_HREF = re.compile(
    r"(?:https?://[^\s\x00-\x1f<>\"'`\\]+|mailto:[\w.+-]+@[\w.-]+|tel:\+?[\d-]+|/(?![/\\])[^\s\x00-\x1f<>\"'`\\]*|#[\w-]+)"
)
_MEDIA = re.compile(r"/tep/(?!.*\.\.)[\w/.-]+")
_SPAN = re.compile(r"[1-9]\d?")
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_PROTOCOLS = {"http", "https", "mailto", "tel"}
_DATA = re.compile(r"data:[^\s\"'<>]{200,}", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
#: Beyond these a text is shown as it was typed. Parsers take the square of what is nested; nobody
#: writes so by hand.
LONGEST_MARKUP = 200_000
MOST_TAGS = 20_000
DEEPEST = 100
#: Looking for addresses takes the square of the longest run without a blank.
_LONG_RUN = re.compile(r"(\S{400,})")
LONGEST_LINKED = 50_000


def safe_href(href: str) -> bool:
    """May this address stand in a link that somebody wrote?"""
    if not _HREF.fullmatch(href) or clean_line(href) != nfc(href):
        return False
    if not href.startswith("http"):
        return True
    try:
        address = urlsplit(href)
        # Browsers skip empty host names: https:///user@evil.example goes to evil.example.
        return (
            bool(address.hostname)
            and "@" not in address.netloc
            and (address.port is None or address.port > 0)
        )
    except ValueError:
        return False


def _attribute(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES.get(tag, ()):
        return False
    if name == "href":
        return safe_href(value)
    if name == "src":
        return _MEDIA.fullmatch(value) is not None
    if name in {"colspan", "rowspan"}:
        return _SPAN.fullmatch(value) is not None
    return name != "scope" or value in {"col", "row"}


def sanitize(markup: str) -> Markup:
    """Rich text with our short list of elements and nothing that runs, tracks or
    disguises itself.
    """
    # Pictures pasted into the text are megabytes that would be dropped anyway.
    light = _DATA.sub("", markup)
    if len(light) > LONGEST_MARKUP or light.count("<") > MOST_TAGS:
        return escape(markup)
    # bleach takes minutes for a hundred thousand attributes; what comes out of nh3 has only ours.
    trimmed = _trim(light)
    if len(trimmed) > LONGEST_MARKUP or _depth(trimmed) > DEEPEST:
        return escape(markup)
    cleaned = bleach.clean(
        trimmed, tags=ALLOWED_TAGS, attributes=_attribute, protocols=_PROTOCOLS, strip=True
    )
    return Markup(_trim(cleaned))  # noqa: S704  (sanitised, this is the place)


def _trim(markup: str) -> str:
    return nh3.clean(
        markup,
        tags=set(ALLOWED_TAGS),
        attributes={"*": set(), **{tag: set(names) for tag, names in _ATTRIBUTES.items()}},
        url_schemes=_PROTOCOLS,
        link_rel="nofollow noopener",
    )


def _depth(markup: str) -> int:
    """How deep the elements of well-formed markup are nested."""
    deepest = depth = 0
    for closing, tag in _TAG.findall(markup):
        if tag not in {"br", "img"}:
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest


def _keep_safe(attrs: Any, new: bool = False) -> Any:
    return attrs if safe_href(attrs.get((None, "href"), "")) else None


_LINKER = Linker(callbacks=[nofollow, _keep_safe], parse_email=True)


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, with its web and mail addresses as links.

    For storing at write time.
    """
    blocks = [block for block in text.split("\n\n") if block.strip()]
    if len(text) > LONGEST_LINKED:
        return Markup("".join(f"<p>{_broken(block)}</p>" for block in blocks))  # noqa: S704  (escaped)
    return sanitize("".join(f"<p>{_linked(block)}</p>" for block in blocks))


def _linked(text: str) -> str:
    """One paragraph as markup, with links."""
    if "." not in text:
        return _broken(text)
    # Every second piece is a run that is no address but would take seconds to be told so.
    return "".join(
        _broken(piece) if number % 2 else _LINKER.linkify(_broken(piece))
        for number, piece in enumerate(_LONG_RUN.split(text))
    )


def _broken(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")


def stored(markup: str | None) -> Markup:
    """HTML as `paragraphs` or `sanitize` made it and the database kept it: made safe once, at write
    time.
    """
    return Markup(markup or "")  # noqa: S704  (sanitised before it was kept)


def link_or_nothing(href: str | None) -> str:
    """The address when it may stand in a link that somebody wrote, else nothing."""
    return href if href and safe_href(href) else ""


def mark_words(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """Plain text in pieces, those with True marked; all of it escaped."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if marked else escape(piece)
        for piece, marked in pieces
    )
