"""Following by mail: /theo-doi, the link that confirms and the one that ends it.

Opening a link changes nothing.
"""

from dataclasses import dataclass

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.consultations.queries import public as consultations
from app.extensions import csrf
from app.kernel import throttle
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError, TooMany
from app.kernel.web import commits
from app.mailer import service as mailer
from app.notifications import mails, service
from app.notifications.forms import ButtonForm, FollowForm
from app.notifications.models import Subscription
from app.notifications.questions import FIRST_MAILS, UNCONFIRMED_A_DAY
from app.organisation import queries as organisation
from app.questions.queries import public
from app.submissions import crowd, sheet

bp = Blueprint("notifications", __name__, template_folder="templates")
#: Seconds between the first and the second press where many ask from one place.
PAUSE = 15


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which one thing the reader came from, by the address."""

    code: str
    slug: str


def _asked() -> _Asked:
    return _Asked(request.args.get("ma", "")[:32], request.args.get("lay-y-kien", "")[:100])


def _form(asked: _Asked) -> FollowForm:
    form = FollowForm()
    answer = public.public_one(asked.code) if asked.code else None
    consultation = consultations.public_one(asked.slug) if asked.slug else None
    choices = [
        ("tat-ca", _("Mọi câu trả lời mới")),
        ("lay-y-kien-moi", _("Mọi cuộc lấy ý kiến mới")),
    ]
    choices += [
        (
            f"linh-vuc:{topic.id}",
            _(
                "Câu trả lời về %(topic)s",
                topic=topic.name_en if chosen_locale() == "en" and topic.name_en else topic.name,
            ),
        )
        for topic in organisation.active_topics()
    ]
    if answer is not None:
        choices.insert(0, (f"cau:{answer.id}", _("Câu hỏi «%(title)s»", title=answer.title)))
    if consultation is not None:
        choices.insert(
            0,
            (f"cuoc:{consultation.id}", _("Cuộc lấy ý kiến «%(title)s»", title=consultation.title)),
        )
    form.scope.choices = choices
    if request.method == "GET":
        form.scope.data = choices[0][0]
    return form


def _secret() -> str:
    return str(current_app.secret_key)


@bp.get("/theo-doi")
def follow() -> ResponseReturnValue:
    """The form."""
    asked = _asked()
    return render_template("notifications/follow.html", form=_form(asked), asked=asked)


@bp.post("/theo-doi")
@commits
def ask_to_follow() -> ResponseReturnValue:
    """Send the mail that asks for confirmation.

    The answer does not say whether the address was known.
    """
    asked = _asked()
    form = _form(asked)
    if not form.validate_on_submit():
        return render_template("notifications/follow.html", form=form, asked=asked), 422
    address = throttle.address_key(_secret(), request.remote_addr)
    try:
        if crowd.is_crowded("follow", address) and not _has_waited(form):
            # A second press, after a pause: a person hardly notices, a script has to come back.
            return render_template(
                "notifications/follow.html", form=form, asked=asked, pause=PAUSE
            ), 422
    except TooMany as busy:
        page = render_template(
            "notifications/follow.html", form=form, asked=asked, wait=busy.retry_after
        )
        return page, 429, {"Retry-After": str(busy.retry_after)}
    throttle.note("follow", address)
    if (
        not form.company_url.data
        and mailer.sent_today(form.email.data, FIRST_MAILS) < UNCONFIRMED_A_DAY
    ):
        try:
            _ask(form)
        except FieldError as error:
            form.apply(error)
            return render_template("notifications/follow.html", form=form, asked=asked), 422
    return render_template("notifications/asked.html", email=form.email.data)


def _has_waited(form: FollowForm) -> bool:
    """Was this address asked for PAUSE seconds ago?

    If not, the form carries a signed note of when it was.
    """
    address = (form.email.data or "").lower()
    seconds = sheet.seconds_since(form.since.data or "", address, salt="follow")
    if seconds is None or seconds > 3_600:
        form.since.data = sheet.start_clock(address, salt="follow")
        return False
    return seconds >= PAUSE


def _ask(form: FollowForm) -> None:
    kind, _colon, number = form.scope.data.partition(":")
    asked = service.subscribe(
        email=form.email.data.lower(),
        secret_key=_secret(),
        topic_id=int(number) if kind == "linh-vuc" else None,
        question_id=int(number) if kind == "cau" else None,
        consultation_id=int(number) if kind == "cuoc" else None,
        new_consultations=kind == "lay-y-kien-moi",
        language=chosen_locale(),
    )
    if asked is None:
        return
    row, token = asked
    what = next((str(label) for value, label in form.scope.choices if value == form.scope.data), "")
    mails.send(
        "follow-confirm",
        to=row.email,
        about=None,
        key=str(row.id),
        language=row.language,
        what="" if kind == "cau" else what,
        confirm_url=mails.link(f"/theo-doi/xac-nhan/{token}"),
    )


@bp.get("/theo-doi/xac-nhan/<token>")
def confirming(token: str) -> ResponseReturnValue:
    """The page behind the link, with a button."""
    g.no_referrer = True
    row = service.find(token, secret_key=_secret())
    return render_template(
        "notifications/confirm.html", form=ButtonForm(), row=row, home=_home_of(row)
    )


@bp.post("/theo-doi/xac-nhan/<token>")
@commits
def confirm(token: str) -> ResponseReturnValue:
    """The button."""
    g.no_referrer = True
    row = service.find(token, secret_key=_secret())
    service.confirm(row)
    return render_template(
        "notifications/confirm.html", form=ButtonForm(), row=row, home=_home_of(row)
    )


@bp.get("/theo-doi/thoi/<key>")
def stopping(key: str) -> ResponseReturnValue:
    """The page behind «Không muốn nhận nữa?», with a button."""
    g.no_referrer = True
    if service.find_to_stop(key, secret_key=_secret()) is None:
        return render_template("notifications/stopped.html")
    return render_template("notifications/stop.html", form=ButtonForm())


@bp.post("/theo-doi/thoi/<key>")
# mail programs press their own button here (RFC 8058); the key in the address is what nobody can
# forge
@csrf.exempt
@commits
def stop(key: str) -> ResponseReturnValue:
    """The button, ours or that of a mail program. Harmless when repeated.

    No redirection, which a mail program would not follow, and nothing in the session.
    """
    g.no_referrer = True
    if row := service.find_to_stop(key, secret_key=_secret()):
        service.stop(row)
    return render_template("notifications/stopped.html")


def _home_of(row: Subscription) -> str:
    return "/lay-y-kien" if row.consultation_id is not None or row.new_consultations else "/hoi-dap"
