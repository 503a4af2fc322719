import pytest

from app.files import antivirus, gate
from app.files.gate import Access
from app.files.models import StoredFile
from app.files.states import FLOW, STATE_LABELS, FileState


def file(state=FileState.CLEAN, kind="gate-test", owner_id=7):
    return StoredFile(
        state=state,
        owner_kind=kind,
        owner_id=owner_id,
        name="a.pdf",
        content_type="application/pdf",
        extension="pdf",
    )


@pytest.fixture
def guard(monkeypatch):
    asked = []

    def answer(owner_id, actor):
        asked.append((owner_id, actor))
        return Access.PUBLIC

    monkeypatch.setattr(gate, "_guards", {})
    gate.register("gate-test", answer)
    return asked


def test_the_owner_decides(guard):
    assert gate.access(file(), "somebody") is Access.PUBLIC
    assert guard == [(7, "somebody")]


@pytest.mark.parametrize("state", [state for state in FileState if state is not FileState.CLEAN])
def test_only_clean_files_reach_the_guard(guard, state):
    assert gate.access(file(state), None) is Access.NONE
    assert guard == []


@pytest.mark.parametrize(("kind", "owner_id"), [("unknown", 7), (None, None)])
def test_what_nobody_answers_for_is_closed(guard, kind, owner_id):
    assert gate.access(file(kind=kind, owner_id=owner_id), None) is Access.NONE
    assert guard == []


def test_every_state_has_words_and_no_way_leads_back_to_waiting():
    assert set(STATE_LABELS) == set(FileState)
    assert {move.target for move in FLOW.moves} == set(FileState) - {FileState.PENDING}
    assert not any(FLOW.from_state(FileState.CLEAN))
    assert not any(FLOW.from_state(FileState.REFUSED))


@pytest.mark.parametrize(
    "address",
    [
        "localhost",
        "localhost:",
        ":3310",
        "localhost:abc",
        "localhost:0",
        "localhost:99999",
        "relative/path",
    ],
)
def test_an_address_of_a_scanner_that_makes_no_sense_is_an_error(address):
    with pytest.raises(ValueError, match="clamd"):
        antivirus.make_scanner(address)


def test_without_an_address_there_is_no_scanner():
    assert isinstance(antivirus.make_scanner(""), antivirus.NullScanner)
    assert antivirus.make_scanner("").ping()
    assert isinstance(antivirus.make_scanner("[::1]:3310"), antivirus.ClamdScanner)
