"""What this installation needs to keep secrets: its key, its password hasher, and whether demo
accounts may sign in.

One object per app (`vault()`), so that several authorities in one process never share anything.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask import Flask, current_app

from app.accounts import totp
from app.config import Settings
from app.kernel.text import nfc
from app.kernel.tokens import keyed_hash

#: Longer than any pass phrase; more would only be work for an attacker to give us.
MAX_PASSWORD_BYTES = 1_024
#: OWASP's choice for Argon2id: 19 MiB, two passes, one lane.
_MEMORY_KIB, _PASSES = 19_456, 2
#: Tests hash hundreds of times.
_TEST_MEMORY_KIB, _TEST_PASSES = 8, 1
#: A salt and a digest of no password, to spend the same time on a name that nobody has.
_NOBODY = "bGFuZy1uZ2hlLW5vYm9keQ$Qk9uR2tFb3Zqd1d6c1RrM2x4eTh2Y0ZwTmE1dUhxMkk"


def _kibibytes_and_passes(settings: Settings) -> tuple[int, int]:
    return (
        (_TEST_MEMORY_KIB, _TEST_PASSES)
        if settings.environment == "test"
        else (_MEMORY_KIB, _PASSES)
    )


@dataclass(frozen=True)
class Vault:
    """The secrets and limits of one installation."""

    secret_key: str
    #: May demo accounts sign in here, and without a second factor?
    demo: bool
    #: Where one-time links that the command line prints point.
    base_url: str
    #: The host name that passkeys belong to; None on a bare IP address, where browsers allow none.
    passkey_host: str | None
    #: Scheme, host and port as browsers write them into what a passkey signs.
    origin: str
    hasher: PasswordHasher
    dummy_hash: str

    def hash_password(self, password: str) -> str:
        """Argon2id of the NFC form. Slow on purpose: never inside a writing transaction."""
        return self.hasher.hash(nfc(password))

    def verify_password(self, stored: str | None, password: str) -> bool:
        """Is this the password? Without a stored hash it takes the same time and says no."""
        too_long = len(nfc(password).encode()) > MAX_PASSWORD_BYTES
        try:
            right = self.hasher.verify(stored or self.dummy_hash, "" if too_long else nfc(password))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return right and stored is not None and not too_long

    def needs_rehash(self, stored: str) -> bool:
        """Was it made with other parameters than today's?"""
        return self.hasher.check_needs_rehash(stored)

    def hash_token(self, purpose: str, *parts: str) -> str:
        """How a session, a link or a recovery code is kept."""
        return keyed_hash(self.secret_key, "accounts", purpose, *parts)

    def passkey_handle(self, user_id: int) -> bytes:
        """By what passkeys know a person: it says nothing about them to whoever finds the key."""
        return bytes.fromhex(self.hash_token("passkey-handle", str(user_id)))

    def totp_secret(self, user_id: int, seed: str) -> str:
        """The shared secret that belongs to this seed, in the base 32 that authenticator apps
        expect.
        """
        return totp.derive_secret(self.secret_key, user_id, seed)

    def totp_step(self, user_id: int, seed: str, code: str, moment: dt.datetime) -> int | None:
        """The 30-second step that this code belongs to, one step early or late allowed;

        None when it is wrong.
        """
        return totp.matching_step(self.totp_secret(user_id, seed), code, moment)


def _host_and_origin(address: str) -> tuple[str | None, str]:
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    origin = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host, origin
    return None, origin


def init_app(app: Flask) -> None:
    """Make the vault of this app."""
    settings: Settings = app.config["SETTINGS"]
    memory, passes = _kibibytes_and_passes(settings)
    host, origin = _host_and_origin(settings.public_base_url)
    app.extensions["vault"] = Vault(
        secret_key=settings.secret_key,
        demo=settings.demo and not settings.production,
        base_url=settings.public_base_url.rstrip("/"),
        passkey_host=host,
        origin=origin,
        hasher=PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1),
        dummy_hash=f"$argon2id$v=19$m={memory},t={passes},p=1${_NOBODY}",
    )


def vault() -> Vault:
    """The vault of the app at work."""
    found: Vault = current_app.extensions["vault"]
    return found
