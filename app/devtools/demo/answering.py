"""The second half of a question's story: the draft, the approval, publishing, and what people make
of the answer.
"""

import datetime as dt
import functools
from typing import Any

import sqlalchemy as sa

from app.access.actors import SYSTEM
from app.devtools.demo.asking import take_in
from app.devtools.demo.plan import fill
from app.devtools.demo.telling import MINUTE, Step, Telling
from app.extensions import db
from app.files import service as files
from app.kernel.clock import HANOI
from app.kernel.display import vi_date
from app.kernel.links import Ref
from app.questions.models import Question
from app.questions.service import answering, keeping, publishing
from app.questions.service.answering import Draft
from app.questions.service.keeping import CLOSE_DAYS
from app.questions.states import Act, Outcome, Stage

#: Approved answers, private or public.
ANSWERED = frozenset({"published", "answered_private", "hidden", "scheduled"})
PUBLISHED = frozenset({"published", "hidden"})


class AnswerStory(Telling):
    """From the officer's desk to the public, and back."""

    def tell(self, received: dt.datetime) -> list[Step]:
        """All of it; `received`: when reception was done with it."""
        if "draft" in self.told:
            self.then(self.moment(1, "16:05"), functools.partial(self._write, self.told["draft"]))
            return self.steps
        status, days = self.planned.status, self.planned.days
        written_ago = self._written_ago()
        evening, morning = (
            self.moment(written_ago + 1, "15:20", self.number % 50),
            self.moment(written_ago, "08:40", self.number % 15),
        )
        submitted = max(evening if evening > received else morning, received + 25 * MINUTE)
        self.then(submitted, self._submit)
        if "send_back" in self.told:
            self._send_back(self.told["send_back"])
        if status not in ANSWERED or days is None:
            return self.steps
        approved = max(
            self.moment(self.ago - days, "14:10", self.number % 90), submitted + 20 * MINUTE
        )
        self.then(approved, self._approve)
        if status in PUBLISHED:
            self.then(approved + 3 * MINUTE, self._publish)
        if status == "scheduled":
            self.then(approved + 9 * MINUTE, self._schedule)
        self._after_answer(approved)
        return self.steps

    def _written_ago(self) -> int:
        """How many working days ago the answer was ready."""
        if self.planned.days is not None:
            return self.ago - self.planned.days
        return int(self.told.get("send_back", {"ago": 0})["ago"])

    def _draft(self, told: dict[str, Any]) -> Draft:
        promised = self._promised(told)
        words = {**self.words, "promised": vi_date(promised)}
        outcome = told.get("outcome") or self.planned.result
        return Draft(
            short=fill(told["short"], words),
            findings=fill(told.get("findings", ""), words),
            resolution=fill(told["resolution"], words),
            legal_basis=[{"text": fill(line, words), "url": ""} for line in told.get("basis", ())],
            outcome=Outcome(outcome) if outcome else None,
            promised_on=promised,
            contact=self.office.contact(self.planned),
            letter=fill(told.get("letter", ""), words),
        )

    def _promised(self, told: dict[str, Any]) -> dt.date | None:
        match told.get("promised"):
            case {"in": count}:
                return self.office.days.after(self.office.days.today, count)
            case {"after": count}:
                return self.office.days.after(self.office.days.back(self._written_ago()), count)
        return None

    def _write(self, told: dict[str, Any]) -> None:
        officer = self.office.officer_of(self.planned)
        answering.save_draft(
            self.question, self._draft(told), actor=officer, seen_answer_revision=0
        )
        if scene := self.told.get("pictures"):
            keys = [
                take_in(f"{scene}-before", "Trước khi làm.jpg"),
                take_in(f"{scene}-after", "Sau khi làm.jpg"),
            ]
            files.claim(keys, Ref("draft", self.question.id))

    def _submit(self) -> None:
        self._write(self.told["answer"])
        answering.submit(
            self.question,
            actor=self.office.officer_of(self.planned),
            seen_revision=self.question.revision,
        )

    def _send_back(self, told: dict[str, Any]) -> None:
        def act() -> None:
            answering.send_back(
                self.question,
                actor=self.office.leader,
                seen_revision=self.question.revision,
                reason=told["reason"],
            )

        self.then(self.moment(told["ago"], "17:00"), act)

    def _approve(self) -> None:
        answering.approve(
            self.question,
            actor=self.office.leader,
            seen_revision=self.question.revision,
            solo_office=False,
        )

    def _publish(self) -> None:
        publishing.publish(
            self.question, actor=self.office.leader, seen_revision=self.question.revision
        )

    def _schedule(self) -> None:
        day = self.office.days.after(self.office.days.today, 1)
        at = dt.datetime.combine(day, dt.time(8), HANOI)
        publishing.schedule(
            self.question, actor=self.office.editor, seen_revision=self.question.revision, at=at
        )

    # Afterwards
    # ----------------------------------------------------------------------------------------------
    def _after_answer(self, approved: dt.datetime) -> None:
        told = self.told
        if "rating" in told:
            at = approved + dt.timedelta(hours=19, minutes=self.number)
            self.then(
                at,
                lambda: answering.rate(
                    self.question, rating=told["rating"], text=told.get("rating_text", "")
                ),
            )
        closing = approved + dt.timedelta(days=CLOSE_DAYS, hours=1)
        if closing < self.office.days.now:
            self.then(closing, self._close)
        for line in told.get("progress", ()):
            self.then(self.moment(line["ago"], "16:15"), functools.partial(self._progress, line))
        if "reopen" in told:
            at = self.moment(told["reopen"]["ago"], "07:50")
            self.then(at, lambda: answering.reopen(self.question, reason=told["reopen"]["reason"]))
        if "report" in told:
            at = self.moment(told["report"]["ago"], "19:05")
            self.then(
                at,
                lambda: keeping.report_content(
                    self.question, body=told["report"]["body"], contact=""
                ),
            )
        if "hide" in told:
            self._hide(told["hide"])
        if "helpful" in told:
            self.then(self.office.days.now - 2 * MINUTE, lambda: self._readers(*told["helpful"]))

    def _close(self) -> None:
        if self.question.stage is Stage.ANSWERED:
            answering.close(self.question, actor=SYSTEM)

    def _progress(self, line: dict[str, Any]) -> None:
        answering.add_progress(
            self.question,
            actor=self.office.officer_of(self.planned),
            text=fill(line["text"], self.words),
            done=line.get("done", False),
        )

    def _hide(self, told: dict[str, Any]) -> None:
        def act() -> None:
            request = publishing.ask_second_person(
                self.question,
                Act.HIDE,
                actor=self.office.moderator,
                seen_revision=self.question.revision,
                reason=told["reason"],
            )
            publishing.decide(request, self.question, actor=self.office.leader, agree=True)

        self.then(self.moment(told["ago"], "09:40"), act)

    def _readers(self, yes: int, no: int) -> None:
        """«Có giúp được bạn không?», as if so many readers had pressed the buttons one by one."""
        counted = {"helpful_yes": yes, "helpful_no": no, "updated_at": Question.updated_at}
        db.session.execute(
            sa.update(Question).where(Question.id == self.question.id).values(counted)
        )
