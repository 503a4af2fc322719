"""What telephone numbers, addresses and codes look like."""

import datetime as dt

import pytest

from app.access import P, system_pages
from app.organisation.models import Topic, Unit
from app.organisation.service import UNIT_OF_COMMUNE, checking


@pytest.mark.parametrize(
    "text",
    [
        "0253 3555 001",
        "0912.345.678",
        "055.3822879",
        "+84 912 345 678",
        "(0253) 3555-001",
        "1022",
        "113",
        "1900 1234",
        "18001091",
    ],
)
def test_telephone_numbers(text: str) -> None:
    assert checking.is_phone(text)


@pytest.mark.parametrize(
    "text", ["", "12", "0253", "abc", "0912 345 678 x12", "912345678", "0123456789012", "2026"]
)
def test_not_telephone_numbers(text: str) -> None:
    assert not checking.is_phone(text)


def test_addresses_codes_prefixes_domains() -> None:
    assert checking.is_email("vp@anson.example")
    assert not checking.is_email("vp@")
    assert not checking.is_email("vp@anson.example\nBcc: x@y.vn")
    assert checking.is_unit_code("KT")
    assert checking.is_unit_code("X-TT")
    assert checking.is_unit_code("LĐTBXH")
    assert not checking.is_unit_code("kt")
    assert not checking.is_unit_code("-KT")
    assert not checking.is_unit_code("K" * 21)
    assert checking.is_agency_code("H51.21.40")
    assert not checking.is_agency_code("mã 1")
    assert checking.is_prefix("AS")
    assert not checking.is_prefix("A")
    assert not checking.is_prefix("ĐB")
    assert checking.is_domain("anson.namhai.gov.vn")
    assert not checking.is_domain("https://anson.vn")
    assert not checking.is_domain("anson")
    assert not checking.is_domain("-a.vn")


def test_days_of_a_unit_and_a_topic_include_both_ends() -> None:
    unit = Unit(valid_from=dt.date(2025, 7, 1), valid_to=dt.date(2026, 6, 30))
    assert not unit.is_active(dt.date(2025, 6, 30))
    assert unit.is_active(dt.date(2025, 7, 1))
    assert unit.is_active(dt.date(2026, 6, 30))
    assert not unit.is_active(dt.date(2026, 7, 1))
    assert Topic(valid_from=None, valid_to=None).is_active(dt.date(2026, 7, 1))


def test_a_topic_without_translation_keeps_its_name() -> None:
    assert Topic(name="Đất đai", name_en="Land").name_in("en") == "Land"
    assert Topic(name="Đất đai", name_en="Land").name_in("vi") == "Đất đai"
    assert Topic(name="Đất đai", name_en="").name_in("en") == "Đất đai"


def test_the_mapping_of_former_units_leads_to_units_of_a_commune() -> None:
    assert set(UNIT_OF_COMMUNE.values()) == {"KT", "VHXH", "VP", "HCC", "DVTH"}
    assert {UNIT_OF_COMMUNE[code] for code in ("TNMT", "KTHT", "NNPT", "QLDA")} == {"KT"}
    assert {UNIT_OF_COMMUNE[code] for code in ("LDTBXH", "GDDT", "VHTT")} == {"VHXH"}
    assert {UNIT_OF_COMMUNE[code] for code in ("NV", "TP", "TTR")} == {"VP"}


class Reader:
    def __init__(self, *held: P) -> None:
        self.held = held

    def has(self, permission: P) -> bool:
        return permission in self.held


def test_system_pages_show_what_one_may_open_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_pages, "_entries", {})
    system_pages.register(20, lambda: "Thư", lambda: "Thư đã gửi", "/thu", P.MAIL_READ)
    system_pages.register(10, lambda: "Đơn vị", lambda: "Phòng, ban", "/don-vi", P.UNIT_EDIT)
    system_pages.register(10, lambda: "Đơn vị", lambda: "Phòng, ban", "/don-vi", P.UNIT_EDIT)
    assert [page.url for page in system_pages.pages(Reader(P.MAIL_READ, P.UNIT_EDIT))] == [
        "/don-vi",
        "/thu",
    ]
    assert [(page.label, page.hint) for page in system_pages.pages(Reader(P.MAIL_READ))] == [
        ("Thư", "Thư đã gửi")
    ]
    assert system_pages.pages(Reader()) == []
