"""`flask users …`: the first administrator, and the way back in when nobody can
sign in any more.
"""

import sys

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.access import ROLE_LABELS, Role
from app.access.actors import SYSTEM
from app.accounts import queries
from app.accounts.models import User
from app.accounts.service import create_user, passwords, second_factor
from app.extensions import db
from app.kernel.errors import DomainError, NotFound

users = AppGroup("users", help="Accounts of staff.")


@users.command("create")
@click.option("--username", required=True, help="For signing in: lower case, such as nguyen.van.a.")
@click.option("--name", "full_name", default="", help="Full name; the username when left out.")
@click.option("--email", required=True, help="Where mails to this person go.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times.",
)
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Read an initial password from standard input; it has to be changed at the first sign-in.",
)
@click.option("--invite", is_flag=True, help="Send the link by mail instead of printing it.")
def create(
    *,
    username: str,
    full_name: str,
    email: str,
    roles: tuple[str, ...],
    password_stdin: bool,
    invite: bool,
) -> None:
    """Make an account and print a one-time link for setting its password."""
    if password_stdin and invite:
        raise click.UsageError("--password-stdin and --invite exclude each other")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        if password is not None:
            passwords.check_for(password, username, full_name)
        user = create_user(
            username=username,
            full_name=full_name or username,
            email=email,
            roles=[Role(role) for role in roles],
            password=password,
            must_change_password=password is not None,
            invite=invite,
        )
        link = None if invite or password_stdin else passwords.print_link(user, actor=SYSTEM)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo(_("Đã tạo tài khoản %(username)s.", username=user.username))
    if link:
        click.echo(_("Mở liên kết này trong 72 giờ để đặt mật khẩu: %(link)s", link=link))


@users.command("list")
def list_users() -> None:
    """Print every account: name for signing in, full name, roles, state."""
    for user in queries.all_users():
        roles = ", ".join(str(ROLE_LABELS[role]) for role in sorted(user.roles))
        state = "" if user.is_active else _("đã khóa")
        click.echo("\t".join((user.username, user.full_name, roles, state)).rstrip())


@users.command("link")
@click.option("--username", required=True)
def link(username: str) -> None:
    """Print a new one-time link for setting the password, when mail does not work."""
    click.echo(passwords.print_link(_find(username), actor=SYSTEM))
    db.session.commit()


@users.command("reset-second-factor")
@click.option("--username", required=True)
def reset_second_factor(username: str) -> None:
    """Remove somebody's second factor, when telephone and recovery codes are lost and no other
    administrator is there.
    """
    second_factor.reset(_find(username), actor=SYSTEM)
    db.session.commit()
    click.echo(_("Đã bỏ xác thực hai lớp của %(username)s.", username=username))


def _find(username: str) -> User:
    try:
        return queries.by_username(username)
    except NotFound as error:
        raise click.ClickException(
            _("Không có tài khoản tên %(username)s.", username=username)
        ) from error
