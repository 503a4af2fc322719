"""An authenticator in a few lines: makes keys and signs as a telephone or a security key does."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Key:
    """One passkey: its private half, for whom and for which host."""

    private: ec.EllipticCurvePrivateKey
    credential_id: bytes
    user_handle: bytes
    host: str
    count: int = 0


@dataclass
class Authenticator:
    """What the browser and the device do together.

    `verifies`: it looks at finger or face. `counts`: it counts how often each key was used.
    """

    origin: str
    verifies: bool = True
    counts: bool = True
    keys: list[Key] = field(default_factory=list)

    def create(self, options: dict[str, Any], number: bytes | None = None) -> dict[str, Any]:
        """`navigator.credentials.create`."""
        key = Key(
            ec.generate_private_key(ec.SECP256R1()),
            number or secrets.token_bytes(16),
            base64url_to_bytes(options["user"]["id"]),
            options["rp"]["id"],
        )
        self.keys.append(key)
        numbers = key.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(key.credential_id).to_bytes(2) + key.credential_id
        data = self._data(key, ATTESTED) + attested + cbor2.dumps(public)
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        return _answer(
            key,
            clientDataJSON=self._client("webauthn.create", options),
            attestationObject=cbor2.dumps(statement),
        )

    def get(self, options: dict[str, Any], key: Key | None = None) -> dict[str, Any]:
        """`navigator.credentials.get`, with a key of one's choice or the newest."""
        key = key or self.keys[-1]
        key.count += self.counts
        client, data = self._client("webauthn.get", options), self._data(key)
        signed = data + hashlib.sha256(client).digest()
        return _answer(
            key,
            clientDataJSON=client,
            authenticatorData=data,
            signature=key.private.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=key.user_handle,
        )

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        facts = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**facts, "crossOrigin": False}).encode()

    def _data(self, key: Key, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(key.host.encode()).digest() + bytes([flags]) + key.count.to_bytes(4)


def _answer(key: Key, **response: bytes) -> dict[str, Any]:
    number = bytes_to_base64url(key.credential_id)
    return {
        "id": number,
        "rawId": number,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {name: bytes_to_base64url(value) for name, value in response.items()},
    }
