"""The extension objects, created once and bound to each app in create_app.

This module imports nothing of the app. It also holds the declarative base, because Flask-SQLAlchemy
wants it when its object is made: naming convention, enums as VARCHAR(32) by value, every datetime
in UTC.
"""

import datetime as dt
import enum
import hmac
import ipaddress
from typing import Any

from flask import current_app, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import DateTime, Enum, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware datetime, stored in UTC; SQLite drops the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone reached the database")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _values(members: Any) -> list[str]:
    return [member.value for member in members]


class Base(DeclarativeBase):
    # The base brings its own registry: Flask-SQLAlchemy refuses a bare type_annotation_map.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            # By value and without a native type, so that a new state needs no migration on either
            # database.
            enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=32, values_callable=_values),
            dt.datetime: UTCDateTime,
        },
    )


def network_of(address: str | None) -> str:
    """What counts as one place on the net: an IPv4 address, or the /64 that a household or office
    gets of IPv6.

    Every limit counts by this and nothing else: one IPv6 line has 2⁶⁴ addresses.
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(parsed), 64), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


def _reader() -> str:
    """Who asks, as a key that means nothing elsewhere: the apps of one process share a limiter, and
    perhaps its store.
    """
    return hmac.new(
        str(current_app.secret_key).encode(), network_of(request.remote_addr).encode(), "sha256"
    ).hexdigest()


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
csrf = CSRFProtect()
login_manager = LoginManager()
mail = Mail()
babel = Babel()
limiter = Limiter(key_func=_reader, default_limits=[])
