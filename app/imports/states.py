"""How far the reading of a file is."""

import enum

from flask_babel import lazy_gettext as _l


class ImportState(enum.StrEnum):
    """How far an import is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


IMPORT_STATE_LABELS = {
    ImportState.QUEUED: _l("Đang chờ"),
    ImportState.RUNNING: _l("Đang đọc"),
    ImportState.DONE: _l("Đã xong"),
    ImportState.FAILED: _l("Không đọc được"),
}
