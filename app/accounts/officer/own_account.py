"""One's own account: details, password, second factor, sessions, deputy."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import ROLE_LABELS, P, require
from app.accounts import queries, sessions
from app.accounts.forms import (
    ChangePasswordForm,
    CodeForm,
    ConfirmForm,
    DeputyForm,
    EmailForm,
    NewPasskeyForm,
    OwnSetUpForm,
    PasskeyNameForm,
)
from app.accounts.models import PasskeyUse, PendingChange, StaffSession
from app.accounts.officer import ceremonies, qr
from app.accounts.officer.checks import hash_new_password, password_confirmed
from app.accounts.policy import may_confirm, may_name_deputy, needs_second_factor
from app.accounts.service import (
    applying,
    deputies,
    passkeys,
    passwords,
    people,
    second_factor,
    waiting,
)
from app.accounts.service import sessions as session_service
from app.accounts.signed_in import me
from app.accounts.vault import vault
from app.kernel.db import reading
from app.kernel.errors import FieldError, NotFound
from app.kernel.web import commits
from app.organisation import queries as organisation

bp = Blueprint(
    "own_account", __name__, url_prefix="/can-bo/tai-khoan", template_folder="../templates"
)


def _session() -> StaffSession:
    found = sessions.current()
    if found is None:
        raise NotFound
    return found


def _go_on(*, second_factor_given: bool = False) -> None:
    """The same person under a new secret: what was stolen before is worth nothing."""
    token = session_service.start(
        me(),
        user_agent=request.user_agent.string,
        second_factor=second_factor_given,
        replaces=_session(),
        continues=True,
    )
    sessions.begin(token)


@bp.get("")
@require(P.ACCOUNT_SELF)
def index() -> ResponseReturnValue:
    """Everything at a glance."""
    user = me()
    return render_template(
        "accounts/account.html",
        user=user,
        unit=organisation.unit(user.unit_id) if user.unit_id else None,
        role_labels=[str(ROLE_LABELS[role]) for role in sorted(user.roles)],
        sessions=queries.sessions_of(user),
        this_session=_session(),
        browser_label=session_service.browser_label,
        codes_left=queries.recovery_codes_left(user) if user.has_second_factor else 0,
        passkeys=len(passkeys.of(user)),
        may_name_deputy=may_name_deputy(user),
        delegations=queries.delegations_of(user),
        waiting=queries.waiting_changes(user),
        describe=waiting.describe,
    )


@bp.get("/thay-doi/<int:change_id>")
@require(P.ACCOUNT_SELF)
def change(change_id: int) -> ResponseReturnValue:
    """What somebody else wants to change about one's account."""
    return _change_page(queries.waiting_change(me(), change_id), ConfirmForm(formdata=None))


@bp.post("/thay-doi/<int:change_id>")
@require(P.ACCOUNT_SELF)
@commits
def confirm_change(change_id: int) -> ResponseReturnValue:
    """The owner agrees: it takes effect at once."""
    found, form = queries.waiting_change(me(), change_id), ConfirmForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _change_page(found, form), 422
    applying.confirm(found, actor=me())
    flash(_("Thay đổi đã có hiệu lực."), "success")
    return redirect(url_for(".index"))


@bp.post("/thay-doi/<int:change_id>/huy")
@require(P.ACCOUNT_SELF)
@commits
def cancel_change(change_id: int) -> ResponseReturnValue:
    """The owner stops it."""
    waiting.cancel(queries.waiting_change(me(), change_id), actor=me())
    flash(_("Đã hủy thay đổi. Quản trị viên đã yêu cầu được báo."), "success")
    return redirect(url_for(".index"))


def _change_page(found: PendingChange, form: ConfirmForm) -> str:
    return render_template(
        "accounts/change.html",
        form=form,
        change=found,
        what=waiting.describe(found),
        may_confirm=may_confirm(me(), found),
    )


@bp.get("/thu-dien-tu")
@require(P.ACCOUNT_SELF)
def email() -> ResponseReturnValue:
    """The form for another address."""
    return render_template("accounts/email.html", form=EmailForm(formdata=None, email=me().email))


@bp.post("/thu-dien-tu")
@require(P.ACCOUNT_SELF)
@commits
def submit_email() -> ResponseReturnValue:
    """Change the address; both addresses are told."""
    form = EmailForm()
    if not form.validate() or not password_confirmed(form, me()):
        return render_template("accounts/email.html", form=form), 422
    try:
        people.change_email(me(), form.email.data or "", actor=me())
    except FieldError as error:
        form.apply(error)
        return render_template("accounts/email.html", form=form), 422
    flash(
        _("Đã đổi thư điện tử. Chúng tôi gửi thư báo đến cả địa chỉ cũ và địa chỉ mới."), "success"
    )
    return redirect(url_for(".index"))


@bp.get("/mat-khau")
@require(P.ACCOUNT_SELF)
def password() -> ResponseReturnValue:
    """The form for another password."""
    return _password_page(ChangePasswordForm(formdata=None))


@bp.post("/mat-khau")
@require(P.ACCOUNT_SELF)
@commits
def submit_password() -> ResponseReturnValue:
    """Change the password; other sessions end and this one gets a new secret."""
    form = ChangePasswordForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _password_page(form), 422
    with reading():
        password_hash = hash_new_password(form, me())
    if password_hash is None:
        return _password_page(form), 422
    passwords.change(me(), password_hash=password_hash, keep=_session())
    _go_on()
    flash(_("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."), "success")
    return redirect(url_for(".index"))


def _password_page(form: ChangePasswordForm) -> str:
    return render_template("accounts/password.html", form=form, forced=me().must_change_password)


@bp.get("/xac-thuc-hai-lop")
@require(P.ACCOUNT_SELF)
def two_steps() -> ResponseReturnValue:
    """Set it up, or manage it once it is there. With a passkey alone, the app comes at wish."""
    user = me()
    if not user.has_second_factor or (user.totp_seed is None and "ung-dung" in request.args):
        return _set_up_page(OwnSetUpForm(formdata=None))
    return _manage_page(ConfirmForm(formdata=None))


@bp.post("/xac-thuc-hai-lop")
@require(P.ACCOUNT_SELF)
@commits
def submit_two_steps() -> ResponseReturnValue:
    """Switch it on; the recovery codes are on this one page and never again."""
    if me().totp_seed is not None:
        return redirect(url_for(".two_steps"))
    form = OwnSetUpForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _set_up_page(form), 422
    try:
        codes = second_factor.set_up(me(), session=_session(), code=form.code.data or "")
    except FieldError as error:
        form.apply(error)
        return _set_up_page(form), 422
    _go_on(second_factor_given=True)
    return _codes_page(codes)


@bp.post("/xac-thuc-hai-lop/ma-du-phong")
@require(P.ACCOUNT_SELF)
@commits
def replace_codes() -> ResponseReturnValue:
    """Ten new recovery codes instead of the old ones."""
    form = ConfirmForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _manage_page(form), 422
    return _codes_page(second_factor.replace_recovery_codes(me()))


@bp.post("/xac-thuc-hai-lop/tat")
@require(P.ACCOUNT_SELF)
@commits
def switch_off() -> ResponseReturnValue:
    """Do without, where no role forbids it."""
    form = ConfirmForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _manage_page(form), 422
    second_factor.switch_off(me())
    flash(
        _("Đã tắt mã trong ứng dụng. Khóa truy cập vẫn dùng được.")
        if me().has_passkey
        else _("Đã tắt xác thực hai lớp."),
        "success",
    )
    return redirect(url_for(".index"))


def _set_up_page(form: CodeForm) -> str:
    return render_template(
        "accounts/own_set_up.html", form=form, secret=qr.readable_secret(_session())
    )


def _manage_page(form: ConfirmForm) -> str:
    user = me()
    return render_template(
        "accounts/two_steps.html",
        form=form,
        codes_left=queries.recovery_codes_left(user),
        has_app=user.totp_seed is not None,
        required=needs_second_factor(user, demo=vault().demo) and not user.has_passkey,
    )


def _codes_page(codes: list[str]) -> str:
    return render_template(
        "accounts/recovery_codes.html", codes=codes, continue_url=url_for(".index")
    )


@bp.get("/khoa-truy-cap")
@require(P.ACCOUNT_SELF)
def passkey_list() -> ResponseReturnValue:
    """One's passkeys, and adding one."""
    return _passkey_page(NewPasskeyForm(formdata=None))


@bp.post("/khoa-truy-cap/bat-dau")
@require(P.ACCOUNT_SELF)
@commits
def begin_passkey() -> ResponseReturnValue:
    """The password is right: the script may ask the browser for a new key."""
    form = NewPasskeyForm()
    if not form.validate() or not password_confirmed(form, me()):
        return ceremonies.said(form)
    return ceremonies.options(PasskeyUse.REGISTER, me())


@bp.post("/khoa-truy-cap")
@require(P.ACCOUNT_SELF)
@commits
def add_passkey() -> ResponseReturnValue:
    """Keep the new key. Its challenge was given to whoever knew the password, minutes ago."""
    form, codes = NewPasskeyForm(), list[str]()
    try:
        if not form.validate() or ceremonies.needs_script(form):
            return _passkey_page(form), 422
        challenge = ceremonies.challenge(PasskeyUse.REGISTER, me())
        codes = passkeys.register(
            me(),
            session=_session(),
            challenge=challenge,
            credential=form.credential.data or "",
            name=form.name.data or "",
        )
    except FieldError as error:
        form.apply(error)
        return _passkey_page(form), 422
    _go_on(second_factor_given=True)
    if codes:
        return _codes_page(codes)
    flash(_("Đã thêm khóa truy cập."), "success")
    return redirect(url_for(".passkey_list"))


@bp.get("/khoa-truy-cap/<int:passkey_id>")
@require(P.ACCOUNT_SELF)
def passkey(passkey_id: int) -> ResponseReturnValue:
    """One of them: its name, and removing it."""
    return _one_passkey(passkey_id, None, ConfirmForm(formdata=None))


@bp.post("/khoa-truy-cap/<int:passkey_id>")
@require(P.ACCOUNT_SELF)
@commits
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Another name."""
    form = PasskeyNameForm()
    if not form.validate():
        return _one_passkey(passkey_id, form, ConfirmForm(formdata=None)), 422
    passkeys.rename(me(), passkey_id, form.name.data or "")
    flash(_("Đã lưu tên của khóa truy cập."), "success")
    return redirect(url_for(".passkey_list"))


@bp.post("/khoa-truy-cap/<int:passkey_id>/bo")
@require(P.ACCOUNT_SELF)
@commits
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    form = ConfirmForm()
    if not form.validate() or not password_confirmed(form, me()):
        return _one_passkey(passkey_id, None, form), 422
    passkeys.remove(me(), passkey_id, session=_session())
    flash(_("Đã bỏ khóa truy cập. Các phiên đăng nhập khác đã kết thúc."), "success")
    return redirect(url_for(".passkey_list"))


def _passkey_page(form: NewPasskeyForm) -> str:
    return render_template(
        "accounts/passkeys.html",
        form=form,
        keys=passkeys.of(me()),
        possible=ceremonies.possible(),
        first=not me().has_second_factor,
    )


def _one_passkey(passkey_id: int, name: PasskeyNameForm | None, form: ConfirmForm) -> str:
    found = next((key for key in passkeys.of(me()) if key.id == passkey_id), None)
    if found is None:
        raise NotFound
    return render_template(
        "accounts/passkey.html",
        passkey=found,
        name_form=name or PasskeyNameForm(formdata=None, name=found.name),
        form=form,
    )


@bp.post("/phien/<int:session_id>/ket-thuc")
@require(P.ACCOUNT_SELF)
@commits
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions elsewhere."""
    if session_id == _session().id:
        return redirect(url_for(".index"))
    session_service.end_own(me(), session_id)
    flash(_("Đã kết thúc phiên đăng nhập đó."), "success")
    return redirect(url_for(".index"))


@bp.post("/phien/ket-thuc-khac")
@require(P.ACCOUNT_SELF)
@commits
def end_other_sessions() -> ResponseReturnValue:
    """End all of them but this one."""
    session_service.end_others(me(), keep=_session())
    flash(_("Đã kết thúc mọi phiên đăng nhập khác."), "success")
    return redirect(url_for(".index"))


@bp.get("/duyet-thay")
@require(P.QUESTION_APPROVE)
def deputy() -> ResponseReturnValue:
    """The form for naming somebody."""
    return render_template("accounts/deputy.html", form=_deputy_form(DeputyForm(formdata=None)))


@bp.post("/duyet-thay")
@require(P.QUESTION_APPROVE)
@commits
def submit_deputy() -> ResponseReturnValue:
    """Name somebody who approves in one's place."""
    form = _deputy_form(DeputyForm())
    if (
        not form.validate()
        or form.deputy.data is None
        or form.starts_on.data is None
        or form.ends_on.data is None
    ):
        return render_template("accounts/deputy.html", form=form), 422
    try:
        deputies.name_deputy(
            me(),
            deputy=queries.by_id(form.deputy.data),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
        )
    except FieldError as error:
        form.apply(error)
        return render_template("accounts/deputy.html", form=form), 422
    flash(_("Đã giao người duyệt thay."), "success")
    return redirect(url_for(".index"))


@bp.post("/duyet-thay/<int:delegation_id>/thoi-giao")
@require(P.QUESTION_APPROVE)
@commits
def withdraw_deputy(delegation_id: int) -> ResponseReturnValue:
    """Take it back early."""
    deputies.withdraw(me(), delegation_id)
    flash(_("Đã thôi giao duyệt thay."), "success")
    return redirect(url_for(".index"))


def _deputy_form(form: DeputyForm) -> Any:
    candidates = queries.possible_deputies(me())
    form.deputy.choices = [
        ("", _("Chọn một người")),
        *((user.id, user.full_name) for user in candidates),
    ]
    return form
