"""Opening one's own submission with code and PIN or with a link from a mail, confirming an address,
and the QR code.

Links in mails are opened by scanners too, so opening one changes nothing: each shows a button, and
the button acts.
"""

import io
from collections.abc import Sequence

import segno
from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kernel import throttle
from app.kernel.errors import FieldError, NotFound
from app.kernel.web import commits, commits_always, kept_text, label_fields
from app.submissions import codes, kinds, service, unlocked
from app.submissions.forms import ButtonForm, TrackForm
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import TokenPurpose

bp = Blueprint("submissions", __name__, template_folder="templates")

label_fields(text=_l("Nội dung"))


def checked_code(code: str) -> str:
    """The code of an address in its one spelling. Raises NotFound for what cannot be one."""
    known = codes.normal_code(code)
    if known is None:
        raise NotFound
    return known


def ask_for_pin(code: str, *, keep: bool = False) -> ResponseReturnValue:
    """The page that asks for code and PIN; the same whether there is such a code or not.

    `keep` shows what was typed into a form that came too late, to be copied.
    """
    form = TrackForm(formdata=None, code=code)
    kept = kept_text() if keep else []
    return _asking(form, 403 if keep else 200, kept=kept)


def _asking(
    form: TrackForm, status: int, *, kept: Sequence[tuple[str, str]] = (), more: bool = False
) -> ResponseReturnValue:
    # Once asked, the box stays.
    more = more or bool(form.contact.data)
    return render_template("submissions/track.html", form=form, kept=kept, more=more), status


@bp.get("/tra-cuu")
def track() -> ResponseReturnValue:
    """The form."""
    return ask_for_pin("")


@bp.post("/tra-cuu")
@commits_always
def unlock() -> ResponseReturnValue:
    """Open a submission for this browser.

    A wrong try is remembered, so it is committed although the answer is an error.
    """
    form = TrackForm()
    if not form.validate():
        return _asking(form, 422)
    secret = str(current_app.secret_key)
    try:
        submission = service.unlock(
            code=form.code.data or "",
            pin=form.pin.data or "",
            contact=form.contact.data or "",
            address_key=throttle.address_key(secret, request.remote_addr),
            secret_key=secret,
        )
    except FieldError as error:
        form.apply(error)
        return _asking(form, 422)
    except service.ContactNeeded:
        form.contact.errors = [_("Hãy nhập thêm số điện thoại hoặc thư điện tử bạn đã để lại.")]
        return _asking(form, 422, more=True)
    if submission is None:
        form.code.errors = [
            _("Mã tra cứu hoặc mã PIN chưa đúng. Hãy xem lại hai mã trên phiếu nhận.")
            if not form.contact.data
            else _(
                "Có một điều chưa đúng: mã tra cứu, mã PIN, hoặc số điện thoại, thư điện tử đã để "
                "lại."
            )
        ]
        form.pin.data = ""
        return _asking(form, 422)
    unlocked.grant(submission)
    return redirect(f"/tra-cuu/{submission.code}", 303)


@bp.get("/tra-cuu/<code>")
def show(code: str) -> ResponseReturnValue:
    """One's own submission, or the form that opens it."""
    code = checked_code(code)
    submission = unlocked.find(code)
    if submission is None:
        return ask_for_pin(code)
    return kinds.kind_of(submission).track(submission)


@bp.post("/tra-cuu/<code>/khoa")
@commits
def lock(code: str) -> ResponseReturnValue:
    """Close it again on a computer that others use too."""
    if submission := unlocked.find(checked_code(code)):
        unlocked.revoke(submission)
    return redirect("/tra-cuu", 303)


@bp.get("/tra-cuu/lien-ket/<token>")
def link(token: str) -> ResponseReturnValue:
    """The link of a mail: one button."""
    found = _behind(token, TokenPurpose.TRACK)
    if found is None:
        return _gone(TokenPurpose.TRACK)
    return render_template("submissions/open_link.html", form=ButtonForm(), submission=found[1])


@bp.post("/tra-cuu/lien-ket/<token>")
@commits
def open_link(token: str) -> ResponseReturnValue:
    """The button: open the submission for this browser."""
    found = _behind(token, TokenPurpose.TRACK)
    if found is None:
        return _gone(TokenPurpose.TRACK)
    unlocked.grant(found[1])
    return redirect(f"/tra-cuu/{found[1].code}", 303)


@bp.get("/xac-nhan/<token>")
def confirmation(token: str) -> ResponseReturnValue:
    """The link of the first mail: a button, or the news that it has been pressed."""
    found = _behind(token, TokenPurpose.CONFIRM)
    if found is None:
        return _gone(TokenPurpose.CONFIRM)
    # Only this link's own use counts: a telephone number confirms a submission without anybody
    # having read a mail.
    done = found[0].used_at is not None
    return render_template(
        "submissions/confirm.html", form=ButtonForm(), submission=found[1], done=done
    )


@bp.post("/xac-nhan/<token>")
@commits
def confirm(token: str) -> ResponseReturnValue:
    """The button: the address is the sender's. Pressed twice it says the same."""
    found = _behind(token, TokenPurpose.CONFIRM)
    if found is None:
        return _gone(TokenPurpose.CONFIRM)
    kinds.kind_of(found[1]).confirm(*found)
    return redirect(f"/xac-nhan/{token}", 303)


@bp.get("/tra-cuu/ma-qr/<code>.svg")
def qr(code: str) -> ResponseReturnValue:
    """The address of the tracking page as a picture for the receipt: the code and never the PIN."""
    address = (
        f"{current_app.config['SETTINGS'].public_base_url.rstrip('/')}/tra-cuu/{checked_code(code)}"
    )
    picture = io.BytesIO()
    segno.make(address, error="m").save(
        picture,
        kind="svg",
        scale=4,
        border=4,
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return Response(
        picture.getvalue(),
        mimetype="image/svg+xml",
        headers={"Cache-Control": "public, max-age=86400"},
    )


def _behind(token: str, purpose: TokenPurpose) -> tuple[SubmissionToken, Submission] | None:
    # The address is a secret: it goes into no Referer.
    g.no_referrer = True
    try:
        return service.find_token(token, purpose, secret_key=str(current_app.secret_key))
    except NotFound:
        return None


def _gone(purpose: TokenPurpose) -> ResponseReturnValue:
    return render_template(
        "submissions/link_gone.html", confirming=purpose is TokenPurpose.CONFIRM
    ), 404
