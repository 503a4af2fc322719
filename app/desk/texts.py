"""Hiding what is personal before a text is shown, and erasing it for ever."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.desk.forms import EraseForm, RedactForm
from app.files import queries as files
from app.kernel.errors import Refused
from app.kernel.links import Ref
from app.mailer import queries as mailer
from app.submissions import redaction
from app.submissions.models import Submission


def masked(text: str, official: Iterable[str]) -> str:
    """The text with everything hidden that the detectors found in it but the `official` numbers and
    addresses.
    """
    return redaction.mask(text, redaction.find(text, official=official))


def mask_all(form: RedactForm, fields: Iterable[Any], official: Sequence[str]) -> None:
    """«Che cả N»: everything that was found in these fields is hidden, and the reason given."""
    for field in fields:
        field.data = masked(field.data or "", official)
    form.reason.data = form.reason.data or _("Che thông tin cá nhân.")


# Erasing
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Erasure:
    """What would be erased, and what its page says before anything goes.

    The page never shows the text itself.
    """

    code: str
    #: What goes for ever, a line each, and in one sentence what remains.
    goes: Sequence[str]
    remains: str
    stage_label: Any
    visibility_label: Any
    #: What is said of something that was erased already; empty before.
    gone: str
    #: Where «back» leads, and what that place is called.
    back: str
    back_label: str | None
    nav_key: str


def files_go(submission: Submission) -> str:
    """The line about the files that the sender attached."""
    sent = len(files.of(Ref("submission", submission.id)))
    return str(_("Tệp người gửi đính kèm: %(n)s", n=sent))


def mails_go(ref: Ref) -> str:
    """The line about the mails that were written about this thing."""
    mails = len(mailer.messages_about(ref))
    return str(_("Địa chỉ và nội dung các thư đã gửi: %(n)s", n=mails))


def erase_page(erasure: Erasure, form: EraseForm, status: int = 200) -> ResponseReturnValue:
    """What would go for ever, and the form that does it."""
    return render_template("desk/erase.html", erasure=erasure, form=form), status


def erase(
    erasure: Erasure, form: EraseForm, act: Callable[[str], None], *, leads_to: str
) -> ResponseReturnValue:
    """Erase it for ever: `act` does it, for the reason that the form gives. A tombstone stays."""
    if erasure.gone:
        raise Refused(erasure.gone)
    if not form.validate():
        return erase_page(erasure, form, 422)
    act(form.reason.data or "")
    flash(_("Đã xóa nội dung của %(code)s.", code=erasure.code), "success")
    return redirect(leads_to)
