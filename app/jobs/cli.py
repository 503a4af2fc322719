"""`flask jobs`: run the background work, look at it, start a dead job again."""

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.extensions import db
from app.jobs import queries, runner, service
from app.jobs.states import LABELS
from app.kernel import clock
from app.kernel.db import reading
from app.kernel.display import vi_datetime
from app.kernel.errors import DomainError

group = AppGroup("jobs", help="Background work: jobs, periodic tasks, mails.")


@group.command()
@click.option("--once", is_flag=True, help="Do at most one piece of each kind, then stop.")
@click.option("--idle-exit", is_flag=True, help="Stop when nothing has been due for two seconds.")
def run(once: bool, idle_exit: bool) -> None:
    """Do the background work until stopped; SIGTERM finishes what is in hand first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        done = runner.drain(app, rounds=1)
        click.echo(_("Đã làm %(number)s việc.", number=done))
    else:
        runner.Runner(app, idle_exit=idle_exit).run()


@group.command("list")
def list_jobs() -> None:
    """Counts, the timetable, what waits and what could not be done."""
    with reading():
        life = queries.life(clock.now())
        click.echo(
            _(
                "Bộ chạy nền đang hoạt động, tín hiệu cuối lúc %(time)s.",
                time=vi_datetime(life.last_beat),
            )
            if life.alive
            else _("Bộ chạy nền không hoạt động.")
        )
        for state, number in queries.counts().items():
            click.echo(f"{LABELS[state]}: {number}")
        for row in queries.timetable():
            click.echo(
                f"{row.name}  {vi_datetime(row.last_run_at) or '-'}  "
                f"{vi_datetime(row.next_run_at)}  {row.last_error or ''}"
            )
        for job in [*queries.waiting(), *queries.dead()]:
            click.echo(
                f"{job.id}  {job.name}  {LABELS[job.state]}  {vi_datetime(job.run_at)}  "
                f"{job.attempts}  {job.last_error or ''}"
            )


@group.command()
@click.argument("job_id", type=int)
def retry(job_id: int) -> None:
    """Put a dead job in line again."""
    try:
        service.retry(job_id, actor="flask jobs retry")
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo(_("Việc số %(number)s sẽ được chạy lại.", number=job_id))
