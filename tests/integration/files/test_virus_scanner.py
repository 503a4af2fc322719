import io

import pytest

from app.files import antivirus
from app.files.antivirus import ClamdScanner, Finding, ScannerDown
from tests.factories.files import EICAR, StubClamd, StubClamdSocket, closed_port, running


@pytest.fixture
def clamd():
    with running(StubClamd()) as server:
        yield server


def scan(scanner, content):
    return scanner.scan(io.BytesIO(content))


def test_a_clean_content_is_sent_whole(clamd):
    content = bytes(range(256)) * 1_000

    assert scan(ClamdScanner(clamd.address), content).finding is Finding.CLEAN
    assert clamd.scanned == [content]


def test_a_virus_is_named(clamd):
    verdict = scan(ClamdScanner(clamd.address), b"x" * 100_000 + EICAR)

    assert verdict == (Finding.INFECTED, "Eicar-Test-Signature")


def test_a_socket_in_the_file_system_works_too(tmp_path):
    with running(StubClamdSocket(str(tmp_path / "clamd.sock"))):
        scanner = ClamdScanner(str(tmp_path / "clamd.sock"))
        assert scanner.ping()
        assert scan(scanner, EICAR).finding is Finding.INFECTED


def test_a_file_that_is_too_large_for_it_is_unreadable(clamd):
    clamd.longest = 1_000

    assert scan(ClamdScanner(clamd.address), b"x" * 5_000).finding is Finding.UNREADABLE


def test_nobody_listening_is_down_and_then_left_alone(monkeypatch):
    scanner = ClamdScanner(f"127.0.0.1:{closed_port()}")
    assert not scanner.ping()
    with pytest.raises(ScannerDown):
        scan(scanner, b"x")

    monkeypatch.setattr(scanner, "_connect", lambda: pytest.fail("it was asked again"))
    with pytest.raises(ScannerDown):
        scan(scanner, b"x")


def test_a_missing_socket_is_down(tmp_path):
    with pytest.raises(ScannerDown):
        scan(ClamdScanner(str(tmp_path / "none.sock")), b"x")


def test_silence_is_down(clamd, monkeypatch):
    monkeypatch.setattr(antivirus, "STEP_SECONDS", 0.2)
    clamd.silent = True

    with pytest.raises(ScannerDown):
        scan(ClamdScanner(clamd.address), b"x")
    assert not ClamdScanner(clamd.address).ping()


def test_a_talk_that_takes_too_long_is_given_up(clamd, monkeypatch):
    monkeypatch.setattr(antivirus, "SCAN_SECONDS", -1.0)

    with pytest.raises(ScannerDown):
        scan(ClamdScanner(clamd.address), b"x")


def test_an_answer_to_a_ping_ends_the_pause(clamd):
    scanner = ClamdScanner(clamd.address)
    scanner._silent_until = float("inf")
    with pytest.raises(ScannerDown):
        scan(scanner, b"x")

    assert scanner.ping()
    assert scan(scanner, b"x").finding is Finding.CLEAN


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        ("stream: OK", Finding.CLEAN),
        ("stream: Win.Test.EICAR_HDB-1 FOUND", Finding.INFECTED),
        ("INSTREAM size limit exceeded. ERROR", Finding.UNREADABLE),
        ("stream: OK FOUND", Finding.INFECTED),
        ("OKAY", Finding.UNREADABLE),
        ("?", Finding.UNREADABLE),
    ],
)
def test_only_ok_is_clean(reply, finding):
    assert antivirus._verdict(reply).finding is finding
