"""A real installation with demo data, mails through a real SMTP conversation, and Debian's
Chromium.
"""

import contextlib
import http.client
import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app import create_app
from app.devtools import demo
from app.extensions import db
from app.submissions.models import Submission
from scripts import compress_static
from tests.faults.site import Program
from tests.smtp_server import FaultyServer, free_port

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PASSWORD = "demo-An-Son-2026"


class Portal:
    """Where it runs, and the mails that it sent."""

    def __init__(self, base: str, mails: FaultyServer, app: Flask, folder: Path) -> None:
        self.base = base
        self.mails = mails
        self.app = app
        self.folder = folder

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The same installation from inside, committed at the end: for what nobody can wait for,
        such as last month.
        """
        with self.app.app_context():
            try:
                yield
                db.session.commit()
            finally:
                db.session.remove()
                db.engine.dispose()

    def address(self, path: str) -> str:
        """The path with the code of a sample question for its number, as in /hoi-dap/#21: the year
        in a code follows the day on which the samples were loaded.
        """
        head, _, number = path.partition("#")
        if not number:
            return path
        query = sa.select(Submission.code).where(Submission.code.like(f"%-{int(number):06}"))
        with self.inside():
            return head + db.session.scalars(query).one()

    def mail_to(self, address: str, word: str) -> str:
        """The text of the newest mail to this address whose subject holds the word; waits for the
        runner.
        """
        for _ in range(300):
            for message in reversed(self.mails.messages()):
                if address in str(message["To"]) and word in str(message["Subject"]):
                    part = message.get_body(("plain",))
                    assert part is not None
                    return str(part.get_content())
            time.sleep(0.1)
        raise AssertionError(
            f"no mail «{word}» to {address}: "
            f"{[str(message['Subject']) for message in self.mails.messages()]}"
        )


def _wait_until_it_answers(port: int) -> None:
    for _ in range(300):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder: Path = tmp_path_factory.mktemp("browser")
    compress_static.main()
    port = free_port()
    with FaultyServer() as mails:
        settings = {
            "LANGNGHE_ENVIRONMENT": "development",
            "LANGNGHE_DEMO": "true",
            "LANGNGHE_SECRET_KEY": "browser-tests-key-that-is-long-enough-0000",
            "LANGNGHE_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
            "LANGNGHE_MAIL_SERVER": "127.0.0.1",
            "LANGNGHE_MAIL_PORT": str(mails.port),
            # Every browser says where it comes from, as behind a proxy: what one address may send
            # in an hour is no matter of these tests.
            "LANGNGHE_PROXY_HOPS": "1",
            "INSTANCE": str(folder),
            "DATABASE_URL": "",
        }
        app = create_app(
            folder,
            {
                name.removeprefix("LANGNGHE_").lower(): value
                for name, value in settings.items()
                if name.startswith("LANGNGHE_")
            },
        )
        with app.app_context():
            db.create_all()
            demo.load()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        environment = {**os.environ, **settings}
        log = folder / "programs.log"
        bind = (
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--no-control-socket",
        )
        programs = [
            Program("gunicorn", "wsgi:app", *bind, environment=environment, log=log),
            Program("flask", "--app", "wsgi", "jobs", "run", environment=environment, log=log),
        ]
        for program in programs:
            program.start()
        _wait_until_it_answers(port)
        try:
            yield Portal(f"http://127.0.0.1:{port}", mails, app, folder)
        finally:
            for program in programs:
                program.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


Open = Callable[..., Page]
_addresses = itertools.count(1)


@pytest.fixture
def open_page(browser: Browser, portal: Portal) -> Iterator[Open]:
    """A function that opens a browser of its own: a telephone without JavaScript, or a desk.

    Nothing may complain.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(*, phone: bool = False, width: int = 0, javascript: bool | None = None) -> Page:
        size = {"width": width or (360 if phone else 1280), "height": 740 if phone else 900}
        scripts = (not phone) if javascript is None else javascript
        context = browser.new_context(
            viewport=size,
            java_script_enabled=scripts,
            base_url=portal.base,
            locale="vi-VN",
            extra_http_headers={"X-Forwarded-For": f"2001:db8::{next(_addresses):x}"},
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Failed to load resource" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if not request.url.startswith(portal.base) else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
