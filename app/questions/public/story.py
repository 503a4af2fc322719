"""What a sender reads of their own question: where it stands, what happened, what may still be
done.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.extensions import db
from app.files import queries as files
from app.files.models import StoredFile
from app.kernel.clock import now
from app.kernel.display import vi_date
from app.kernel.links import Ref
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.forms.public import RATINGS
from app.questions.models import (
    AnswerVersion,
    ProgressNote,
    Question,
    QuestionMessage,
    QuestionPause,
)
from app.questions.public.deadline import explained
from app.questions.queries import public, staff
from app.questions.states import (
    ANSWERED_STAGES,
    FLOW,
    OPEN_STAGES,
    OUTCOME_LABELS,
    PHASE_COLOURS,
    PHASE_LABELS,
    PUBLIC_PHASE,
    REFUSAL_LABELS,
    Phase,
    Stage,
    Visibility,
)
from app.submissions.states import CONSENT_LABELS
from app.submissions.story import Story, TimelineEntry, may_tighten, timeline
from app.workdays.calendar import Explanation
from app.workdays.clock import Clock, Pause

#: What each move is called for the sender. What is not here is the office's own business; notes are
#: shown only where the log row is public.
TITLES = {
    "receive": _l("Đã nhận câu hỏi"),
    "confirm": _l("Đã xác nhận, bắt đầu tính hạn trả lời"),
    "ask_more": _l("Cán bộ hỏi thêm"),
    "reply_more": _l("Bạn đã bổ sung thông tin"),
    "add_info": _l("Bạn đã gửi thêm thông tin"),
    "assign": _l("Đã giao đơn vị xử lý"),
    "merge": _l("Đã gộp với câu hỏi cùng nội dung"),
    "split": _l("Được trả lời riêng, không gộp nữa"),
    "refuse": _l("Không tiếp nhận"),
    "transfer": _l("Đã chuyển cơ quan khác"),
    "extend": _l("Gia hạn trả lời"),
    "approve": _l("Đã trả lời"),
    "publish": _l("Đã đăng cho mọi người cùng đọc"),
    "hide": _l("Đã gỡ khỏi trang công khai"),
    "unhide": _l("Đã đăng lại"),
    "rate": _l("Bạn đã đánh giá câu trả lời"),
    "reopen": _l("Đã mở lại theo đề nghị của bạn"),
    "close": _l("Đã kết thúc"),
    "withdraw": _l("Bạn đã rút câu hỏi"),
    "tighten": _l("Bạn đã thu hẹp sự đồng ý"),
    "progress": _l("Cập nhật tiến độ"),
}
_TONES = {"approve": "ok", "ask_more": "soon", "extend": "soon", "refuse": "late"}
#: Of a complaint or denunciation: nothing but that it came and how it ended.
_OF_RESTRICTED = {
    move: TITLES[move] for move in ("receive", "confirm", "refuse", "transfer", "withdraw")
}
#: Citizens add to what is still being worked on.
_MAY_ADD = frozenset(
    {Stage.UNVERIFIED, Stage.RECEIVED, Stage.NEEDS_INFO, Stage.ASSIGNED, Stage.IN_REVIEW}
)
_OVER = frozenset({Stage.WITHDRAWN, Stage.REFUSED, Stage.SPAM, Stage.TRANSFERRED})


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The question that this one was joined to.

    Its address is empty while the public cannot read it.
    """

    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class QuestionStory(Story):
    """All that the tracking page of a question shows."""

    #: «da-ro» is a button and no page; «danh-gia» has its buttons below the answer.
    ACTIONS = {
        "bo-sung": _l("Bổ sung thông tin"),
        "mo-lai": _l("Đề nghị xem lại câu trả lời"),
        "thu-hep": _l("Thu hẹp sự đồng ý"),
        "rut": _l("Rút câu hỏi"),
    }
    CONSENTS = CONSENT_LABELS

    question: Question
    phase: Phase
    clock: Clock
    why: Explanation | None
    unit: str
    topic: Topic | None
    messages: Sequence[QuestionMessage]
    pauses: Sequence[QuestionPause]
    progress: Sequence[ProgressNote]
    answer: AnswerVersion | None
    answer_files: Sequence[StoredFile]
    merged: MergedInto | None

    @property
    def restricted(self) -> bool:
        """Khiếu nại or tố cáo: guidance, and nothing of its content."""
        return policy.is_restricted(self.question)

    @property
    def waiting(self) -> QuestionPause | None:
        """What the sender has been asked and has not replied to."""
        return next((pause for pause in self.pauses if pause.ended_on is None), None)

    @property
    def phase_label(self) -> str:
        """Where it stands, in the sender's words."""
        return str(PHASE_LABELS[self.phase])

    @property
    def phase_colour(self) -> str:
        """The colour of the tag; the label says the same."""
        return PHASE_COLOURS[self.phase]

    @property
    def is_answered(self) -> bool:
        """Does the answer that is shown still hold?"""
        return self.question.stage in ANSWERED_STAGES

    @property
    def counts(self) -> bool:
        """Is there a clock worth showing?"""
        return not self.restricted and (self.is_answered or self.question.stage in OPEN_STAGES)

    @property
    def outcome_label(self) -> str:
        """The result that the answer reports."""
        return (
            str(OUTCOME_LABELS[self.answer.outcome]) if self.answer and self.answer.outcome else ""
        )

    @property
    def refusal_label(self) -> str:
        """Why it was not taken."""
        return str(REFUSAL_LABELS[self.question.refusal]) if self.question.refusal else ""

    @property
    def hidden_reason(self) -> str:
        """Why it was taken off the public page; empty when it was not."""
        return (
            (self.question.hidden_reason or "")
            if self.question.visibility is Visibility.HIDDEN
            else ""
        )

    @property
    def ratings(self) -> Mapping[int, Any]:
        """The three levels."""
        return RATINGS

    @property
    def rating_label(self) -> str:
        """What the sender said of the answer."""
        return str(RATINGS[self.question.rating]) if self.question.rating else ""

    @property
    def answer_links(self) -> Sequence[Any]:
        """The officers' files: fetched from the public page once that exists."""
        return files.links(self.answer_files) if self.public_url else []

    @property
    def progress_lines(self) -> Sequence[TimelineEntry]:
        """What has been done since the answer."""
        return [
            TimelineEntry(vi_date(line.at), line.text, "", "ok" if line.done else "")
            for line in self.progress
        ]

    @property
    def clock_notes(self) -> Sequence[str]:
        """Why the due date is not the first one: times of waiting, and an extension."""
        lines = []
        for pause in self.pauses:
            if pause.ended_on is not None and not self.restricted:
                days = {"first": vi_date(pause.started_on), "last": vi_date(pause.ended_on)}
                lines.append(
                    _("Không tính từ %(first)s đến trước %(last)s: chờ bạn bổ sung.", **days)
                )
        if self.question.extra_days:
            added = {"n": self.question.extra_days, "reason": self.question.extension_reason or ""}
            lines.append(_("Gia hạn %(n)s ngày làm việc: %(reason)s", **added))
        return lines


def may_do(question: Question) -> frozenset[str]:
    """What the sender may do now; the names are the last parts of the addresses."""
    stage = question.stage
    # Whoever handles a complaint may have to ask back; nothing else is added to one here.
    allowed = {"rut": FLOW.allows(stage, "withdraw"), "bo-sung": stage is Stage.NEEDS_INFO}
    if not policy.is_restricted(question):
        allowed |= {
            "bo-sung": stage in _MAY_ADD,
            "thu-hep": may_tighten(question.submission) and stage not in _OVER,
            "danh-gia": FLOW.allows(stage, "rate"),
            "mo-lai": FLOW.allows(stage, "reopen") and _may_reopen(question),
            "da-ro": FLOW.allows(stage, "close"),
        }
    return frozenset(name for name, yes in allowed.items() if yes)


def _may_reopen(question: Question) -> bool:
    answered = question.answered_at
    return (
        question.reopened_at is None
        and answered is not None
        and now() - answered <= dt.timedelta(days=policy.REOPEN_DAYS)
    )


def tell(question: Question) -> QuestionStory:
    """Read everything that belongs to one question."""
    rows = staff.pauses_of(question)
    pauses = [Pause(row.started_on, row.ended_on, row.reason) for row in rows]
    restricted = policy.is_restricted(question)
    answer = None if restricted else staff.version_of(question)
    shown = (
        public.public_one(question.submission.code)
        if question.visibility is Visibility.PUBLIC
        else None
    )
    titles = _OF_RESTRICTED if restricted else TITLES
    return QuestionStory(
        submission=question.submission,
        question=question,
        phase=Phase.ACCEPTED if question.is_held else PUBLIC_PHASE[question.stage],
        clock=staff.clock_of(question, pauses=pauses),
        why=explained(question, pauses),
        unit=_unit(question),
        topic=db.session.get(Topic, question.topic_id) if question.topic_id else None,
        # Passed on within the office: the sender needs to know it once.
        entries=timeline(staff.log_of(question), titles, _TONES, once=frozenset({"assign"})),
        messages=[] if restricted else staff.messages_of(question),
        pauses=rows,
        progress=[] if restricted else staff.progress_of(question),
        files=files.of(Ref("submission", question.submission_id)),
        answer=answer,
        answer_files=files.of(Ref("answer", question.id)) if answer else [],
        merged=_merged(question),
        public_url=f"/hoi-dap/{shown.code}" if shown else "",
        may=may_do(question),
    )


def _unit(question: Question) -> str:
    unit = db.session.get(Unit, question.unit_id) if question.unit_id else None
    return unit.name if unit else ""


def _merged(question: Question) -> MergedInto | None:
    if question.merged_into_id is None or question.stage is not Stage.DUPLICATE:
        return None
    other = public.public_one(staff.by_id(question.merged_into_id).submission.code)
    return MergedInto(f"/hoi-dap/{other.code}", other.title) if other else MergedInto("", "")
