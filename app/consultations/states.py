"""The stages of a consultation, a comment and a reply, and the moves between them; nothing else
decides.
"""

import enum

from flask_babel import lazy_gettext as _l

from app.access import P
from app.kernel.workflow import Workflow


class ConsultationType(enum.StrEnum):
    """What people are asked about. The least number of days depends on it (see rules)."""

    LAND_PLAN = "land_plan"
    LAND_YEAR_PLAN = "land_year_plan"
    LAND_ADJUSTMENT = "land_adjustment"
    DRAFT_TEXT = "draft_text"
    PROJECT = "project"
    BUDGET = "budget"
    OTHER = "other"


TYPE_LABELS = {
    ConsultationType.LAND_PLAN: _l("Quy hoạch sử dụng đất"),
    ConsultationType.LAND_YEAR_PLAN: _l("Kế hoạch sử dụng đất năm"),
    ConsultationType.LAND_ADJUSTMENT: _l("Điều chỉnh quy hoạch"),
    ConsultationType.DRAFT_TEXT: _l("Dự thảo văn bản"),
    ConsultationType.PROJECT: _l("Dự án"),
    ConsultationType.BUDGET: _l("Ngân sách"),
    ConsultationType.OTHER: _l("Khác"),
}
LAND_TYPES = frozenset(
    {ConsultationType.LAND_PLAN, ConsultationType.LAND_YEAR_PLAN, ConsultationType.LAND_ADJUSTMENT}
)


class Stage(enum.StrEnum):
    """Where a consultation stands. The clock opens and closes it, people do the rest."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    ANSWERED = "answered"
    ARCHIVED = "archived"


STAGE_LABELS = {
    Stage.DRAFT: _l("Bản nháp"),
    Stage.SCHEDULED: _l("Đã hẹn ngày mở"),
    Stage.OPEN: _l("Đang lấy ý kiến"),
    Stage.CLOSED: _l("Đang tổng hợp"),
    Stage.ANSWERED: _l("Đã công bố kết quả"),
    Stage.ARCHIVED: _l("Lưu trữ"),
}
STAGE_COLOURS = {
    Stage.DRAFT: "grey",
    Stage.SCHEDULED: "blue",
    Stage.OPEN: "green",
    Stage.CLOSED: "yellow",
    Stage.ANSWERED: "teal",
    Stage.ARCHIVED: "grey",
}


class Phase(enum.StrEnum):
    """What everybody reads; computed from the dates, so that no page is wrong while a job waits."""

    UPCOMING = "upcoming"
    OPEN = "open"
    SUMMARISING = "summarising"
    RESULT = "result"


PHASE_LABELS = {
    Phase.UPCOMING: _l("Sắp mở"),
    Phase.OPEN: _l("Đang lấy ý kiến"),
    Phase.SUMMARISING: _l("Đang tổng hợp"),
    Phase.RESULT: _l("Đã công bố kết quả"),
}
PHASE_COLOURS = {
    Phase.UPCOMING: "blue",
    Phase.OPEN: "green",
    Phase.SUMMARISING: "yellow",
    Phase.RESULT: "teal",
}


class Visibility(enum.StrEnum):
    """Who can see a consultation or a comment. Independent of the stage."""

    PRIVATE = "private"
    PUBLIC = "public"
    HIDDEN = "hidden"
    ERASED = "erased"


VISIBILITY_LABELS = {
    Visibility.PRIVATE: _l("Chưa công khai"),
    Visibility.PUBLIC: _l("Đang công khai"),
    Visibility.HIDDEN: _l("Không công khai"),
    Visibility.ERASED: _l("Đã xóa nội dung"),
}


class ShowComments(enum.StrEnum):
    """When comments that were moderated may be read by everybody."""

    AT_ONCE = "at_once"
    AFTER_CLOSING = "after_closing"


SHOW_COMMENTS_LABELS = {
    ShowComments.AT_ONCE: _l("Ngay sau khi kiểm duyệt"),
    ShowComments.AFTER_CLOSING: _l("Chỉ sau khi hết hạn lấy ý kiến"),
}


class DossierKind(enum.StrEnum):
    """What a document of the dossier is."""

    SUBMISSION = "submission"
    DRAFT = "draft"
    EXPLANATION = "explanation"
    SUMMARY = "summary"
    MAP = "map"
    PROJECT_LIST = "project_list"
    TABLES = "tables"
    SLIP = "slip"
    OTHER = "other"


DOSSIER_LABELS = {
    DossierKind.SUBMISSION: _l("Tờ trình"),
    DossierKind.DRAFT: _l("Dự thảo"),
    DossierKind.EXPLANATION: _l("Báo cáo thuyết minh"),
    DossierKind.SUMMARY: _l("Báo cáo tóm tắt"),
    DossierKind.MAP: _l("Bản đồ"),
    DossierKind.PROJECT_LIST: _l("Danh mục công trình, dự án"),
    DossierKind.TABLES: _l("Biểu số liệu"),
    DossierKind.SLIP: _l("Phiếu lấy ý kiến"),
    DossierKind.OTHER: _l("Khác"),
}

FLOW: Workflow[Stage] = Workflow(
    ("schedule", {Stage.DRAFT}, Stage.SCHEDULED),
    ("unschedule", {Stage.SCHEDULED}, Stage.DRAFT),
    ("open", {Stage.SCHEDULED}, Stage.OPEN),
    ("extend", {Stage.OPEN}, None),
    ("close", {Stage.OPEN}, Stage.CLOSED),
    ("publish_result", {Stage.CLOSED}, Stage.ANSWERED),
    ("archive", {Stage.ANSWERED}, Stage.ARCHIVED),
    ("hide", frozenset(Stage) - {Stage.DRAFT}, None),
    ("unhide", frozenset(Stage) - {Stage.DRAFT}, None),
)
#: Who may make each move; empty: only the clock.
MOVE_PERMISSIONS: dict[str, frozenset[P]] = {
    "schedule": frozenset({P.CONSULTATION_PUBLISH}),
    "unschedule": frozenset({P.CONSULTATION_PUBLISH}),
    "open": frozenset(),
    "extend": frozenset({P.CONSULTATION_PUBLISH}),
    "close": frozenset(),
    "publish_result": frozenset({P.CONSULTATION_PUBLISH}),
    "archive": frozenset({P.CONSULTATION_PUBLISH}),
    "hide": frozenset({P.CONSULTATION_PUBLISH}),
    "unhide": frozenset({P.CONSULTATION_PUBLISH}),
}
#: What each act is called in the log.
MOVE_LABELS = {
    "create": _l("Tạo bản nháp"),
    "edit": _l("Sửa thông tin"),
    "schedule": _l("Đăng và hẹn ngày mở"),
    "unschedule": _l("Rút về bản nháp"),
    "open": _l("Mở lấy ý kiến"),
    "extend": _l("Gia hạn"),
    "close": _l("Hết hạn lấy ý kiến"),
    "publish_result": _l("Công bố kết quả"),
    "archive": _l("Đưa vào lưu trữ"),
    "hide": _l("Gỡ khỏi trang công khai"),
    "unhide": _l("Đăng lại"),
    "dossier": _l("Sửa hồ sơ"),
    "import": _l("Nhập dữ liệu"),
    "draft": _l("Sửa nội dung từng mục"),
    "projects": _l("Sửa danh mục công trình"),
    "map": _l("Sửa bản đồ"),
    "survey": _l("Sửa câu hỏi gợi ý"),
    "points": _l("Tách ý, nhóm ý"),
    "reply": _l("Soạn tiếp thu, giải trình"),
    "agree": _l("Đồng ý bản soạn"),
    "finalise": _l("Chốt tiếp thu, giải trình"),
    "send_back": _l("Trả lại bản soạn"),
    "issue": _l("Phát hành bảng tổng hợp"),
    "unlock": _l("Mở bảng tổng hợp để phát hành lại"),
    "result": _l("Soạn trang kết quả"),
    "certificate": _l("Lập giấy chứng nhận lấy ý kiến"),
    "meeting": _l("Nhập biên bản họp dân"),
}


# Comments
# --------------------------------------------------------------------------------------------------
class CommentStage(enum.StrEnum):
    """Where a comment stands.

    RECEIVED means: it belongs to the file, whatever happens to its display.
    """

    UNVERIFIED = "unverified"
    RECEIVED = "received"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


COMMENT_STAGE_LABELS = {
    CommentStage.UNVERIFIED: _l("Chưa xác nhận"),
    CommentStage.RECEIVED: _l("Đã đưa vào hồ sơ"),
    CommentStage.SPAM: _l("Rác"),
    CommentStage.WITHDRAWN: _l("Đã rút"),
}
COMMENT_STAGE_COLOURS = {
    CommentStage.UNVERIFIED: "grey",
    CommentStage.RECEIVED: "blue",
    CommentStage.SPAM: "grey",
    CommentStage.WITHDRAWN: "grey",
}


class TargetKind(enum.StrEnum):
    """What a comment is about."""

    WHOLE = "whole"
    CLAUSE = "clause"
    PROJECT = "project"
    PLACE = "place"


TARGET_LABELS = {
    TargetKind.WHOLE: _l("Toàn bộ hồ sơ"),
    TargetKind.CLAUSE: _l("Điều, khoản"),
    TargetKind.PROJECT: _l("Công trình, dự án"),
    TargetKind.PLACE: _l("Một nơi trên bản đồ"),
}


class Stance(enum.StrEnum):
    """Where the sender stands. There is no default, and silence is never agreement."""

    AGREE = "agree"
    AMEND = "amend"
    DISAGREE = "disagree"
    OTHER = "other"


STANCE_LABELS = {
    Stance.AGREE: _l("Đồng ý"),
    Stance.AMEND: _l("Đề nghị sửa"),
    Stance.DISAGREE: _l("Không đồng ý"),
    Stance.OTHER: _l("Ý kiến khác"),
}
STANCE_COLOURS = {
    Stance.AGREE: "green",
    Stance.AMEND: "yellow",
    Stance.DISAGREE: "red",
    Stance.OTHER: "grey",
}


class SenderKind(enum.StrEnum):
    """As whom somebody comments."""

    LANDOWNER = "landowner"
    RESIDENT = "resident"
    ORGANISATION = "organisation"
    AGENCY = "agency"
    OTHER = "other"


SENDER_LABELS = {
    SenderKind.LANDOWNER: _l("Người có đất trong dự án"),
    SenderKind.RESIDENT: _l("Người dân trên địa bàn"),
    SenderKind.ORGANISATION: _l("Tổ chức, doanh nghiệp"),
    SenderKind.AGENCY: _l("Cơ quan nhà nước"),
    SenderKind.OTHER: _l("Khác"),
}
#: They say who they are by their organisation's name.
BODIES = frozenset({SenderKind.ORGANISATION, SenderKind.AGENCY})

COMMENT_FLOW: Workflow[CommentStage] = Workflow(
    ("confirm", {CommentStage.UNVERIFIED}, CommentStage.RECEIVED),
    ("mark_spam", {CommentStage.UNVERIFIED, CommentStage.RECEIVED}, CommentStage.SPAM),
    ("restore", {CommentStage.SPAM}, CommentStage.RECEIVED),
    ("withdraw", {CommentStage.UNVERIFIED, CommentStage.RECEIVED}, CommentStage.WITHDRAWN),
    ("tighten", {CommentStage.UNVERIFIED, CommentStage.RECEIVED}, None),
    ("show", {CommentStage.RECEIVED}, None),
    ("keep_back", {CommentStage.RECEIVED}, None),
    ("erase", frozenset(CommentStage), None),
)
COMMENT_MOVE_PERMISSIONS: dict[str, frozenset[P]] = {
    "confirm": frozenset({P.COMMENT_MODERATE}),
    "mark_spam": frozenset({P.COMMENT_MODERATE}),
    "restore": frozenset({P.COMMENT_MODERATE}),
    "withdraw": frozenset(),
    "tighten": frozenset(),
    "show": frozenset({P.COMMENT_MODERATE}),
    "keep_back": frozenset({P.COMMENT_MODERATE}),
    "erase": frozenset({P.QUESTION_ERASE}),
}
COMMENT_MOVE_LABELS = {
    "receive": _l("Đã nhận"),
    "confirm": _l("Đã xác nhận thư điện tử"),
    "mark_spam": _l("Đánh dấu rác"),
    "restore": _l("Khôi phục"),
    "withdraw": _l("Rút góp ý"),
    "show": _l("Công khai góp ý"),
    "keep_back": _l("Không công khai góp ý"),
    "erase": _l("Xóa nội dung"),
    "redact": _l("Che thông tin"),
    "tighten": _l("Thu hẹp sự đồng ý"),
    "note": _l("Ghi chú nội bộ"),
    "retarget": _l("Sửa nội dung được góp ý"),
    "undo": _l("Hoàn tác"),
}


# Replies
# --------------------------------------------------------------------------------------------------
class Decision(enum.StrEnum):
    """What becomes of a point."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    EXPLAINED = "explained"
    TRANSFERRED = "transferred"
    OUT_OF_SCOPE = "out_of_scope"


DECISION_LABELS = {
    Decision.ACCEPTED: _l("Tiếp thu"),
    Decision.PARTLY_ACCEPTED: _l("Tiếp thu một phần"),
    Decision.EXPLAINED: _l("Giải trình (giữ nguyên)"),
    Decision.TRANSFERRED: _l("Chuyển cơ quan khác"),
    Decision.OUT_OF_SCOPE: _l("Ngoài phạm vi"),
}
DECISION_COLOURS = {
    Decision.ACCEPTED: "green",
    Decision.PARTLY_ACCEPTED: "teal",
    Decision.EXPLAINED: "blue",
    Decision.TRANSFERRED: "purple",
    Decision.OUT_OF_SCOPE: "grey",
}


class ReplyStage(enum.StrEnum):
    """How far a reply is. Issuing a table locks it."""

    DRAFT = "draft"
    AGREED = "agreed"
    FINAL = "final"


REPLY_STAGE_LABELS = {
    ReplyStage.DRAFT: _l("Bản soạn"),
    ReplyStage.AGREED: _l("Đã thống nhất"),
    ReplyStage.FINAL: _l("Đã chốt"),
}
REPLY_STAGE_COLOURS = {
    ReplyStage.DRAFT: "grey",
    ReplyStage.AGREED: "yellow",
    ReplyStage.FINAL: "green",
}
REPLY_FLOW: Workflow[ReplyStage] = Workflow(
    ("agree", {ReplyStage.DRAFT}, ReplyStage.AGREED),
    ("finalise", {ReplyStage.AGREED}, ReplyStage.FINAL),
    ("send_back", {ReplyStage.AGREED, ReplyStage.FINAL}, ReplyStage.DRAFT),
)
REPLY_MOVE_PERMISSIONS: dict[str, frozenset[P]] = {
    "agree": frozenset({P.COMMENT_REPLY, P.COMMENT_APPROVE}),
    "finalise": frozenset({P.COMMENT_APPROVE}),
    "send_back": frozenset({P.COMMENT_APPROVE}),
}


# Targets
# --------------------------------------------------------------------------------------------------
class ClauseKind(enum.StrEnum):
    """A part of a draft text."""

    PREAMBLE = "preamble"
    CHAPTER = "chapter"
    SECTION = "section"
    ARTICLE = "article"
    CLAUSE = "clause"
    POINT = "point"
    PARAGRAPH = "paragraph"
    ANNEX = "annex"


CLAUSE_LABELS = {
    ClauseKind.PREAMBLE: _l("Phần mở đầu"),
    ClauseKind.CHAPTER: _l("Chương"),
    ClauseKind.SECTION: _l("Mục"),
    ClauseKind.ARTICLE: _l("Điều"),
    ClauseKind.CLAUSE: _l("Khoản"),
    ClauseKind.POINT: _l("Điểm"),
    ClauseKind.PARAGRAPH: _l("Đoạn"),
    ClauseKind.ANNEX: _l("Phụ lục"),
}


class LayerKind(enum.StrEnum):
    """What a map layer shows."""

    BOUNDARY = "boundary"
    LAND_USE = "land_use"
    PROJECTS = "projects"


LAYER_LABELS = {
    LayerKind.BOUNDARY: _l("Ranh giới hành chính"),
    LayerKind.LAND_USE: _l("Quy hoạch, hiện trạng sử dụng đất"),
    LayerKind.PROJECTS: _l("Công trình, dự án"),
}


class LayerState(enum.StrEnum):
    """Only a layer whose place a person has confirmed is shown to anybody outside."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


class SurveyKind(enum.StrEnum):
    """How a guiding question is answered."""

    ONE = "one"
    MANY = "many"
    SCALE = "scale"
    OPEN = "open"


SURVEY_LABELS = {
    SurveyKind.ONE: _l("Chọn một"),
    SurveyKind.MANY: _l("Chọn nhiều"),
    SurveyKind.SCALE: _l("Mức độ"),
    SurveyKind.OPEN: _l("Tự do"),
}

#: Names of the kinds of files that are read in.
DRAFT_FILE = "draft"
WORKS_FILE = "projects"
LAYER_FILE = "layer"
SLIPS_FILE = "slips"
