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


# Replies
# --------------------------------------------------------------------------------------------------


# Targets
# --------------------------------------------------------------------------------------------------


TYPE_SLUGS = {
    ConsultationType.LAND_PLAN: "quy-hoach-su-dung-dat",
    ConsultationType.LAND_YEAR_PLAN: "ke-hoach-su-dung-dat",
    ConsultationType.LAND_ADJUSTMENT: "dieu-chinh-quy-hoach",
    ConsultationType.DRAFT_TEXT: "du-thao-van-ban",
    ConsultationType.PROJECT: "du-an",
    ConsultationType.BUDGET: "ngan-sach",
    ConsultationType.OTHER: "khac",
}


TYPES = {slug: kind for kind, slug in TYPE_SLUGS.items()}


PHASE_SLUGS = {
    Phase.OPEN: "dang-lay-y-kien",
    Phase.UPCOMING: "sap-mo",
    Phase.SUMMARISING: "dang-tong-hop",
    Phase.RESULT: "da-co-ket-qua",
}


PHASES = {slug: phase for phase, slug in PHASE_SLUGS.items()}
