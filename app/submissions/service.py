"""Receiving, confirming, unlocking, redacting and erasing submissions, whatever their kind."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.files import service as files
from app.kernel import guessing, throttle
from app.kernel.clock import local, now
from app.kernel.db import next_number
from app.kernel.errors import FieldError, NotFound, Refused
from app.kernel.html import paragraphs
from app.kernel.links import Ref
from app.kernel.text import clean, clean_line, first_sentence, fold, initials
from app.kernel.tokens import digits, keyed_hash, new_token, same
from app.submissions import codes, screening
from app.submissions.contact import normal_phone
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import NAME_DISPLAY_ORDER, Channel, Consent, NameDisplay, TokenPurpose

#: The wording of the privacy notice now in use; a new wording gets a new name.
CONSENT_TEXT = "2026-11"
#: Days in which an address can be confirmed before an unconfirmed submission is erased.
CONFIRM_DAYS = 7
#: Days for which the link in a mail opens the tracking page.
TRACK_DAYS = 365
BODY_MIN, BODY_MAX = 20, 5_000
TITLE_MAX, NAME_MAX = 150, 120
#: Characters of the key that a form carries.
KEY_MIN, KEY_MAX = 16, 64
FILES_MAX = 5
_DAY = dt.timedelta(days=1)
#: Wrong PINs in a day, for one code and from one place, before something more is asked; and those
#: of a minute from one place that only a machine reaches.
FAILURES_PER_CODE, FAILURES_PER_ADDRESS, FAILURES_A_MINUTE = 30, 20, 30
#: Likewise for the whole site: at most so many PINs a day are tried that need nothing else.
BRAKE = guessing.Brake("pin", 100, _DAY)


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender gets to see once: the row, the PIN, and the secrets for the links in the
    mail.
    """

    submission: Submission
    pin: str
    #: The form had been sent before; nothing new was made.
    repeated: bool = False
    confirm_token: str | None = None
    track_token: str | None = None


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How short the text of one kind of submission may be, and what to say of a shorter one."""

    characters: int
    message: str


def pin_of(secret_key: str, idempotency_key: str) -> str:
    """The six digits that belong to one form.

    Derived, so that a retry of the form shows the same ones.
    """
    return digits(secret_key, "pin", idempotency_key)


def receive(
    *,
    secret_key: str,
    kind: str,
    prefix: str,
    idempotency_key: str,
    body: str,
    title: str = "",
    name: str,
    phone: str | None = None,
    email: str | None = None,
    name_display: NameDisplay = NameDisplay.INITIALS,
    consent: Consent,
    channel: Channel = Channel.WEB,
    place_id: int | None = None,
    language: str = "vi",
    entered_by: int | None = None,
    file_keys: Sequence[str] = (),
    spam: Mapping[str, Any] | None = None,
    least: BodyLimit | None = None,
    received_at: dt.datetime | None = None,
    consent_text: str = CONSENT_TEXT,
    held: bool = False,
) -> Received:
    """Keep what somebody sent and give it a code. The same form sent twice gives the same answer
    and no second row.

    `least` is how short the text may be (None: as for a question); `received_at` when it reached
    the office, where that is another moment than now; `consent_text` names the wording of the
    privacy notice that was shown; `held` says that it waits for a look because of the crowd that
    it came from.

    Raises FieldError for a text or contact that cannot be accepted.
    """
    if not KEY_MIN <= len(idempotency_key) <= KEY_MAX:
        raise FieldError("idempotency_key", _("Trang đã hết hạn. Hãy gửi lại."))
    pin = pin_of(secret_key, idempotency_key)
    if known := _with_key(idempotency_key):
        return Received(known, pin, repeated=True)
    body, title, name = clean(body), clean_line(title), clean_line(name)
    _check(body=body, name=name, phone=phone, email=email, channel=channel, least=least)
    moment = now()
    concern = screening.looks_like_complaint(f"{title}\n{body}")
    reasons = [*((spam or {}).get("reasons", [])), *([screening.CROWDED] if held else [])]
    submission = Submission(
        kind=kind,
        idempotency_key=idempotency_key,
        channel=channel,
        received_at=received_at or moment,
        language=language,
        title=title[:300] or first_sentence(body),
        body=body,
        name=name,
        phone=phone or None,
        email=email or None,
        name_display=name_display,
        consent=consent,
        consent_text=consent_text,
        consent_at=moment,
        confirmed_at=moment if phone or channel is not Channel.WEB else None,
        concern=concern.kind if concern else None,
        spam_points=int((spam or {}).get("points", 0)),
        spam_reasons=reasons,
        place_id=place_id,
        entered_by=entered_by,
    )
    if faster := _write_down(submission, prefix, pin, secret_key=secret_key):
        return Received(faster, pin, repeated=True)
    if file_keys:
        files.claim(file_keys, Ref("submission", submission.id))
    confirm, track = _links(secret_key, submission)
    return Received(submission, pin, confirm_token=confirm, track_token=track)


def _with_key(idempotency_key: str) -> Submission | None:
    found: Submission | None = db.session.scalar(
        sa.select(Submission).where(Submission.idempotency_key == idempotency_key)
    )
    return found


def _write_down(
    submission: Submission, prefix: str, pin: str, *, secret_key: str
) -> Submission | None:
    """Give it a code and keep it. When the same form came twice at once and the other one was
    faster, that one's row.

    The number is then given back, so that no code is ever missing.
    """
    # Of the day on which the code is given: a letter of last year that is typed in today must not
    # reopen last year's numbers.
    year = local(now()).year
    try:
        with db.session.begin_nested():
            submission.code = f"{prefix}-{year}-{next_number(f'{prefix}-{year}'):06d}"
            submission.pin_hash = keyed_hash(secret_key, "pin", submission.code, pin)
            db.session.add(submission)
            db.session.flush()
    except IntegrityError:
        if faster := _with_key(submission.idempotency_key):
            return faster
        raise
    return None


def _check(
    *,
    body: str,
    name: str,
    phone: str | None,
    email: str | None,
    channel: Channel,
    least: BodyLimit | None,
) -> None:
    if len(body) < (least.characters if least else BODY_MIN):
        raise FieldError(
            "body",
            least.message
            if least
            else _("Hãy viết ít nhất %(n)s ký tự để cán bộ hiểu rõ câu hỏi.", n=BODY_MIN),
        )
    if len(body) > BODY_MAX:
        raise FieldError(
            "body",
            _("Nội dung dài quá %(n)s ký tự. Hãy rút gọn hoặc gửi thành hai lần.", n="5.000"),
        )
    if not name:
        raise FieldError("name", _("Hãy nhập họ và tên."))
    if len(name) > NAME_MAX:
        raise FieldError("name", _("Họ và tên dài quá 120 ký tự. Hãy rút gọn."))
    if channel is Channel.WEB and not phone and not email:
        raise FieldError(
            "phone", _("Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi trả lời bạn.")
        )


def _links(secret_key: str, submission: Submission) -> tuple[str | None, str | None]:
    if not submission.email:
        return None, None
    confirm, track = new_token(), new_token()
    rows = [(TokenPurpose.TRACK, track, TRACK_DAYS)]
    if submission.confirmed_at is None or submission.channel is Channel.WEB:
        rows.append((TokenPurpose.CONFIRM, confirm, CONFIRM_DAYS))
    db.session.execute(
        sa.insert(SubmissionToken),
        [
            {
                "submission_id": submission.id,
                "purpose": purpose,
                "token_hash": keyed_hash(secret_key, purpose.value, token),
                "expires_at": submission.received_at + dt.timedelta(days=days),
            }
            for purpose, token, days in rows
        ],
    )
    return (confirm if len(rows) > 1 else None), track


def new_track_token(submission: Submission, *, secret_key: str) -> str:
    """One more link to the tracking page, for a later mail: links are kept as hashes and cannot be
    repeated.
    """
    return _new_token(submission, TokenPurpose.TRACK, TRACK_DAYS, secret_key=secret_key)


def new_confirm_token(submission: Submission, *, secret_key: str) -> str:
    """One more link that confirms the address."""
    return _new_token(submission, TokenPurpose.CONFIRM, CONFIRM_DAYS, secret_key=secret_key)


def _new_token(submission: Submission, purpose: TokenPurpose, days: int, *, secret_key: str) -> str:
    token = new_token()
    db.session.add(
        SubmissionToken(
            submission_id=submission.id,
            purpose=purpose,
            token_hash=keyed_hash(secret_key, purpose.value, token),
            expires_at=now() + dt.timedelta(days=days),
        )
    )
    return token


def address_is_known(submission: Submission) -> bool:
    """Is the mail address the sender's: confirmed by its link, or vouched for by an officer?

    A telephone number lets a question in without anybody having read a mail; the address beside it
    may be a stranger's.
    """
    if submission.confirmed_at is None or not submission.email:
        return False
    if submission.channel is not Channel.WEB or not submission.phone:
        return True
    used = sa.exists().where(
        SubmissionToken.submission_id == submission.id,
        SubmissionToken.purpose == TokenPurpose.CONFIRM,
        SubmissionToken.used_at.is_not(None),
    )
    return bool(db.session.scalar(sa.select(used)))


def find_token(
    token: str, purpose: TokenPurpose, *, secret_key: str
) -> tuple[SubmissionToken, Submission]:
    """The submission behind a link.

    Raises NotFound for a link that never was, of another purpose, or past its time.
    """
    query = (
        sa.select(SubmissionToken, Submission)
        .join(Submission, Submission.id == SubmissionToken.submission_id)
        .where(
            SubmissionToken.token_hash == keyed_hash(secret_key, purpose.value, token),
            SubmissionToken.purpose == purpose,
        )
    )
    row = db.session.execute(query).first()
    if (
        row is None
        or (row[0].expires_at < now() and row[1].confirmed_at is None)
        or row[1].erased_at is not None
    ):
        raise NotFound
    if purpose is TokenPurpose.TRACK and row[0].expires_at < now():
        raise NotFound
    return row[0], row[1]


def confirm(token: SubmissionToken, submission: Submission) -> bool:
    """The address is the sender's. Harmless when repeated; returns whether anything changed."""
    moment = now()
    token.used_at = token.used_at or moment
    if submission.confirmed_at is not None:
        return False
    submission.confirmed_at = moment
    return True


class ContactNeeded(Exception):
    """Code and PIN are not enough now: somebody guesses."""


def unlock(
    *, code: str, pin: str, address_key: str, secret_key: str, contact: str = ""
) -> Submission | None:
    """The submission of this code and PIN, however they are typed, or None;

    a wrong code and a wrong PIN look and cost the same.

    Strangers lock nobody out: where many wrong PINs came for this code, from this place or for the
    whole site, `contact` is asked for as well (the telephone number, mail address or, where there
    was neither, the name that was left), which the sender knows and a guesser does not. The
    arithmetic is in docs/security.md.

    Raises FieldError for what can be no code or PIN, ContactNeeded where a contact is asked for,
    TooMany at a machine's pace, and for somebody who knows the contact and still guesses. None of
    these counts.
    """
    known_code, known_pin = codes.normal_code(code), codes.normal_pin(pin)
    if known_code is None:
        raise FieldError("code", _("Mã tra cứu có dạng AS-2026-000123. Hãy xem lại phiếu nhận."))
    if known_pin is None:
        raise FieldError("pin", _("Mã PIN gồm 6 chữ số. Hãy xem lại phiếu nhận."))
    throttle.check(
        "track-address",
        address_key,
        limit=FAILURES_A_MINUTE,
        within=dt.timedelta(minutes=1),
        message=_("Có quá nhiều lần nhập sai trong một phút từ nơi bạn đang kết nối."),
    )
    code_key = keyed_hash(secret_key, "code", known_code)
    if guarded := _is_guarded(code_key, address_key):
        if not contact.strip():
            raise ContactNeeded
        throttle.check(
            "track-known",
            code_key,
            limit=FAILURES_PER_CODE,
            within=_DAY,
            message=_("Mã này đã bị nhập sai PIN nhiều lần. Hãy mở bằng đường dẫn trong thư."),
        )
    submission: Submission | None = db.session.scalar(
        sa.select(Submission).where(Submission.code == known_code)
    )
    expected = submission.pin_hash if submission else "0" * 64
    right = same(expected, keyed_hash(secret_key, "pin", known_code, known_pin))
    known = not guarded or (submission is not None and _left_contact(submission, contact))
    if right and known and submission is not None and submission.erased_at is None:
        throttle.clear("track-code", code_key)
        return submission
    throttle.note("track-address", address_key)
    if not guarded:
        throttle.note("track-code", code_key)
        BRAKE.note()
    elif known:
        throttle.note("track-known", code_key)
    return None


def _is_guarded(code_key: str, address_key: str) -> bool:
    return (
        throttle.count("track-code", code_key, within=_DAY) >= FAILURES_PER_CODE
        or throttle.count("track-address", address_key, within=_DAY) >= FAILURES_PER_ADDRESS
        or BRAKE.is_on
    )


def _left_contact(submission: Submission, typed: str) -> bool:
    """Is this what the sender left to be reached by?"""
    if submission.phone or submission.email:
        try:
            return normal_phone(typed) == submission.phone
        except FieldError:
            return clean_line(typed).lower() == (submission.email or "").lower()
    return bool(submission.name) and fold(clean_line(typed)) == fold(submission.name)


def redact(submission: Submission, *, title: str, body: str, reason: str, actor_id: int) -> None:
    """Set the text that may be shown. The original stays as it came."""
    title, body = clean_line(title), clean(body)
    if not title:
        raise FieldError("public_title", _("Hãy nhập tiêu đề khi đăng."))
    if not body:
        raise FieldError("public_body", _("Hãy nhập nội dung khi đăng."))
    if (body != submission.body or title != submission.title) and not clean_line(reason):
        raise FieldError(
            "redaction_reason", _("Hãy ghi lý do che hoặc sửa, ví dụ: có số điện thoại.")
        )
    submission.public_title = title[:300]
    submission.public_body = body
    submission.public_html = str(paragraphs(body))
    submission.redaction_reason = clean_line(reason)[:300] or None
    submission.redacted_at = now()
    submission.redacted_by = actor_id


def tighten(
    submission: Submission,
    *,
    consent: Consent | None = None,
    name_display: NameDisplay | None = None,
) -> None:
    """The sender allows less than before.

    Raises Refused for more: that would need a new consent with its own proof.
    """
    if consent is Consent.PUBLISH and submission.consent is Consent.PRIVATE:
        raise Refused(_("Sự đồng ý chỉ có thể thu hẹp. Muốn công khai, hãy gửi câu hỏi mới."))
    order = NAME_DISPLAY_ORDER
    if name_display is not None and order.index(name_display) < order.index(
        submission.name_display
    ):
        raise Refused(_("Cách hiện tên chỉ có thể kín hơn, không thể mở hơn."))
    submission.consent = consent or submission.consent
    submission.name_display = name_display or submission.name_display


def erase(submission: Submission) -> None:
    """Remove the text and everything that says who sent it. The code stays, as a tombstone."""
    submission.title = submission.body = submission.name = ""
    submission.public_title = submission.public_body = submission.public_html = (
        submission.redaction_reason
    ) = None
    submission.phone = submission.email = None
    submission.spam_reasons = []
    submission.erased_at = now()
    db.session.execute(
        sa.delete(SubmissionToken).where(SubmissionToken.submission_id == submission.id)
    )
    files.erase_of(Ref("submission", submission.id))


def shown_name(submission: Submission) -> str:
    """The sender's name as the public may read it; empty when it is not to be shown."""
    if submission.name_display is NameDisplay.FULL:
        return submission.name
    if submission.name_display is NameDisplay.INITIALS:
        return initials(submission.name)
    return ""
