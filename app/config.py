"""Settings: one frozen object, read from the environment and instance/config.toml; nonsense stops
the start.

An environment variable wins over the file. Names in the file are the field names below.
"""

import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

CSP = (
    "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors "
    "'none'; form-action 'self'"
)
#: File systems on which SQLite's locks do not hold.
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "glusterfs", "ceph"}
)
#: Scheme, host and port of another site: nothing in it can end the header's directive.
_PARENT = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
#: What to write instead of a value of another kind.
_KINDS = {str: "a text in quotes", bool: "true or false", int: "a number"}


class ConfigError(Exception):
    """The settings make no sense; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of an installation, with its default. See docs/operations.md."""

    #: development · test · production
    environment: str = "development"
    secret_key: str = ""
    #: The file with the keys that seal the audit record, made with the first record; empty:
    #: audit_key in the instance folder. Never in the database, and not in a backup.
    audit_key_file: str = ""
    #: So many days backups on this machine are kept (`flask backup prune`), and with them what was
    #: erased meanwhile.
    backup_days: int = 30
    #: Empty: SQLite in the instance folder.
    database_url: str = ""
    #: Where links in mails point, such as https://anson.example. Required in production.
    public_base_url: str = "http://127.0.0.1:8000"
    #: Host names that this site answers to, separated by commas. Required in production.
    trusted_hosts: str = ""
    #: Proxies in front that set X-Forwarded-*.
    proxy_hops: int = 0
    #: Redis or memory:// for rate limits; needed when several processes serve.
    limits_url: str = "memory://"
    mail_server: str = "127.0.0.1"
    mail_port: int = 8025
    mail_use_tls: bool = False
    mail_use_ssl: bool = False
    mail_username: str = ""
    mail_password: str = ""
    mail_sender: str = "khong-tra-loi@anson.example"
    #: Seconds before a silent mail server is given up.
    mail_timeout: int = 20
    #: Host:port or socket path of clamd; empty: files are not scanned.
    clamd: str = ""
    upload_max_bytes: int = 10 * 1024 * 1024
    #: Demo accounts and data, the mail catcher. Refused in production.
    demo: bool = False
    #: The page cache for anonymous readers.
    page_cache: bool = True
    #: Token for /metrics; empty: only from the machine itself.
    metrics_token: str = ""
    #: Sites that may show our blocks in a frame, separated by commas, such as
    #: https://namhai.example. Ourselves always may.
    embed_parents: str = ""
    #: An office with one person: the author may approve, and it is recorded.
    solo_office: bool = False
    log_json: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def production(self) -> bool:
        """Is this a real installation?"""
        return self.environment == "production"


def default_instance(root: Path) -> Path:
    """The instance folder: the INSTANCE environment variable, else instance/ beside the app."""
    return Path(os.environ.get("INSTANCE") or root / "instance")


def load(
    instance: Path,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of one instance folder.

    Raises ConfigError for an unknown name, a wrong type, or a production without its safety
    settings.
    """
    values: dict[str, Any] = {}
    file = instance / "config.toml"
    if file.exists():
        try:
            values.update(tomllib.loads(file.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file}: {error}") from error
    for name, raw in (os.environ if environ is None else environ).items():
        if name.startswith("LANGNGHE_"):
            values[name.removeprefix("LANGNGHE_").lower()] = raw
        elif name == "DATABASE_URL":
            values["database_url"] = raw
    values.update(overrides or {})
    hints = get_type_hints(Settings)
    known = {item.name for item in fields(Settings)}
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"unknown settings: {', '.join(unknown)}")
    settings = Settings(
        **{name: _typed(name, value, hints[name]) for name, value in values.items()}
    )
    if not settings.secret_key:
        settings = Settings(
            **{
                **{item.name: getattr(settings, item.name) for item in fields(settings)},
                "secret_key": _secret_key(instance, settings),
            }
        )
    _check(settings, instance)
    return settings


def _typed(name: str, value: Any, kind: Any) -> Any:
    if kind not in {str, bool, int} or type(value) is kind:
        return value
    if not isinstance(value, str):
        raise ConfigError(f"{name}: expected {_KINDS[kind]}, not {value!r}")
    if kind is bool:
        if value.lower() in {"1", "true", "yes", "on"}:
            return True
        if value.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise ConfigError(f"{name}: expected true or false, not {value!r}")
    try:
        return int(value)
    except ValueError as error:
        raise ConfigError(f"{name}: expected a number, not {value!r}") from error


def _secret_key(instance: Path, settings: Settings) -> str:
    file = instance / "secret_key"
    if not file.exists():
        if settings.production:
            raise ConfigError(
                f"production needs a secret key: put 32 random bytes in LANGNGHE_SECRET_KEY or "
                f"{file}"
            )
        instance.mkdir(parents=True, exist_ok=True)
        # Two processes that start together must agree on one key, and neither may see half of it.
        descriptor, draft = tempfile.mkstemp(dir=instance, prefix="secret_key.")
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        except OSError:
            # A file system without hard links has to do with less.
            os.replace(draft, file)
        Path(draft).unlink(missing_ok=True)
    return file.read_text().strip()


def _check(settings: Settings, instance: Path) -> None:
    if settings.environment not in {"development", "test", "production"}:
        raise ConfigError("environment is development, test or production")
    if len(settings.secret_key) < 32:
        raise ConfigError("secret_key is too short: at least 32 characters")
    base = urlsplit(settings.public_base_url)
    if base.scheme not in {"http", "https"} or not base.hostname:
        raise ConfigError("public_base_url must be an address such as https://anson.example")
    _parents(settings)
    if not settings.database_url and (kind := _file_system(instance)) in NETWORK_FILE_SYSTEMS:
        raise ConfigError(
            f"{instance} is on {kind}: SQLite needs a local disk, or set DATABASE_URL to PostgreSQL"
        )
    if settings.production:
        if base.scheme != "https":
            raise ConfigError("production needs public_base_url with https")
        if not settings.trusted_hosts:
            raise ConfigError("production needs trusted_hosts")
        if settings.demo:
            raise ConfigError("demo data refuses to load into a production configuration")


def _parents(settings: Settings) -> list[str]:
    parents = [parent.strip() for parent in settings.embed_parents.split(",") if parent.strip()]
    for parent in parents:
        if not _PARENT.fullmatch(parent):
            raise ConfigError(
                f"embed_parents: {parent!r} is no address such as https://namhai.example"
            )
    return parents


def _file_system(path: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    target = str(path.resolve())
    for line in mounts.read_text().splitlines():
        _, point, name, *_rest = line.split(" ")
        if (target == point or target.startswith(point.rstrip("/") + "/")) and len(point) >= len(
            best
        ):
            best, kind = point, name
    return kind


def flask_config(settings: Settings, instance: Path) -> dict[str, Any]:
    """The same as Flask and its extensions want it."""
    url = settings.database_url or f"sqlite:///{instance / 'app.db'}"
    url = url.replace("postgres://", "postgresql://", 1).replace(
        "postgresql://", "postgresql+psycopg://", 1
    )
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 15, "check_same_thread": False}
    secure = urlsplit(settings.public_base_url).scheme == "https"
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "AUDIT_KEY_FILE": Path(settings.audit_key_file or instance / "audit_key"),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": options,
        "TESTING": settings.environment == "test",
        "DEBUG": False,
        "PROPAGATE_EXCEPTIONS": False,
        "TRUSTED_HOSTS": [
            host.strip() for host in settings.trusted_hosts.split(",") if host.strip()
        ]
        or None,
        "SESSION_COOKIE_NAME": "__Host-phien" if secure else "phien",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": 5 * settings.upload_max_bytes + 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 200,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "RATELIMIT_STORAGE_URI": settings.limits_url,
        "RATELIMIT_HEADERS_ENABLED": False,
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USE_TLS": settings.mail_use_tls,
        "MAIL_USE_SSL": settings.mail_use_ssl,
        "MAIL_USERNAME": settings.mail_username or None,
        "MAIL_PASSWORD": settings.mail_password or None,
        "MAIL_DEFAULT_SENDER": settings.mail_sender,
        "CSP": CSP,
        # Empty without https: a browser must not learn it from a development machine.
        "HSTS": "max-age=31536000; includeSubDomains" if secure else "",
        "EMBED_CSP": CSP.replace(
            "frame-ancestors 'none'", " ".join(["frame-ancestors 'self'", *_parents(settings)])
        ),
        # POSTs that change nothing (a preview, say): the test of all routes wants them named.
        "READING_POSTS": set(),
        "UPLOADS": instance / "uploads",
    }
