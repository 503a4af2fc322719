"""Following by mail: asking, confirming, ending; and who follows what."""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound, TooMany
from app.kernel.text import int_of
from app.kernel.tokens import keyed_hash, new_token, same
from app.notifications.models import Subscription

#: Days in which a request to follow can be confirmed.
CONFIRM_DAYS = 7
#: Open requests to one address: more would be a way to annoy somebody.
OPEN_REQUESTS = 3


def subscribe(
    *,
    email: str,
    secret_key: str,
    topic_id: int | None = None,
    question_id: int | None = None,
    consultation_id: int | None = None,
    new_consultations: bool = False,
    language: str = "vi",
) -> tuple[Subscription, str] | None:
    """Ask the address to confirm; None when it follows this already.

    Returns the row and the secret for the mail. Raises TooMany when requests to this address pile
    up.
    """
    mine = Subscription.email == email
    scope = (
        _is(Subscription.topic_id, topic_id),
        _is(Subscription.question_id, question_id),
        _is(Subscription.consultation_id, consultation_id),
        Subscription.new_consultations.is_(new_consultations),
    )
    if db.session.scalar(
        sa.select(Subscription.id).where(mine, *scope, Subscription.confirmed_at.is_not(None))
    ):
        return None
    since = now() - dt.timedelta(days=1)
    waiting = sa.select(sa.func.count()).where(
        mine, Subscription.confirmed_at.is_(None), Subscription.created_at.between(since, now())
    )
    if (db.session.scalar(waiting) or 0) >= OPEN_REQUESTS:
        raise TooMany(
            _(
                "Địa chỉ này đã có nhiều yêu cầu chờ xác nhận. Hãy kiểm tra hộp thư, hoặc thử lại "
                "vào ngày mai."
            ),
            retry_after=86_400,
        )
    token = new_token()
    row = Subscription(
        email=email,
        topic_id=topic_id,
        question_id=question_id,
        consultation_id=consultation_id,
        new_consultations=new_consultations,
        language=language,
        confirm_hash=keyed_hash(secret_key, "follow", token),
    )
    db.session.add(row)
    db.session.flush()
    return row, token


def _is(
    column: sa.orm.InstrumentedAttribute[int | None], value: int | None
) -> sa.ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def find(token: str, *, secret_key: str) -> Subscription:
    """The request behind a link. Raises NotFound when there is none or its time is over."""
    row: Subscription | None = db.session.scalar(
        sa.select(Subscription).where(
            Subscription.confirm_hash == keyed_hash(secret_key, "follow", token)
        )
    )
    if row is None or (
        row.confirmed_at is None and row.created_at < now() - dt.timedelta(days=CONFIRM_DAYS)
    ):
        raise NotFound
    return row


def confirm(row: Subscription) -> None:
    """The address wants it. Harmless when repeated."""
    row.confirmed_at = row.confirmed_at or now()


def stop_path(row: Subscription, *, secret_key: str) -> str:
    """The address that ends it with one button.

    Whoever has it may: nothing else is needed, and it does nothing else.
    """
    return f"/theo-doi/thoi/{row.id}-{keyed_hash(secret_key, 'unfollow', str(row.id))[:32]}"


def find_to_stop(key: str, *, secret_key: str) -> Subscription | None:
    """What a stop_path leads to;

    None when it has ended already. Raises NotFound for a forged one.
    """
    number, _dash, signature = key.partition("-")
    row_id = int_of(number)
    if row_id is None or not same(signature, keyed_hash(secret_key, "unfollow", number)[:32]):
        raise NotFound
    return db.session.get(Subscription, row_id)


def stop(row: Subscription) -> None:
    """End it, and forget the address."""
    db.session.delete(row)
    db.session.flush()


def followers(*, topic_id: int | None, question_id: int) -> list[Subscription]:
    """Who hears of this question: those who follow it, and (with a topic) its topic or everything.

    One row an address.
    """
    scopes = [Subscription.question_id == question_id]
    if topic_id is not None:
        scopes.append(Subscription.topic_id == topic_id)
    scopes.append(
        sa.and_(
            Subscription.topic_id.is_(None),
            Subscription.question_id.is_(None),
            Subscription.consultation_id.is_(None),
            ~Subscription.new_consultations,
        )
    )
    query = (
        sa.select(Subscription)
        .where(Subscription.confirmed_at.is_not(None), sa.or_(*scopes))
        .order_by(Subscription.id)
    )
    found: dict[str, Subscription] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.email, row)
    return list(found.values())


def watchers(question_id: int) -> list[Subscription]:
    """Those who follow this very question."""
    query = sa.select(Subscription).where(
        Subscription.confirmed_at.is_not(None), Subscription.question_id == question_id
    )
    return list(db.session.scalars(query.order_by(Subscription.id)))


def followers_of_consultation(
    consultation_id: int, *, new_too: bool, after: int, limit: int
) -> list[Subscription]:
    """Who hears of this consultation: those who follow it and, when it is new, those who want to
    hear of every new one.

    In the order of their ids, behind `after`. An address may come twice; the keys of its mails are
    the same.
    """
    scope = Subscription.consultation_id == consultation_id
    query = sa.select(Subscription).where(
        Subscription.confirmed_at.is_not(None),
        sa.or_(scope, Subscription.new_consultations) if new_too else scope,
        Subscription.id > after,
    )
    return list(db.session.scalars(query.order_by(Subscription.id).limit(limit)))


def forget_unconfirmed() -> int:
    """Delete requests whose time is over; returns how many."""
    limit = now() - dt.timedelta(days=CONFIRM_DAYS)
    result = db.session.execute(
        sa.delete(Subscription).where(
            Subscription.confirmed_at.is_(None), Subscription.created_at < limit
        )
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
