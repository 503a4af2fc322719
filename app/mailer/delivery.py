"""The runner's lane for mails: claim and commit, send without any open transaction, acknowledge and
commit.
"""

import datetime as dt
import time
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial

import structlog
from flask import current_app
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.kernel.errors import Busy
from app.mailer import builder, identity, queries, service
from app.mailer.transport import RejectedError, Transport, TryLaterError

log = structlog.get_logger(__name__)
#: A message that left must not be sent twice because the database was busy for a moment.
_ACKNOWLEDGE_WAITS = (0.5, 2.0, 5.0)


def transport() -> Transport:
    """The way out of this installation."""
    found: Transport = current_app.extensions["mail_transport"]
    return found


class MailLane:
    """The outbox as a source of work for the runner."""

    name = "mailer"

    def due(self, now: dt.datetime) -> bool:
        """Is a message due, and is there a way out?"""
        return transport().ready and queries.anything_due(now)

    def step(self, owner: str) -> bool:
        """Send one message."""
        claim = service.claim(owner)
        db.session.commit()
        if claim is None:
            return False
        outcome = _send(claim)
        for wait in (*_ACKNOWLEDGE_WAITS, None):
            try:
                kept = outcome()
                db.session.commit()
                break
            except (Busy, OperationalError) as error:
                db.session.rollback()
                if wait is None:
                    raise
                log.error("mail_acknowledge_failed", id=claim.id, reason=type(error).__name__)
                time.sleep(wait)
        if not kept:
            log.error("mail_lease_lost", id=claim.id, attempt=claim.attempt)
        return True


def _send(claim: service.Claim) -> Callable[[], bool]:
    """Try once; returns what has to be written down about it."""
    try:
        transport().send(_build(claim))
    except TryLaterError as error:
        return partial(service.defer, claim, str(error))
    except RejectedError as error:
        return partial(service.reject, claim, str(error))
    except Exception as error:
        # An error of ours must not stop the mails behind this one; it is tried again and shows on
        # the screen.
        log.error("mail_failed", id=claim.id, exc_info=error)
        return partial(service.defer, claim, type(error).__name__)
    return partial(service.acknowledge, claim)


def _build(claim: service.Claim) -> EmailMessage:
    return builder.build(
        sender=identity.sender(),
        to=claim.to,
        subject=claim.subject,
        text=claim.text,
        html=claim.html,
        headers=claim.headers,
        message_id=claim.message_id,
        written_at=claim.written_at,
    )
