"""Secrets that citizens and officers hold: links, PINs, keys. At rest only a keyed hash is kept."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A 128-bit secret for a link, safe in an address."""
    return secrets.token_urlsafe(16)


def keyed_hash(secret_key: str, *parts: str) -> str:
    """A hash that is useless without the installation's key; parts cannot run into each other."""
    message = b"\x00".join(part.encode() for part in parts)
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()


def digits(secret_key: str, *parts: str, length: int = 6) -> str:
    """A number of this many digits derived from the parts, the same every time: a PIN that a retry
    can show again.
    """
    number = int(keyed_hash(secret_key, "digits", *parts), 16)
    return str(number % 10**length).zfill(length)


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
