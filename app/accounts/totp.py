"""Codes that change every 30 seconds (RFC 6238), and the recovery codes on paper. Pure functions.

The shared secret is not stored, encrypted or otherwise: it is HMAC-SHA256 of the person and a
random seed under the installation's key, so a copy of the database alone opens nothing, and no
cipher of our own is needed. Losing or replacing the key makes every second factor void, as it would
with encryption.
"""

import base64
import datetime as dt
import secrets

import pyotp

from app.kernel.tokens import keyed_hash, same

STEP_SECONDS = 30
#: Clocks of telephones drift; one step early or late is still right.
_DRIFT = (0, -1, 1)
RECOVERY_CODES = 10
#: No 0, 1, i, l, o: the codes are copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP = 5


def new_seed() -> str:
    """128 random bits for a new second factor."""
    return secrets.token_hex(16)


def derive_secret(secret_key: str, user_id: int, seed: str) -> str:
    """The 160-bit shared secret of this person and seed, in base 32."""
    digest = bytes.fromhex(keyed_hash(secret_key, "totp", str(user_id), seed))
    return base64.b32encode(digest[:20]).decode()


def matching_step(secret: str, code: str, moment: dt.datetime) -> int | None:
    """The step whose code this is, among now, the one before and the one after."""
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    step = int(moment.timestamp()) // STEP_SECONDS
    found = None
    for drift in _DRIFT:
        # All three are compared, so that the time says nothing about which one it was.
        if same(generator.generate_otp(step + drift), code) and found is None:
            found = step + drift
    return found


def code_at(secret: str, moment: dt.datetime) -> str:
    """The code that an authenticator app shows at this moment."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).at(moment)


def address_for_app(secret: str, *, username: str, issuer: str) -> str:
    """The otpauth:// address that the QR code holds."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=username, issuer_name=issuer
    )


def grouped(secret: str) -> str:
    """The secret in groups of four, for typing it by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 random bits each, such as «k7mfq-3xhtd»."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def normal_code(typed: str) -> str:
    """What somebody typed, without blanks, in the form in which codes are compared."""
    bare = "".join(char for char in typed.lower() if char.isalnum())
    return bare if is_app_code(bare) else f"{bare[:_GROUP]}-{bare[_GROUP:]}"


def is_app_code(code: str) -> bool:
    """Six digits from the app, rather than a recovery code?"""
    return len(code) == 6 and code.isascii() and code.isdigit()
