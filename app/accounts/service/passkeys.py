"""Passkeys (WebAuthn): registering, naming and removing them, and signing in with one.

A ceremony has two halves. `begin` gives the browser something to sign; `redeem` takes it back, once
and within minutes, and is committed before anything is looked at, so that no answer is tried twice.
The key has to be for our host name, and what it signed has to come from our pages.
"""

import datetime as dt
import secrets

import sqlalchemy as sa
import webauthn
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.events import SecondFactorChanged
from app.accounts.models import (
    Passkey,
    PasskeyChallenge,
    PasskeyUse,
    SessionEnd,
    StaffSession,
    User,
)
from app.accounts.policy import may_sign_in, needs_second_factor
from app.accounts.service import recording, second_factor
from app.accounts.service.locking import lock
from app.accounts.service.sessions import end_all
from app.accounts.vault import vault
from app.extensions import db, network_of
from app.kernel import throttle
from app.kernel.clock import now
from app.kernel.errors import FieldError, NotFound, Refused
from app.kernel.events import emit
from app.kernel.text import clean_line
from app.organisation import queries as organisation

#: So long a browser may take to ask its owner.
LIFE = dt.timedelta(minutes=5)
#: Nobody carries more keys than this.
MOST = 20
NAME_MAX = 60
#: What browsers send is a few hundred characters, with an attestation a few thousand.
CREDENTIAL_MAX = 20_000
#: Ceremonies that one address on the net may begin without saying who it is, within the window.
_BEGUN_PER_ADDRESS, _WINDOW = 100, dt.timedelta(minutes=15)
#: What the library raises for nonsense, besides its own errors.
_NONSENSE = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


def _host() -> str:
    host = vault().passkey_host
    if host is None:
        raise Refused(
            _("Khóa truy cập chỉ dùng được khi trang có tên miền, không dùng được với địa chỉ IP.")
        )
    return host


def begin(use: PasskeyUse, user: User | None, *, address: str = "") -> tuple[str, str]:
    """Begin a ceremony: the challenge for the browser's cookie, and the options for its script, as
    JSON.

    `user` is who registers a key, or who gave the password; None for somebody who has not said who
    they are: then `address`, where they sit on the net, counts. Raises TooMany, Refused.
    """
    host = _host()
    if user is None:
        place = throttle.address_key(vault().secret_key, network_of(address))
        throttle.check("passkey", place, limit=_BEGUN_PER_ADDRESS, within=_WINDOW, message="")
        throttle.note("passkey", place)
    challenge = secrets.token_bytes(32)
    options = _options(use, user, challenge, host)
    token = bytes_to_base64url(challenge)
    db.session.add(
        PasskeyChallenge(
            token_hash=vault().hash_token("passkey-challenge", token),
            use=use,
            user_id=user.id if user is not None else None,
            expires_at=now() + LIFE,
        )
    )
    db.session.flush()
    return token, options


def _options(use: PasskeyUse, user: User | None, challenge: bytes, host: str) -> str:
    known = [PublicKeyCredentialDescriptor(id=key.credential_id) for key in of(user)]
    if use is PasskeyUse.REGISTER and user is not None:
        return webauthn.options_to_json(
            webauthn.generate_registration_options(
                rp_id=host,
                rp_name=organisation.agency().name or "Lắng Nghe",
                user_id=vault().passkey_handle(user.id),
                user_name=user.username,
                user_display_name=user.full_name,
                challenge=challenge,
                exclude_credentials=known,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    # Kept with the name of the account, so that nobody has to type it.
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
            )
        )
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=host,
            challenge=challenge,
            allow_credentials=known,
            user_verification=UserVerificationRequirement.DISCOURAGED
            if use is PasskeyUse.SECOND_FACTOR
            else UserVerificationRequirement.REQUIRED,
        )
    )


def redeem(token: str | None, use: PasskeyUse, user: User | None) -> bytes:
    """Take a challenge back (the caller commits at once): what the key has to have signed.

    Raises FieldError when there is none, it is too old, or was begun for something or somebody
    else.
    """
    mine = (
        PasskeyChallenge.user_id.is_(None) if user is None else PasskeyChallenge.user_id == user.id
    )
    query = sa.delete(PasskeyChallenge).where(
        PasskeyChallenge.token_hash == vault().hash_token("passkey-challenge", token or ""),
        PasskeyChallenge.use == use,
        PasskeyChallenge.expires_at > now(),
        mine,
    )
    if not db.session.execute(query).rowcount:  # type: ignore[attr-defined]
        raise FieldError("credential", _("Đã quá thời gian chờ khóa truy cập. Hãy bấm lại."))
    return base64url_to_bytes(token or "")


def register(
    user: User, *, session: StaffSession, challenge: bytes, credential: str, name: str
) -> list[str]:
    """Keep a new passkey. Other sessions end. With the first second factor come ten recovery codes,
    readable only now; else the list is empty.

    Raises FieldError for an answer that does not prove a key, Refused when there are too many.
    """
    lock(user)
    if len(of(user)) >= MOST:
        raise Refused(_("Bạn đã có quá nhiều khóa truy cập. Hãy bỏ bớt khóa không dùng nữa."))
    _check_length(credential)
    try:
        proven = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=vault().origin,
            require_user_verification=True,
        )
    except _NONSENSE as error:
        raise FieldError("credential", _unproven()) from error
    first = not user.has_second_factor
    key = Passkey(
        user_id=user.id,
        credential_id=proven.credential_id,
        public_key=proven.credential_public_key,
        sign_count=proven.sign_count,
        name=_checked_name(name),
        created_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(key)
    except IntegrityError as error:
        raise FieldError("credential", _("Khóa truy cập này đã được đăng ký.")) from error
    end_all(user, SessionEnd.SECOND_FACTOR, keep=session)
    codes = second_factor.new_codes(user) if first else []
    db.session.refresh(user)
    recording.write("user:passkey:added", user, data={"passkey": key.name})
    emit(SecondFactorChanged(user))
    return codes


def use(challenge: bytes, credential: str, user: User | None) -> User:
    """Whose passkey signed this challenge: as second factor of `user`, or, where nobody said who
    they are, of whoever the key belongs to; then the key must have verified its owner (finger, face
    or PIN).

    Raises FieldError for anything else. A key whose count goes backwards may be a copy: that is
    recorded (the caller commits) and refused.
    """
    _check_length(credential)
    try:
        given = parse_authentication_credential_json(credential)
        key = _held(given.raw_id)
        if key is None or not _belongs(key, user, given.response.user_handle):
            raise FieldError("credential", _unproven())
        proven = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=vault().origin,
            credential_public_key=key.public_key,
            # Compared below, where a copy is told from nonsense.
            credential_current_sign_count=0,
            require_user_verification=user is None,
        )
    except _NONSENSE as error:
        raise FieldError("credential", _unproven()) from error
    if proven.new_sign_count <= key.sign_count and (proven.new_sign_count or key.sign_count):
        recording.write("user:passkey:refused", key.user, data={"passkey": key.name})
        raise FieldError(
            "credential",
            _(
                "Khóa truy cập này có thể đã bị sao chép nên không dùng được. Hãy báo quản trị "
                "viên và bỏ khóa này."
            ),
        )
    key.sign_count, key.last_used_at = proven.new_sign_count, now()
    recording.write("user:passkey:used", key.user, data={"passkey": key.name})
    owner: User = key.user
    return owner


def _held(credential_id: bytes) -> Passkey | None:
    key: Passkey | None = db.session.scalar(
        sa.select(Passkey).where(Passkey.credential_id == credential_id)
    )
    if key is None:
        return None
    lock(key.user)
    # Its owner may have removed it, or used it elsewhere, meanwhile.
    return db.session.get(Passkey, key.id, populate_existing=True)


def _belongs(key: Passkey, user: User | None, handle: bytes | None) -> bool:
    if user is not None:
        return key.user_id == user.id
    mine = secrets.compare_digest(handle or b"", vault().passkey_handle(key.user_id))
    return mine and may_sign_in(key.user, demo=vault().demo)


def of(user: User | None) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    if user is None:
        return []
    query = sa.select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)
    return list(db.session.scalars(query))


def rename(user: User, passkey_id: int, name: str) -> None:
    """Call it something else. Raises NotFound, FieldError for no name."""
    key = _own(user, passkey_id)
    key.name = _checked_name(name)
    db.session.flush()
    recording.write("user:passkey:renamed", user, data={"passkey": key.name})


def remove(user: User, passkey_id: int, *, session: StaffSession) -> None:
    """It opens nothing any more; other sessions end.

    Raises NotFound, Refused for the last second factor of somebody whose role asks for one.
    """
    key = _own(user, passkey_id)
    others = user.totp_seed is not None or len(of(user)) > 1
    if not others and needs_second_factor(user, demo=vault().demo):
        raise Refused(
            _(
                "Vai trò của bạn bắt buộc dùng xác thực hai lớp. Hãy thêm khóa khác hoặc ứng dụng "
                "xác thực trước khi bỏ khóa này."
            )
        )
    name = key.name
    db.session.delete(key)
    second_factor.drop_codes_without_factor(user)
    end_all(user, SessionEnd.SECOND_FACTOR, keep=session)
    recording.write("user:passkey:removed", user, data={"passkey": name})
    emit(SecondFactorChanged(user))


def _own(user: User, passkey_id: int) -> Passkey:
    lock(user)
    key = db.session.get(Passkey, passkey_id, populate_existing=True)
    if key is None or key.user_id != user.id:
        raise NotFound
    return key


def _checked_name(name: str) -> str:
    line = clean_line(name)
    if not line:
        raise FieldError("name", _("Hãy đặt tên cho khóa truy cập."))
    return line[:NAME_MAX]


def _check_length(credential: str) -> None:
    if len(credential) > CREDENTIAL_MAX:
        raise FieldError("credential", _unproven())


def _unproven() -> str:
    return str(_("Khóa truy cập không được nhận. Hãy thử lại, hoặc dùng cách khác."))
