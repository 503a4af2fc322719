"""The outbox on screen: what left, what waits and why, what came back; send again, drop."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import P, require
from app.kernel import clock
from app.kernel.display import capped
from app.kernel.links import Ref, resolve
from app.kernel.web import commits
from app.mailer import queries, service, states
from app.mailer.forms import SearchForm

bp = Blueprint("mailer", __name__, url_prefix="/can-bo/he-thong/thu", template_folder="templates")


def _tab_labels() -> dict[str, str]:
    return {
        "cho-gui": _("Chờ gửi"),
        "tam-hoan": _("Tạm hoãn"),
        "bi-tra-lai": _("Bị trả lại"),
        "da-bo": _("Đã bỏ"),
        "da-gui": _("Đã gửi"),
    }


@bp.get("")
@require(P.MAIL_READ)
def index() -> ResponseReturnValue:
    """One tab of the outbox, or the mails to one address."""
    tab = request.args.get("trang-thai", "")
    tab = tab if tab in queries.TABS else "cho-gui"
    form = SearchForm(request.args)
    page = (
        None
        if form.to.data
        else queries.page(tab, after=request.args.get("sau"), before=request.args.get("truoc"))
    )
    counts = queries.counts()
    tabs = [
        {
            "url": _url(name),
            "label": label,
            "count": capped(counts[name]),
            "current": page is not None and name == tab,
        }
        for name, label in _tab_labels().items()
    ]
    return render_template(
        "mailer/index.html",
        form=form,
        tabs=tabs,
        messages=page.items if page else queries.to_address(form.to.data or ""),
        silence=queries.silence(clock.now()),
        labels=states.LABELS,
        colours=states.COLOURS,
        previous_url=_url(tab, truoc=page.previous_cursor)
        if page and page.previous_cursor
        else None,
        next_url=_url(tab, sau=page.next_cursor) if page and page.next_cursor else None,
    )


def _url(tab: str, **cursor: str | None) -> str:
    return url_for(".index", **{"trang-thai": tab}, **cursor)  # type: ignore[arg-type]


@bp.get("/<int:number>")
@require(P.MAIL_READ)
def show(number: int) -> ResponseReturnValue:
    """One message with its text and history."""
    message = queries.message(number)
    about = (
        Ref(message.about_kind, message.about_id)
        if message.about_kind and message.about_id is not None
        else None
    )
    sending = message.locked_until is not None and message.locked_until > clock.now()
    return render_template(
        "mailer/show.html",
        message=message,
        text=queries.readable_text(message),
        restricted=queries.is_restricted(message),
        about=resolve(about) if about else None,
        label=states.LABELS[message.state],
        colour=states.COLOURS[message.state],
        happenings=states.HAPPENING_LABELS,
        may_resend=not sending
        and message.forgotten_at is None
        and states.FLOW.allows(message.state, "resend"),
        may_cancel=not sending
        and service.may_be_dropped(message)
        and states.FLOW.allows(message.state, "cancel"),
        sending=sending,
    )


@bp.post("/<int:number>/gui-lai")
@require(P.MAIL_RESEND)
@commits
def resend(number: int) -> ResponseReturnValue:
    """Send it again."""
    service.resend(queries.message(number), actor_id=current_user.id, actor=current_user.full_name)
    flash(_("Thư sẽ được gửi lại trong ít phút."), "success")
    return redirect(url_for(".show", number=number))


@bp.post("/<int:number>/bo")
@require(P.MAIL_RESEND)
@commits
def cancel(number: int) -> ResponseReturnValue:
    """Drop it."""
    service.cancel(queries.message(number), actor_id=current_user.id, actor=current_user.full_name)
    flash(_("Đã bỏ thư này. Thư sẽ không được gửi."), "success")
    return redirect(url_for(".show", number=number))
