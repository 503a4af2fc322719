"""A finished page: its bytes as they go over the wire, its headers, its ETag."""

import functools
import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import brotli

#: Both compress a page of 80 KB to a third in under a millisecond; more effort costs more than the
#: queries behind it.
BROTLI_QUALITY = 4
GZIP_LEVEL = 4
#: Bytes below which compression wins nothing.
WORTH_COMPRESSING = 1_024
PUBLIC = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-store"
_OURS = frozenset({"content-length", "content-encoding", "etag", "vary", "date"})
_OF_A_BODY = frozenset({"content-type", "content-language", "last-modified"})
_COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/feed+json",
    "application/atom+xml",
    "application/xml",
    "image/svg+xml",
)
Headers = list[tuple[str, str]]


@functools.lru_cache(maxsize=256)
def encoding_for(accepted: str) -> str:
    """The best encoding that a reader accepts: br, gzip, or none (empty)."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0
    anything = weights.get("*", 0)
    return next((name for name in ("br", "gzip") if weights.get(name, anything) > 0), "")


def encode(body: bytes, encoding: str) -> bytes:
    """The bytes in this encoding."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0) if encoding == "gzip" else body


def is_compressible(content_type: str) -> bool:
    """Is it text?"""
    return content_type.startswith(_COMPRESSIBLE)


def header(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The value of a header, or nothing."""
    return next((value for given, value in headers if given.lower() == name), "")


def with_vary(headers: Sequence[tuple[str, str]], *names: str) -> Headers:
    """The headers with these names added to Vary."""
    varies = [
        name.strip()
        for given, value in headers
        if given.lower() == "vary"
        for name in value.split(",")
        if name.strip()
    ]
    merged = {name.lower(): name for name in (*varies, *names)}
    return [
        *(pair for pair in headers if pair[0].lower() != "vary"),
        ("Vary", ", ".join(merged.values())),
    ]


class _Variant:
    """The page in one encoding."""

    __slots__ = ("body", "headers", "unchanged")

    def __init__(self, body: bytes, base: Headers, tag: str, encoding: str) -> None:
        etag = f'"{tag}-{encoding}"' if encoding else f'"{tag}"'
        coded = [("Content-Encoding", encoding)] if encoding else []
        self.body = [body]
        self.headers = [*base, *coded, ("ETag", etag), ("Content-Length", str(len(body)))]
        self.unchanged = [
            *(pair for pair in base if pair[0].lower() not in _OF_A_BODY),
            ("ETag", etag),
        ]


class Page:
    """An answer that everybody gets alike.

    It is compressed when somebody first asks for it so, and then kept so.
    """

    __slots__ = ("_base", "_compressible", "_variants", "endpoint", "expires", "tag")

    def __init__(
        self,
        body: bytes,
        headers: Sequence[tuple[str, str]],
        *,
        endpoint: str = "",
        expires: float = float("inf"),
    ) -> None:
        self.endpoint = endpoint
        #: On the monotonic clock.
        self.expires = expires
        self.tag = hashlib.sha256(body).hexdigest()[:24]
        self._compressible = len(body) >= WORTH_COMPRESSING and is_compressible(
            header(headers, "content-type")
        )
        vary = ("Accept-Encoding", "Cookie") if self._compressible else ("Cookie",)
        self._base = with_vary(
            [pair for pair in headers if pair[0].lower() not in _OURS - {"vary"}], *vary
        )
        self._variants = {"": _Variant(body, self._base, self.tag, "")}

    def pack(self) -> None:
        """Keep the page compressed only, at a fifth of its size; a reader who wants it plain gets
        it unpacked.
        """
        if self._compressible:
            self._variant("br")
            self._variants.pop("", None)

    @property
    def size(self) -> int:
        """Bytes that the page takes in memory, roughly."""
        return sum(len(variant.body[0]) + 2_048 for variant in tuple(self._variants.values()))

    def knows(self, environ: Mapping[str, Any]) -> bool:
        """Is the variant that this reader gets there already?"""
        return self._encoding(environ) in self._variants

    def _encoding(self, environ: Mapping[str, Any]) -> str:
        return encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")) if self._compressible else ""

    def _variant(self, encoding: str) -> _Variant:
        found = self._variants.get(encoding)
        if found is None:
            plain = self._variants.get("")
            body = plain.body[0] if plain else brotli.decompress(self._variants["br"].body[0])
            found = self._variants[encoding] = _Variant(
                encode(body, encoding), self._base, self.tag, encoding
            )
        return found

    def answer(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request: 304 for a reader who has it, no body for HEAD."""
        variant = self._variant(self._encoding(environ))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and (self.tag in known or known.strip() == "*"):
            start_response("304 NOT MODIFIED", variant.unchanged)
            return []
        start_response("200 OK", variant.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else variant.body
