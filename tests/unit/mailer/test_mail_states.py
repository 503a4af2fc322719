"""The moves of a message, the waits between tries, and what staff may read."""

import datetime as dt

import pytest

from app.config import Settings
from app.mailer import queries, service, transport
from app.mailer.models import OutboxMessage
from app.mailer.states import COLOURS, FLOW, HAPPENING_LABELS, LABELS, WAITING, Delivery, Happening


@pytest.mark.parametrize("state", Delivery)
@pytest.mark.parametrize("move", ["send", "defer", "reject", "give_up", "cancel", "resend"])
def test_moves(state: Delivery, move: str) -> None:
    targets = {
        "send": Delivery.SENT,
        "defer": Delivery.DEFERRED,
        "reject": Delivery.REJECTED,
        "give_up": Delivery.DEAD,
        "cancel": Delivery.CANCELLED,
        "resend": Delivery.READY,
    }
    allowed = state in WAITING if move != "resend" else state is not Delivery.READY
    assert FLOW.allows(state, move) is allowed
    if allowed:
        assert FLOW.next(state, move) is targets[move]


def test_every_state_has_words_and_a_colour() -> None:
    assert set(LABELS) == set(COLOURS) == set(Delivery)
    assert set(HAPPENING_LABELS) == set(Happening)
    assert [str(LABELS[state]) for state in Delivery] == [
        "Chờ gửi",
        "Đã gửi",
        "Tạm hoãn",
        "Bị trả lại",
        "Đã bỏ",
        "Đã bỏ",
    ]


def test_waits_grow_from_a_minute_to_a_day_and_last_for_days() -> None:
    waits = [service.wait_after(attempt) for attempt in range(1, 12)]
    assert waits[0] == dt.timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[-1] == dt.timedelta(hours=24)
    # The tries before a message is given up spread over more than three days.
    assert sum(waits[: service.MAX_TRIES], dt.timedelta()) > service.GIVE_UP_AFTER


def readable(text: str, kind: str = "question-receipt") -> str | None:
    return queries.readable_text(OutboxMessage(kind=kind, text=text))


def test_staff_see_the_text() -> None:
    assert (
        readable("Kính gửi ông/bà,\n\nHạn trả lời: 30/11/2026.")
        == "Kính gửi ông/bà,\n\nHạn trả lời: 30/11/2026."
    )


@pytest.mark.parametrize(
    "line", ["Mã PIN: 482 913", "Mã PIN của ông/bà là 482913.", "mã pin: 482-913", "PIN\n482913"]
)
def test_a_pin_is_covered(line: str) -> None:
    shown = readable(f"Mã tra cứu: AS-2026-000123\n{line}\nĐiện thoại: 0255 123 456")
    assert shown is not None
    assert "482" not in shown
    assert "AS-2026-000123" in shown
    assert "0255 123 456" in shown


@pytest.mark.parametrize(
    "path",
    [
        "/xac-nhan/abc",
        "/dat-lai-mat-khau/k3Jd_9sKq",
        "/loi-moi/Zr5x0Yb1Qm2Kc8Vw3Tn7Aa",
        "/tra-cuu/lien-ket/k3Jd",
    ],
)
def test_a_secret_link_is_covered(path: str) -> None:
    shown = readable(f"Mở https://anson.example{path} để tiếp tục.")
    assert shown is not None
    assert path.rsplit("/", 1)[1] not in shown
    assert "để tiếp tục" in shown


def test_an_ordinary_link_is_shown() -> None:
    text = "Xem https://anson.example/hoi-dap/AS-2026-000123 và https://anson.example/van-ban/ke-hoach-su-dung-dat-nam-2026"
    assert readable(text) == text


def test_restricted_and_forgotten_texts_are_not_shown() -> None:
    assert readable("Nội dung", kind="restricted-guidance") is None
    message = OutboxMessage(
        kind="question-receipt", text="", forgotten_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    assert queries.readable_text(message) is None


def test_which_transport() -> None:
    assert isinstance(transport.choose(Settings(mail_server="")), transport.NullTransport)
    assert isinstance(transport.choose(Settings(environment="test")), transport.RecordingTransport)
    assert isinstance(
        transport.choose(Settings(environment="test", mail_port=2525)), transport.SmtpTransport
    )
    assert isinstance(transport.choose(Settings(environment="production")), transport.SmtpTransport)
    assert not transport.NullTransport.ready
    assert transport.SmtpTransport.ready
