"""What can go wrong in the domain. Services raise these; kernel.web turns each into one page, in
one place.

Messages are for people and already translated where they are raised.
"""


class DomainError(Exception):
    """Base of all errors that a person is told about."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """There is no such thing, or not for this person (404)."""


class Forbidden(DomainError):
    """The person is known and may not do this (403)."""


class Refused(DomainError):
    """A rule forbids it now; the message says which and what to do (409)."""


class Stale(Refused):
    """Somebody else changed it since the person opened it (409, with both versions)."""


class TooMany(DomainError):
    """Too many tries (429); `retry_after` is how many seconds to wait."""

    def __init__(self, message: str = "", *, retry_after: int = 3600) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(DomainError):
    """No turn at the database within the time allowed (503); nothing was written."""


class FieldError(DomainError):
    """One field of a form is wrong; the route puts the message beside it (422)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
