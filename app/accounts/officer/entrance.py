"""Signing in and out, the second factor, and the links for a forgotten password.

Every answer is the same for names that exist and names that do not. Hashing happens inside
`reading()`, so that nobody waits for a turn at the database behind it; wrong tries are committed at
once although the answer is an error.
"""

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import open_to_anyone
from app.accounts import devices, sessions
from app.accounts.forms import (
    ButtonForm,
    CodeForm,
    ForgottenForm,
    NewPasswordForm,
    PasskeyForm,
    SetUpForm,
    SignInForm,
)
from app.accounts.models import PasskeyUse, SessionEnd, TokenPurpose, User
from app.accounts.officer import ceremonies, qr
from app.accounts.officer.checks import hash_new_password
from app.accounts.service import (
    confirming,
    passkeys,
    passwords,
    second_factor,
    signing_in,
    waiting,
)
from app.accounts.service import sessions as session_service
from app.extensions import db
from app.kernel.db import reading
from app.kernel.display import safe_path
from app.kernel.errors import FieldError, NotFound
from app.kernel.web import commits

bp = Blueprint("accounts", __name__, url_prefix="/can-bo", template_folder="../templates")

HOME = "/can-bo/"
_CODE = "second-factor"


def _where_to(asked: str | None) -> str:
    return safe_path(asked, HOME)


@bp.get("/dang-nhap")
@open_to_anyone
def sign_in() -> ResponseReturnValue:
    """The form; whoever is half-way goes on where they were."""
    asked = request.args.get("next")
    if current_user.is_authenticated:
        return redirect(_where_to(asked))
    if sessions.half_way() is not None:
        return redirect(_next_step(asked))
    return _sign_in_page(SignInForm(formdata=None, next=_where_to(asked)))


def _sign_in_page(form: SignInForm, key: PasskeyForm | None = None) -> str:
    key = key or PasskeyForm(formdata=None, next=form.next.data)
    return render_template(
        "accounts/sign_in.html", form=form, key=key, passkeys=ceremonies.possible()
    )


@bp.post("/dang-nhap")
@open_to_anyone
@commits
def submit_sign_in() -> ResponseReturnValue:
    """Check name and password, and begin a session under a new secret."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), 422
    user = _check_password(form)
    if user is None:
        form.apply(FieldError("username", _("Tên đăng nhập hoặc mật khẩu không đúng.")))
        return _sign_in_page(form), 422
    _begin(user, second_factor=False)
    return devices.remember(make_response(redirect(_next_step(form.next.data))), user)


@bp.post("/dang-nhap/khoa-truy-cap/bat-dau")
@open_to_anyone
@commits
def begin_passkey() -> ResponseReturnValue:
    """The script asks what a passkey has to sign; nobody has said who they are."""
    return ceremonies.options(PasskeyUse.SIGN_IN, None)


@bp.post("/dang-nhap/khoa-truy-cap")
@open_to_anyone
@commits
def submit_passkey() -> ResponseReturnValue:
    """A passkey that verified its owner stands for password and second factor."""
    key = PasskeyForm()
    user = _owner(key, PasskeyUse.SIGN_IN, None)
    if user is None:
        return _sign_in_page(SignInForm(formdata=None, next=key.next.data), key), 422
    _begin(user, second_factor=True)
    return redirect(_where_to(key.next.data))


def _owner(form: PasskeyForm, use: PasskeyUse, user: User | None) -> User | None:
    """Whose passkey answered; None when none did, and the form says why. Refusals are recorded."""
    if not form.validate() or ceremonies.needs_script(form):
        return None
    try:
        challenge = ceremonies.challenge(use, user)
        return passkeys.use(challenge, form.credential.data or "", user)
    except FieldError as error:
        db.session.commit()
        form.apply(error)
        return None


def _check_password(form: SignInForm) -> User | None:
    username, password = form.username.data or "", form.password.data or ""
    attempt = signing_in.begin_attempt(
        username=username, address=request.remote_addr or "", device=devices.of(username)
    )
    db.session.commit()
    with reading():
        verified = signing_in.verify(attempt, username=username, password=password)
    user = signing_in.succeed(attempt, verified) if verified is not None else None
    if user is None:
        signing_in.fail(attempt, username=username)
        db.session.commit()
    return user


def _begin(user: User, *, second_factor: bool) -> None:
    token = session_service.start(
        user,
        user_agent=request.user_agent.string,
        second_factor=second_factor,
        replaces=sessions.current(),
    )
    sessions.begin(token)


def _next_step(asked: str | None) -> str:
    """Where somebody with the right password goes: to the second factor, to setting one up, or to
    work.
    """
    found = sessions.half_way()
    where = _where_to(asked)
    if found is None:
        return where
    endpoint = ".second_factor_code" if found.user.has_second_factor else ".set_up"
    return url_for(endpoint, next=where)


@bp.get("/xac-thuc")
@open_to_anyone
def second_factor_code() -> ResponseReturnValue:
    """Ask for the code of the app."""
    found = sessions.half_way()
    if found is None or not found.user.has_second_factor:
        return redirect(url_for(".sign_in", next=_where_to(request.args.get("next"))))
    form = CodeForm(formdata=None, next=_where_to(request.args.get("next")))
    return _code_page(found.user, form)


def _code_page(user: User, form: CodeForm, key: PasskeyForm | None = None) -> str:
    return render_template(
        "accounts/second_factor.html",
        form=form,
        key=key or PasskeyForm(formdata=None, next=form.next.data),
        has_app=user.totp_seed is not None,
        passkeys=bool(user.has_passkey) and ceremonies.possible(),
    )


@bp.post("/xac-thuc/khoa-truy-cap/bat-dau")
@open_to_anyone
@commits
def begin_second_passkey() -> ResponseReturnValue:
    """The script asks what one of this person's passkeys has to sign."""
    found = sessions.half_way()
    if found is None:
        raise NotFound
    return ceremonies.options(PasskeyUse.SECOND_FACTOR, found.user)


@bp.post("/xac-thuc/khoa-truy-cap")
@open_to_anyone
@commits
def submit_second_passkey() -> ResponseReturnValue:
    """A passkey as second factor; the session goes on under a new secret."""
    found, key = sessions.half_way(), PasskeyForm()
    if found is None or not found.user.has_passkey:
        return redirect(url_for(".sign_in"))
    user = found.user
    confirming.begin(_CODE, user.id)
    db.session.commit()
    confirming.still_allowed(_CODE, user.id)
    if _owner(key, PasskeyUse.SECOND_FACTOR, user) is None:
        return _code_page(user, CodeForm(formdata=None, next=key.next.data), key), 422
    confirming.succeed(_CODE, user.id)
    _begin(user, second_factor=True)
    return redirect(_where_to(key.next.data))


@bp.post("/xac-thuc")
@open_to_anyone
@commits
def submit_second_factor_code() -> ResponseReturnValue:
    """Check the code; the session goes on under a new secret."""
    found, form = sessions.half_way(), CodeForm()
    if found is None or not found.user.has_second_factor:
        return redirect(url_for(".sign_in"))
    user = found.user
    if not form.validate():
        return _code_page(user, form), 422
    confirming.begin(_CODE, user.id)
    db.session.commit()
    try:
        confirming.still_allowed(_CODE, user.id)
        second_factor.give(user, code=form.code.data or "")
    except FieldError as error:
        form.apply(error)
        return _code_page(user, form), 422
    confirming.succeed(_CODE, user.id)
    _begin(user, second_factor=True)
    return redirect(_where_to(form.next.data))


@bp.get("/xac-thuc/thiet-lap")
@open_to_anyone
def set_up() -> ResponseReturnValue:
    """A role asks for a second factor that this person has not got yet: nothing
    else before that.
    """
    found = sessions.half_way()
    if found is None or found.user.has_second_factor:
        return redirect(url_for(".sign_in"))
    form = SetUpForm(formdata=None, next=_where_to(request.args.get("next")))
    return render_template("accounts/set_up.html", form=form, secret=qr.readable_secret(found))


@bp.post("/xac-thuc/thiet-lap")
@open_to_anyone
@commits
def submit_set_up() -> ResponseReturnValue:
    """Switch it on; the recovery codes are on this one page and never again."""
    found, form = sessions.half_way(), SetUpForm()
    if found is None or found.user.has_second_factor:
        return redirect(url_for(".sign_in"))
    codes: list[str] = []
    if form.validate():
        confirming.begin(_CODE, found.user_id)
        db.session.commit()
        try:
            codes = second_factor.set_up(found.user, session=found, code=form.code.data or "")
        except FieldError as error:
            form.apply(error)
    if not codes:
        return render_template(
            "accounts/set_up.html", form=form, secret=qr.readable_secret(found)
        ), 422
    _begin(found.user, second_factor=True)
    return render_template(
        "accounts/recovery_codes.html", codes=codes, continue_url=_where_to(form.next.data)
    )


@bp.get("/xac-thuc/ma-qr.svg")
@open_to_anyone
def qr_code() -> ResponseReturnValue:
    """The secret of this session's set-up as a picture; the policy allows no pictures inside the
    page.
    """
    return qr.picture(sessions.current())


@bp.post("/dang-xuat")
@open_to_anyone
@commits
def sign_out() -> ResponseReturnValue:
    """End the session in the database, empty the cookie, and have the browser drop what it kept."""
    found = sessions.current()
    if found is not None:
        session_service.end(found, SessionEnd.SIGNED_OUT)
    sessions.forget()
    flash(_("Bạn đã đăng xuất."), "success")
    response: Response = make_response(redirect(url_for(".sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/quen-mat-khau")
@open_to_anyone
def forgotten() -> ResponseReturnValue:
    """Ask who it is."""
    return render_template("accounts/forgotten.html", form=ForgottenForm(formdata=None))


@bp.post("/quen-mat-khau")
@open_to_anyone
@commits
def submit_forgotten() -> ResponseReturnValue:
    """Send a link if there is such an account, and say the same if there is none."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form), 422
    passwords.ask_link(typed=form.who.data or "", address=request.remote_addr or "")
    return render_template("accounts/forgotten_sent.html")


@bp.get("/dat-lai-mat-khau/<token>")
@open_to_anyone
def reset_password(token: str) -> ResponseReturnValue:
    """The form behind a link. Looking at it uses nothing up: mail scanners open links."""
    g.no_referrer = True
    link = passwords.valid_link(token)
    if link is None:
        return render_template("accounts/dead_link.html"), 410
    return _reset_page(
        NewPasswordForm(formdata=None),
        invited=link.purpose is TokenPurpose.INVITE,
        username=link.user.username,
    )


@bp.post("/dat-lai-mat-khau/<token>")
@open_to_anyone
@commits
def submit_reset_password(token: str) -> ResponseReturnValue:
    """Set the password.

    Nobody is signed in by it: name, password and second factor are asked for as always.
    """
    g.no_referrer = True
    form = NewPasswordForm()
    with reading():
        link = passwords.valid_link(token)
        if link is None:
            return render_template("accounts/dead_link.html"), 410
        invited, username = link.purpose is TokenPurpose.INVITE, link.user.username
        password_hash = hash_new_password(form, link.user) if form.validate() else None
    if password_hash is None:
        return _reset_page(form, invited=invited, username=username), 422
    address = request.remote_addr or ""
    if passwords.use_link(token, password_hash=password_hash, address=address) is None:
        return render_template("accounts/dead_link.html"), 410
    sessions.forget()
    flash(_("Đã đặt mật khẩu mới. Hãy đăng nhập."), "success")
    return redirect(url_for(".sign_in"))


def _reset_page(form: NewPasswordForm, *, invited: bool, username: str) -> str:
    return render_template("accounts/reset.html", form=form, invited=invited, username=username)


@bp.get("/thay-doi/<token>")
@open_to_anyone
def change(token: str) -> ResponseReturnValue:
    """The link in the mail to the owner of an account: what waits, and a button to stop it."""
    g.no_referrer = True
    found = waiting.by_link(token)
    if found is None:
        return render_template("accounts/change_gone.html"), 410
    return render_template(
        "accounts/change_by_link.html",
        form=ButtonForm(),
        change=found,
        what=waiting.describe(found),
    )


@bp.post("/thay-doi/<token>")
@open_to_anyone
@commits
def cancel_change(token: str) -> ResponseReturnValue:
    """The button: it will not happen."""
    g.no_referrer = True
    found = waiting.by_link(token)
    if found is None:
        return render_template("accounts/change_gone.html"), 410
    waiting.cancel(found, actor=found.user)
    return render_template("accounts/change_cancelled.html", what=waiting.describe(found))
