"""Backups are kept as long as the screens say, and no longer."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

from app.kernel.clock import now


def test_old_backups_go_and_nothing_else(make_app: Any) -> None:
    app = make_app(backup_days=7)
    folder = Path(app.instance_path) / "backups"
    folder.mkdir()
    for name, days in (("new.tar.gz", 6), ("old.tar.gz", 8), ("old.txt", 8)):
        (folder / name).write_text("x")
        then = (now() - dt.timedelta(days=days)).timestamp()
        os.utime(folder / name, (then, then))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["backup", "prune"])
    assert result.exit_code == 0
    assert {file.name for file in folder.iterdir()} == {"new.tar.gz", "old.txt"}


def test_without_backups_there_is_nothing_to_do(make_app: Any) -> None:
    app = make_app()
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["backup", "prune"]).exit_code == 0
