"""What somebody has filled in so far, read from the form that carries it: text, choices, files, and
what to say about them.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import gettext as _
from itsdangerous import BadData, TimestampSigner

from app.extensions import db
from app.files import queries as file_queries
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.clock import now, today
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError
from app.kernel.text import clean_line, initials
from app.organisation import queries as organisation
from app.organisation.models import AgencyProfile, Place, Topic
from app.questions.forms.public import QUERY_MAX, AskForm
from app.submissions import crowd, redaction, screening
from app.submissions import queries as submissions
from app.submissions.contact import normal_email, normal_phone, readable_phone
from app.submissions.screening import Concern, Score
from app.submissions.states import NameDisplay

PERSONAL, CONCERN = "personal", "concern"
_KEY = re.compile(r"[0-9a-f]{32}")
_FILE_KEY = re.compile(r"[\w-]{16,32}")


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of personal data in the text, as it was typed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell somebody before their question goes further. It stops nobody twice."""

    personal: Sequence[Found] = ()
    concern: Concern | None = None


@dataclass
class Sheet:
    """The form of one question between two screens."""

    form: AskForm
    agency: AgencyProfile
    topics: Sequence[Topic]
    places: Sequence[Place]
    files: list[StoredFile] = field(default_factory=list)
    #: Keys of those files, still known when a transaction was undone.
    keys: list[str] = field(default_factory=list)
    #: Why files were not taken.
    refused: str = ""

    @property
    def topic(self) -> Topic | None:
        """The chosen topic; None leaves the choice to the officers."""
        return next((row for row in self.topics if row.slug == self.form.topic.data), None)

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
        display = self.form.chosen_display
        if display is NameDisplay.FULL:
            return self.form.name.data or ""
        return initials(self.form.name.data or "") if display is NameDisplay.INITIALS else ""

    def offer(self) -> None:
        """Fill the form's choices from the lists at hand."""
        language = chosen_locale()
        self.form.offer(
            topics=[(row.slug, row.name_in(language)) for row in self.topics],
            places=[(row.slug, row.name) for row in self.places],
        )

    def offer_all(self) -> None:
        """The whole lists, where only what was chosen had been read."""
        _agency, self.topics, self.places = _offered()
        self.offer()

    def accepts(self, names: Sequence[str]) -> bool:
        """Are these fields well filled in, and were the files taken?"""
        accepted = self.form.accepts(names)
        if self.refused:
            self.form.files.errors = [self.refused]
        return accepted and not self.refused

    def masked(self, text: str) -> str:
        """The text with its personal data hidden; the authority's own numbers stay."""
        return redaction.mask(text, redaction.find(text, official=self._official))

    def mask(self) -> None:
        """Hide personal data in title and text, for good."""
        self.form.title.data = self.masked(self.form.title.data or "")
        self.form.body.data = self.masked(self.form.body.data or "")

    def advice(self) -> Advice | None:
        """What has to be said before the next screen and has not been said yet;

        None when there is nothing.
        """
        shown = set((self.form.advised.data or "").split())
        personal = [] if PERSONAL in shown else self._personal()
        concern = (
            None
            if CONCERN in shown
            else screening.looks_like_complaint(f"{self.form.title.data}\n{self.form.body.data}")
        )
        if personal:
            shown.add(PERSONAL)
        if concern:
            shown.add(CONCERN)
        self.form.advised.data = " ".join(sorted(shown))
        return Advice(personal, concern) if personal or concern else None

    def score(self) -> Score:
        """How much it looks like rubbish. Marks, never refuses."""
        return screening.spam_score(
            f"{self.form.title.data}\n{self.form.body.data}",
            seconds_to_fill=_seconds_since(
                self.form.started.data or "", self.form.idempotency_key.data or ""
            ),
            honeypot=self.form.company_url.data or "",
        )

    @property
    def worked(self) -> bool:
        """Did the browser do the small piece of work for this form?"""
        started, key = self.form.started.data or "", self.form.idempotency_key.data or ""
        return _seconds_since(started, key) is not None and crowd.is_worked(
            started, self.form.work.data or ""
        )

    def spam(self) -> Mapping[str, Any]:
        """The same as it is kept with the question."""
        score = self.score()
        return {"points": score.points, "reasons": score.reasons}

    @property
    def _official(self) -> tuple[str, ...]:
        return tuple(
            known for known in (self.agency.phone, self.agency.fax, self.agency.email) if known
        )

    def _personal(self) -> list[Found]:
        found = []
        for text in (self.form.title.data or "", self.form.body.data or ""):
            found += [
                Found(item.label, text[item.start : item.end])
                for item in redaction.find(text, official=self._official)
            ]
        return found


def blank(search: str = "") -> Sheet:
    """A new form; what was searched for begins the text."""
    search = clean_line(search)[:QUERY_MAX]
    return _made(AskForm(formdata=None, q=search, body=search))


def read() -> Sheet:
    """The form as it was posted.

    Files are taken in first: on SQLite they must not be decoded during a writer's turn.
    """
    form = AskForm()
    keys = [
        key for key in dict.fromkeys(request.form.getlist("file_keys")) if _FILE_KEY.fullmatch(key)
    ][: files.MAX_FILES]
    received, refused = [], ""
    try:
        received = files.receive_all(form.files.data or [], already=len(keys))
    except FieldError as error:
        refused = error.message
    sheet = _made(form, refused=refused, chosen_only=request.form.get("action") == "gui")
    sheet.files = [*file_queries.unclaimed(keys), *received]
    sheet.keys = [file.key for file in sheet.files]
    # A form sent again after it was taken in has its files with the question already.
    if set(keys) - set(sheet.keys) and not submissions.is_known(form.idempotency_key.data or ""):
        sheet.refused = refused or _("Tệp bạn chọn trước đây đã hết hạn giữ. Hãy chọn lại tệp.")
    return sheet


def again(sheet: Sheet) -> Sheet:
    """The same text as the form of another question."""
    sheet.form.idempotency_key.data = ""
    _start(sheet.form)
    return sheet


def _made(form: AskForm, *, refused: str = "", chosen_only: bool = False) -> Sheet:
    agency, topics, places = _chosen(form) if chosen_only else _offered()
    sheet = Sheet(form, agency, topics, places, refused=refused)
    language = chosen_locale()
    form.offer(
        topics=[(row.slug, row.name_in(language)) for row in sheet.topics],
        places=[(row.slug, row.name) for row in sheet.places],
    )
    if not _KEY.fullmatch(form.idempotency_key.data or ""):
        _start(form)
    return sheet


def _offered() -> tuple[AgencyProfile, Sequence[Topic], Sequence[Place]]:
    return organisation.agency(), organisation.active_topics(), organisation.active_places()


def _chosen(form: AskForm) -> tuple[AgencyProfile, Sequence[Topic], Sequence[Place]]:
    """For sending, when no list is shown: the office and what was chosen, in one statement."""
    day = today()
    in_use = [
        Topic.slug == (form.topic.data or ""),
        sa.or_(Topic.valid_from.is_(None), Topic.valid_from <= day),
        sa.or_(Topic.valid_to.is_(None), Topic.valid_to >= day),
    ]
    query = (
        sa.select(AgencyProfile, Topic, Place)
        .select_from(AgencyProfile)
        .outerjoin(Topic, sa.and_(*in_use))
        .outerjoin(Place, sa.and_(Place.slug == (form.place.data or ""), Place.active))
    )
    row = db.session.execute(query).first()
    if row is None:
        return _offered()
    agency, topic, place = row
    return agency, [topic] if topic else [], [place] if place else []


def _start(form: AskForm) -> None:
    form.idempotency_key.data = uuid.uuid4().hex
    form.started.data = _clock().sign(form.idempotency_key.data).decode()


def _clock() -> TimestampSigner:
    return TimestampSigner(str(current_app.secret_key), salt="ask-started")


def _seconds_since(started: str, key: str) -> float | None:
    """Seconds since the form was first shown, or None when its clock is missing, forged or another
    form's.
    """
    try:
        value, moment = _clock().unsign(started, return_timestamp=True)
    except BadData:
        return None
    return (now() - moment).total_seconds() if value.decode() == key else None
