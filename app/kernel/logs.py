"""Logs for the one IT person: one line an event, UTC, no personal data, no secrets, line breaks
encoded.
"""

import logging
import re
from typing import Any

import structlog
from flask import Flask

#: Addresses whose last part is a secret.
_SECRET_PATH = re.compile(
    r"(/(?:xac-nhan|tra-cuu/lien-ket|dat-lai-mat-khau|theo-doi/thoi|theo-doi/xac-nhan|tep/rieng)/)[^/\s?]+"
)


def mask(text: str) -> str:
    """The text with secret parts of addresses and line breaks made harmless."""
    return _SECRET_PATH.sub(r"\1…", text).replace("\r", "\\r").replace("\n", "\\n")


def _mask_values(
    logger: Any, name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {
        key: mask(value) if isinstance(value, str) and key != "exception" else value
        for key, value in event.items()
    }


def init_app(app: Flask) -> None:
    """Configure structlog; machine-readable lines when log_json is set."""
    settings = app.config["SETTINGS"]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_values,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
