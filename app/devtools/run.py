"""`make run`, or `python -m app.devtools.run`: everything that a newcomer needs, in one terminal,
until Ctrl-C.

Database and demo data are prepared when missing; then the mail catcher (a thread here), the web
server and the runner (two processes) work side by side. A child that dies is started again; one
that keeps dying ends it all, and says so. INSTANCE, PORT and DATABASE_URL choose another folder,
port and database.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import click
import flask_migrate

from app import ROOT, config, create_app
from app.accounts import demo as accounts
from app.devtools import catcher, demo
from app.extensions import db

HOST = catcher.HOST
#: Where to look for a free port when the catcher's own is taken by another copy.
_PORTS_TRIED = 50
_DEATHS = 5
_WITHIN_SECONDS = 60
_START_SECONDS = 60
_STOP_SECONDS = 30


class _Refused(Exception):  # noqa: N818  (never leaves this module)
    """It cannot start; the message says why, in Vietnamese and English."""


@dataclass
class Child:
    """A process that is started again when it dies."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    deaths: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches it through us, once."""
        self.process = subprocess.Popen(  # noqa: S603
            self.command, cwd=ROOT, env=dict(self.environment), start_new_session=True
        )

    def revive(self) -> bool:
        """Start it again if it died; False when it died too often."""
        if self.process is not None and self.process.poll() is None:
            return True
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < _WITHIN_SECONDS] + [now]
        if len(self.deaths) >= _DEATHS:
            return False
        _say(
            f"«{self.name}» dừng đột ngột, đang khởi động lại.",
            f"{self.name} stopped unexpectedly; starting it again.",
        )
        time.sleep(1)
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to finish, and insist when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _say(vietnamese: str, english: str) -> None:
    click.echo(vietnamese)
    click.echo(f"  {english}")


def is_free(port: int) -> bool:
    """Can somebody listen on this port of this machine?"""
    with socket.socket() as probe:
        # As servers do: a port that is only cooling down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment for every part: demo data on, links in mails to this server, the catcher's
    port.

    Raises _Refused for a production configuration or a port that is taken.
    """
    made = dict(given)
    port = _port_of(made.get("PORT", "8000"))
    made.setdefault("LANGNGHE_PUBLIC_BASE_URL", f"http://{HOST}:{port}")
    made.setdefault("LANGNGHE_DEMO", "true")
    try:
        settings = config.load(config.default_instance(ROOT), made)
    except config.ConfigError as error:
        raise _Refused(
            f"Cấu hình chưa đúng: {error}\n  The settings make no sense: {error}"
        ) from error
    if not settings.demo:
        raise _Refused("Lệnh này chỉ dành cho bản chạy thử.\n  This command is for demo data only.")
    if not is_free(port):
        raise _Refused(
            f"Cổng {port} đang được chương trình khác dùng. Hãy dừng nó, hoặc chọn cổng khác: "
            f"make run PORT={port + 1}\n"
            f"  Port {port} is in use by another program. Stop it, or choose another: make run "
            f"PORT={port + 1}"
        )
    mail_port = next(
        (
            one
            for one in range(settings.mail_port, settings.mail_port + _PORTS_TRIED)
            if is_free(one)
        ),
        None,
    )
    if mail_port is None:
        raise _Refused(
            "Không tìm được cổng trống cho hộp thư thử nghiệm.\n  No free port was found for the "
            "mail catcher."
        )
    made.update(LANGNGHE_MAIL_SERVER=HOST, LANGNGHE_MAIL_PORT=str(mail_port), PORT=str(port))
    return made


def _port_of(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise _Refused(
            f"PORT={text}: hãy chọn một số từ 1 đến 65535.\n  PORT={text}: choose a number from 1 "
            f"to 65535."
        )
    return int(text)


def children(around: Mapping[str, str]) -> list[Child]:
    """The web server and the runner."""
    web = [
        "-m",
        "gunicorn",
        "--bind",
        f"{HOST}:{around['PORT']}",
        "--worker-class",
        "gthread",
        "--workers",
        "1",
        "--threads",
        "4",
    ]
    web += ["--no-control-socket", "--log-level", "warning", "wsgi:app"]
    return [
        Child("web", [sys.executable, *web], around),
        Child("runner", [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"], around),
    ]


def prepare() -> list[tuple[str, str]]:
    """Bring the database up to date and fill an empty one with demo data.

    Returns the demo accounts.
    """
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        empty = demo.is_empty()
        names = demo.demo_accounts()
        db.session.remove()
        db.engine.dispose()
    if empty:
        _say("Đang tạo dữ liệu mẫu …", "Making demo data …")
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load", "--quiet"],
            cwd=ROOT,
            check=True,
        )
    return names


def _wait_for(port: int, stop: threading.Event) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and not stop.is_set():
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((HOST, port)) == 0:
                return
        stop.wait(0.2)


def _welcome(port: int, names: list[tuple[str, str]]) -> None:
    address = f"http://{HOST}:{port}"
    click.echo()
    _say(f"Cổng đang chạy tại {address}", f"The portal runs at {address}")
    _say(f"Dành cho cán bộ: {address}/can-bo", f"For staff: {address}/can-bo")
    _say(
        f"Thư đã gửi, để xem thử: {address}/thu-nghiem/hop-thu",
        f"Mails that were sent, caught: {address}/thu-nghiem/hop-thu",
    )
    _say(
        f"Tài khoản mẫu, mật khẩu {accounts.PASSWORD}:",
        f"Demo accounts, password {accounts.PASSWORD}:",
    )
    for name, what in names:
        click.echo(f"    {name:16} {what}")
    _say("Bấm Ctrl-C để dừng.", "Press Ctrl-C to stop.")


def watch(parts: list[Child], stop: threading.Event) -> int:
    """Keep the children alive until stop is set; returns the exit code."""
    while not stop.wait(0.5):
        for child in parts:
            if not child.revive():
                _say(
                    f"«{child.name}» dừng liên tục; xem thông báo lỗi ở trên.",
                    f"{child.name} keeps stopping; see the error above.",
                )
                return 1
    return 0


def main() -> int:
    """Run everything until Ctrl-C; returns the exit code."""
    # Whatever was typed on: a pipe must show the lines at once.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        around = environment(os.environ)
    except _Refused as error:
        click.echo(str(error), err=True)
        return 1
    os.environ.update(around)
    names = prepare()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: stop.set())
    mails = catcher.start(
        catcher.folder_of(config.default_instance(ROOT)), int(around["LANGNGHE_MAIL_PORT"])
    )
    parts = children(around)
    try:
        for child in parts:
            child.start()
        _wait_for(int(around["PORT"]), stop)
        if not stop.is_set():
            _welcome(int(around["PORT"]), names)
        return watch(parts, stop)
    finally:
        _say("Đang dừng …", "Stopping …")
        for child in parts:
            child.stop()
        mails.stop()


if __name__ == "__main__":
    sys.exit(main())
