"""One's own submission behind code and PIN, and what its sender may still do: each a page of its
own and a POST. Each kind of submission adds its services, words and further acts.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel.errors import Refused
from app.kernel.forms import BaseForm
from app.kernel.web import commits
from app.submissions import unlocked
from app.submissions.forms import ButtonForm, TightenForm
from app.submissions.models import Submission
from app.submissions.public import ask_for_pin, checked_code
from app.submissions.states import Consent, NameDisplay
from app.submissions.story import Story


class Submitted(Protocol):
    """A question or a comment."""

    @property
    def submission(self) -> Submission: ...


T = TypeVar("T", bound=Submitted)


class Acts(ABC, Generic[T]):
    """The tracking page of one kind of submission and what leads on from it."""

    #: The kind as it is kept, and its name in templates.
    KIND: ClassVar[str]
    #: Folder and beginning of the templates' names.
    TEMPLATES: ClassVar[str]
    #: The last parts of the addresses.
    WITHDRAW: ClassVar[str]
    TIGHTEN: ClassVar[str]
    #: What is said when it has been done.
    WITHDRAWN: ClassVar[Any]
    TIGHTENED: ClassVar[Any]
    TIGHTEN_FORM: ClassVar[type[TightenForm]]

    # What a kind of submission adds
    # ----------------------------------------------------------------------------------------------
    @abstractmethod
    def load(self, submission: Submission) -> T:
        """What the feature made of it."""

    @abstractmethod
    def tell(self, thing: T) -> Story:
        """All that the tracking page shows."""

    @abstractmethod
    def may_do(self, thing: T) -> frozenset[str]:
        """What the sender may do now; the names are the last parts of the addresses."""

    @abstractmethod
    def withdraw(self, thing: T) -> None:
        """Take it back."""

    @abstractmethod
    def tighten(self, thing: T, consent: Consent, name_display: NameDisplay) -> None:
        """Allow less; what is public and no longer allowed goes at once."""

    def context(self) -> Mapping[str, Any]:
        """What the tracking page needs besides its story."""
        return {}

    # Pages
    # ----------------------------------------------------------------------------------------------
    def show(self, submission: Submission) -> ResponseReturnValue:
        """The tracking page of an unlocked submission."""
        thing, done = self.load(submission), request.args.get("xong")
        story = self.tell(thing)
        return render_template(
            f"{self.TEMPLATES}.html",
            story=story,
            submission=submission,
            button=ButtonForm(),
            sent=f"{done}-{submission.code}" if done in story.ACTIONS else "",
            **{self.KIND: thing},
            **self.context(),
        )

    def page(
        self, act: str, thing: T, form: BaseForm, *, status: int = 200, **context: object
    ) -> ResponseReturnValue:
        """The page of one act."""
        return render_template(
            f"{self.TEMPLATES}_{act}.html",
            code=thing.submission.code,
            form=form,
            **{self.KIND: thing},
            **context,
        ), status

    def opened(
        self, code: str, act: str, handler: Callable[[T], ResponseReturnValue]
    ) -> ResponseReturnValue:
        """Run the handler, when this browser has opened the submission and its sender may do this
        now.

        Raises Refused when the time for it is over. Whoever comes too late for the PIN gets their
        text back.
        """
        code = checked_code(code)
        submission = unlocked.find(code)
        if submission is None or submission.kind != self.KIND:
            return ask_for_pin(code, keep=request.method == "POST")
        thing = self.load(submission)
        if act not in self.may_do(thing):
            raise Refused(
                _(
                    "Bước này không còn thực hiện được ở trạng thái hiện tại. Hãy tải lại trang để "
                    "xem trạng thái mới."
                )
            )
        return handler(thing)

    def back(self, thing: T, message: str, *, sent: str = "") -> ResponseReturnValue:
        """To the tracking page; `sent` names the form whose draft on the device is done with."""
        flash(message, "success")
        more = f"?xong={sent}" if sent else ""
        return redirect(f"/tra-cuu/{thing.submission.code}{more}", 303)

    # Withdrawing and allowing less
    # ----------------------------------------------------------------------------------------------
    def register(self, bp: Blueprint) -> None:
        """Give these acts their addresses."""
        for address, name, show, act in (
            (self.WITHDRAW, "withdraw", self._withdrawing, self._withdraw),
            (self.TIGHTEN, "tighten", self._tightening, self._tighten),
        ):
            bp.add_url_rule(f"/<code>/{address}", f"{name}ing", show)
            bp.add_url_rule(f"/<code>/{address}", name, commits(act), methods=["POST"])

    def _withdrawing(self, code: str) -> ResponseReturnValue:
        return self.opened(
            code, self.WITHDRAW, lambda thing: self.page("withdraw", thing, ButtonForm())
        )

    def _withdraw(self, code: str) -> ResponseReturnValue:
        def handler(thing: T) -> ResponseReturnValue:
            self.withdraw(thing)
            return self.back(thing, str(self.WITHDRAWN))

        return self.opened(code, self.WITHDRAW, handler)

    def _tightening(self, code: str) -> ResponseReturnValue:
        def handler(thing: T) -> ResponseReturnValue:
            return self.page("tighten", thing, self.TIGHTEN_FORM.of(thing.submission, posted=False))

        return self.opened(code, self.TIGHTEN, handler)

    def _tighten(self, code: str) -> ResponseReturnValue:
        def handler(thing: T) -> ResponseReturnValue:
            submission = thing.submission
            form = self.TIGHTEN_FORM.of(submission, posted=True)
            if not form.validate():
                return self.page("tighten", thing, form, status=422)
            consent, display = Consent(form.consent.data), NameDisplay(form.name_display.data)
            if (consent, display) == (submission.consent, submission.name_display):
                return self.back(thing, _("Không có gì thay đổi."))
            self.tighten(thing, consent, display)
            return self.back(thing, str(self.TIGHTENED))

        return self.opened(code, self.TIGHTEN, handler)
