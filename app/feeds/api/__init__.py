"""The read-only API: /api/v1/…, described by /api/v1/openapi.json."""

from app.feeds.api import answers, consultations, document
from app.feeds.api.base import bp

__all__ = ["answers", "bp", "consultations", "document"]
