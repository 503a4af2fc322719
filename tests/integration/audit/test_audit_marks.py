"""Marks and keys for people: the commands, the screen, the sheet of paper, the mail, the backup."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.audit import keys, service
from app.extensions import db
from app.kernel.backup import create_backup, verify_backup
from app.mailer.models import OutboxMessage
from app.notifications.digest import record as mail_the_mark
from tests.factories.accounts import make_staff
from tests.factories.forging import cut, without_triggers

ADDRESS = "/can-bo/he-thong/nhat-ky/moc"


def grow(app: Flask, number: int = 3) -> None:
    with app.app_context():
        for _index in range(number):
            service.record("test:thing:done", actor_id=1, actor="Cán bộ", about=None)
        db.session.commit()


def run(app: Flask, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["audit", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def cut_behind(app: Flask, last: int) -> None:
    with app.app_context(), without_triggers():
        cut(last)


def test_a_printed_mark_is_checked_as_it_is_typed(app: Flask) -> None:
    grow(app)
    line = run(app, "heads", "--new")
    mark, _at, record = line.split()
    assert (mark[:3], record[:2]) == ("M1:", "3:")
    typed = " ".join(mark[start : start + 8] for start in range(0, len(mark), 8)).upper()
    assert "Có đủ 1 mốc" in run(app, "verify", "--head", typed)
    assert "Có đủ 2 mốc" in run(app, "verify", "--head", record, "--expect", mark.split(":")[1])
    other = "M1:" + "0" * 64
    assert f"Nhật ký không có {other}" in run(app, "verify", "--head", other, code=1)


def test_what_is_no_head_is_not_looked_for(app: Flask) -> None:
    grow(app)
    assert "Mốc có dạng" in run(app, "verify", "--head", "4711", code=2)


def test_a_kept_mail_is_checked_whole(app: Flask, tmp_path: Path) -> None:
    grow(app)
    mark = run(app, "heads", "--new").split()[0]
    kept = tmp_path / "mail.txt"
    kept.write_text(f"Nhật ký toàn vẹn.\n\nMốc:\n{mark[:40]}=\r\n{mark[40:]}\n")
    assert "Có đủ 1 mốc" in run(app, "verify", "--against", str(kept))
    with app.app_context():
        keys.marks_path().unlink()
    cut_behind(app, 2)
    assert f"Nhật ký không có {mark}" in run(app, "verify", "--against", str(kept), code=1)
    kept.write_text("Không có gì")
    assert "Không thấy mốc nào" in run(app, "verify", "--against", str(kept), code=1)


def test_a_damaged_file_of_keys_is_said(app: Flask) -> None:
    grow(app)
    with app.app_context():
        keys.path().write_text("?")
    assert "not a line of first record" in run(app, "verify", code=1)


def test_a_new_key_by_command(app: Flask) -> None:
    grow(app)
    assert "từ bản ghi số 4" in run(app, "new-key")
    assert "5 bản ghi" not in run(app, "verify")
    assert "4 bản ghi" in run(app, "verify")


def test_the_doctor_sees_to_the_keys(app: Flask) -> None:
    def doctor() -> str:
        with app.app_context():
            return app.test_cli_runner().invoke(args=["doctor"]).output

    assert "✓ Khóa nhật ký" in doctor()
    grow(app)
    assert "✓ Khóa nhật ký" in doctor()
    with app.app_context():
        keys.path().chmod(0o644)
        assert "✗ Người khác đọc được tệp khóa" in doctor()
        keys.path().unlink()
        assert "✗ Tệp khóa nhật ký" in doctor()


@pytest.fixture
def auditor(app: Flask) -> FlaskClient:
    client, _user = make_staff(app, Role.AUDITOR)
    return client


def test_marks_on_screen_and_on_paper(app: Flask, auditor: FlaskClient) -> None:
    assert "Chưa có mốc nào" in auditor.get(ADDRESS).get_data(as_text=True)
    with app.app_context():
        for _index in range(2):
            service.record("test:thing:done", actor_id=1, actor="Cán bộ", about=None)
            made = service.mark()
            db.session.commit()
            assert made is not None
            number, digest, previous = made.id, made.data["hash"], made.data["previous"]
            kept = made.previous_hash
    page = auditor.get(ADDRESS).get_data(as_text=True)
    assert f"M2:{digest}" in page
    assert f'href="{ADDRESS}/{number}"' in page
    sheet = auditor.get(f"{ADDRESS}/{number}").get_data(as_text=True)
    for text in (digest, previous, kept):
        assert " ".join(text[start : start + 8] for start in range(0, 64, 8)) in sheet
    # Another record is no mark.
    assert auditor.get(f"{ADDRESS}/{number - 1}").status_code == 404
    assert auditor.get(f"{ADDRESS}/999").status_code == 404


def test_marks_are_for_those_who_may_read_the_record(app: Flask, client: FlaskClient) -> None:
    officer, _user = make_staff(app, Role.OFFICER)
    for address in (ADDRESS, f"{ADDRESS}/1"):
        assert officer.get(address).status_code == 403
        assert client.get(address).status_code == 302


def mails() -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(OutboxMessage.kind == "staff-record")
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def test_the_auditor_gets_each_mark_once(app: Flask) -> None:
    _client, user = make_staff(app, Role.AUDITOR)
    make_staff(app, Role.OFFICER)
    grow(app)
    with app.app_context():
        for _again in range(2):
            mail_the_mark()
            db.session.commit()
        (mail,) = mails()
        mark = service.last_mark()
        assert mark is not None
        assert mail.to_address == user.email
        assert mail.subject == "Mốc nhật ký số 1"
        assert f"M1:{mark.data['hash']}" in mail.text
        assert "toàn vẹn" in mail.text
        assert keys.kept_marks() == {f"M1:{mark.data['hash']}"}
    grow(app, 1)
    with app.app_context():
        mail_the_mark()
        assert [mail.subject for mail in mails()] == ["Mốc nhật ký số 1", "Mốc nhật ký số 2"]


def test_the_auditor_is_told_of_a_forged_record(app: Flask) -> None:
    make_staff(app, Role.AUDITOR)
    grow(app)
    with app.app_context():
        mail_the_mark()
        db.session.commit()
    cut_behind(app, 2)
    with app.app_context():
        mail_the_mark()
        told = mails()[-1]
        assert told.subject == "Nhật ký hệ thống không toàn vẹn"
        assert "Nhật ký không có M1:" in told.text


def test_no_record_no_mail(app: Flask) -> None:
    with app.app_context():
        mail_the_mark()
        assert (mails(), service.head()[0]) == ([], 0)


@pytest.fixture
def standing(make_app: Any, new_database: Any) -> Any:
    """An installation of its own, with a record."""
    app = make_app(database_url=new_database())
    with app.app_context():
        db.create_all()
    grow(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_backup_holds_the_head_and_the_marks_but_no_key(standing: Flask, tmp_path: Path) -> None:
    run(standing, "heads", "--new")
    target = tmp_path / "backup.tar.gz"
    with standing.app_context():
        secrets = keys.path().read_bytes(), keys.read()[0].secret.encode()
        manifest = create_backup(target)
        head = service.head_written()
        verify_backup(target)
    assert manifest["facts"] == {"audit": head}
    with tarfile.open(target) as archive:
        names = {Path(name).name for name in archive.getnames()}
        assert "audit_marks" in names
        assert keys_in(archive, secrets) == []
        manifest_file = archive.extractfile("./manifest.json")
        assert manifest_file is not None
        text = manifest_file.read().decode()
    # The manifest is a head kept elsewhere.
    kept = str(tmp_path / "manifest.json")
    Path(kept).write_text(text)
    assert json.loads(text)["facts"]["audit"] == head
    assert "Có đủ 1 mốc" in run(standing, "verify", "--against", kept)


def keys_in(archive: tarfile.TarFile, secrets: tuple[bytes, ...]) -> list[str]:
    """The members in which one of the secrets stands."""
    found = []
    for member in archive.getmembers():
        stream = archive.extractfile(member)
        text = stream.read() if stream else b""
        if any(secret in text for secret in secrets):
            found.append(member.name)
    return found


def test_the_key_may_lie_elsewhere(make_app: Any, new_database: Any, tmp_path: Path) -> None:
    place = tmp_path / "kept" / "key"
    place.parent.mkdir()
    app = make_app(database_url=new_database(), audit_key_file=str(place))
    with app.app_context():
        db.create_all()
    grow(app)
    assert place.exists()
    assert not (Path(app.instance_path) / "audit_key").exists()
    assert "Nhật ký toàn vẹn" in run(app, "verify")
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_two_authorities_in_one_process_have_keys_of_their_own(
    make_app: Any, new_database: Any
) -> None:
    apps = [make_app(database_url=new_database()) for _number in range(2)]
    found = set()
    for app in apps:
        with app.app_context():
            db.create_all()
        grow(app, 1)
    for app in apps:
        grow(app, 1)
        with app.app_context():
            assert service.verify() == []
            found.add(service.key_of_head())
            db.session.remove()
            db.engine.dispose()
    assert len(found) == 2
