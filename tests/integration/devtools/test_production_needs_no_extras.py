"""Production installs requirements.txt only: it starts and serves without what the demo and the
tests install besides.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
#: The packages of requirements-demo.txt and requirements-dev.txt under the names that are imported.
EXTRAS = ("aiosmtpd", "atpublic", "docx", "openpyxl", "pytest", "playwright", "hypothesis", "bs4")

#: What such an installation does: look at its database, make the app, serve a page, run a job,
#: and start the process that reads files.
PROGRAM = """
import importlib, pkgutil, sys
import flask_migrate

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from wsgi import app
import app as package
for module in pkgutil.walk_packages(package.__path__, "app."):
    if not module.name.startswith("app.devtools.") and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
with app.app_context():
    flask_migrate.upgrade()
client = app.test_client()
answer = client.get("/", base_url="https://anson.example")
assert not EXTRAS & {name.partition(".")[0] for name in sys.modules}
print(answer.status_code, len(answer.data) > 1000)
"""


def test_it_starts_and_serves_a_page_without_them(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("a-key-of-production-that-is-long-enough-here")
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", f"EXTRAS = {set(EXTRAS)!r}\n{PROGRAM}"],
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            "INSTANCE": str(tmp_path),
            "LANGNGHE_ENVIRONMENT": "production",
            "LANGNGHE_PUBLIC_BASE_URL": "https://anson.example",
            "LANGNGHE_TRUSTED_HOSTS": "anson.example",
            "LANGNGHE_DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.stdout.splitlines()[-1:] == ["200 True"], answer.stderr[-3000:]


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", path.read_text(), re.MULTILINE))


def test_every_package_is_pinned_with_its_hashes_and_production_has_no_extras() -> None:
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert [lock.name for lock in locks] == [
        "requirements-demo.txt",
        "requirements-dev.txt",
        "requirements-postgres.txt",
        "requirements.txt",
    ]
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text, "a lock file names no host"
        pins = [block for block in re.split(r"\n(?=[a-z0-9])", text) if "==" in block]
        assert pins
        assert [block[:40] for block in pins if "--hash=sha256:" not in block] == []
    production = names_in(ROOT / "requirements.txt")
    assert not production & {"aiosmtpd", "python-docx", "openpyxl", "pytest", "feedgen", "filetype"}
    assert {"aiosmtpd", "python-docx"} <= names_in(ROOT / "requirements-demo.txt")
