"""Usernames, networks, browsers, hashes."""

import pytest
from argon2 import extract_parameters
from flask import Flask

from app.access import Role
from app.accounts import vault
from app.accounts.forms import ROLE_HINTS
from app.accounts.service.sessions import describe_browser
from app.accounts.service.signing_in import normal_username
from app.config import Settings
from app.extensions import network_of


def vault_of(environment: str, **more: object) -> vault.Vault:
    app = Flask("vault")
    app.config["SETTINGS"] = Settings(environment=environment, secret_key="s" * 40, **more)
    vault.init_app(app)
    with app.app_context():
        return vault.vault()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("TiepNhan", "tiepnhan"), ("  lanhdao ", "lanhdao"), ("Chuyên.Viên", "chuyen.vien"), ("", "")],
)
def test_usernames_are_folded(typed: str, stored: str) -> None:
    assert normal_username(typed) == stored


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_household_is_one_place_on_the_net(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("header", "label"),
    [
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/156.0 Safari/537.36"
            ),
            "Chrome, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
            "Edge, Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 "
                "Version/19.0 "
                "Mobile Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox, Linux",
        ),
        ("curl/8.0\r\nX: y", ""),
        ("", ""),
    ],
)
def test_a_browser_is_two_words(header: str, label: str) -> None:
    assert describe_browser(header) == label


def test_production_hashes_as_owasp_says_and_nobody_costs_the_same() -> None:
    real = vault_of("production")
    parameters = extract_parameters(real.dummy_hash)
    assert (
        parameters.memory_cost,
        parameters.time_cost,
        parameters.parallelism,
        parameters.type.name,
    ) == (19_456, 2, 1, "ID")
    assert (real.hasher.memory_cost, real.hasher.time_cost, real.hasher.parallelism) == (
        19_456,
        2,
        1,
    )
    assert not real.verify_password(None, "bất kỳ")


def test_passwords_are_compared_in_the_composed_form_and_never_cut() -> None:
    box = vault_of("test")
    stored = box.hash_password("mật khẩu rất dài" + "x" * 100)
    assert box.verify_password(stored, "mật khẩu rất dài" + "x" * 100)
    assert not box.verify_password(stored, "mật khẩu rất dài" + "x" * 99)
    assert not box.verify_password(stored, "x" * 1_000_000)
    assert not box.verify_password("nonsense", "x")


def test_a_hash_with_older_parameters_is_noticed() -> None:
    assert vault_of("production").needs_rehash(vault_of("test").hash_password("x"))
    assert not vault_of("test").needs_rehash(vault_of("test").hash_password("x"))


def test_demo_is_never_on_in_production() -> None:
    assert vault_of("development", demo=True).demo
    assert not vault_of("production", demo=True).demo


def test_hashes_of_different_purposes_never_meet() -> None:
    box = vault_of("test")
    assert (
        len(
            {
                box.hash_token("session", "a"),
                box.hash_token("link", "a"),
                box.hash_token("recovery", "a"),
                box.hash_token("session", "b"),
            }
        )
        == 4
    )


def test_every_role_is_explained() -> None:
    assert set(ROLE_HINTS) == set(Role)
