"""Receiving, confirming, unlocking, redacting and erasing submissions, whatever their kind."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.access.actors import CITIZEN, Actor
from app.extensions import db
from app.files import service as files
from app.jobs.service import enqueue
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
from app.submissions.jobs import SCRUB_JOB
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import NAME_DISPLAY_ORDER, Channel, Consent, NameDisplay, TokenPurpose

#: Days in which an address can be confirmed before an unconfirmed submission is erased.
CONFIRM_DAYS = 7
#: Days for which the link in a mail opens the tracking page.
TRACK_DAYS = 365
BODY_MAX = 5_000
TITLE_MAX, NAME_MAX = 150, 120
#: How long a submission stays open in the browser that opened it.
OPEN_FOR = dt.timedelta(hours=2)
#: Characters of the key that a form carries.
KEY_MIN, KEY_MAX = 16, 64
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who sends it, where they can be reached, and what they allow."""

    name: str
    phone: str | None = None
    email: str | None = None
    name_display: NameDisplay = NameDisplay.INITIALS
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How it came: what code and PIN are made of, by which way, when, and with what."""

    secret_key: str
    prefix: str
    #: One per form: the same twice is one submission, and the same receipt.
    idempotency_key: str
    channel: Channel = Channel.WEB
    #: Who hands it in: its sender, or the officer who types it in for somebody.
    actor: Actor = CITIZEN
    language: str = "vi"
    file_keys: Sequence[str] = ()
    spam: Mapping[str, Any] | None = None
    #: It waits for a look because of the crowd that it came from; the clock runs all the same.
    held: bool = False
    #: When the request began, or the paper reached the office. None: now.
    received_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How short the text of one kind of submission may be, what to say of a shorter one, and which
    wording of the privacy notice was shown beside its form.
    """

    body_min: int
    too_short: str
    consent_text: str


def pin_of(secret_key: str, idempotency_key: str) -> str:
    """The six digits that belong to one form.

    Derived, so that a retry of the form shows the same ones.
    """
    return digits(secret_key, "pin", idempotency_key)


def receive(
    kind: str,
    body: str,
    contact: Contact,
    sent: Sent,
    *,
    terms: Terms,
    title: str = "",
    place_id: int | None = None,
) -> Received:
    """Keep what somebody sent and give it a code. The same form sent twice gives the same answer
    and no second row.

    Raises FieldError for a text or contact that cannot be accepted.
    """
    if not KEY_MIN <= len(sent.idempotency_key) <= KEY_MAX:
        raise FieldError("idempotency_key", _("Trang đã hết hạn. Hãy gửi lại."))
    pin = pin_of(sent.secret_key, sent.idempotency_key)
    if known := _with_key(sent.idempotency_key):
        return Received(known, pin, repeated=True)
    body, title = clean(body), clean_line(title)
    contact = replace(contact, name=clean_line(contact.name))
    _check_text(body, terms)
    _check_contact(contact, sent.channel)
    moment, spam = now(), sent.spam or {}
    concern = screening.looks_like_complaint(f"{title}\n{body}")
    submission = Submission(
        kind=kind,
        idempotency_key=sent.idempotency_key,
        channel=sent.channel,
        received_at=sent.received_at or moment,
        language=sent.language,
        title=title[:300] or first_sentence(body),
        body=body,
        name=contact.name,
        phone=contact.phone or None,
        email=contact.email or None,
        name_display=contact.name_display,
        consent=contact.consent,
        consent_text=terms.consent_text,
        consent_at=moment,
        confirmed_at=moment if contact.phone or sent.channel is not Channel.WEB else None,
        concern=concern.kind if concern else None,
        spam_points=int(spam.get("points", 0)),
        spam_reasons=[*spam.get("reasons", []), *([screening.CROWDED] if sent.held else [])],
        place_id=place_id,
        entered_by=sent.actor.id,
    )
    if faster := _write_down(submission, sent.prefix, pin, secret_key=sent.secret_key):
        return Received(faster, pin, repeated=True)
    if sent.file_keys:
        files.claim(sent.file_keys, Ref("submission", submission.id))
    confirm, track = _links(sent.secret_key, submission)
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


def _check_text(body: str, terms: Terms) -> None:
    if len(body) < terms.body_min:
        raise FieldError("body", terms.too_short)
    if len(body) > BODY_MAX:
        raise FieldError(
            "body",
            _("Nội dung dài quá %(n)s ký tự. Hãy rút gọn hoặc gửi thành hai lần.", n="5.000"),
        )


def _check_contact(contact: Contact, channel: Channel) -> None:
    if not contact.name:
        raise FieldError("name", _("Hãy nhập họ và tên."))
    if len(contact.name) > NAME_MAX:
        raise FieldError("name", _("Họ và tên dài quá 120 ký tự. Hãy rút gọn."))
    if channel is Channel.WEB and not contact.phone and not contact.email:
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
    return _new_token(
        submission, TokenPurpose.TRACK, dt.timedelta(days=TRACK_DAYS), secret_key=secret_key
    )


def new_confirm_token(submission: Submission, *, secret_key: str) -> str:
    """One more link that confirms the address."""
    return _new_token(
        submission, TokenPurpose.CONFIRM, dt.timedelta(days=CONFIRM_DAYS), secret_key=secret_key
    )


def open_for_browser(submission: Submission, *, secret_key: str) -> str:
    """The secret with which one browser reads the submission for OPEN_FOR, or until `close`."""
    return _new_token(submission, TokenPurpose.OPEN, OPEN_FOR, secret_key=secret_key)


def opening_hash(secret: str, *, secret_key: str) -> str:
    """How that secret is kept."""
    return keyed_hash(secret_key, TokenPurpose.OPEN.value, secret)


def close(hashes: Sequence[str], submission: Submission | None = None) -> set[str]:
    """End these openings (of one submission), whoever holds their secrets; returns what ended."""
    if not hashes:
        return set()
    query = sa.delete(SubmissionToken).where(
        SubmissionToken.token_hash.in_(hashes), SubmissionToken.purpose == TokenPurpose.OPEN
    )
    if submission is not None:
        query = query.where(SubmissionToken.submission_id == submission.id)
    return set(db.session.scalars(query.returning(SubmissionToken.token_hash)))


def forget_openings() -> None:
    """Delete the openings whose time is over."""
    db.session.execute(
        sa.delete(SubmissionToken).where(
            SubmissionToken.purpose == TokenPurpose.OPEN, SubmissionToken.expires_at < now()
        )
    )


def _new_token(
    submission: Submission, purpose: TokenPurpose, life: dt.timedelta, *, secret_key: str
) -> str:
    token = new_token()
    db.session.add(
        SubmissionToken(
            submission_id=submission.id,
            purpose=purpose,
            token_hash=keyed_hash(secret_key, purpose.value, token),
            expires_at=now() + life,
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
    """Remove the text and everything that says who sent it. The code stays, as a tombstone.

    Once that is committed, a job removes the traces in the files of the database as well; copies
    stay in backups until these are deleted.
    """
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
    enqueue(SCRUB_JOB, {}, dedupe_key=f"{SCRUB_JOB}:{submission.id}")


def shown_name(submission: Submission) -> str:
    """The sender's name as the public may read it; empty when it is not to be shown."""
    if submission.name_display is NameDisplay.FULL:
        return submission.name
    if submission.name_display is NameDisplay.INITIALS:
        return initials(submission.name)
    return ""
