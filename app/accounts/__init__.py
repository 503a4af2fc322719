"""Staff accounts: signing in, second factor, sessions that can be ended, passwords by link, roles,
deputies.

The row of a session decides, not the cookie: it can be ended from anywhere and stays ended. Mails
are sent by whoever listens to `events`. Everything slow (Argon2) happens outside the writers' turn
at the database.
"""

from flask import Flask
from flask_babel import gettext as _

from app.extensions import login_manager
from app.kernel import links
from app.kernel.display import navigation


def init_app(app: Flask) -> None:
    """Wire sign-in, the screens, the menu and the command."""
    from app.access import P, system_pages
    from app.accounts import cli, sessions, vault
    from app.accounts.officer import entrance, guard, own_account, people
    from app.accounts.queries import resolve
    from app.accounts.service import applying, keeping, recording  # noqa: F401  (two register themselves with the runner)

    vault.init_app(app)
    login_manager.session_protection = None
    login_manager.anonymous_user = sessions.Nobody
    login_manager.request_loader(sessions.load_user)
    for blueprint in (entrance.bp, own_account.bp, people.bp):
        app.register_blueprint(blueprint)
    app.before_request(guard.password_first)
    app.cli.add_command(cli.users)
    recording.declare_tags()
    links.register("user", resolve)
    navigation(app).add_staff(
        900, "tai-khoan", lambda: _("Tài khoản"), "/can-bo/tai-khoan", P.ACCOUNT_SELF
    )
    system_pages.register(
        50,
        lambda: _("Người dùng"),
        lambda: _("Tài khoản cán bộ, vai trò, phiên đăng nhập."),
        "/can-bo/he-thong/nguoi-dung",
        P.USER_EDIT,
    )
