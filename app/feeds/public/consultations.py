"""/lay-y-kien/feed.atom, /lay-y-kien/feed.json: opened, extended, result published."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations.queries import public
from app.consultations.queries.public import News
from app.consultations.states import TYPE_LABELS
from app.feeds import entries
from app.feeds.entries import Entry, Feed, link
from app.kernel.display import vi_date
from app.kernel.pagecache import cacheable
from app.organisation import queries as organisation

bp = Blueprint("consultation_feeds", __name__)
FEED_SIZE = 50


def _words(news: News) -> tuple[str, str, str]:
    """Title, summary and page of a piece of news."""
    one, closes = news.consultation, vi_date(news.consultation.closes_on)
    if news.what == "extended":
        text = _(
            "Nhận góp ý đến hết ngày %(day)s. Lý do: %(reason)s",
            day=closes,
            reason=one.extension_reason,
        )
        return _("Gia hạn lấy ý kiến: %(title)s", title=one.title), text, one.url
    if news.what == "result":
        text = _("Kết quả tiếp thu, giải trình đã được công bố.")
        return _("Kết quả lấy ý kiến: %(title)s", title=one.title), text, f"{one.url}/ket-qua"
    text = _("Nhận góp ý đến hết ngày %(day)s.", day=closes)
    return _("Lấy ý kiến: %(title)s", title=one.title), f"{one.summary}\n{text}".strip(), one.url


def _entry(news: News) -> Entry:
    title, summary, page = _words(news)
    return Entry(
        id=link(f"{news.consultation.url}#{news.what}-{news.at.date()}"),
        url=link(page),
        title=title,
        summary=summary,
        published=news.at,
        updated=news.at,
        author=news.consultation.unit,
        category=str(TYPE_LABELS[news.consultation.type]),
    )


def _feed() -> Feed:
    title = _("Lấy ý kiến – %(agency)s", agency=organisation.agency().name)
    return Feed(
        title, "/lay-y-kien", "/lay-y-kien/feed", [_entry(row) for row in public.news(FEED_SIZE)]
    )


@bp.get("/lay-y-kien/feed.atom")
@cacheable()
def atom() -> ResponseReturnValue:
    """What happened to consultations, newest first, as Atom."""
    return entries.atom(_feed())


@bp.get("/lay-y-kien/feed.json")
@cacheable()
def json_feed() -> ResponseReturnValue:
    """The same as JSON Feed 1.1."""
    return entries.json_feed(_feed())
