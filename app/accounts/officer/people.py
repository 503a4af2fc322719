"""Administering people: the list, new accounts, roles, closing accounts, lost telephones."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import ROLE_LABELS, P, require
from app.accounts import queries
from app.accounts.forms import ROLE_HINTS, NewPersonForm, PeopleFilterForm, PersonForm
from app.accounts.models import PendingChange, User
from app.accounts.policy import may_administer, may_confirm
from app.accounts.service import applying, passwords, people, second_factor, sessions, waiting
from app.accounts.signed_in import me
from app.kernel.display import vi_datetime
from app.kernel.errors import FieldError
from app.kernel.web import commits
from app.organisation import queries as organisation

bp = Blueprint(
    "people", __name__, url_prefix="/can-bo/he-thong/nguoi-dung", template_folder="../templates"
)


def _units(first: str) -> list[tuple[Any, str]]:
    return [("", first), *((unit.id, unit.name) for unit in organisation.active_units())]


@bp.get("")
@require(P.USER_EDIT)
def index() -> ResponseReturnValue:
    """The list, narrowed by the address."""
    form = PeopleFilterForm(request.args)
    form.vai_tro.choices = [
        ("", _("Tất cả")),
        *((role.value, label) for role, label in ROLE_LABELS.items()),
    ]
    form.don_vi.choices = _units(_("Tất cả"))
    page = queries.people(
        _filters(form), after=request.args.get("sau"), before=request.args.get("truoc")
    )
    kept: dict[str, Any] = {
        name: value for name in form._fields if (value := request.args.get(name))
    }
    return render_template(
        "accounts/people.html",
        form=form,
        page=page,
        filtered=bool(kept),
        unit_names={unit.id: unit.name for unit in organisation.active_units()},
        role_labels=ROLE_LABELS,
        waiting=queries.waiting_changes(),
        describe=waiting.describe,
        previous_url=url_for(".index", **kept, truoc=page.previous_cursor)
        if page.previous_cursor
        else None,
        next_url=url_for(".index", **kept, sau=page.next_cursor) if page.next_cursor else None,
    )


def _filters(form: PeopleFilterForm) -> queries.Filters:
    form.validate()
    wrong = set(form.errors)
    chosen = {name: None if name in wrong else field.data for name, field in form._fields.items()}
    return queries.Filters(
        text=chosen["tim"] or "",
        role=chosen["vai_tro"],
        unit_id=chosen["don_vi"],
        active={"mo": True, "khoa": False}.get(chosen["trang_thai"] or ""),
    )


@bp.get("/moi")
@require(P.USER_EDIT)
def new() -> ResponseReturnValue:
    """The form for a new account."""
    return _new_page(_offered(NewPersonForm(formdata=None)))


@bp.post("/moi")
@require(P.USER_EDIT)
@commits
def submit_new() -> ResponseReturnValue:
    """Make the account and invite its owner by mail to set a password."""
    form = _offered(NewPersonForm())
    if not form.validate():
        return _new_page(form), 422
    try:
        user = people.create_user(
            username=form.username.data or "", **_details(form, None), invite=True, actor=me()
        )
    except FieldError as error:
        form.apply(error)
        return _new_page(form), 422
    flash(
        _(
            "Đã tạo tài khoản và gửi thư mời đến %(email)s. Liên kết trong thư dùng được trong 72 "
            "giờ.",
            email=user.email,
        ),
        "success",
    )
    _say_what_waits(queries.waiting_changes(user))
    return redirect(url_for(".show", username=user.username))


def _say_what_waits(changes: list[PendingChange]) -> None:
    for change in changes:
        flash(
            _(
                "%(change)s: chờ người thứ hai đồng ý, hoặc có hiệu lực lúc %(due)s. Chủ tài khoản "
                "đã được báo và hủy được.",
                change=waiting.describe(change),
                due=vi_datetime(change.due_at),
            ),
            "info",
        )


@bp.get("/<username>")
@require(P.USER_EDIT)
def show(username: str) -> ResponseReturnValue:
    """One account: what it is, and what can be done with it."""
    user = queries.by_username(username)
    data = {
        "full_name": user.full_name,
        "email": user.email,
        "position": user.position,
        "unit": user.unit_id,
        "roles": sorted(user.roles),
        "seen_revision": people.fingerprint(user),
    }
    return _person_page(user, _offered(PersonForm(formdata=None, data=data), user))


@bp.post("/<username>")
@require(P.USER_EDIT)
@commits
def submit_show(username: str) -> ResponseReturnValue:
    """Keep the changes. New roles end the person's sessions."""
    user = queries.by_username(username)
    form = _offered(PersonForm(), user)
    if not form.validate():
        return _person_page(user, form), 422
    try:
        later = people.edit_user(
            user, **_details(form, user), actor=me(), seen=form.seen_revision.data or None
        )
    except FieldError as error:
        form.apply(error)
        return _person_page(user, form), 422
    flash(_("Đã lưu tài khoản."), "success")
    _say_what_waits(later)
    return redirect(url_for(".show", username=user.username))


def _act(username: str, act: Callable[[User], object], done: str) -> ResponseReturnValue:
    change = act(queries.by_username(username))
    if isinstance(change, PendingChange):
        _say_what_waits([change])
    else:
        flash(done, "success")
    return redirect(url_for(".show", username=username))


@bp.post("/<username>/khoa")
@require(P.USER_EDIT)
@commits
def disable(username: str) -> ResponseReturnValue:
    """Close the account."""
    return _act(
        username,
        lambda user: people.disable(user, actor=me()),
        _("Đã khóa tài khoản và kết thúc mọi phiên đăng nhập."),
    )


@bp.post("/<username>/mo-khoa")
@require(P.USER_EDIT)
@commits
def enable(username: str) -> ResponseReturnValue:
    """Open it again."""
    return _act(username, lambda user: people.enable(user, actor=me()), _("Đã mở khóa tài khoản."))


@bp.post("/<username>/ket-thuc-phien")
@require(P.USER_EDIT)
@commits
def end_sessions(username: str) -> ResponseReturnValue:
    """Sign the person out everywhere."""
    return _act(
        username,
        lambda user: sessions.end_by_administrator(user, actor=me()),
        _("Đã kết thúc mọi phiên đăng nhập."),
    )


@bp.post("/<username>/dat-lai-xac-thuc")
@require(P.USER_EDIT)
@commits
def reset_second_factor(username: str) -> ResponseReturnValue:
    """The telephone is lost."""
    done = _(
        "Đã bỏ xác thực hai lớp của người này; khi đăng nhập lại, họ sẽ thiết lập từ đầu nếu vai "
        "trò bắt buộc."
    )
    return _act(username, lambda user: second_factor.reset(user, actor=me()), done)


@bp.post("/<username>/gui-lien-ket")
@require(P.USER_EDIT)
@commits
def send_link(username: str) -> ResponseReturnValue:
    """Invite again, or send a link to reset the password."""
    invited = queries.by_username(username).password_hash is None
    return _act(
        username,
        lambda user: passwords.send_link(user, actor=me()),
        _("Đã gửi lại thư mời.")
        if invited
        else _("Đã gửi liên kết đặt lại mật khẩu đến thư điện tử của người này."),
    )


@bp.post("/<username>/thay-doi/<int:change_id>/dong-y")
@require(P.USER_EDIT)
@commits
def confirm_change(username: str, change_id: int) -> ResponseReturnValue:
    """A second administrator agrees to what another one asked for."""
    return _act(
        username,
        lambda user: applying.confirm(queries.waiting_change(user, change_id), actor=me()),
        _("Thay đổi đã có hiệu lực."),
    )


@bp.post("/<username>/thay-doi/<int:change_id>/huy")
@require(P.USER_EDIT)
@commits
def cancel_change(username: str, change_id: int) -> ResponseReturnValue:
    """Stop a change that waits."""
    return _act(
        username,
        lambda user: waiting.cancel(queries.waiting_change(user, change_id), actor=me()),
        _("Đã hủy thay đổi."),
    )


def _offered(form: Any, user: User | None = None) -> Any:
    form.unit.choices = _units(_("Không thuộc đơn vị nào"))
    if (
        user is not None
        and user.unit_id
        and user.unit_id not in {choice[0] for choice in form.unit.choices}
    ):
        # A unit that no longer exists stays with its people until somebody moves them.
        form.unit.choices.append((user.unit_id, organisation.unit(user.unit_id).name))
    if user is not None and not may_administer(me(), user):
        # Nobody changes their own roles; one's own address is changed where the password is asked
        # for.
        del form.roles
        del form.email
    return form


def _details(form: PersonForm, user: User | None) -> dict[str, Any]:
    own = user is not None and "roles" not in form
    return {
        "full_name": form.full_name.data or "",
        "position": form.position.data or "",
        "unit_id": form.unit.data,
        "email": user.email if own and user else form.email.data or "",
        "roles": user.roles if own and user else frozenset(form.roles.data or ()),
    }


def _new_page(form: NewPersonForm) -> str:
    return render_template("accounts/person_new.html", form=form, role_hints=_role_hints())


def _person_page(user: User, form: PersonForm) -> str:
    return render_template(
        "accounts/person.html",
        user=user,
        form=form,
        may_administer=may_administer(me(), user),
        role_hints=_role_hints(),
        role_labels=[str(ROLE_LABELS[role]) for role in sorted(user.roles)],
        running=len(queries.sessions_of(user)),
        waiting=queries.waiting_changes(user),
        describe=waiting.describe,
        may_confirm=lambda change: may_confirm(me(), change),
    )


def _role_hints() -> dict[str, str]:
    return {role.value: str(hint) for role, hint in ROLE_HINTS.items()}
