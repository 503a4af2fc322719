"""What the parts of a draft text are."""

import enum

from flask_babel import lazy_gettext as _l


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


#: Names of the kinds of files that are read in.
DRAFT_FILE = "draft"
