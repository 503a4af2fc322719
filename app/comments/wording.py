"""Sentences that stand for people who wrote none.

Vietnamese whatever language the form was read in.
"""

from app.comments.states import Stance

#: Somebody only answered the guiding questions.
SURVEY_ONLY = "Chỉ trả lời các câu hỏi gợi ý, không viết thêm ý kiến."
#: A slip on which only a box was ticked.
TICKED = {
    Stance.AGREE: "Phiếu chỉ đánh dấu «Đồng ý», không ghi thêm ý kiến.",
    Stance.DISAGREE: "Phiếu chỉ đánh dấu «Không đồng ý», không ghi thêm ý kiến.",
}
#: Ours, so that many comments with them are no campaign.
OURS = frozenset({SURVEY_ONLY, *TICKED.values()})
