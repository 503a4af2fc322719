"""The stages of a comment, the table of its moves, and what it is about, says and comes from."""

import enum

from flask_babel import lazy_gettext as _l

from app.access import P
from app.kernel.workflow import Workflow


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
    "erase": frozenset({P.SUBMISSION_ERASE}),
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


SLIPS_FILE = "slips"
