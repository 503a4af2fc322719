"""PDF: kept as it came, so it has to be whole, unlocked, and a document rather than a program.

It is only ever served as an attachment in a sandbox. Nevertheless what runs, starts programs or
carries other files is refused, because officers open these files on their own machines. A locked
document is refused because neither we nor a scanner can look inside; that includes those whose
password only forbids printing. A form, a link or a start page is fine. What can be told from the
bytes is told here; the rest by qpdf in a process of its own (pdf_marks.py).
"""

import re
import subprocess
import sys
from pathlib import Path

from flask_babel import gettext as _

from app.files.errors import FileRefused

#: Marks of things that act or carry others; long enough that no compressed picture contains one by
#: chance.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition|Movie)(?![A-Za-z])"
)
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
_ZIP_END = b"PK\x05\x06"
_TAIL = 66_000
_PROGRAM = Path(__file__).with_name("pdf_marks.py")
#: The process ends itself by its processor time; this is for one that waits.
_WALL_SECONDS = 60


def check(data: bytes, name: str) -> None:
    """Raises FileRefused for a file that is cut off, locked, active, or something else as well."""
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0:
        raise _broken(name)
    # A web page or an archive behind the end makes the file two things at once.
    if data[end + 5 :].strip(b" \t\r\n\x00\x1a") or _ZIP_END in data[-_TAIL:]:
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» có phần lạ ở cuối. Hãy mở tệp, chọn «In ra PDF» rồi gửi bản "
                "mới.",
                name=name,
            )
        )
    marks = _marks(data)
    if marks == "locked":
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» đang bị khóa. Hãy lưu một bản không có mật khẩu, hoặc chụp "
                "ảnh các trang rồi gửi.",
                name=name,
            )
        )
    if marks == "active":
        raise FileRefused(
            _(
                "Tệp PDF «%(name)s» có mã chạy hoặc tệp khác bên trong. Hãy mở tệp, chọn «In ra "
                "PDF» rồi gửi bản mới.",
                name=name,
            )
        )
    if marks != "whole":
        raise _broken(name)


def _marks(data: bytes) -> str:
    """What the file is; empty when the process that looks at it was stopped by its bounds."""
    if _LOCKED.search(data):
        return "locked"
    if _ACTIVE.search(data):
        return "active"
    try:
        # Isolated: it sees no module of ours and no setting.
        looked = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-I", str(_PROGRAM)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return looked.stdout.decode("ascii", "replace") if looked.returncode == 0 else ""


def _broken(name: str) -> FileRefused:
    return FileRefused(
        _("Không mở được tệp PDF «%(name)s»: tệp hỏng hoặc thiếu. Hãy lưu lại rồi gửi.", name=name)
    )
