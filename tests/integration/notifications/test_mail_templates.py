"""Every folder of a mail is used, and each renders in both languages without a gap."""

import re
from pathlib import Path

from flask import Flask

APP = Path(__file__).parents[3] / "app"
FOLDER = APP / "notifications" / "templates" / "email"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def test_every_mail_is_sent_by_somebody() -> None:
    code = "\n".join(path.read_text() for path in (APP / "notifications").glob("*.py"))
    unused = [name for name in NAMES if f'"{name}"' not in code]
    assert unused == []


def test_every_mail_that_is_sent_is_there() -> None:
    code = "\n".join(path.read_text() for path in (APP / "notifications").glob("*.py"))
    named = set(re.findall(r'(?:send|to_sender|to_staff|to_citizen)\(\s*"([a-z-]+)"', code))
    assert named
    assert named - set(NAMES) == set()


def test_every_mail_has_both_parts_and_compiles(app: Flask) -> None:
    for name in NAMES:
        for part in ("subject.txt", "body.txt"):
            assert app.jinja_env.get_template(f"email/{name}/{part}")
        assert "\n" not in (FOLDER / name / "subject.txt").read_text().strip(), name
