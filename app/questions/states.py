"""The stages of a question and the moves between them: the table in the design, and nothing else
decides.
"""

import enum

from flask_babel import lazy_gettext as _l

from app.access import P
from app.kernel.workflow import Workflow


class QuestionKind(enum.StrEnum):
    """What the citizen wants."""

    QUESTION = "question"
    INCIDENT = "incident"
    PROPOSAL = "proposal"


KIND_LABELS = {
    QuestionKind.QUESTION: _l("Câu hỏi"),
    QuestionKind.INCIDENT: _l("Phản ánh tại chỗ"),
    QuestionKind.PROPOSAL: _l("Kiến nghị"),
}


class Classification(enum.StrEnum):
    """Ordinary, or one of the two that the law treats apart (Law 02/2011/QH13;

    Law 25/2018/QH14).
    """

    ORDINARY = "ordinary"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"


CLASSIFICATION_LABELS = {
    Classification.ORDINARY: _l("Hỏi đáp thông thường"),
    Classification.COMPLAINT: _l("Khiếu nại"),
    Classification.DENUNCIATION: _l("Tố cáo"),
}


class Stage(enum.StrEnum):
    """Where the work stands. People move it; lateness is never a stage."""

    UNVERIFIED = "unverified"
    RECEIVED = "received"
    NEEDS_INFO = "needs_info"
    ASSIGNED = "assigned"
    IN_REVIEW = "in_review"
    ANSWERED = "answered"
    CLOSED = "closed"
    SPAM = "spam"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"


#: Label and tag colour for officers.
STAGE_LABELS = {
    Stage.UNVERIFIED: _l("Chưa xác nhận"),
    Stage.RECEIVED: _l("Mới"),
    Stage.NEEDS_INFO: _l("Chờ bổ sung"),
    Stage.ASSIGNED: _l("Đã phân công"),
    Stage.IN_REVIEW: _l("Chờ duyệt"),
    Stage.ANSWERED: _l("Đã trả lời"),
    Stage.CLOSED: _l("Đã đóng"),
    Stage.SPAM: _l("Rác"),
    Stage.REFUSED: _l("Không tiếp nhận"),
    Stage.DUPLICATE: _l("Đã gộp"),
    Stage.TRANSFERRED: _l("Đã chuyển cơ quan khác"),
    Stage.WITHDRAWN: _l("Đã rút"),
}
STAGE_COLOURS = {
    Stage.UNVERIFIED: "grey",
    Stage.RECEIVED: "blue",
    Stage.NEEDS_INFO: "yellow",
    Stage.ASSIGNED: "teal",
    Stage.IN_REVIEW: "yellow",
    Stage.ANSWERED: "green",
    Stage.CLOSED: "green",
    Stage.SPAM: "grey",
    Stage.REFUSED: "red",
    Stage.DUPLICATE: "grey",
    Stage.TRANSFERRED: "purple",
    Stage.WITHDRAWN: "grey",
}


class Phase(enum.StrEnum):
    """What citizens read."""

    UNCONFIRMED = "unconfirmed"
    ACCEPTED = "accepted"
    NEEDS_INFO = "needs_info"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"


PHASE_LABELS = {
    Phase.UNCONFIRMED: _l("Chờ xác nhận"),
    Phase.ACCEPTED: _l("Đã tiếp nhận"),
    Phase.NEEDS_INFO: _l("Cần bổ sung"),
    Phase.IN_PROGRESS: _l("Đang xử lý"),
    Phase.ANSWERED: _l("Đã trả lời"),
    Phase.REFUSED: _l("Không tiếp nhận"),
    Phase.TRANSFERRED: _l("Đã chuyển cơ quan khác"),
    Phase.WITHDRAWN: _l("Đã rút"),
}
PHASE_COLOURS = {
    Phase.UNCONFIRMED: "yellow",
    Phase.ACCEPTED: "blue",
    Phase.NEEDS_INFO: "yellow",
    Phase.IN_PROGRESS: "teal",
    Phase.ANSWERED: "green",
    Phase.REFUSED: "red",
    Phase.TRANSFERRED: "purple",
    Phase.WITHDRAWN: "grey",
}
PUBLIC_PHASE = {
    Stage.UNVERIFIED: Phase.UNCONFIRMED,
    Stage.RECEIVED: Phase.ACCEPTED,
    Stage.NEEDS_INFO: Phase.NEEDS_INFO,
    Stage.ASSIGNED: Phase.IN_PROGRESS,
    Stage.IN_REVIEW: Phase.IN_PROGRESS,
    Stage.ANSWERED: Phase.ANSWERED,
    Stage.CLOSED: Phase.ANSWERED,
    Stage.SPAM: Phase.REFUSED,
    Stage.REFUSED: Phase.REFUSED,
    # A merged question gets the answer of the other one.
    Stage.DUPLICATE: Phase.IN_PROGRESS,
    Stage.TRANSFERRED: Phase.TRANSFERRED,
    Stage.WITHDRAWN: Phase.WITHDRAWN,
}

#: Somebody in the office still has to do something.
OPEN_STAGES = frozenset({Stage.RECEIVED, Stage.NEEDS_INFO, Stage.ASSIGNED, Stage.IN_REVIEW})
ANSWERED_STAGES = frozenset({Stage.ANSWERED, Stage.CLOSED})
_BEFORE_ANSWER = OPEN_STAGES | {Stage.UNVERIFIED}


class Visibility(enum.StrEnum):
    """Who can see it. Independent of the stage."""

    PRIVATE = "private"
    SCHEDULED = "scheduled"
    PUBLIC = "public"
    HIDDEN = "hidden"
    ERASED = "erased"


VISIBILITY_LABELS = {
    Visibility.PRIVATE: _l("Không công khai"),
    Visibility.SCHEDULED: _l("Đã hẹn giờ đăng"),
    Visibility.PUBLIC: _l("Đang công khai"),
    Visibility.HIDDEN: _l("Đã gỡ"),
    Visibility.ERASED: _l("Đã xóa nội dung"),
}


class Outcome(enum.StrEnum):
    """The result that the answer reports."""

    RESOLVED = "resolved"
    IN_PROGRESS = "in_progress"
    NOTED = "noted"
    GUIDANCE = "guidance"
    TRANSFERRED = "transferred"


OUTCOME_LABELS = {
    Outcome.RESOLVED: _l("Đã giải quyết"),
    Outcome.IN_PROGRESS: _l("Đang thực hiện, có hẹn"),
    Outcome.NOTED: _l("Ghi nhận, chưa có kinh phí"),
    Outcome.GUIDANCE: _l("Hướng dẫn"),
    Outcome.TRANSFERRED: _l("Chuyển cơ quan khác"),
}


class RefusalReason(enum.StrEnum):
    """Why a question is not taken. The list is fixed and shown to the sender."""

    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    INSULT = "insult"
    PRIVATE_LIFE = "private_life"


REFUSAL_LABELS = {
    RefusalReason.UNCLEAR: _l("Không rõ nội dung"),
    RefusalReason.OUT_OF_SCOPE: _l("Ngoài thẩm quyền"),
    RefusalReason.COMPLAINT: _l("Là khiếu nại, cần gửi đơn"),
    RefusalReason.DENUNCIATION: _l("Là tố cáo, cần gửi đơn"),
    RefusalReason.INSULT: _l("Xúc phạm hoặc vi phạm pháp luật"),
    RefusalReason.PRIVATE_LIFE: _l("Chứa bí mật đời tư của người khác"),
}


class Act(enum.StrEnum):
    """What needs a second person."""

    REFUSE = "refuse"
    HIDE = "hide"
    UNHIDE = "unhide"


ACT_LABELS = {
    Act.REFUSE: _l("Không tiếp nhận"),
    Act.HIDE: _l("Gỡ khỏi trang công khai"),
    Act.UNHIDE: _l("Đăng lại"),
}

FLOW: Workflow[Stage] = Workflow(
    ("confirm", {Stage.UNVERIFIED}, Stage.RECEIVED),
    ("ask_more", {Stage.RECEIVED, Stage.ASSIGNED}, Stage.NEEDS_INFO),
    # It returns to where it was: the service says where.
    ("reply_more", {Stage.NEEDS_INFO}, None),
    ("assign", {Stage.RECEIVED, Stage.ASSIGNED}, Stage.ASSIGNED),
    ("hand_back", {Stage.ASSIGNED}, Stage.RECEIVED),
    ("merge", {Stage.RECEIVED, Stage.ASSIGNED}, Stage.DUPLICATE),
    ("refuse", {Stage.RECEIVED, Stage.ASSIGNED}, Stage.REFUSED),
    ("transfer", {Stage.RECEIVED, Stage.ASSIGNED}, Stage.TRANSFERRED),
    ("mark_spam", {Stage.RECEIVED, Stage.UNVERIFIED}, Stage.SPAM),
    ("restore", {Stage.SPAM}, Stage.RECEIVED),
    ("split", {Stage.DUPLICATE}, Stage.RECEIVED),
    ("extend", {Stage.RECEIVED, Stage.ASSIGNED, Stage.IN_REVIEW}, None),
    ("submit", {Stage.ASSIGNED}, Stage.IN_REVIEW),
    ("send_back", {Stage.IN_REVIEW}, Stage.ASSIGNED),
    ("approve", {Stage.IN_REVIEW}, Stage.ANSWERED),
    ("publish", ANSWERED_STAGES, None),
    ("schedule", ANSWERED_STAGES, None),
    ("unschedule", ANSWERED_STAGES, None),
    # A question that was reopened still shows its first answer, and that must be possible to hide.
    ("hide", frozenset(Stage), None),
    ("unhide", frozenset(Stage), None),
    ("rate", ANSWERED_STAGES, None),
    ("reopen", ANSWERED_STAGES, Stage.ASSIGNED),
    ("close", {Stage.ANSWERED}, Stage.CLOSED),
    ("withdraw", _BEFORE_ANSWER, Stage.WITHDRAWN),
    ("erase", frozenset(Stage), None),
)

#: Who may make each move; empty: only the citizen or the system. Object rules are in policy.py.
MOVE_PERMISSIONS: dict[str, frozenset[P]] = {
    "confirm": frozenset({P.QUESTION_MODERATE}),
    "ask_more": frozenset({P.QUESTION_MODERATE, P.QUESTION_ANSWER}),
    "reply_more": frozenset({P.QUESTION_MODERATE}),
    "assign": frozenset({P.QUESTION_ASSIGN}),
    "hand_back": frozenset({P.QUESTION_ANSWER}),
    "merge": frozenset({P.QUESTION_MODERATE}),
    "refuse": frozenset({P.QUESTION_MODERATE}),
    "transfer": frozenset({P.QUESTION_MODERATE}),
    "mark_spam": frozenset({P.QUESTION_MODERATE}),
    "restore": frozenset({P.QUESTION_MODERATE}),
    "split": frozenset({P.QUESTION_MODERATE}),
    "extend": frozenset({P.QUESTION_EXTEND}),
    "submit": frozenset({P.QUESTION_ANSWER}),
    "send_back": frozenset({P.QUESTION_APPROVE}),
    "approve": frozenset({P.QUESTION_APPROVE}),
    "publish": frozenset({P.QUESTION_PUBLISH}),
    "schedule": frozenset({P.QUESTION_PUBLISH}),
    "unschedule": frozenset({P.QUESTION_PUBLISH}),
    "hide": frozenset({P.QUESTION_HIDE}),
    "unhide": frozenset({P.QUESTION_HIDE}),
    "rate": frozenset(),
    "reopen": frozenset(),
    "close": frozenset(),
    "withdraw": frozenset(),
    "erase": frozenset({P.SUBMISSION_ERASE}),
}

#: What each move is called in the log.
MOVE_LABELS = {
    "receive": _l("Đã nhận"),
    "confirm": _l("Đã xác nhận thư điện tử"),
    "ask_more": _l("Hỏi thêm người gửi"),
    "reply_more": _l("Người gửi đã bổ sung"),
    "add_info": _l("Người gửi gửi thêm thông tin"),
    "assign": _l("Phân công"),
    "hand_back": _l("Trả lại bộ phận tiếp nhận"),
    "classify": _l("Phân loại"),
    "redact": _l("Che thông tin"),
    "merge": _l("Gộp với câu hỏi khác"),
    "refuse": _l("Không tiếp nhận"),
    "transfer": _l("Chuyển cơ quan khác"),
    "mark_spam": _l("Đánh dấu rác"),
    "restore": _l("Khôi phục"),
    "split": _l("Tách khỏi câu đã gộp"),
    "extend": _l("Gia hạn"),
    "submit": _l("Trình duyệt"),
    "send_back": _l("Trả lại để sửa"),
    "approve": _l("Duyệt và gửi câu trả lời"),
    "publish": _l("Đăng"),
    "schedule": _l("Hẹn giờ đăng"),
    "unschedule": _l("Bỏ hẹn giờ đăng"),
    "hide": _l("Gỡ khỏi trang công khai"),
    "unhide": _l("Đăng lại"),
    "rate": _l("Đánh giá"),
    "reopen": _l("Mở lại"),
    "close": _l("Đóng"),
    "withdraw": _l("Rút câu hỏi"),
    "erase": _l("Xóa nội dung"),
    "tighten": _l("Thu hẹp sự đồng ý"),
    "note": _l("Ghi chú nội bộ"),
    "progress": _l("Cập nhật tiến độ"),
    "request": _l("Đề nghị người thứ hai xác nhận"),
    "agree": _l("Đồng ý với đề nghị"),
    "reject": _l("Không đồng ý với đề nghị"),
    "open_restricted": _l("Mở hồ sơ hạn chế"),
    "undo": _l("Hoàn tác"),
}
