"""Why a file was not taken."""

from app.kernel.errors import FieldError


class FileRefused(FieldError):
    """The file cannot be accepted; the message says why and what to do.

    It belongs beside the form's field `files`.
    """

    def __init__(self, message: str) -> None:
        super().__init__("files", message)
