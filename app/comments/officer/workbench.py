"""The workbench of a comment as one page: what came, what it looks like to the detectors, who sent
it, what can be done now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P
from app.comments import policy, targets
from app.comments.forms.moderating import (
    CommentNoteForm,
    CommentRedactForm,
    CommentStepForm,
    KeepBackForm,
    RetargetForm,
)
from app.comments.models import Comment, CommentLog, SurveyAnswer, SurveyQuestion
from app.comments.officer.places import CommentPlace, here, workbench
from app.comments.queries import staff as lists
from app.comments.queries import surveys
from app.comments.service import moderating
from app.comments.states import (
    COMMENT_MOVE_LABELS,
    SENDER_LABELS,
    STANCE_COLOURS,
    STANCE_LABELS,
    TARGET_LABELS,
    CommentStage,
    SurveyKind,
    TargetKind,
)
from app.comments.targets import target_choices, target_value
from app.consultations.models import Consultation
from app.consultations.officer.base import me
from app.consultations.queries import staff
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.files import queries as files
from app.kernel.diffing import changes
from app.kernel.display import vi_datetime
from app.kernel.links import Ref
from app.kernel.text import mixed_scripts
from app.mailer import queries as mailer
from app.mailer import states as mail_states
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions.contact import readable_phone
from app.submissions.screening import CROWDED
from app.submissions.states import CHANNEL_LABELS, CONSENT_LABELS, NAME_DISPLAY_LABELS, Consent

__all__ = ["about", "page", "workbench"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, as the macro `timeline` wants it."""

    title: str
    at: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One guiding question and what this sender answered; `own_words` is None for a choice."""

    question: SurveyQuestion
    answer: SurveyAnswer
    text: str
    own_words: str | None


def page(
    comment: Comment, status: int = 200, *, conflict: str = "", **forms: Any
) -> ResponseReturnValue:
    """The whole screen. `forms` are those that came back with errors; the others are made fresh.

    `conflict` says that somebody was faster.
    """
    user, place = me(), here()
    failing = next((form for form in forms.values() if form is not None and form.errors), None)
    html = render_template(
        "comments/workbench.html",
        comment=comment,
        submission=comment.submission,
        place=place,
        back=place.url() if place else _consultation_list(comment),
        failing=failing,
        conflict=conflict,
        may_note=moderating.may_note(user),
        note_form=forms.get("note") or _fresh(CommentNoteForm, comment, place),
        may_erase=user.has(P.QUESTION_ERASE) and comment.visibility is not Visibility.ERASED,
        **about(comment),
        **_original(comment),
        **_log(lists.log_of(comment)),
        **_mails(comment),
        **_deciding(comment, place, forms),
    )
    return html, status


def _consultation_list(comment: Comment) -> str:
    return url_for("comments.comments", slug=staff.by_id(comment.consultation_id).slug)


def about(comment: Comment) -> dict[str, Any]:
    """What several screens say of a comment: its consultation, what it is about, the words for its
    states.
    """
    consultation: Consultation = staff.by_id(comment.consultation_id)
    return {
        "consultation": consultation,
        "target_label": TARGET_LABELS[comment.target_kind],
        "target_name": targets.target_names([comment])[comment.id],
        "stance_label": STANCE_LABELS[comment.stance],
        "stance_colour": STANCE_COLOURS[comment.stance],
        "sender_label": SENDER_LABELS[comment.sender_kind],
        "visibility_label": VISIBILITY_LABELS[comment.visibility],
        "channel_label": CHANNEL_LABELS[comment.submission.channel],
        "name_display_label": NAME_DISPLAY_LABELS[comment.submission.name_display],
        "consent_label": CONSENT_LABELS[comment.submission.consent],
        "consents": comment.submission.consent is Consent.PUBLISH,
    }


def _fresh(kind: type[Any], comment: Comment, place: CommentPlace | None, **data: Any) -> Any:
    return kind(
        formdata=None,
        seen_revision=str(comment.revision),
        next=place.query if place else "",
        **data,
    )


# What came
# --------------------------------------------------------------------------------------------------
def _original(comment: Comment) -> dict[str, Any]:
    """The left column.

    Who does not reach senders reads the texts with everything hidden that was found in them.
    """
    submission = comment.submission
    contact = policy.sees_contacts(me())
    official = organisation.official_contacts()
    shown = submission.public_body is not None
    answered = _answers(comment)
    return {
        "contact": contact,
        "title": submission.public_title
        or (submission.title if contact else _masked(submission.title, official)),
        "segments": _segments(submission.body, official, contact=contact),
        "proposed_segments": _segments(comment.proposed_text, official, contact=contact),
        "answered": answered if contact else [_closed(row, official) for row in answered],
        "findings": [
            finding
            for text in (
                submission.body,
                comment.proposed_text,
                *(row.own_words or "" for row in answered),
            )
            for finding in redaction.find(text, official=official)
        ],
        "names": bool(redaction.suggest_names(submission.body)),
        "difference": changes(submission.body, submission.public_body or "")
        if shown and contact
        else [],
        "title_difference": changes(submission.title, submission.public_title or "")
        if shown and contact
        else [],
        "proposed_difference": changes(comment.proposed_text, comment.public_proposed)
        if comment.proposed_html and contact
        else [],
        "sent_files": files.links(files.of(Ref("submission", submission.id))) if contact else [],
        "phone": readable_phone(submission.phone) if contact else "",
        "odd_name": contact and mixed_scripts(submission.name),
        "place_of_sender": organisation.place(submission.place_id)
        if submission.place_id and contact
        else None,
        "same": max(0, next(iter(lists.same_text([comment]).values()), 1) - 1),
        "spam_reasons": [_(reason) for reason in submission.spam_reasons if reason != CROWDED],
        "meeting": lists.meeting_of(comment),
    }


def _masked(text: str, official: Sequence[str]) -> str:
    return redaction.mask(text, redaction.find(text, official=official))


def _segments(text: str, official: Sequence[str], *, contact: bool) -> list[tuple[str, Any]]:
    findings = redaction.find(text, official=official)
    if not contact:
        return [(redaction.mask(text, findings), None)] if text else []
    return redaction.segments(
        text, redaction.join_findings(findings, redaction.suggest_names(text))
    )


def _answers(comment: Comment) -> list[Answered]:
    """One statement where the consultation asks nothing."""
    given = surveys.answers_of(comment.id)
    if not given:
        return []
    return [
        Answered(
            row,
            given[row.id],
            surveys.in_words(row, given[row.id]),
            given[row.id].text if row.kind is SurveyKind.OPEN else None,
        )
        for row in surveys.questions_of(comment.consultation_id)
        if row.id in given
    ]


def _closed(row: Answered, official: Sequence[str]) -> Answered:
    return Answered(row.question, row.answer, _masked(row.text, official), None)


# What happened
# --------------------------------------------------------------------------------------------------
def _log(log: Sequence[CommentLog]) -> dict[str, Any]:
    entries, notes = [], []
    for row in log:
        who = {"citizen": _("Người gửi"), "system": _("Hệ thống")}.get(row.actor, row.actor)
        if row.move == "note":
            notes.append({"meta": f"{who} · {vi_datetime(row.at)}", "text": row.note})
            continue
        tone = {
            "show": "ok",
            "keep_back": "late",
            "mark_spam": "late",
            "withdraw": "late",
            "erase": "late",
        }.get(row.move, "")
        entries.append(
            Entry(
                str(COMMENT_MOVE_LABELS.get(row.move, row.move)),
                f"{vi_datetime(row.at)} · {who}",
                row.note,
                tone,
            )
        )
    return {"entries": list(reversed(entries)), "notes": list(reversed(notes))}


def _mails(comment: Comment) -> dict[str, Any]:
    """The subject of a mail names nobody; its page does."""
    return {
        "mails": mailer.messages_about(Ref("comment", comment.id)),
        "may_open_mail": me().has(P.MAIL_READ),
        "mail_labels": mail_states.LABELS,
        "mail_colours": mail_states.COLOURS,
    }


# What can be done
# --------------------------------------------------------------------------------------------------
def _deciding(
    comment: Comment, place: CommentPlace | None, forms: Mapping[str, Any]
) -> dict[str, Any]:
    user = me()
    moderates = user.has(P.COMMENT_MODERATE) and comment.visibility is not Visibility.ERASED
    found = {
        "moderates": moderates,
        "in_file": comment.stage is CommentStage.RECEIVED,
        "obstacles": moderating.obstacles(comment),
        "looked_at": moderating.looked_at(comment),
        "may": {
            move: policy.may_move_comment(user, comment, move)
            for move in ("show", "keep_back", "mark_spam", "restore", "confirm")
        },
        "step_form": forms.get("step") or _fresh(CommentStepForm, comment, place),
        "keep_back_form": forms.get("keep_back") or _fresh(KeepBackForm, comment, place),
        "redact_form": None,
        "retarget_form": None,
        "answer_texts": {},
    }
    if moderates:
        found["redact_form"] = forms.get("redact") or _redact_form(comment, place)
        found["retarget_form"] = _retarget_form(
            comment, forms.get("retarget") or _fresh(RetargetForm, comment, place)
        )
        found["answer_texts"] = _answer_texts(comment)
    return found


def _redact_form(comment: Comment, place: CommentPlace | None) -> CommentRedactForm:
    submission = comment.submission
    form: CommentRedactForm = _fresh(
        CommentRedactForm,
        comment,
        place,
        title=submission.public_title or submission.title,
        body=submission.public_body or submission.body,
        public_proposed=comment.public_proposed or comment.proposed_text,
        reason=submission.redaction_reason or "",
    )
    return form


def _answer_texts(comment: Comment) -> dict[int, str]:
    return {
        row.id: row.text if row.public_text is None else row.public_text
        for row in moderating.open_answers(comment)
    }


def _retarget_form(comment: Comment, form: RetargetForm) -> RetargetForm:
    pointed = (
        comment.target_kind is TargetKind.PLACE
        or comment.longitude is not None
        or bool(comment.place_text)
    )
    form.target.choices = target_choices(staff.by_id(comment.consultation_id), place=pointed)
    if form.target.data is None:
        form.target.data = target_value(comment)
    return form
