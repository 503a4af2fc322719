"""The site as readers reach it: https through nginx, with the very files of docs/deploy.

Only addresses, certificate and socket are put in place of those in the files. Without nginx on the
machine these tests are not collected (conftest.py); .ci/run installs it.
"""

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.extensions import db
from tests.faults.conftest import NGINX
from tests.faults.site import ROOT
from tests.smtp_server import free_port

HOST = "anson.example"
HSTS = "max-age=31536000; includeSubDomains"
DEPLOY = ROOT / "docs" / "deploy"
Headers = http.client.HTTPMessage


class Front:
    """nginx before gunicorn, both on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain, self.secure = free_port(), free_port()
        self.instance = folder / "instance"
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    def install(self) -> None:
        """An instance as docs/operations.md asks for, a certificate, and the files of nginx."""
        self.instance.mkdir()
        (self.instance / "config.toml").write_text(
            f'environment = "production"\npublic_base_url = "https://{HOST}"\n'
            f'trusted_hosts = "{HOST}"\nproxy_hops = 1\nsecret_key = "{"x" * 48}"\n'
        )
        app = create_app(self.instance)
        with app.app_context():
            db.create_all()
            db.session.remove()
            db.engine.dispose()
        self._run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={HOST}",
            "-addext",
            f"subjectAltName=DNS:{HOST}",
            "-keyout",
            str(self.folder / "key.pem"),
            "-out",
            str(self.folder / "cert.pem"),
        )
        shutil.copy(DEPLOY / "lang-nghe-proxy.conf", self.folder)
        site = (DEPLOY / "nginx.conf").read_text()
        for shipped, here in (
            ("unix:/run/lang-nghe/web.sock", f"unix:{self.folder}/web.sock"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.secure} "),
            (f"/etc/letsencrypt/live/{HOST}/fullchain.pem", f"{self.folder}/cert.pem"),
            (f"/etc/letsencrypt/live/{HOST}/privkey.pem", f"{self.folder}/key.pem"),
            ("/etc/nginx/lang-nghe-proxy.conf", f"{self.folder}/lang-nghe-proxy.conf"),
        ):
            assert shipped in site
            site = site.replace(shipped, here)
        (self.folder / "site.conf").write_text(site)
        bodies = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {self.folder}/nginx.pid;\n"
            f"error_log {self.folder}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log {self.folder}/access.log;\n{bodies}"
            f"include {self.folder}/site.conf;\n}}\n"
        )

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    def start(self) -> None:
        """Both programs, and wait until they answer."""
        self.start_web()
        self._start("nginx", str(NGINX), "-p", str(self.folder), "-c", "nginx.conf")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.ask("/healthz")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError((self.folder / "error.log").read_text())

    def start_web(self) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LANGNGHE_")}
        clean.pop("DATABASE_URL", None)
        self._start(
            "web",
            sys.executable,
            "-m",
            "gunicorn",
            "wsgi:app",
            "--bind",
            f"unix:{self.folder}/web.sock",
            "--worker-class",
            "gthread",
            "--threads",
            "2",
            "--no-control-socket",
            environment={**clean, "INSTANCE": str(self.instance)},
        )

    def _start(self, name: str, *command: str, environment: dict[str, str] | None = None) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._programs[name] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def stop(self, name: str) -> None:
        """Stop one program."""
        program = self._programs.pop(name)
        program.terminate()
        program.wait(timeout=30)

    def close(self) -> None:
        """Stop what runs."""
        for name in list(self._programs):
            self.stop(name)

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        secure: bool = True,
    ) -> tuple[int, Headers, bytes]:
        """One request, with the certificate checked as a browser does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=60)
        if secure:
            trust = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
            raw = socket.create_connection(("127.0.0.1", self.secure), timeout=60)
            connection.sock = trust.wrap_socket(raw, server_hostname=HOST)
        try:
            connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    # A short path: that of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="ln-") as folder:
        made = Front(Path(folder))
        made.install()
        made.start()
        yield made
        made.close()


PAGES = {
    "/": 200,
    "/hoi-dap": 200,
    "/hoi-dap/gui": 200,
    "/tra-cuu": 200,
    "/can-bo/dang-nhap": 200,
    "/can-bo": 302,
    "/khong-co-trang-nay": 404,
    "/hoi-dap/feed.xml": None,
    "/robots.txt": None,
    "/healthz": 200,
    "/static/vendor/app.css": 200,
    "/static/favicon.svg": 200,
    "/static/khong-co": 404,
    "/metrics": 403,
}


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_answer_insists_on_https_once(front: Front, path: str, status: int | None) -> None:
    answered, headers, _body = front.ask(path)
    assert status in (None, answered)
    assert headers.get_all("Strict-Transport-Security") == [HSTS]


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/metrics"])
def test_nothing_runs_that_is_not_ours(front: Front, path: str) -> None:
    _status, headers, _body = front.ask(path)
    (policy,) = headers.get_all("Content-Security-Policy") or [""]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'self'"]
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in policy
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert "charset=utf-8" in headers["Content-Type"] or not headers["Content-Type"].startswith(
        "text/html"
    )
    if headers["Content-Type"].startswith("text/html"):
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert "camera=()" in headers["Permissions-Policy"]


def test_cookies_belong_to_this_host_alone(front: Front) -> None:
    for path, name in (
        ("/hoi-dap/gui", "__Host-phien"),
        ("/can-bo/dang-nhap", "__Host-phien"),
        ("/hien-thi?co-chu=2", "__Host-co-chu"),
        ("/hien-thi?tuong-phan=1", "__Host-tuong-phan"),
        ("/?lang=en", "__Host-lang"),
    ):
        _status, headers, _body = front.ask(path)
        for cookie in headers.get_all("Set-Cookie") or [""]:
            first, *rest = cookie.split("; ")
            assert first.startswith(f"{name}="), path
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(rest)
            assert not any(part.startswith("Domain") for part in rest)


def test_a_choice_is_kept_under_its_new_name(front: Front) -> None:
    for cookie in ("__Host-lang=en", "lang=en"):
        _status, _headers, body = front.ask("/", headers={"Cookie": cookie})
        assert b'<html lang="en"' in body


def test_http_only_leads_to_https(front: Front) -> None:
    status, headers, _body = front.ask("/hoi-dap?trang=2", secure=False)
    assert (status, headers["Location"]) == (301, f"https://{HOST}/hoi-dap?trang=2")


def test_old_protocols_are_refused(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.secure), timeout=60) as raw:
        trust = ssl.create_default_context(cafile=str(front.folder / "cert.pem"))
        with trust.wrap_socket(raw, server_hostname=HOST) as secured:
            assert secured.version() == "TLSv1.3"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", front.secure), timeout=60) as raw,
        pytest.raises(ssl.SSLError),
    ):
        old.wrap_socket(raw)


def test_another_host_name_is_refused(front: Front) -> None:
    assert front.ask("/", headers={"Host": "evil.example"})[0] == 400
    _status, _headers, body = front.ask(
        "/can-bo", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    )
    assert b"evil.example" not in body


def test_a_reader_cannot_choose_an_address_to_be_counted_under(front: Front) -> None:
    """/metrics is for the machine itself: one who claims to be it is still not."""
    assert front.ask("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})[0] == 403


def test_a_forged_post_is_refused_and_leaves_no_session(front: Front) -> None:
    status, headers, _body = front.ask(
        "/can-bo/dang-xuat", "POST", body=b"", headers={"Origin": "https://evil.example"}
    )
    assert 400 <= status < 500
    assert headers.get_all("Strict-Transport-Security") == [HSTS]


def test_a_body_too_large_is_refused_by_nginx(front: Front) -> None:
    status, headers, _body = front.ask(
        "/hoi-dap/gui", "POST", headers={"Content-Length": str(60 * 1024 * 1024)}
    )
    assert (status, headers.get_all("Strict-Transport-Security")) == (413, [HSTS])


def test_the_version_of_nginx_is_not_told(front: Front) -> None:
    _status, headers, body = front.ask("/metrics")
    assert headers["Server"] == "nginx"
    assert b"nginx/" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/instance/app.db",
        "/instance/audit_key",
        "/static/",
        "/static/vendor/",
        "/static/..%2f..%2finstance/config.toml",
        "/static/../../instance/secret_key",
        "/backups/",
        "/config.toml",
    ],
)
def test_nothing_of_the_installation_is_served(front: Front, path: str) -> None:
    status, _headers, body = front.ask(path)
    assert status in {400, 404}
    assert b"Index of" not in body
    assert b"secret_key" not in body


def test_trace_is_refused(front: Front) -> None:
    status, _headers, body = front.ask("/", "TRACE", headers={"X-Secret": "bimat"})
    assert status == 405
    assert b"bimat" not in body


def test_secrets_of_links_are_not_in_the_log(front: Front) -> None:
    for path in ("/xac-nhan/bimat1", "/tra-cuu/lien-ket/bimat2", "/can-bo/dat-lai-mat-khau/bimat3"):
        front.ask(path)
    front.ask("/hoi-dap")
    log = (front.folder / "access.log").read_text()
    assert "/hoi-dap" in log
    assert "bimat" not in log


def test_without_the_application_https_is_still_insisted_on(front: Front) -> None:
    front.stop("web")
    try:
        status, headers, _body = front.ask("/hoi-dap")
        assert (status, headers.get_all("Strict-Transport-Security")) == (502, [HSTS])
    finally:
        front.start_web()
