"""`flask backup create|verify|restore`: one file with database, uploads and settings, taken while
the server runs.

A backup that was never restored is a hope: `verify` restores into a scratch folder and compares
counts and hashes. The secret key is inside, so the file is as secret as the installation itself.
The keys of the audit record are not: whoever takes a backup shall not be able to write a record
that looks true. The manifest holds the record's head instead.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup

from app.extensions import db
from app.kernel.clock import local, now

MANIFEST = "manifest.json"
_FOLDERS = ("uploads",)
_FILES = ("config.toml", "secret_key", "audit_marks")
backup = AppGroup("backup", help="Make, check and bring back backups.")
Fact = Callable[[], str]


class BackupError(click.ClickException):
    """It could not be made, or is not what it should be."""


def add_fact(app: Flask, name: str, fact: Fact) -> None:
    """A feature adds a line to the manifest, read before the database is copied."""
    app.extensions.setdefault("backup_facts", {})[name] = fact


def _instance() -> Path:
    return Path(current_app.instance_path)


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _postgres_url() -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _dump(target: Path) -> None:
    if _is_sqlite():
        source = sqlite3.connect(str(db.engine.url.database))
        copy = sqlite3.connect(target)
        with source, copy:
            source.backup(copy)
        source.close()
        copy.close()
        return
    command = ["pg_dump", "--no-owner", "--no-privileges", "--file", str(target), _postgres_url()]
    subprocess.run(command, check=True)  # noqa: S603  (fixed command, our own setting)


def _counts_sqlite(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_doc%'"
        )
    ]
    counts = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in sorted(names)
    }
    connection.close()
    return counts


def create_backup(target: Path) -> dict[str, Any]:
    """Write the backup file and return its manifest. Raises BackupError when the file exists."""
    if target.exists():
        raise BackupError(f"{target} exists already")
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch)
        dump = folder / ("app.db" if _is_sqlite() else "database.sql")
        facts = {name: fact() for name, fact in current_app.extensions["backup_facts"].items()}
        # A transaction of this process must not stand in the way of the copy.
        db.session.rollback()
        # Before the database, so that no mark of the record is in the file and not in the copy.
        for name in _FILES:
            if (_instance() / name).exists():
                shutil.copy2(_instance() / name, folder / name)
        # Uploads are copied after the database: a row never points to a file that is missing from
        # the backup.
        _dump(dump)
        for name in _FOLDERS:
            if (_instance() / name).exists():
                shutil.copytree(_instance() / name, folder / name)
        hashes = {
            path.relative_to(folder).as_posix(): _hash(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        manifest: dict[str, Any] = {
            "made_at": now().isoformat(),
            "database": db.engine.dialect.name,
            "rows": _counts_sqlite(dump) if _is_sqlite() else {},
            "files": hashes,
            "facts": facts,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
        partial = target.with_name(target.name + ".part")
        with tarfile.open(partial, "w:gz") as archive:
            archive.add(folder, arcname=".")
        os.chmod(partial, 0o600)
        partial.rename(target)
    return manifest


def verify_backup(source: Path) -> dict[str, Any]:
    """Restore into a scratch folder and compare every hash and count.

    Raises BackupError at the first difference.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return _unpack(source, Path(scratch))


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders, none of them outside: what filter="data" does, which the Python of Debian
    12 (3.11.2) does not know. Raises TarError for anything else.
    """
    for member in archive:
        target = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isreg() else None
        if not target.is_relative_to(folder.resolve()) or not (content or member.isdir()):
            raise tarfile.TarError(f"{member.name} is no file of a backup")
        if content is None:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            _extract(archive, folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise BackupError(f"{source} is no readable backup: {error}") from error
    for name, digest in manifest["files"].items():
        if not (folder / name).exists() or _hash(folder / name) != digest:
            raise BackupError(f"{name} in {source} is damaged")
    if manifest["database"] == "sqlite" and _counts_sqlite(folder / "app.db") != manifest["rows"]:
        raise BackupError(f"the database in {source} has other row counts than when it was made")
    return manifest


def restore_backup(source: Path) -> dict[str, Any]:
    """Put the backup in the place of this instance's data. What was there is moved aside, not
    deleted.

    Raises BackupError when the file is damaged or of the other kind of database.
    """
    with tempfile.TemporaryDirectory(dir=_instance().parent) as scratch:
        folder = Path(scratch)
        manifest = _unpack(source, folder)
        if manifest["database"] != db.engine.dialect.name:
            raise BackupError(
                f"this backup is of {manifest['database']}, the installation uses "
                f"{db.engine.dialect.name}"
            )
        aside = _instance() / f"before-restore-{local(now()):%Y%m%d-%H%M%S}"
        aside.mkdir()
        db.session.remove()
        db.engine.dispose()
        for name in (*_FOLDERS, *_FILES):
            _swap(folder / name, _instance() / name, aside / name)
        if manifest["database"] == "sqlite":
            database = Path(str(db.engine.url.database))
            for suffix in ("-wal", "-shm"):
                _swap(
                    folder / "nothing",
                    database.with_name(database.name + suffix),
                    aside / (database.name + suffix),
                )
            _swap(folder / "app.db", database, aside / database.name)
        else:
            _restore_postgres(folder / "database.sql")
    return manifest


def _swap(new: Path, place: Path, aside: Path) -> None:
    if place.exists():
        shutil.move(place, aside)
    if new.exists():
        shutil.move(new, place)


def _restore_postgres(dump: Path) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    command = [
        "psql",
        "--quiet",
        "--no-psqlrc",
        "--set",
        "ON_ERROR_STOP=1",
        "--file",
        str(dump),
        _postgres_url(),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  (fixed command, our own setting)


@backup.command("create")
@click.argument("target", required=False, type=click.Path(path_type=Path))
def create(target: Path | None) -> None:
    """Make a backup (default: instance/backups/<date>.tar.gz)."""
    folder = _instance() / "backups"
    folder.mkdir(exist_ok=True)
    target = target or folder / f"{local(now()):%Y-%m-%d-%H%M%S}.tar.gz"
    manifest = create_backup(target)
    click.echo(f"{target}: {len(manifest['files'])} files, {sum(manifest['rows'].values())} rows")
    for name, fact in manifest["facts"].items():
        click.echo(f"{name}: {fact}")


@backup.command("prune")
def prune() -> None:
    """Delete the backups in instance/backups that are older than `backup_days`."""
    oldest = now() - dt.timedelta(days=current_app.config["SETTINGS"].backup_days)
    for file in sorted((_instance() / "backups").glob("*.tar.gz")):
        if file.stat().st_mtime < oldest.timestamp():
            file.unlink()
            click.echo(f"{file}: deleted")


@backup.command("verify")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
def verify(source: Path) -> None:
    """Restore into a scratch folder and compare."""
    manifest = verify_backup(source)
    click.echo(f"{source}: good, made at {manifest['made_at']}")
    for name, fact in manifest.get("facts", {}).items():
        click.echo(f"{name}: {fact}")


@backup.command("restore")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(source: Path, yes: bool) -> None:
    """Put a backup in the place of the data (stop the server first)."""
    if not yes:
        click.confirm(f"Replace the data of {_instance()} by {source}?", abort=True)
    manifest = restore_backup(source)
    click.echo(
        f"Restored the state of {manifest['made_at']}. What was there lies in "
        f"{_instance()}/before-restore-…"
    )


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(backup)
