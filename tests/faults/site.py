"""A real installation in a folder of its own, with its web server and its runner as processes; and
a citizen's browser.

Nothing here knows the inside of the product: programs are started as in production, forms are
filled in from their pages.
"""

import contextlib
import html
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from app import create_app
from app.extensions import db
from tests.factories.organisation import make_agency, make_place, make_topic, make_unit
from tests.smtp_server import free_port

ROOT = Path(__file__).resolve().parents[2]
FORM = "/hoi-dap/gui"
#: Seconds after which a browser's person gives up for good.
PATIENCE = 120.0
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(name|type|value)="([^"]*)"')
_CODE = re.compile(r'class="ln-receipt__code">\s*([A-Z0-9-]+)\s*<')
_PIN = re.compile(r'class="ln-receipt__pin">\s*(\d{3}) (\d{3})\s*<')


class Program:
    """One program of the installation, in a process group of its own: it can be killed whole and
    started again.
    """

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._arguments = (sys.executable, "-m", *arguments)
        self._environment = dict(environment)
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = self.kills = 0

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                with self._log.open("ab") as log:
                    self._process = subprocess.Popen(
                        self._arguments,
                        cwd=ROOT,
                        env=self._environment,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                self.starts += 1

    @property
    def pid(self) -> int:
        """The first process of the group."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> bool:
        """SIGKILL to the whole group: no handler, no goodbye, as when the power goes.

        False: it was dead already.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                return False
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            self.kills += 1
            return True

    def kill_one_worker(self, chance: random.Random) -> bool:
        """SIGKILL to one child, which the first process replaces by itself.

        False: there was none.
        """
        with self._lock:
            if not (children := self._children()):
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
                self.kills += 1
            return True

    def _children(self) -> list[int]:
        assert self._process is not None
        if self._process.poll() is not None:
            return []
        return [
            int(number)
            for number in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ]

    def stop(self) -> None:
        """Ask it to stop; insist where it does not."""
        with self._lock:
            if self._process is None:
                return
            if self._process.poll() is None:
                self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()


class Keeper:
    """Starts programs again whenever they are gone, as systemd does with `Restart=always`."""

    def __init__(self, *programs: Program) -> None:
        self._programs = programs
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Keeper":
        for program in self._programs:
            program.start()
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for program in self._programs:
                program.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        for program in self._programs:
            program.stop()


class Site:
    """An installation: its folder, its database, its two programs."""

    def __init__(self, folder: Path, *, database_url: str = "", mail_port: int = 1) -> None:
        self.folder = folder
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(
            f'database_url = "{database_url}"\nproxy_hops = 1\nmail_server = '
            f'"127.0.0.1"\nmail_port = {mail_port}\nmail_timeout = 2\n',
            "utf-8",
        )
        self.app: Flask = create_app(folder)
        with self.app.app_context():
            db.create_all()
            make_agency()
            make_topic("Đất đai", unit=make_unit("Phòng Kinh tế"), slug="dat-dai")
            make_place("Thôn Đông", slug="thon-dong")
            db.session.remove()
            db.engine.dispose()
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("LANGNGHE_") and name != "DATABASE_URL"
        }
        environment = {**clean, "INSTANCE": str(folder)}
        # The command of production (docs/deploy), on a port instead of a socket.
        self.web = Program(
            *(
                "gunicorn",
                "wsgi:app",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--worker-class",
                "gthread",
                "--workers",
                "2",
                "--threads",
                "4",
            ),
            *(
                "--timeout",
                "60",
                "--keep-alive",
                "5",
                "--worker-tmp-dir",
                "/dev/shm",
                "--no-control-socket",
            ),
            environment=environment,
            log=folder / "web.log",
        )
        self.runner = Program(
            "flask",
            "--app",
            "wsgi",
            "jobs",
            "run",
            environment=environment,
            log=folder / "runner.log",
        )

    def close(self) -> None:
        """Stop the programs and let go of the database."""
        self.web.stop()
        self.runner.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the form on the page, as a browser would send them back."""
        fields: dict[str, str] = {}
        for tag in _INPUT.findall(self.body):
            found = dict(_ATTRIBUTE.findall(tag))
            if found.get("type") == "hidden" and "name" in found:
                fields[found["name"]] = html.unescape(found.get("value", ""))
        return fields


@dataclass(frozen=True)
class Receipt:
    """What somebody was shown after sending: the promise that must be kept."""

    code: str
    pin: str
    key: str


class NoReceipt(AssertionError):
    """The server said something that is no receipt; the message says what."""


@dataclass(frozen=True)
class Attachment:
    """A file chosen in the form."""

    name: str
    content: bytes
    kind: str = "application/pdf"


class Browser:
    """A citizen's browser: it keeps cookies, and whoever sits before it sends again what got no
    answer.
    """

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._address = address
        self._cookies: dict[str, str] = {}
        self.unanswered = 0
        self.refused = 0

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._insist("GET", path, None, "")

    def post(
        self, path: str, fields: Mapping[str, str], attachment: Attachment | None = None
    ) -> Answer:
        """Send a form, with a file or without."""
        body, kind = encode(fields, attachment)
        return self._insist("POST", path, body, kind)

    def _insist(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.send(method, path, body, kind)
            except ConnectionRefusedError:
                self.refused += 1
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
            else:
                if answer.status != 503:
                    return answer
                self.refused += 1
            if time.monotonic() > deadline:
                raise NoReceipt(f"{method} {path}: no answer in {PATIENCE} s")
            time.sleep(0.05)

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """One try on a connection of its own."""
        headers = {
            "X-Forwarded-For": self._address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        if kind:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self._cookies[key] = rest.split(";")[0]
            return Answer(response.status, text, dict(response.getheaders()))
        finally:
            connection.close()


def encode(fields: Mapping[str, str], attachment: Attachment | None = None) -> tuple[bytes, str]:
    """A form as bytes, and their content type."""
    if attachment is None:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    line = uuid.uuid4().hex
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="files"; '
        f'filename="{attachment.name}"\r\nContent-Type: {attachment.kind}\r\n\r\n'
    )
    return (
        "".join([*parts, head]).encode() + attachment.content + f"\r\n--{line}--\r\n".encode(),
        f"multipart/form-data; boundary={line}",
    )


@dataclass(frozen=True)
class Person:
    """Who asks, and what."""

    name: str
    email: str
    body: str
    phone: str = ""
    attachment: Attachment | None = None


def review(browser: Browser, person: Person) -> dict[str, str]:
    """Fill in the form up to its last screen; returns what the button «Gửi câu hỏi» would send."""
    content = browser.get(f"{FORM}?buoc=noi-dung")
    typed = {
        "kind": "question",
        "topic": "dat-dai",
        "title": "",
        "body": person.body,
        "place": "thon-dong",
        "company_url": "",
    }
    contact = browser.post(
        FORM, {**content.hidden(), **typed, "action": "tiep-tuc"}, person.attachment
    )
    expect(contact, 'value="lien-he"')
    who = {
        "name": person.name,
        "phone": person.phone,
        "email": person.email,
        "consent": "publish",
        "name_display": "initials",
    }
    page = browser.post(FORM, {**contact.hidden(), **who, "company_url": "", "action": "xem-lai"})
    expect(page, 'value="gui"')
    return {**page.hidden(), "action": "gui"}


def ask(browser: Browser, person: Person) -> Receipt:
    """Send a question through all three steps.

    Returns the receipt; raises NoReceipt for any other page.
    """
    form = review(browser, person)
    return receipt(browser.post(FORM, form), form["idempotency_key"])


def receipt(answer: Answer, key: str) -> Receipt:
    """The code and the PIN on the page."""
    code, pin = _CODE.search(answer.body), _PIN.search(answer.body)
    if answer.status != 200 or code is None or pin is None:
        raise NoReceipt(f"{answer.status}: {answer.body[:2_000]}")
    return Receipt(code.group(1), pin.group(1) + pin.group(2), key)


def expect(answer: Answer, words: str) -> None:
    """Raise NoReceipt unless this is a page with these words."""
    if answer.status != 200 or words not in answer.body:
        raise NoReceipt(f"{answer.status}, without {words!r}: {answer.body[:2_000]}")


@contextlib.contextmanager
def threads(work: Sequence[Any]) -> Iterator[list[BaseException]]:
    """Run these functions at once; what they raise is in the list at the end."""
    errors: list[BaseException] = []

    def guarded(function: Any) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=guarded, args=(function,)) for function in work]
    for thread in running:
        thread.start()
    try:
        yield errors
    finally:
        for thread in running:
            thread.join()
