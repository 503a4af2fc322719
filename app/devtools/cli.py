"""`flask demo …`: sample data to try the product with, and bulk data to measure it with.

Refused in production.
"""

import time

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.accounts import demo as accounts
from app.devtools.profiles import PROFILES
from app.extensions import db
from app.kernel.display import vi_number
from app.kernel.errors import DomainError

demo = AppGroup("demo", help="Sample data (never in production).")


@demo.command("load")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default=PROFILES[0],
    help="The commune of today, or the former district.",
)
@click.option("--fresh", is_flag=True, help="Empty every table first.")
@click.option("--quiet", is_flag=True, help="Leave out the list of accounts.")
def load(*, profile: str, fresh: bool, quiet: bool) -> None:
    """Load the fictional An Sơn: units, people, questions at every stage."""
    from app.devtools import demo as sample

    started = time.monotonic()
    try:
        loaded = sample.load(profile=profile, fresh=fresh)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    if not loaded.fresh:
        click.echo(
            _(
                "Cơ sở dữ liệu đã có dữ liệu nên không nạp thêm. Muốn xóa hết và nạp lại, hãy "
                "thêm --fresh."
            )
        )
        return
    click.echo(
        _(
            "Đã nạp %(count)s câu hỏi, %(published)s câu trả lời công khai, trong %(seconds)s "
            "giây.",
            count=loaded.questions,
            published=loaded.published,
            seconds=vi_number(time.monotonic() - started, 1),
        )
    )
    if not quiet:
        click.echo(_("Tài khoản mẫu, mật khẩu %(password)s:", password=accounts.PASSWORD))
        for username, roles in sample.demo_accounts():
            click.echo(f"    {username:16} {roles}")
    pin = sample.example_pin(str(current_app.secret_key))
    click.echo(
        _("Tra cứu thử như người gửi: mã %(code)s, mã PIN %(pin)s.", code=loaded.example, pin=pin)
    )


@demo.command("scale")
@click.option(
    "--questions", type=click.IntRange(1, 5_000_000), required=True, help="How many to add."
)
@click.option(
    "--answered-share",
    type=click.FloatRange(0, 1),
    default=0.97,
    show_default=True,
    help="How many of them are public.",
)
def scale(*, questions: int, answered_share: float) -> None:
    """Add many made-up questions, to measure how the product behaves with them."""
    from app.devtools.demo.scale import scale as add

    started = time.monotonic()
    try:
        made = add(questions, answered_share=answered_share)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(
        _(
            "Đã thêm %(count)s câu hỏi, trong đó %(answered)s đã trả lời và %(open)s đang chờ xử "
            "lý, trong %(seconds)s giây.",
            count=vi_number(made.questions),
            answered=vi_number(made.answered),
            open=vi_number(made.open),
            seconds=vi_number(time.monotonic() - started, 1),
        )
    )
