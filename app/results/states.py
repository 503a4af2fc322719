"""The stages of a reply, and the table of its moves."""

import enum

from flask_babel import lazy_gettext as _l

from app.access import P
from app.kernel.workflow import Workflow


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
