"""What happens to one question, as steps with a moment each. The loader runs the steps of all
questions in order of time.

Every step is an act of the product's own services, by a person who may do it; only the clock is
turned back.
"""

import datetime as dt
import functools
from typing import Any

from app.access.actors import CITIZEN
from app.devtools.demo.answering import AnswerStory
from app.devtools.demo.asking import ask, confirm
from app.devtools.demo.plan import fill
from app.devtools.demo.telling import MINUTE, Step, Telling
from app.kernel.clock import HANOI
from app.kernel.text import clean
from app.questions.service import answering, publishing, triage
from app.questions.states import Act, Classification, QuestionKind, RefusalReason
from app.submissions import redaction

KINDS = {
    "question": QuestionKind.QUESTION,
    "incident": QuestionKind.INCIDENT,
    "proposal": QuestionKind.PROPOSAL,
    # A complaint about how people were served, which in law is none: something that happened, to be
    # looked into.
    "complaint_service": QuestionKind.INCIDENT,
}
#: Nobody has looked at them yet.
UNTOUCHED = frozenset({"received", "unverified"})
_RESTRICTED = {"complaint": Classification.COMPLAINT, "denunciation": Classification.DENUNCIATION}
#: They end at reception, with or without a decision.
AT_RECEPTION = frozenset(
    {"rejected", "restricted", "refused", "pending_refusal", "duplicate", "transferred"}
)


class Story(Telling):
    """The steps of one question."""

    def tell(self) -> list[Step]:
        """All of it, in no particular order."""
        status = self.planned.status
        asked = self.moment(self.ago, self.told["time"])
        self.then(asked, lambda: ask(self.planned, self.office))
        if status == "unverified":
            return self.steps
        if self.planned.kind != "spam":
            self.then(asked + 12 * MINUTE, lambda: confirm(self.question))
        if status not in UNTOUCHED:
            self._after_reception(self._at_reception(asked))
        return self.steps

    # Reception
    # ----------------------------------------------------------------------------------------------
    def _at_reception(self, asked: dt.datetime) -> dt.datetime:
        """Look at it the same morning or the next working day; gives when that was done."""
        same_day = asked.astimezone(HANOI).hour < 10
        at = (
            self.moment(self.ago, "10:20", self.number % 25)
            if same_day
            else self.moment(self.ago - 1, "08:05", self.number % 40)
        )
        if self.planned.kind == "spam":
            self.then(
                at,
                lambda: triage.mark_spam(
                    self.question, actor=self.office.moderator, seen_revision=self.question.revision
                ),
            )
            return at
        self.then(at, self._classify)
        if self.planned.status not in AT_RECEPTION:
            self.then(at + MINUTE, self._redact)
            self.then(at + 2 * MINUTE, self._assign)
        return at + 2 * MINUTE

    def _classify(self) -> None:
        triage.classify(
            self.question,
            actor=self.office.moderator,
            seen_revision=self.question.revision,
            topic=self.office.topics[self.planned.topic],
            kind=KINDS.get(self.planned.kind, QuestionKind.QUESTION),
            classification=_RESTRICTED.get(self.planned.kind, Classification.ORDINARY),
        )

    def _redact(self) -> None:
        submission = self.question.submission
        title = self.told.get("public_title") or submission.title
        body = clean(fill(self.told.get("public", ""), self.words)) or submission.body
        hidden = redaction.find(body)
        reason = self.told.get("reason") or (
            "Che " + ", ".join(sorted({item.label for item in hidden})) + "." if hidden else ""
        )
        changed = bool(hidden) or title != submission.title or body != submission.body
        triage.redact(
            self.question,
            actor=self.office.moderator,
            seen_revision=self.question.revision,
            title=redaction.mask(title, redaction.find(title)),
            body=redaction.mask(body, hidden),
            reason=(reason or "Bỏ thông tin nhận ra người gửi.") if changed else "",
        )

    def _assign(self) -> None:
        triage.assign(
            self.question,
            actor=self.office.moderator,
            seen_revision=self.question.revision,
            unit=self.office.unit_of(self.planned),
            officer=self.office.officer_of(self.planned),
        )

    # What follows
    # ----------------------------------------------------------------------------------------------
    def _after_reception(self, received: dt.datetime) -> None:
        for name, tell in (
            ("ask_more", self._ask_more),
            ("reply", self._reply),
            ("note", self._notes),
            ("extend", self._extend),
            ("withdraw", self._withdraw),
            ("merge", self._merge),
            ("transfer", self._transfer),
            ("refuse", self._refuse),
            ("ask_refuse", self._ask_refuse),
        ):
            if name in self.told:
                tell(self.told[name])
        if "answer" in self.told or "draft" in self.told:
            self.steps += AnswerStory(self.planned, self.office).tell(received)

    def _ask_more(self, told: dict[str, Any]) -> None:
        def act() -> None:
            officer = self.office.officer_of(self.planned)
            triage.ask_more(
                self.question,
                actor=officer,
                seen_revision=self.question.revision,
                text=told["text"],
            )

        self.then(self.moment(told["ago"], "09:15"), act)

    def _reply(self, told: dict[str, Any]) -> None:
        self.then(
            self.moment(told["ago"], "20:30"),
            lambda: triage.reply_more(self.question, text=told["text"], actor=CITIZEN),
        )

    def _notes(self, told: list[dict[str, Any]]) -> None:
        for note in told:
            self.then(
                self.moment(note["ago"], "10:45"), functools.partial(self._note, note["text"])
            )

    def _note(self, text: str) -> None:
        triage.add_note(self.question, actor=self.office.officer_of(self.planned), text=text)

    def _extend(self, told: dict[str, Any]) -> None:
        def act() -> None:
            answering.extend(
                self.question,
                actor=self.office.leader,
                seen_revision=self.question.revision,
                days=told["days"],
                reason=told["reason"],
            )

        self.then(self.moment(told["ago"], "16:30"), act)

    def _withdraw(self, told: dict[str, Any]) -> None:
        self.then(self.moment(told["ago"], "18:40"), lambda: triage.withdraw(self.question))

    def _merge(self, told: dict[str, Any]) -> None:
        def act() -> None:
            other = self.office.questions[told["into"]]
            triage.merge(
                self.question,
                actor=self.office.moderator,
                seen_revision=self.question.revision,
                other=other,
            )

        self.then(self.moment(told["ago"], "14:25"), act)

    def _transfer(self, told: dict[str, Any]) -> None:
        def act() -> None:
            triage.transfer(
                self.question,
                actor=self.office.moderator,
                seen_revision=self.question.revision,
                body=told,
                reason=told["reason"],
            )

        self.then(self.moment(told["ago"], "15:10"), act)

    def _refuse(self, told: dict[str, Any]) -> None:
        at = self.moment(told["ago"], "14:00")
        if self.planned.kind == "denunciation":
            self.then(
                at,
                lambda: triage.open_restricted(
                    self.question, actor=self.office.leader, reason="Phân loại đơn"
                ),
            )
            self.then(at + 6 * MINUTE, lambda: self._refuse_restricted(told))
            return
        self._ask_refuse(told)

        def agree() -> None:
            request = publishing.open_request(self.question)
            assert request is not None
            publishing.decide(request, self.question, actor=self.office.leader, agree=True)

        self.then(at, agree)

    def _refuse_restricted(self, told: dict[str, Any]) -> None:
        triage.refuse(
            self.question,
            actor=self.office.leader,
            seen_revision=self.question.revision,
            reason=RefusalReason(told["as"]),
            text=told["text"].strip(),
        )

    def _ask_refuse(self, told: dict[str, Any]) -> None:
        def act() -> None:
            publishing.ask_second_person(
                self.question,
                Act.REFUSE,
                actor=self.office.moderator,
                seen_revision=self.question.revision,
                reason=told["reason"],
                payload={"reason": told["as"], "text": told["text"].strip()},
            )

        self.then(self.moment(told["ago"], "11:20"), act)
