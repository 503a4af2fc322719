"""`flask audit …`: is the record whole? Its heads, to be kept elsewhere, and its keys."""

import re
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.audit import keys, queries, service
from app.audit.proof import written
from app.extensions import db
from app.kernel.db import reading
from app.kernel.doctor import Finding, good, problem

group = AppGroup("audit", help="The record of what was done.")
#: A head inside a mail, a print or the manifest of a backup.
_WRITTEN = re.compile(r"\bM?[0-9]+:[0-9a-f]{64}\b")
_HEAD = re.compile(r"(M?[0-9]+:)?[0-9a-f]{64}", re.IGNORECASE)


def check_keys() -> Finding:
    """For `flask doctor`: the keys are there, and only for this account."""
    known, used = keys.read(), service.key_of_head()
    if used and used not in {key.id for key in known}:
        return problem(
            _(
                "Tệp khóa nhật ký %(file)s không có khóa %(key)s của bản ghi cuối: hãy chép lại "
                "tệp khóa cũ.",
                file=keys.path(),
                key=used,
            )
        )
    if known and keys.path().stat().st_mode & 0o077:
        return problem(
            _("Người khác đọc được tệp khóa nhật ký %(file)s: chmod 600.", file=keys.path())
        )
    return good(_("Khóa nhật ký: %(file)s", file=keys.path()))


def _head(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[str]:
    heads = ["".join(text.split()) for text in value]
    for text in heads:
        if not _HEAD.fullmatch(text):
            raise click.BadParameter(_("Mốc có dạng 4711:… hoặc M12:…, với 64 chữ số 0–9, a–f."))
    return heads


def _heads_in(file: Path) -> list[str]:
    # A mail wraps long lines with «=».
    heads = _WRITTEN.findall(re.sub(r"=\r?\n", "", file.read_text("utf-8", "replace")))
    if not heads:
        raise click.ClickException(_("Không thấy mốc nào trong %(file)s.", file=file))
    return heads


@group.command()
@click.option(
    "--head",
    "--expect",
    "heads",
    metavar="HEAD",
    multiple=True,
    callback=_head,
    help="A head or mark noted earlier (4711:…, M12:… or the hash alone); the chain must have it.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A mail or a list of marks, or the manifest of a backup: every head in it is looked for.",
)
def verify(heads: list[str], against: Path | None) -> None:
    """Check every link of the chain; exit code 1 and the list of faults when it is not whole."""
    heads += _heads_in(against) if against else []
    with reading():
        try:
            problems = service.verify(*heads)
        except keys.KeyFileError as error:
            raise click.ClickException(str(error)) from error
        number, digest = service.head()
        unkeyed = service.without_key()
    for sentence in problems:
        click.echo(sentence)
    if problems:
        raise SystemExit(1)
    click.echo(
        _(
            "Nhật ký toàn vẹn: %(number)s bản ghi. Mốc của bản ghi cuối: %(head)s",
            number=number,
            head=written(number, digest),
        )
    )
    if unkeyed:
        click.echo(
            _(
                "Bản ghi số 1 đến %(number)s viết trước khi nhật ký có khóa: từ lúc có khóa chúng "
                "không thể bị đổi mà không lộ, trước lúc đó thì không chứng tỏ được.",
                number=unkeyed,
            )
        )
    if heads:
        click.echo(_("Có đủ %(number)s mốc đã ghi ở nơi khác.", number=len(heads)))


@group.command()
@click.option("--new", is_flag=True, help="Make a mark of the record as it is now first.")
def heads(new: bool) -> None:
    """List the marks, newest first: print them, or send them to somebody else."""
    if new:
        service.mark()
        db.session.commit()
        service.keep_marks()
    with reading():
        for mark in queries.marks():
            click.echo(f"{mark.written}  {mark.at:%Y-%m-%dT%H:%M:%SZ}  {mark.record}")


@group.command("new-key")
def new_key() -> None:
    """Seal the record with a new key from here on; the old keys stay in the file, for verifying."""
    key = service.new_key()
    db.session.commit()
    click.echo(
        _(
            "Khóa mới %(key)s từ bản ghi số %(number)s. Hãy chép lại tệp khóa ra nơi khác.",
            key=key.id,
            number=key.first,
        )
    )
