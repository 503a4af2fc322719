"""The store and the scanner of the running installation."""

from dataclasses import dataclass

from flask import Flask, current_app

from app.config import ConfigError
from app.files.antivirus import Scanner, make_scanner
from app.files.storage import LocalStorage, Storage


@dataclass
class Runtime:
    """What the services use of this installation; tests put their own in place."""

    storage: Storage
    scanner: Scanner
    #: Bytes of one file as sent.
    max_bytes: int


def runtime() -> Runtime:
    """That of the current app."""
    found: Runtime = current_app.extensions["files"]
    return found


def init_app(app: Flask) -> None:
    """Choose by the settings.

    Raises ConfigError for an address of a scanner that makes no sense.
    """
    settings = app.config["SETTINGS"]
    try:
        scanner = make_scanner(settings.clamd)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    app.extensions["files"] = Runtime(
        LocalStorage(app.config["UPLOADS"]), scanner, settings.upload_max_bytes
    )
