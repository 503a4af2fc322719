"""What goes over the wire, and what never gets that far."""

import datetime as dt
import email
import email.policy
import unicodedata
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import FieldError
from app.mailer import builder
from app.mailer.address import (
    HeaderError,
    address_key,
    checked_address,
    checked_header,
    checked_subject,
)

LINK = "https://anson.example/theo-doi/huy/" + "x" * 120


def build(**changed: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "sender": builder.sender_address("UBND xã An Sơn <khong-tra-loi@anson.example>"),
        "to": "nguyen.an@example.vn",
        "subject": "Đã nhận câu hỏi AS-2026-000123 của ông/bà về thủ tục chuyển mục đích sử dụng "
        "đất tại thôn Đông",
        "text": "Kính gửi ông/bà,\n\nCâu hỏi đã được tiếp nhận.\n",
        "html": "<p>Kính gửi ông/bà, câu hỏi đã được <b>tiếp nhận</b>.</p>",
        "headers": {
            "List-Unsubscribe": f"<{LINK}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "message_id": f"<{'0' * 32}@anson.example>",
        "written_at": dt.datetime(2026, 11, 24, 1, 14, 5, tzinfo=dt.UTC),
    }
    return builder.build(**{**values, **changed})


def wire(message: EmailMessage) -> EmailMessage:
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_exactly_these_headers() -> None:
    assert sorted(wire(build()).keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
        ]
    )


def test_what_a_reader_sees() -> None:
    message = wire(build())
    assert message["From"] == "UBND xã An Sơn <khong-tra-loi@anson.example>"
    assert message["To"] == "nguyen.an@example.vn"
    assert message["Subject"].startswith("Đã nhận câu hỏi AS-2026-000123 của ông/bà")
    assert message["Subject"].endswith("tại thôn Đông")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{'0' * 32}@anson.example>"
    assert parsedate_to_datetime(message["Date"]) == dt.datetime(
        2026, 11, 24, 1, 14, 5, tzinfo=dt.UTC
    )
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert (
        text.get_content().replace("\r\n", "\n")
        == "Kính gửi ông/bà,\n\nCâu hỏi đã được tiếp nhận.\n"
    )
    assert "<b>tiếp nhận</b>" in html.get_content()


def test_the_wire_is_seven_bit_and_its_lines_are_short() -> None:
    raw = build(text="ấ" * 3000, html="<p>" + "ấ" * 3000 + "</p>").as_bytes()
    assert max(raw) < 128
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_links_in_headers_are_not_torn() -> None:
    assert f"List-Unsubscribe: <{LINK}>\r\n".encode() in build().as_bytes()


def test_without_html_it_is_plain() -> None:
    assert wire(build(html="")).get_content_type() == "text/plain"


def test_two_tries_carry_the_same_headers() -> None:
    assert build().items() == build().items()


@pytest.mark.parametrize("name", ["subject", "message_id"])
@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x@evil.example"]
)
def test_the_builder_itself_refuses_line_breaks(name: str, evil: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)linefeed|newline|carriage"):
        build(**{name: evil}).as_bytes()


def test_the_builder_refuses_line_breaks_in_further_headers() -> None:
    with pytest.raises(ValueError, match=r"(?i)linefeed|newline|carriage"):
        build(headers={"Reply-To": "a@b.vn\r\nBcc: x@evil.example"}).as_bytes()


BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1b", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("character", BREAKS)
def test_no_control_character_in_subject_header_or_address(character: str) -> None:
    with pytest.raises(HeaderError):
        checked_subject(f"Xin chào{character}Bcc: x@evil.example")
    with pytest.raises(HeaderError):
        checked_header("Reply-To", f"a@b.vn{character}Bcc: x@evil.example")
    for address in (
        f"a@example.vn{character}",
        f"{character}a@example.vn",
        f"a{character}@example.vn",
        f"a@example.vn{character}b@evil.vn",
    ):
        with pytest.raises(FieldError):
            checked_address(address)


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "To",
        "Bcc",
        "Cc",
        "Subject",
        "Sender",
        "Content-Type",
        "list-unsubscribe",
        "X-Any",
        "Reply-To:",
        "",
    ],
)
def test_only_a_few_headers_may_be_set(name: str) -> None:
    with pytest.raises(HeaderError):
        checked_header(name, "x")


@given(st.text(max_size=400))
def test_whatever_the_subject_nothing_is_added(text: str) -> None:
    try:
        subject = checked_subject(text)
    except HeaderError:
        return
    assert len(subject) <= 300
    message = wire(build(subject=subject))
    assert len(message.keys()) == 10
    assert message["Bcc"] is None


def test_subjects_are_in_one_normal_form() -> None:
    assert checked_subject(unicodedata.normalize("NFD", "Phường  \u202eđổi")) == "Phường đổi"
    assert checked_subject("ệ" * 400).endswith("…")
    with pytest.raises(HeaderError):
        checked_subject("  ")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.vn",
        "a b@c.vn",
        "a@b",
        "a@b.vn, c@d.vn",
        "A <a@b.vn>",
        "a@b.vn;c@d.vn",
        "a@localhost",
        "a@[127.0.0.1]",
        "ân@ví-dụ.vn",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(FieldError) as caught:
        checked_address(address)
    assert caught.value.field == "email"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a@Example.VN ", "a@example.vn"),
        ("A.b+c@example.vn", "A.b+c@example.vn"),
        ("a@bưu-điện.vn", "a@" + "bưu-điện.vn".encode("idna").decode()),
    ],
)
def test_addresses_as_they_go_out(typed: str, kept: str) -> None:
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "same",
    [
        "an.nguyen@example.vn",
        "An.Nguyen@Example.vn",
        "annguyen+1@example.vn",
        "a.n.n.g.u.y.e.n+x+y@example.vn",
    ],
)
def test_one_mailbox_has_one_key(same: str) -> None:
    assert address_key(same) == "annguyen@example.vn"


def test_other_mailboxes_have_other_keys() -> None:
    assert (
        len(
            {
                address_key(one)
                for one in ("a@example.vn", "b@example.vn", "a@example.com.vn", "a@exam.ple.vn")
            }
        )
        == 4
    )
