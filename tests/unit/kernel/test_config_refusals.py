"""Settings: where they come from, and the nonsense that stops the start."""

import threading
from pathlib import Path
from typing import Any

import pytest

from app import config
from app.config import ConfigError

SECRET = "k" * 40
SAFE = {
    "environment": "production",
    "secret_key": SECRET,
    "public_base_url": "https://anson.example",
    "trusted_hosts": "anson.example, www.anson.example",
}


def load(folder: Path, environ: dict[str, str] | None = None, **overrides: Any) -> config.Settings:
    return config.load(folder, environ=environ or {}, overrides=overrides)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"no_such_setting": 1}, "no_such_setting"),
        ({"environment": "staging"}, "environment"),
        ({"secret_key": "ngan"}, "secret_key"),
        ({"secret_key": 12345}, "secret_key"),
        ({"public_base_url": "anson.example"}, "public_base_url"),
        ({"public_base_url": "ftp://anson.example"}, "public_base_url"),
        ({"public_base_url": "https://"}, "public_base_url"),
        ({"mail_port": "hai mươi lăm"}, "mail_port"),
        ({"mail_port": True}, "mail_port"),
        ({"mail_port": 25.5}, "mail_port"),
        ({"page_cache": "có"}, "page_cache"),
        ({"page_cache": 1}, "page_cache"),
        ({"mail_server": ["a", "b"]}, "mail_server"),
        ({**SAFE, "secret_key": ""}, "secret key"),
        ({**SAFE, "public_base_url": "http://anson.example"}, "https"),
        ({**SAFE, "trusted_hosts": ""}, "trusted_hosts"),
        ({**SAFE, "demo": True}, "demo"),
    ],
)
def test_nonsense_stops_the_start_and_says_what(
    tmp_path: Path, overrides: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        config.load(tmp_path, environ={}, overrides=overrides)


def test_a_production_that_is_safe_starts(tmp_path: Path) -> None:
    settings = load(tmp_path, **SAFE)
    flask = config.flask_config(settings, tmp_path)
    assert settings.production
    assert flask["TRUSTED_HOSTS"] == ["anson.example", "www.anson.example"]
    assert flask["SESSION_COOKIE_NAME"] == "__Host-phien"
    assert flask["SESSION_COOKIE_SECURE"] is True
    assert flask["DEBUG"] is False


def test_the_environment_wins_over_the_file_and_overrides_over_both(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        'mail_server = "tu-tep"\nmail_port = 25\nsolo_office = true\n', "utf-8"
    )
    environ = {
        "LANGNGHE_MAIL_PORT": "587",
        "LANGNGHE_LOG_JSON": "yes",
        "DATABASE_URL": "postgresql:///anson",
        "PATH": "/bin",
    }
    settings = load(tmp_path, environ, mail_sender="a@b.vn")
    assert (settings.mail_server, settings.mail_port, settings.solo_office) == ("tu-tep", 587, True)
    assert (settings.log_json, settings.database_url, settings.mail_sender) == (
        True,
        "postgresql:///anson",
        "a@b.vn",
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mail_port = = 25", "utf-8")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False), ("", False)],
)
def test_words_for_yes_and_no(tmp_path: Path, typed: str, meant: bool) -> None:
    assert load(tmp_path, {"LANGNGHE_PAGE_CACHE": typed}).page_cache is meant


def test_a_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = load(tmp_path / "moi"), load(tmp_path / "moi")
    file = tmp_path / "moi" / "secret_key"
    assert first.secret_key == second.secret_key == file.read_text()
    assert len(first.secret_key) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    for attempt in range(20):
        folder, barrier, keys, errors = tmp_path / str(attempt), threading.Barrier(8), set(), []

        def start(
            folder: Path = folder,
            barrier: threading.Barrier = barrier,
            keys: set[str] = keys,
            errors: list[Any] = errors,
        ) -> None:
            barrier.wait()
            try:
                keys.add(load(folder).secret_key)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(keys) == 1


def test_sqlite_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "_file_system", lambda path: "nfs4")
    with pytest.raises(ConfigError, match="nfs4"):
        load(tmp_path)
    assert load(tmp_path, database_url="postgresql:///anson").database_url


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql+psycopg://a@b/c", "postgresql+psycopg://a@b/c"),
    ],
)
def test_every_way_to_write_a_postgresql_address(tmp_path: Path, url: str, driver: str) -> None:
    assert (
        config.flask_config(load(tmp_path, database_url=url), tmp_path)["SQLALCHEMY_DATABASE_URI"]
        == driver
    )


def test_the_default_is_sqlite_in_the_instance_folder(tmp_path: Path) -> None:
    flask = config.flask_config(load(tmp_path), tmp_path)
    assert flask["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'app.db'}"
    assert flask["SESSION_COOKIE_NAME"] == "phien"
    assert flask["TRUSTED_HOSTS"] is None
