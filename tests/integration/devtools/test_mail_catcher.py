"""The mail catcher: what is sent is kept, shown harmlessly, and only where demo data is allowed."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import ConfigError
from app.devtools import catcher, run
from tests.smtp_server import free_port

ADDRESS = "/thu-nghiem/hop-thu"
EVIL = (
    "<script>alert(1)</script><img src=http://evil.example/x.png onerror=alert(1)><p>Xin chào</p>"
)


@pytest.fixture(scope="module")
def demo_app(make_app: Any, database_url: str, shared_app: Flask) -> Flask:
    app: Flask = make_app(database_url=database_url, demo=True)
    return app


@pytest.fixture
def folder(demo_app: Flask) -> Iterator[catcher.MailFolder]:
    found = catcher.folder_of(demo_app.instance_path)
    yield found
    for file in found.path.glob("*"):
        file.unlink()


@pytest.fixture
def browser(demo_app: Flask) -> FlaskClient:
    return demo_app.test_client()


def mail(subject: str = "Đã nhận câu hỏi", *, html: str = "", text: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "khong-tra-loi@anson.example",
        "nguyen.an@example.vn",
        subject,
    )
    message["Message-ID"] = "<1@anson.example>"
    message.set_content(
        text
        or "Mở http://127.0.0.1:8000/xac-nhan/abc_DEF-123, rồi bấm nút.\n<b>Không phải chữ đậm</b>\n"
    )
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_what_is_sent_is_kept(tmp_path: Path) -> None:
    folder = catcher.MailFolder(tmp_path / "mails")
    server = catcher.start(folder, port := free_port())
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as connection:
            connection.send_message(mail())
    finally:
        server.stop()
    [caught] = folder.latest()
    assert caught.message["Subject"] == "Đã nhận câu hỏi"
    assert "rồi bấm nút" in caught.text()
    assert not list(folder.path.glob("*.part"))


def test_the_newest_is_first(folder: catcher.MailFolder, browser: FlaskClient) -> None:
    assert "Chưa có thư nào" in browser.get(ADDRESS).get_data(as_text=True)
    for number in range(3):
        folder.add(mail(f"Thư {number}").as_bytes())
    page = browser.get(ADDRESS).get_data(as_text=True)
    assert page.index("Thư 2") < page.index("Thư 1") < page.index("Thư 0")
    assert len(folder.latest(limit=2)) == 2


def test_links_of_the_plain_text_can_be_clicked(
    folder: catcher.MailFolder, browser: FlaskClient
) -> None:
    name = folder.add(mail().as_bytes())
    page = browser.get(f"{ADDRESS}/{name}").get_data(as_text=True)
    assert (
        '<a class="govuk-link" href="http://127.0.0.1:8000/xac-nhan/abc_DEF-123">http://127.0.0.1:8000/xac-nhan/abc_DEF-123</a>, rồi'
        in page
    )
    assert "&lt;b&gt;Không phải chữ đậm&lt;/b&gt;" in page
    assert "<iframe" not in page


def test_html_is_framed_and_can_do_nothing(
    folder: catcher.MailFolder, browser: FlaskClient
) -> None:
    name = folder.add(mail(html=EVIL).as_bytes())
    page = browser.get(f"{ADDRESS}/{name}").get_data(as_text=True)
    assert f'src="{ADDRESS}/{name}/html"' in page
    assert 'sandbox="allow-popups' in page
    assert "alert(1)" not in page
    frame = browser.get(f"{ADDRESS}/{name}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert browser.get(f"{ADDRESS}/{name}").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "name",
    ["x", "..%2f..%2fapp", "20261124T010203000000-00000000", "20261124T010203000000-0000000g"],
)
def test_only_caught_mails_are_read(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"{ADDRESS}/{name}").status_code == 404
    assert browser.get(f"{ADDRESS}/{name}/html").status_code == 404


def test_a_subject_with_markup_is_harmless(
    folder: catcher.MailFolder, browser: FlaskClient
) -> None:
    name = folder.add(mail(EVIL).as_bytes())
    for address in (ADDRESS, f"{ADDRESS}/{name}"):
        assert "<script>alert" not in browser.get(address).get_data(as_text=True)


def test_without_demo_data_there_is_no_catcher(client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 404


def test_production_refuses_demo(make_app: Any) -> None:
    with pytest.raises(ConfigError, match="demo"):
        make_app(
            environment="production",
            demo=True,
            public_base_url="https://anson.example",
            trusted_hosts="anson.example",
        )


class TestRun:
    @pytest.fixture
    def given(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setenv("INSTANCE", str(tmp_path))
        return {"PORT": str(free_port()), "LANGNGHE_MAIL_PORT": str(free_port())}

    def test_the_parts_know_each_other(self, given: dict[str, str]) -> None:
        made = run.environment(given)
        assert made["LANGNGHE_PUBLIC_BASE_URL"] == f"http://127.0.0.1:{given['PORT']}"
        assert made["LANGNGHE_MAIL_SERVER"] == "127.0.0.1"
        assert made["LANGNGHE_MAIL_PORT"] == given["LANGNGHE_MAIL_PORT"]
        assert made["LANGNGHE_DEMO"] == "true"
        web, runner = run.children(made)
        assert f"127.0.0.1:{given['PORT']}" in web.command
        assert runner.command[-2:] == ["jobs", "run"]

    def test_a_taken_port_is_named(self, given: dict[str, str]) -> None:
        with (
            socket.create_server(("127.0.0.1", int(given["PORT"]))),
            pytest.raises(run._Refused, match=f"Cổng {given['PORT']} đang"),
        ):
            run.environment(given)

    def test_a_taken_mail_port_is_stepped_over(self, given: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", int(given["LANGNGHE_MAIL_PORT"]))):
            assert int(run.environment(given)["LANGNGHE_MAIL_PORT"]) > int(
                given["LANGNGHE_MAIL_PORT"]
            )

    @pytest.mark.parametrize("port", ["", "abc", "0", "70000", "-1"])
    def test_a_port_that_is_none(self, given: dict[str, str], port: str) -> None:
        with pytest.raises(run._Refused, match="65535"):
            run.environment({**given, "PORT": port})

    def test_not_without_demo(self, given: dict[str, str]) -> None:
        with pytest.raises(run._Refused, match="bản chạy thử"):
            run.environment({**given, "LANGNGHE_DEMO": "false"})
        with pytest.raises(run._Refused, match="Cấu hình"):
            run.environment({**given, "LANGNGHE_ENVIRONMENT": "production"})

    def test_a_child_is_revived_until_it_dies_too_often(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(run.time, "sleep", lambda seconds: None)
        child = run.Child("test", ["/bin/false"], {})
        child.start()
        revived = 0
        while True:
            assert child.process is not None
            child.process.wait(timeout=20)
            if not child.revive():
                break
            revived += 1
        assert revived == run._DEATHS - 1
        assert "starting it again" in capsys.readouterr().out

    def test_a_child_is_stopped(self) -> None:
        child = run.Child("test", ["/bin/sleep", "600"], {})
        child.start()
        assert child.revive()
        child.stop()
        assert child.process is not None
        assert child.process.returncode is not None
        child.stop()
