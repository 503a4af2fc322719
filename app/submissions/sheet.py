"""What somebody has filled in so far, read from the form that carries it from step to step: text,
choices, files received as soon as they are chosen, the clock of the form, advice before sending.

Nothing lives in the session. Each kind of submission adds its own choices.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, TimestampSigner

from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.files.service import Upload
from app.kernel.clock import now
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError
from app.kernel.text import initials
from app.organisation.models import AgencyProfile, Place
from app.submissions import crowd, redaction, screening
from app.submissions import queries as submissions
from app.submissions.contact import normal_email, normal_phone, readable_phone
from app.submissions.forms import SendForm
from app.submissions.screening import Concern, Score
from app.submissions.service import Contact, Sent
from app.submissions.states import NameDisplay

PERSONAL, CONCERN = "personal", "concern"
_KEY = re.compile(r"[0-9a-f]{32}")
_FILE_KEY = re.compile(r"[\w-]{16,32}")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A piece of personal data in the text, as it was typed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell somebody before their text goes further. It stops nobody twice."""

    personal: Sequence[PersonalData] = ()
    concern: Concern | None = None


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """The files of a form so far, and why others were not taken."""

    files: list[StoredFile]
    refused: str


F = TypeVar("F", bound=SendForm)


@dataclass
class Sheet(Generic[F]):
    """The form of one submission between two screens."""

    #: Files that one submission may have.
    FILES_MAX: ClassVar[int]
    #: The texts in which personal data is looked for and masked.
    TEXTS: ClassVar[tuple[str, ...]]
    #: Keeps the clocks of different forms apart.
    SALT: ClassVar[str]

    form: F
    agency: AgencyProfile
    places: Sequence[Place]
    files: list[StoredFile] = field(default_factory=list)
    #: Keys of those files, still known when a transaction was undone.
    keys: list[str] = field(default_factory=list)
    #: Why files were not taken.
    refused: str = ""

    # The form
    # ----------------------------------------------------------------------------------------------
    def start(self) -> None:
        """A key of its own, and its clock: another submission from here on."""
        form = self.form
        form.idempotency_key.data = uuid.uuid4().hex
        form.started.data = start_clock(form.idempotency_key.data, salt=self.SALT)

    def start_unless_begun(self) -> None:
        """Nothing for a form that carries a key of ours."""
        if not _KEY.fullmatch(self.form.idempotency_key.data or ""):
            self.start()

    def keep(self, taken: TakenFiles) -> None:
        """Remember what came with the form."""
        self.files, self.refused = taken.files, taken.refused
        self.keys = [file.key for file in taken.files]

    def drop(self, key: str) -> None:
        """One of the files is not to be sent after all."""
        dropped = [file.key for file in self.files if file.key == key]
        self.files = [file for file in self.files if file.key != key]
        self.keys = [kept for kept in self.keys if kept != key]
        files.discard(dropped)

    def carried(self, shown: Sequence[str]) -> list[tuple[str, str]]:
        """Names and values of what a step does not show, for hidden fields."""
        return self.form.carried(shown)

    @property
    def more_errors(self) -> list[tuple[str, str]]:
        """(id, message) of what is wrong outside the form's own fields."""
        return []

    def accepts_content(self) -> bool:
        """Is what is said well filled in, and were the files taken?"""
        accepted = self.form.accepts(self.form.CONTENT)
        if self.refused:
            self.form.files.errors = [self.refused]
        return accepted and not self.refused

    # Who sends it
    # ----------------------------------------------------------------------------------------------
    @property
    def place(self) -> Place | None:
        """The chosen place."""
        return next((row for row in self.places if row.slug == self.form.place.data), None)

    @property
    def phone(self) -> str | None:
        """The telephone number in the form in which it is kept."""
        return normal_phone(self.form.phone.data) if self.form.phone.data else None

    @property
    def readable_phone(self) -> str:
        """The same number in groups."""
        return readable_phone(self.phone)

    @property
    def email(self) -> str | None:
        """The mail address in the form in which it is kept."""
        return normal_email(self.form.email.data) if self.form.email.data else None

    @property
    def shown_name(self) -> str:
        """The name as it would be published; empty when it is not to be shown."""
        display, name = self.form.chosen_display, self.form.name.data or ""
        if display is NameDisplay.FULL:
            return str(name)
        return initials(name) if display is NameDisplay.INITIALS else ""

    @property
    def contact(self) -> Contact:
        """As the service takes it."""
        return Contact(
            name=self.form.name.data or "",
            phone=self.phone,
            email=self.email,
            name_display=self.form.chosen_display,
            consent=self.form.chosen_consent,
        )

    def sent(self, *, held: bool) -> Sent:
        """As the service takes it."""
        return Sent(
            secret_key=str(current_app.secret_key),
            prefix=self.agency.tracking_prefix,
            idempotency_key=self.form.idempotency_key.data or "",
            language=chosen_locale(),
            file_keys=self.keys,
            spam=self.spam(),
            held=held,
        )

    # What is said
    # ----------------------------------------------------------------------------------------------
    @property
    def _texts(self) -> list[str]:
        return [self.form[name].data or "" for name in self.TEXTS]

    @property
    def _official(self) -> tuple[str, ...]:
        agency = self.agency
        return tuple(known for known in (agency.phone, agency.fax, agency.email) if known)

    def masked(self, text: str | None) -> str:
        """The text with its personal data hidden; the authority's own numbers stay."""
        return redaction.mask(text or "", redaction.find(text or "", official=self._official))

    def mask(self) -> None:
        """Hide personal data in what is said, for good."""
        for name in self.TEXTS:
            self.form[name].data = self.masked(self.form[name].data)

    def told(self, what: str) -> bool:
        """Has this been said before? From now on it has."""
        shown = set((self.form.advised.data or "").split())
        self.form.advised.data = " ".join(sorted({*shown, what}))
        return what in shown

    def advice(self) -> Advice | None:
        """What has to be said before the next screen and has not been said yet;

        None when there is nothing.
        """
        personal = personal_data(self._texts, official=self._official)
        concern = screening.looks_like_complaint("\n".join(self._texts))
        advice = Advice(
            personal if personal and not self.told(PERSONAL) else [],
            concern if concern and not self.told(CONCERN) else None,
        )
        return advice if advice.personal or advice.concern else None

    def score(self) -> Score:
        """How much it looks like rubbish. Marks, never refuses."""
        return screening.spam_score(
            "\n".join(self._texts),
            seconds_to_fill=self._seconds,
            honeypot=self.form.company_url.data or "",
        )

    def spam(self) -> Mapping[str, Any]:
        """The same as it is kept with the submission."""
        score = self.score()
        return {"points": score.points, "reasons": score.reasons}

    @property
    def worked(self) -> bool:
        """Did the browser do the small piece of work for this form?"""
        return self._seconds is not None and crowd.is_worked(
            self.form.started.data or "", self.form.work.data or ""
        )

    @property
    def _seconds(self) -> float | None:
        form = self.form
        return seconds_since(
            form.started.data or "", form.idempotency_key.data or "", salt=self.SALT
        )


def personal_data(texts: Iterable[str], *, official: Sequence[str]) -> list[PersonalData]:
    """Personal data in these texts;

    `official` are the authority's own numbers and addresses, which are none.
    """
    return [
        PersonalData(item.label, text[item.start : item.end])
        for text in texts
        for item in redaction.find(text, official=official)
    ]


def take_files(
    uploads: Iterable[Upload], kept: Iterable[str], *, most: int, idempotency_key: str
) -> TakenFiles:
    """The files that came with the form before, and those that came just now; `most` is how many
    there may be in all.

    Call it before anything else touches the database: on SQLite pictures must not be decoded during
    a writer's turn.
    """
    keys = [key for key in dict.fromkeys(kept) if _FILE_KEY.fullmatch(key)][:most]
    chosen = [upload for upload in uploads if upload.filename]
    received, refused = [], ""
    if len(chosen) + len(keys) > most:
        refused = _("Chỉ gửi được tối đa %(limit)s tệp. Hãy bỏ bớt.", limit=most)
    else:
        try:
            received = files.receive_all(chosen, already=len(keys))
        except FieldError as error:
            refused = error.message
    found = file_queries.unclaimed(keys) if keys else []
    # A form sent again after it was taken in has its files with the submission already.
    if len(found) < len(keys) and not submissions.is_known(idempotency_key):
        refused = refused or _("Tệp bạn chọn trước đây đã hết hạn giữ. Hãy chọn lại tệp.")
    return TakenFiles([*found, *received], refused)


def start_clock(key: str, *, salt: str) -> str:
    """A signed note of when the form with this key was first shown."""
    return _clock(salt).sign(key).decode()


def seconds_since(started: str, key: str, *, salt: str) -> float | None:
    """Seconds since the form was first shown, or None when its clock is missing, forged or another
    form's.
    """
    try:
        value, moment = _clock(salt).unsign(started, return_timestamp=True)
    except BadData:
        return None
    return (now() - moment).total_seconds() if value.decode() == key else None


def _clock(salt: str) -> TimestampSigner:
    return TimestampSigner(str(current_app.secret_key), salt=salt)
