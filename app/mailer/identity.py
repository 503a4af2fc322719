"""Who writes our mails: read from the settings of the running app, so that services need not know
Flask.
"""

import secrets
from email.headerregistry import Address

from flask import current_app

from app.mailer import builder
from app.mailer.transport import DELIVERY_TIMEOUTS


def sender() -> Address:
    """The sender of every mail of this installation."""
    return builder.sender_address(current_app.config["SETTINGS"].mail_sender)


def new_message_id() -> str:
    """A Message-ID in the sender's domain, as spam filters expect."""
    return f"<{secrets.token_hex(16)}@{sender().domain}>"


def lease_seconds() -> float:
    """How long a runner holds a message: twice the longest delivery."""
    timeout: int = current_app.config["SETTINGS"].mail_timeout
    return 2.0 * DELIVERY_TIMEOUTS * timeout
