"""Questions: which happening leads to which mail, to whom.

Nothing that a citizen wrote goes to an address that is not yet confirmed. Of a khiếu nại or tố cáo
no mail says more than that there is something to read behind code and PIN (Law 25/2018/QH14,
Article 8).
"""

from collections.abc import Callable
from typing import Any

from flask import current_app

from app.access import P
from app.accounts import queries as accounts
from app.accounts.models import User
from app.kernel.display import vi_date
from app.kernel.events import on
from app.kernel.links import Ref
from app.kernel.text import join_lines
from app.mailer import service as mailer
from app.notifications import mails, service
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.events import (
    ContentReported,
    ProgressAdded,
    QuestionMoved,
    QuestionReceived,
    SecondPersonAsked,
)
from app.questions.models import AnswerVersion, Question
from app.questions.queries import public, staff
from app.questions.service import triage
from app.questions.service.answering import answer_of
from app.questions.states import (
    ACT_LABELS,
    ANSWERED_STAGES,
    OUTCOME_LABELS,
    REFUSAL_LABELS,
    Visibility,
)
from app.submissions import service as submissions
from app.submissions.states import Channel

#: Mails a day to an address that nobody has confirmed: a form must not become a weapon against a
#: third person.
UNCONFIRMED_A_DAY = 3
#: What goes to such an address; nothing in them tells what was asked.
FIRST_MAILS = (
    "question-received",
    "question-unconfirmed",
    "follow-confirm",
    "restricted-update",
    "comment-received",
    "comment-unconfirmed",
)


def _ref(question: Question) -> Ref:
    return Ref("question", question.id)


def _track_url(question: Question) -> str:
    token = submissions.new_track_token(question.submission, secret_key=str(current_app.secret_key))
    return mails.link(f"/tra-cuu/lien-ket/{token}")


def _confirm_url(question: Question) -> str:
    token = submissions.new_confirm_token(
        question.submission, secret_key=str(current_app.secret_key)
    )
    return mails.link(f"/xac-nhan/{token}")


def to_citizen(name: str, question: Question, *, key: str, **context: Any) -> None:
    """A mail to the sender.

    To an address that may be somebody else's: only that there is something to read.
    """
    submission = question.submission
    if not submission.email:
        return
    known = submissions.address_is_known(submission)
    if not known and mailer.sent_today(submission.email, FIRST_MAILS) >= UNCONFIRMED_A_DAY:
        return
    common: dict[str, Any] = {
        "to": submission.email,
        "about": _ref(question),
        "key": key,
        "language": submission.language,
        "code_": submission.code,
    }
    if policy.is_restricted(question):
        mails.send("restricted-update", **common)
    elif not known:
        mails.send("question-unconfirmed", confirm_url=_confirm_url(question), **common)
    else:
        mails.send(
            name, due=vi_date(question.due_on), track_url=_track_url(question), **common, **context
        )


def to_staff(
    name: str, question: Question, person_address: str | None, *, key: str, **context: Any
) -> None:
    """A mail to an officer or a unit. The sender's name and contact are never in it."""
    if policy.is_restricted(question):
        return
    submission = question.submission
    mails.send(
        name,
        to=person_address,
        about=_ref(question),
        key=f"{key}:{person_address}",
        code_=submission.code,
        title=submission.public_title or "",
        due=vi_date(question.due_on),
        staff_url=mails.link(f"/can-bo/hoi-dap/{submission.code}"),
        **context,
    )


def _unit_name(question: Question) -> str:
    unit = organisation.unit(question.unit_id) if question.unit_id else None
    return unit.name if unit else organisation.agency().name


def in_charge(question: Question) -> list[str]:
    """The addresses of whoever has it: the officer, else the unit's box, else its officers."""
    if question.officer_id:
        officer = accounts.by_id(question.officer_id)
        if officer.is_active:
            return [officer.email]
    if question.unit_id:
        unit = organisation.unit(question.unit_id)
        if unit and unit.email:
            return [unit.email]
        return [user.email for user in accounts.officers_of(question.unit_id)]
    return [user.email for user in accounts.with_permission(P.QUESTION_MODERATE)]


@on(QuestionReceived)
def received(event: QuestionReceived) -> None:
    """The receipt: to a web sender with the link that confirms; to somebody whom an officer helped,
    with the tracking link.
    """
    question, submission = event.question, event.question.submission
    if not submission.email:
        return
    if submission.channel is not Channel.WEB:
        to_citizen("question-entered", question, key=submission.code)
        return
    if mailer.sent_today(submission.email, FIRST_MAILS) >= UNCONFIRMED_A_DAY:
        return
    mails.send(
        "question-received",
        to=submission.email,
        about=_ref(question),
        key=submission.code,
        language=submission.language,
        code_=submission.code,
        due=vi_date(question.due_on),
        needs_confirmation=submission.confirmed_at is None,
        confirm_url=mails.link(f"/xac-nhan/{event.confirm_token}"),
    )


def _confirmed(event: QuestionMoved, key: str) -> None:
    to_citizen("question-confirmed", event.question, key=key)


def _needs_info(event: QuestionMoved, key: str) -> None:
    to_citizen(
        "question-needs-info",
        event.question,
        key=key,
        text=event.note,
        reply_by=vi_date(event.details.get("reply_by")),
    )


def _added(event: QuestionMoved, key: str) -> None:
    if event.actor.id is None:
        for address in in_charge(event.question):
            to_staff("staff-added", event.question, address, key=key)


def _assigned(event: QuestionMoved, key: str) -> None:
    question, unit = event.question, str(event.details.get("unit", ""))
    if question.officer_id != event.actor.id:
        for address in in_charge(question):
            to_staff("staff-assigned", question, address, key=key, unit=unit, note=event.note)
    to_citizen("question-assigned-citizen", question, key=key, unit=unit)


def _submitted(event: QuestionMoved, key: str) -> None:
    answer = answer_of(event.question)
    author = answer.author_id if answer else None
    for user in accounts.with_permission(P.QUESTION_APPROVE):
        if user.id != author:
            to_staff(
                "staff-approval",
                event.question,
                user.email,
                key=key,
                unit=_unit_name(event.question),
            )


def _sent_back(event: QuestionMoved, key: str) -> None:
    answer = answer_of(event.question)
    author = accounts.by_id(answer.author_id) if answer and answer.author_id else None
    addresses = [author.email] if author and author.is_active else in_charge(event.question)
    for address in addresses:
        to_staff("staff-sent-back", event.question, address, key=key, note=event.note)


def _readers(question: Question) -> list[Question]:
    """Whoever is told what is said to this question's sender: also those whose questions were
    merged into it, as far as they may read it.
    """
    merged = [one for one in triage.merged_into(question) if policy.may_read_answer(one, question)]
    return [question, *merged]


def _answered(event: QuestionMoved, key: str) -> None:
    question, version = event.question, event.details["version"]
    for one in _readers(question):
        _send_answer(one, version, _unit_name(question), key=key)


def _send_answer(question: Question, version: AnswerVersion, unit: str, *, key: str) -> None:
    to_citizen(
        "question-answered",
        question,
        key=f"{key}:{question.submission.code}",
        unit=unit,
        answer=version,
        outcome=OUTCOME_LABELS[version.outcome] if version.outcome else "",
        promised_on=vi_date(version.promised_on),
        basis=join_lines(row["text"] for row in version.legal_basis),
    )


def _refused(event: QuestionMoved, key: str) -> None:
    reason = REFUSAL_LABELS[event.details["reason"]]
    for one in _readers(event.question):
        to_citizen(
            "question-refused",
            one,
            key=f"{key}:{one.submission.code}",
            reason=reason,
            text=event.note,
        )


def _transferred(event: QuestionMoved, key: str) -> None:
    for one in _readers(event.question):
        to_citizen(
            "question-transferred",
            one,
            key=f"{key}:{one.submission.code}",
            transfer=event.question.transfer,
        )


def _merged(event: QuestionMoved, key: str) -> None:
    question, other = event.question, event.details["other"]
    version = staff.version_of(other) if other.stage in ANSWERED_STAGES else None
    if version is None:
        to_citizen("question-merged", question, key=key)
        return
    # There is nothing left to wait for, for this one and for those that had been merged into it.
    for one in (question, *event.details["with"]):
        if policy.may_read_answer(one, other):
            _send_answer(one, version, _unit_name(other), key=key)


def _extended(event: QuestionMoved, key: str) -> None:
    to_citizen(
        "question-extended", event.question, key=key, reason=event.note, days=event.details["days"]
    )


def _reopened(event: QuestionMoved, key: str) -> None:
    to_citizen("question-reopened", event.question, key=key)
    for address in in_charge(event.question):
        to_staff("staff-reopened", event.question, address, key=key, note=event.note)


def _withdrawn(event: QuestionMoved, key: str) -> None:
    if event.question.submission.confirmed_at is not None:
        to_citizen("question-withdrawn", event.question, key=key)


def _published(event: QuestionMoved, key: str) -> None:
    question = event.question
    row = public.rows_of([question.id])
    if question.visibility is not Visibility.PUBLIC or not row:
        return
    for follower in service.followers(topic_id=question.topic_id, question_id=question.id):
        stop_url = mails.link(service.stop_path(follower, secret_key=str(current_app.secret_key)))
        mails.send(
            "follow-answered",
            to=follower.email,
            about=_ref(question),
            # Once on the first publication, whatever is hidden and shown again later.
            key=f"{question.submission.code}:{question.version_id}:{follower.id}",
            language=follower.language,
            headers=mails.stop_headers(stop_url),
            title=row[0].title,
            short=row[0].short,
            url=mails.link(f"/hoi-dap/{question.submission.code}"),
            stop_url=stop_url,
        )


#: Moves and what they lead to. A move that is not here is silent on purpose.
MAILS: dict[str, Callable[[QuestionMoved, str], None]] = {
    "confirm": _confirmed,
    "ask_more": _needs_info,
    "reply_more": _added,
    "add_info": _added,
    "assign": _assigned,
    "submit": _submitted,
    "send_back": _sent_back,
    "approve": _answered,
    "refuse": _refused,
    "transfer": _transferred,
    "merge": _merged,
    "extend": _extended,
    "reopen": _reopened,
    "withdraw": _withdrawn,
    "publish": _published,
}
SILENT = frozenset(
    {
        "hand_back",
        "mark_spam",
        "restore",
        "split",
        "schedule",
        "unschedule",
        "hide",
        "unhide",
        "rate",
        "close",
        "erase",
        "tighten",
        "redact",
        "progress",
    }
)


@on(QuestionMoved)
def moved(event: QuestionMoved) -> None:
    """Send what the move calls for."""
    if handler := MAILS.get(event.move):
        handler(event, f"{event.question.submission.code}:{event.move}:{event.question.revision}")


@on(SecondPersonAsked)
def second_person(event: SecondPersonAsked) -> None:
    """Tell those who may confirm."""
    request, question = event.request, event.question
    for user in _deciders(question, request.asked_by):
        to_staff(
            "staff-second-person",
            question,
            user.email,
            key=f"second:{request.id}",
            act=ACT_LABELS[request.act],
            reason=request.reason,
            emergency=request.emergency,
            confirm_by=vi_date(request.confirm_by),
        )


def _deciders(question: Question, asked_by: int) -> list[User]:
    people = {
        user.id: user
        for permission in (P.QUESTION_APPROVE, P.QUESTION_MODERATE)
        for user in accounts.with_permission(permission)
    }
    return [
        user for user in people.values() if user.id != asked_by and policy.may_read(user, question)
    ]


@on(ContentReported)
def content_reported(event: ContentReported) -> None:
    """Tell the moderators, without the reader's words."""
    for user in accounts.with_permission(P.QUESTION_MODERATE):
        mails.send(
            "staff-content-report",
            to=user.email,
            about=_ref(event.question),
            key=f"report:{event.report.id}:{user.id}",
            code_=event.question.submission.code,
            due=vi_date(event.report.due_on),
            staff_url=mails.link("/can-bo/bao-sai"),
        )


@on(ProgressAdded)
def progress(event: ProgressAdded) -> None:
    """Tell those who follow this very question, while it is public."""
    question = event.question
    row = public.rows_of([question.id])
    if not row:
        return
    for follower in service.watchers(question.id):
        stop_url = mails.link(service.stop_path(follower, secret_key=str(current_app.secret_key)))
        mails.send(
            "follow-progress",
            to=follower.email,
            about=_ref(question),
            key=f"{question.submission.code}:{follower.id}:{mails.moment_key()}",
            language=follower.language,
            headers=mails.stop_headers(stop_url),
            title=row[0].title,
            text=event.text,
            url=mails.link(f"/hoi-dap/{question.submission.code}"),
            stop_url=stop_url,
        )
