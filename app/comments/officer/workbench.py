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
from app.accounts.signed_in import me
from app.comments import policy, targets
from app.comments.forms.moderating import CommentRedactForm, KeepBackForm, RetargetForm
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.officer.places import CommentPlace, here, leaving
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
from app.consultations.queries import staff
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.desk.forms import ButtonForm
from app.desk.texts import masked
from app.desk.workbench import Workbench, fresh, original, segments
from app.kernel.diffing import changes
from app.kernel.errors import Forbidden
from app.kernel.text import mixed_scripts
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions.screening import CROWDED
from app.submissions.states import CHANNEL_LABELS, CONSENT_LABELS, NAME_DISPLAY_LABELS, Consent


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One guiding question and what this sender answered; `own_words` is None for a choice."""

    question: SurveyQuestion
    answer: SurveyAnswer
    text: str
    own_words: str | None


def load_comment(code: str) -> Comment:
    """The comment, for somebody who may open it. Raises NotFound and Forbidden."""
    comment = lists.comment_by_code(code)
    if not policy.may_read_comment(me(), comment):
        raise Forbidden(_("Bạn không có quyền xem góp ý này."))
    return comment


def page(
    comment: Comment, status: int = 200, *, conflict: str = "", **forms: Any
) -> ResponseReturnValue:
    """The whole screen. `forms` are those that came back with errors; the others are made fresh.

    `conflict` says that somebody was faster.
    """
    user, place = me(), here()
    html = render_template(
        "comments/workbench.html",
        comment=comment,
        may_note=moderating.may_note(user),
        **about(comment),
        **_original(comment),
        **DESK.frame(
            comment,
            lists.log_of(comment),
            place,
            back=_consultation_list(comment),
            conflict=conflict,
            forms=forms,
        ),
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


# What came
# --------------------------------------------------------------------------------------------------
def _original(comment: Comment) -> dict[str, Any]:
    """The left column.

    Who does not reach senders reads the texts with everything hidden that was found in them.
    """
    submission = comment.submission
    contact = policy.sees_contacts(me())
    official = organisation.official_contacts()
    answered = _answers(comment)
    found = original(submission, contact=contact, plain=contact, official=official)
    more = (comment.proposed_text, *(row.own_words or "" for row in answered))
    return {
        **found,
        "findings": [
            *found["findings"],
            *(hit for text in more for hit in redaction.find(text, official=official)),
        ],
        "title": submission.public_title
        or (submission.title if contact else masked(submission.title, official)),
        "proposed_segments": segments(comment.proposed_text, official, plain=contact),
        "answered": answered if contact else [_closed(row, official) for row in answered],
        "proposed_difference": changes(comment.proposed_text, comment.public_proposed)
        if comment.proposed_html and contact
        else [],
        "odd_name": contact and mixed_scripts(submission.name),
        "same": max(0, next(iter(lists.same_text([comment]).values()), 1) - 1),
        "spam_reasons": [_(reason) for reason in submission.spam_reasons if reason != CROWDED],
        "meeting": lists.meeting_of(comment),
    }


def _answers(comment: Comment) -> list[SurveyLine]:
    """One statement where the consultation asks nothing."""
    given = surveys.answers_of(comment.id)
    if not given:
        return []
    return [
        SurveyLine(
            row,
            given[row.id],
            surveys.in_words(row, given[row.id]),
            given[row.id].text if row.kind is SurveyKind.OPEN else None,
        )
        for row in surveys.questions_of(comment.consultation_id)
        if row.id in given
    ]


def _closed(row: SurveyLine, official: Sequence[str]) -> SurveyLine:
    return SurveyLine(row.question, row.answer, masked(row.text, official), None)


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
        "step_form": forms.get("step") or fresh(ButtonForm, comment, place),
        "keep_back_form": forms.get("keep_back") or fresh(KeepBackForm, comment, place),
        "redact_form": None,
        "retarget_form": None,
        "answer_texts": {},
    }
    if moderates:
        found["redact_form"] = forms.get("redact") or _redact_form(comment, place)
        found["retarget_form"] = _retarget_form(
            comment, forms.get("retarget") or fresh(RetargetForm, comment, place)
        )
        found["answer_texts"] = _answer_texts(comment)
    return found


def _redact_form(comment: Comment, place: CommentPlace | None) -> CommentRedactForm:
    submission = comment.submission
    return fresh(
        CommentRedactForm,
        comment,
        place,
        title=submission.public_title or submission.title,
        body=submission.public_body or submission.body,
        public_proposed=comment.public_proposed or comment.proposed_text,
        reason=submission.redaction_reason or "",
    )


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


DESK: Workbench[Comment] = Workbench(
    kind="comment",
    load=load_comment,
    page=page,
    leaving=leaving,
    note_route="comments.note_comment",
    move_labels=COMMENT_MOVE_LABELS,
    move_tones={
        "show": "ok",
        "keep_back": "late",
        "mark_spam": "late",
        "withdraw": "late",
        "erase": "late",
    },
)
