"""Sending in three short steps, each an ordinary POST that carries everything with it.

Nothing lives in the session, so losing it loses nothing. The third step has two faces: contact,
then the review of it all; the button on the review sends. Each kind of submission adds its first
step, its screens and the service that takes it in.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.files import queries as file_queries
from app.kernel import throttle
from app.kernel.errors import FieldError, TooMany
from app.kernel.links import Ref
from app.submissions import crowd, queries
from app.submissions.models import Submission
from app.submissions.sheet import Advice, Sheet

CONTACT = "lien-he"


class Receipt(Protocol):
    """What a sender gets to see once."""

    @property
    def pin(self) -> str: ...

    @property
    def repeated(self) -> bool:
        """The form had been sent before; nothing new was made."""
        ...


S = TypeVar("S", bound=Sheet[Any])
R = TypeVar("R", bound=Receipt)


class Steps(ABC, Generic[S, R]):
    """One request on the way from the first step to the receipt."""

    #: What the crowd is counted by.
    SCOPE: ClassVar[str]
    #: The name of the second step in the form; «quay-lai» leads back from it.
    CONTENT: ClassVar[str]
    #: Folder and beginning of the screens' templates.
    TEMPLATES: ClassVar[str]
    #: The entry of the menu to which they belong.
    NAV_KEY: ClassVar[str]

    def __init__(self, sheet: S) -> None:
        self.sheet = sheet

    # What a kind of submission adds
    # ----------------------------------------------------------------------------------------------
    @abstractmethod
    def first(self, action: str) -> ResponseReturnValue:
        """On from the first step."""

    @abstractmethod
    def show_first(self, *, status: int = 200) -> ResponseReturnValue:
        """The first step."""

    @abstractmethod
    def take(self, *, held: bool) -> R:
        """Take it in. Raises FieldError for what cannot be accepted."""

    @abstractmethod
    def mark_spam(self, receipt: R) -> None:
        """A machine has given itself away."""

    @abstractmethod
    def submission(self, receipt: R) -> Submission:
        """What was taken in."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the forms are sent to."""

    @property
    @abstractmethod
    def crumbs(self) -> list[dict[str, str]]:
        """The way to the forms."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, str, str]:
        """What the three steps are called."""

    @abstractmethod
    def receipt_context(self, receipt: R) -> Mapping[str, Any]:
        """What the receipt shows besides code and PIN."""

    @property
    def body(self) -> str:
        """The text as it would be kept."""
        return str(self.sheet.form.body.data or "")

    def offer_again(self) -> None:
        """Read the lists of the second step, of which only what was chosen had been read."""

    def context(self) -> Mapping[str, Any]:
        """What every screen needs besides sheet and form."""
        return {}

    def review_context(self) -> Mapping[str, Any]:
        """What the review needs besides."""
        return {}

    def has_expired(self) -> bool:
        """Must the review be shown once more before sending?"""
        return False

    def refused(self, error: FieldError) -> ResponseReturnValue:
        """The service did not accept it: the step on which that stands."""
        self.sheet.form.apply(error)
        if error.field in self.sheet.form.CONTACT:
            return self.show_contact(status=422)
        if error.field in self.sheet.form.FIRST:
            return self.show_first(status=422)
        return self.show_content(whole=True, status=422)

    # From step to step
    # ----------------------------------------------------------------------------------------------
    def go_on(self, step: str, action: str) -> ResponseReturnValue:
        """From one screen to the next."""
        if step == self.CONTENT:
            return self._from_content(action)
        return self._from_contact(action) if step == CONTACT else self.first(action)

    def _from_content(self, action: str) -> ResponseReturnValue:
        if action == "quay-lai":
            return self.show_first()
        if action.startswith("bo-tep:"):
            self.sheet.drop(action.removeprefix("bo-tep:"))
            return self.show_content()
        if not self.sheet.form.accepts(self.sheet.form.FIRST):
            return self.show_first(status=422)
        if not self.sheet.accepts_content():
            return self.show_content(status=422)
        if action == "che":
            self.sheet.mask()
            return self.show_content(masked=True)
        if advice := self.sheet.advice():
            return self.show_content(advice=advice)
        return self.show_contact()

    def _from_contact(self, action: str) -> ResponseReturnValue:
        form = self.sheet.form
        if action == self.CONTENT:
            return self.show_content()
        if action == CONTACT:
            return self.show_contact()
        if not form.accepts(form.FIRST):
            return self.show_first(status=422)
        if not self.sheet.accepts_content():
            return self.show_content(whole=action == "gui", status=422)
        if not form.accepts(form.CONTACT):
            return self.show_contact(status=422)
        return self._send() if action == "gui" and not self.has_expired() else self.show_review()

    def _send(self) -> ResponseReturnValue:
        address = throttle.address_key(str(current_app.secret_key), request.remote_addr)
        try:
            held = crowd.is_crowded(self.SCOPE, address) and not self.sheet.worked
        except TooMany as busy:
            # Whoever sends the same form again only wants to see the receipt.
            if not queries.is_known(self.sheet.form.idempotency_key.data or ""):
                return self.show_review(wait=busy.retry_after)
            held = False
        try:
            receipt = self.take(held=held)
        except FieldError as error:
            db.session.rollback()
            return self.refused(error)
        except IntegrityError:
            # The same form arrived twice in the same moment and the other one was first: this finds
            # what that one made.
            db.session.rollback()
            receipt = self.take(held=held)
        if not receipt.repeated:
            throttle.note(self.SCOPE, address)
            if self.sheet.score().certain:
                self.mark_spam(receipt)
        return self._received(receipt)

    def _received(self, receipt: R) -> ResponseReturnValue:
        sent, other = self.submission(receipt), None
        if receipt.repeated and sent.body != self.body:
            # Who came back to a sent form and wrote something else is told so, and can send that.
            other = self.sheet
            other.start()
        kept = file_queries.of(Ref("submission", sent.id)) if receipt.repeated else self.sheet.files
        return self.page(
            "receipt",
            submission=sent,
            pin=receipt.pin,
            files=kept,
            other=other,
            **self.receipt_context(receipt),
        )

    # Screens
    # ----------------------------------------------------------------------------------------------
    def page(self, screen: str, **context: object) -> str:
        """One screen, with what all of them need."""
        return render_template(
            f"{self.TEMPLATES}{screen}.html",
            steps=self,
            sheet=self.sheet,
            form=self.sheet.form,
            **self.context(),
            **context,
        )

    def show_content(
        self,
        *,
        advice: Advice | None = None,
        masked: bool = False,
        whole: bool = False,
        status: int = 200,
    ) -> ResponseReturnValue:
        """The second step; `whole`: who was sending may choose again."""
        if whole:
            self.offer_again()
        return self.page("content", advice=advice, masked=masked), status

    def show_contact(self, *, status: int = 200) -> ResponseReturnValue:
        """The third step."""
        return self.page("contact"), status

    def show_review(self, *, wait: int = 0) -> ResponseReturnValue:
        """The last screen; with seconds to `wait`, all that was typed stands ready for then."""
        page = self.page("review", body=self.body, wait=wait, **self.review_context())
        return (page, 429, {"Retry-After": str(wait)}) if wait else page
