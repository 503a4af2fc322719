"""The second factor: setting it up, giving it, losing it."""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.accounts import totp
from app.accounts.events import SecondFactorChanged
from app.accounts.models import (
    ChangeKind,
    Passkey,
    PendingChange,
    RecoveryCode,
    SessionEnd,
    StaffSession,
    User,
)
from app.accounts.policy import needs_second_factor
from app.accounts.service import recording, waiting
from app.accounts.service.locking import lock
from app.accounts.service.sessions import end_all
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.events import emit
from app.kernel.text import clean_line


def seed_in_waiting(session: StaffSession) -> str:
    """The seed that this session offers for setting up.

    Derived from it: showing the QR code writes nothing.
    """
    return vault().hash_token("totp-setup", session.token_hash)[:32]


def set_up(user: User, *, session: StaffSession, code: str) -> list[str]:
    """Switch the second factor on, proven by a first code; returns ten recovery codes, readable
    only now.

    Other sessions end. Raises FieldError for a wrong code, Refused when there is an app already, or
    a passkey that this session was not opened with.
    """
    lock(user)
    if user.totp_seed is not None or (user.has_passkey and session.second_factor_at is None):
        raise Refused(_("Xác thực hai lớp đã bật rồi."))
    seed = seed_in_waiting(session)
    step = vault().totp_step(user.id, seed, totp.normal_code(clean_line(code)), now())
    if step is None:
        raise FieldError("code", _wrong())
    user.totp_seed = seed
    user.totp_last_step = step
    end_all(user, SessionEnd.SECOND_FACTOR, keep=session)
    codes = new_codes(user)
    recording.write("user:second-factor:enabled", user)
    emit(SecondFactorChanged(user))
    return codes


def give(user: User, *, code: str) -> None:
    """Accept a code of the app or a recovery code, each of them once.

    Raises FieldError when it is wrong or was used before.
    """
    lock(user)
    typed = totp.normal_code(clean_line(code))
    accepted = (
        _use_app_code(user, typed) if totp.is_app_code(typed) else _use_recovery_code(user, typed)
    )
    if not accepted:
        raise FieldError("code", _wrong())


def replace_recovery_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones are void. Raises Refused without a second factor."""
    lock(user)
    if not user.has_second_factor:
        raise Refused(_("Hãy bật xác thực hai lớp trước."))
    codes = new_codes(user)
    recording.write("user:recovery-codes:replaced", user)
    emit(SecondFactorChanged(user))
    return codes


def switch_off(user: User) -> None:
    """The owner does without the app. Raises Refused when a role asks for a second factor and there
    is no passkey.
    """
    lock(user)
    if needs_second_factor(user, demo=vault().demo) and not user.has_passkey:
        raise Refused(_("Vai trò của bạn bắt buộc dùng xác thực hai lớp nên không tắt được."))
    user.totp_seed = user.totp_last_step = None
    drop_codes_without_factor(user)
    recording.write("user:second-factor:disabled", user)
    emit(SecondFactorChanged(user))


def reset(user: User, *, actor: Actor) -> PendingChange | None:
    """An administrator removes it for somebody who lost the telephone. On a guarded account that
    waits, and the waiting change is returned.

    Raises Forbidden for one's own: that goes through one's own account, where the password is asked
    for.
    """
    if actor.id == user.id:
        raise Forbidden(_("Hãy đổi xác thực hai lớp của chính mình ở trang Tài khoản."))
    lock(user)
    if waiting.must_wait(user, actor):
        return waiting.ask(user, ChangeKind.SECOND_FACTOR, actor=actor)
    remove(user, actor=actor)
    return None


def remove(user: User, *, actor: Actor) -> None:
    """Put that into effect, passkeys included; sessions end, and roles ask for a new one."""
    user.totp_seed = user.totp_last_step = None
    db.session.execute(sa.delete(Passkey).where(Passkey.user_id == user.id))
    drop_codes_without_factor(user)
    end_all(user, SessionEnd.SECOND_FACTOR)
    recording.write("user:second-factor:reset", user, actor=actor)
    emit(SecondFactorChanged(user))


def _use_app_code(user: User, code: str) -> bool:
    if user.totp_seed is None:
        return False
    step = vault().totp_step(user.id, user.totp_seed, code, now())
    if step is None:
        return False
    # In one statement, so that of two requests with the same code only one gets through.
    later = sa.or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    result = db.session.execute(
        sa.update(User).where(User.id == user.id, later).values(totp_last_step=step)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _use_recovery_code(user: User, code: str) -> bool:
    if not user.has_second_factor:
        return False
    hashed = vault().hash_token("recovery", str(user.id), code)
    fresh = (
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == hashed,
        RecoveryCode.used_at.is_(None),
    )
    result = db.session.execute(sa.update(RecoveryCode).where(*fresh).values(used_at=now()))
    if not result.rowcount:  # type: ignore[attr-defined]
        return False
    recording.write("user:recovery-code:used", user)
    return True


def new_codes(user: User) -> list[str]:
    """Ten recovery codes in place of the old ones, readable only now."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = totp.new_recovery_codes()
    hashes = (vault().hash_token("recovery", str(user.id), code) for code in codes)
    db.session.add_all([RecoveryCode(user_id=user.id, code_hash=hashed) for hashed in hashes])
    db.session.flush()
    return codes


def drop_codes_without_factor(user: User) -> None:
    """Recovery codes stand in for a second factor: without one they go."""
    db.session.flush()
    db.session.refresh(user)
    if not user.has_second_factor:
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _wrong() -> str:
    return str(_("Mã không đúng hoặc đã dùng rồi. Hãy chờ mã mới trong ứng dụng rồi nhập lại."))
