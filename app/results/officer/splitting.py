"""Splitting one comment into points: by choosing sentences, or by editing the texts; and joining
them again.
"""

import re
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.accounts.signed_in import me
from app.comments import policy as comments_policy
from app.comments.models import Comment
from app.comments.queries import staff as comments_staff
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.kernel.errors import FieldError, NotFound
from app.kernel.text import clean, int_of
from app.kernel.web import commits, label_fields
from app.organisation import queries as organisation
from app.results import policy as results_policy
from app.results.forms.points import SPARE, SplitForm
from app.results.models import Point
from app.results.officer.base import bp
from app.results.queries import points as queries
from app.results.service import points

label_fields(y=_l("Ý"))
_SENTENCE = re.compile(r"(?<=[.!?;…])\s+|\n+")


def _comment(code: str) -> tuple[Comment, Consultation]:
    comment = comments_staff.comment_by_code(code)
    if not comments_policy.may_read_comment(me(), comment):
        raise NotFound
    return comment, staff.by_id(comment.consultation_id)


def _source(comment: Comment) -> str:
    """The comment as it may stand in the table."""
    submission = comment.submission
    return points.default_text(
        submission.body,
        submission.public_body,
        comment.proposed_text,
        comment.public_proposed,
        official=organisation.official_contacts(),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, for choosing which belongs to which point."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


@bp.get("/gop-y/<code>/tach-y")
@require(P.CONSULTATION_READ)
def split(code: str) -> ResponseReturnValue:
    """The points of one comment: choose sentences, or edit the texts."""
    comment, consultation = _comment(code)
    return _split_page(comment, consultation)


def _split_page(
    comment: Comment,
    consultation: Consultation,
    status: int = 200,
    *,
    form: SplitForm | None = None,
    texts: list[str] | None = None,
) -> ResponseReturnValue:
    found = queries.of_comment(comment.id)
    source = _source(comment)
    made = form or SplitForm(formdata=None, seen=points.fingerprint(found))
    shown = (
        texts
        if texts is not None
        else [*(point.text for point in found), *[""] * SPARE][: points.SPLIT_MAX]
    )
    return (
        render_template(
            "results/points_split.html",
            consultation=consultation,
            tab="tach-y",
            comment=comment,
            found=found,
            source=source,
            sentences=[(sentence, _belongs(sentence, found)) for sentence in sentences(source)],
            form=made,
            texts=shown,
            most=min(points.SPLIT_MAX, 6),
            may_group=results_policy.may_group(me(), consultation),
        ),
        status,
    )


def _belongs(sentence: str, found: Sequence[Point]) -> int:
    """The point in which a sentence stands now; 0: in none.

    Pressing the button again then changes nothing.
    """
    return next((point.number for point in found if sentence in point.text), 0 if found else 1)


@bp.post("/gop-y/<code>/tach-y")
@require(P.COMMENT_REPLY)
@commits
def save_split(code: str) -> ResponseReturnValue:
    """Make these the points: by sentences, by texts, or all in one again."""
    comment, consultation = _comment(code)
    form, action = SplitForm(), request.form.get("action", "")
    typed = [clean(text) for text in request.form.getlist("y")]
    texts = _by_sentence(_source(comment)) if action == "cau" else typed
    try:
        if action == "gop":
            points.join(comment, actor=me(), seen=form.seen.data or "")
        else:
            points.split(comment, texts, actor=me(), seen=form.seen.data or "")
    except FieldError as error:
        form.seen.errors = [error.message]
        return _split_page(
            comment,
            consultation,
            422,
            form=form,
            texts=[*typed, *[""] * (SPARE - min(SPARE, len(typed)))],
        )
    flash(_("Đã lưu các ý của góp ý %(code)s.", code=comment.submission.code), "success")
    return redirect(url_for(".split", code=code))


def _by_sentence(source: str) -> list[str]:
    """The texts of the points as sentences were given to them:

    «cau-3=2» puts the fourth sentence into point 2; 0 into none.
    """
    groups: dict[int, list[str]] = {}
    for place, sentence in enumerate(sentences(source)):
        number = int_of(request.form.get(f"cau-{place}", "1"), most=points.SPLIT_MAX)
        if number:
            groups.setdefault(number, []).append(sentence)
    return [" ".join(groups[number]) for number in sorted(groups)]
