"""The states of a stored file. Only a clean one can be fetched."""

import enum

from flask_babel import lazy_gettext as _l

from app.kernel.workflow import Workflow


class FileState(enum.StrEnum):
    """Where a file stands with the virus scanner."""

    #: Passed by the scanner, or no scanner is set up.
    CLEAN = "clean"
    #: The scanner did not answer; it is asked again every few minutes.
    PENDING = "pending"
    #: The scanner cannot read this file; it is asked again once a day.
    QUARANTINED = "quarantined"
    #: Found infected after it had been taken; the content is gone.
    REFUSED = "refused"


STATE_LABELS = {
    FileState.CLEAN: _l("Đã nhận"),
    FileState.PENDING: _l("Đang chờ quét mã độc"),
    FileState.QUARANTINED: _l("Chưa quét được, tạm cách ly"),
    FileState.REFUSED: _l("Có mã độc, đã xóa"),
}

WAITING = frozenset({FileState.PENDING, FileState.QUARANTINED})

FLOW = Workflow[FileState](
    ("pass", WAITING, FileState.CLEAN),
    ("set_aside", WAITING, FileState.QUARANTINED),
    ("refuse", WAITING, FileState.REFUSED),
)
