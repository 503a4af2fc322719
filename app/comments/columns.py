"""The columns in which everybody may download comments and answers to guiding questions."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from app.comments.queries.downloads import PublicSurveyAnswer
from app.comments.queries.public import CommentRecord
from app.comments.states import SENDER_LABELS, STANCE_LABELS, SURVEY_LABELS, TARGET_LABELS
from app.kernel.display import vi_date
from app.kernel.sheets import Cell, ColumnNote


def of_comments() -> list[ColumnNote]:
    """Comments."""
    return [
        ColumnNote(_("Mã góp ý"), _("Mã của góp ý."), 18),
        ColumnNote(_("Ngày nhận"), _("Ngày góp ý đến, theo giờ Hà Nội."), 12),
        ColumnNote(_("Ngày công khai"), _("Ngày góp ý được công khai."), 12),
        ColumnNote(
            _("Ý kiến"), _("Người gửi tự chọn: đồng ý, đề nghị sửa, không đồng ý, ý kiến khác."), 16
        ),
        ColumnNote(
            _("Góp ý về"), _("Toàn bộ hồ sơ, điều khoản, công trình hay một nơi trên bản đồ."), 20
        ),
        ColumnNote(
            _("Phần được góp ý"), _("Điều, khoản (dạng dieu-5-khoan-2) hoặc mã công trình."), 22
        ),
        ColumnNote(_("Người gửi là"), _("Người gửi tự chọn."), 24),
        ColumnNote(
            _("Tên hiển thị"),
            _("Theo lựa chọn của người gửi; để trống nếu không muốn hiện tên."),
            20,
        ),
        ColumnNote(_("Nội dung"), _("Nội dung đã che thông tin cá nhân."), 70),
        ColumnNote(_("Đề nghị sửa thành"), _("Lời văn mà người gửi đề nghị."), 50),
        ColumnNote(
            _("Ngoài thời hạn"), _("Có: góp ý đến sau ngày cuối, không tính vào số liệu."), 10
        ),
    ]


def comment_rows(found: Iterable[CommentRecord]) -> Iterator[list[Cell]]:
    """One row for each comment, as `of_comments` says."""
    for row in found:
        yield [
            row.code,
            vi_date(row.received_at),
            vi_date(row.published_at),
            str(STANCE_LABELS[row.stance]),
            str(TARGET_LABELS[row.target_kind]),
            row.clause_anchor or row.project or "",
            str(SENDER_LABELS[row.sender_kind]),
            row.sender,
            row.text,
            row.proposed_text,
            str(_("Có")) if row.late else "",
        ]


def of_answers() -> list[ColumnNote]:
    """Answers to guiding questions."""
    return [
        ColumnNote(_("Mã góp ý"), _("Mã của góp ý mà câu trả lời đi kèm."), 18),
        ColumnNote(_("Câu hỏi số"), _("Thứ tự của câu hỏi gợi ý."), 10),
        ColumnNote(_("Câu hỏi"), _("Câu hỏi gợi ý."), 60),
        ColumnNote(_("Cách trả lời"), _("Chọn một, chọn nhiều, mức độ hoặc tự do."), 14),
        ColumnNote(
            _("Câu trả lời"),
            _(
                "Các mục đã chọn, mức trên tổng số mức, hoặc lời văn đã được xem trước khi công "
                "khai."
            ),
            60,
        ),
    ]


def answer_rows(found: Iterable[PublicSurveyAnswer]) -> Iterator[list[Cell]]:
    """One row for each answer, as `of_answers` says."""
    for row in found:
        yield [row.code, row.number, row.question, str(SURVEY_LABELS[row.kind]), row.answer]
