"""The same step for many comments: show, keep back, spam, restore."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import Actor
from app.comments import policy
from app.comments.models import Comment, CommentBulk
from app.comments.service import moderating
from app.comments.service.moving import put_back
from app.comments.states import COMMENT_FLOW, COMMENT_STAGE_LABELS, CommentStage
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.desk.bulk import Bulk, moment, plain
from app.kernel.errors import Refused
from app.kernel.text import clean
from app.organisation import queries as organisation
from app.submissions.states import Consent

#: What can be done with many at once.
MOVES = ("show", "keep_back", "mark_spam", "restore")
_MOMENTS = ("published_at", "spam_at")
_KEPT = ("stage", "visibility", "hidden_reason", "public_proposed", "proposed_html", *_MOMENTS)
#: Set where nothing was before, so that undoing means emptying.
_SHOWN = (
    "public_title",
    "public_body",
    "public_html",
    "redaction_reason",
    "redacted_at",
    "redacted_by",
)


@dataclass(frozen=True, slots=True)
class CommentChoice:
    """What to do with all of them: show, keep_back (with a reason), mark_spam, restore."""

    move: str
    reason: str = ""


def state_of(comment: Comment) -> str:
    """Where it stands, and who can see it."""
    if comment.stage is not CommentStage.RECEIVED:
        return str(COMMENT_STAGE_LABELS[comment.stage])
    return str(VISIBILITY_LABELS[comment.visibility])


def _after(comment: Comment, choice: CommentChoice) -> str:
    match choice.move:
        case "show":
            return str(
                _("Công khai bản đã che")
                if moderating.looked_at(comment)
                else _("Công khai nguyên văn")
            )
        case "keep_back":
            return str(VISIBILITY_LABELS[Visibility.HIDDEN])
        case "mark_spam":
            return str(_("Rác, giữ 30 ngày rồi xóa"))
        case _:
            return str(COMMENT_STAGE_LABELS[CommentStage.RECEIVED])


def _not_as_it_is(comment: Comment, official: tuple[str, ...]) -> str:
    """Why it cannot be shown without a look at it; empty when it can."""
    if comment.visibility is Visibility.PUBLIC:
        return str(_("Góp ý này đang công khai."))
    if comment.submission.consent is not Consent.PUBLISH:
        return str(_("Người gửi không đồng ý công khai."))
    if moderating.looked_at(comment):
        return " ".join(moderating.obstacles(comment))
    return (
        str(_("Có thông tin cá nhân, cần mở ra để che."))
        if moderating.personal_data(comment, official)
        else ""
    )


class ManyComments(Bulk[Comment, CommentChoice]):
    """Steps for many comments."""

    model, actions = Comment, CommentBulk
    order = (Comment.created_at, Comment.id)
    thing = short = _l("góp ý")

    def check(self, choice: CommentChoice) -> None:
        if choice.move not in MOVES:
            raise Refused(_("Hãy chọn việc cần làm với các góp ý đã chọn."))
        if choice.move == "keep_back" and not clean(choice.reason):
            raise Refused(_("Hãy ghi lý do không công khai để người gửi biết."))

    def move(self, choice: CommentChoice) -> str:
        return choice.move

    def describe(self, thing: Comment, choice: CommentChoice) -> tuple[str, str]:
        return state_of(thing), _after(thing, choice)

    def problems(self, choice: CommentChoice, actor: Actor) -> Callable[[Comment], str]:
        official = organisation.official_contacts()

        def problem(comment: Comment) -> str:
            if not policy.may_ever_comment(actor, comment, choice.move):
                return str(_("Bạn không có quyền thực hiện bước này."))
            if not COMMENT_FLOW.allows(comment.stage, choice.move):
                return str(_("Không làm được ở trạng thái hiện tại."))
            if choice.move == "keep_back" and comment.visibility is Visibility.HIDDEN:
                return str(_("Góp ý này đã được giữ lại, không công khai."))
            return _not_as_it_is(comment, official) if choice.move == "show" else ""

        return problem

    def step(self, choice: CommentChoice, actor: Actor) -> Callable[[Comment], object]:
        def show(comment: Comment) -> None:
            if not moderating.looked_at(comment):
                moderating.redact(
                    comment, moderating.as_it_came(comment), actor=actor, seen_revision=None
                )
            moderating.show(comment, actor=actor, seen_revision=None)

        steps: dict[str, Callable[[Comment], None]] = {
            "show": show,
            "keep_back": lambda comment: moderating.keep_back(
                comment, actor=actor, seen_revision=None, reason=choice.reason
            ),
            "mark_spam": lambda comment: moderating.mark_spam(
                comment, actor=actor, seen_revision=None
            ),
            "restore": lambda comment: moderating.restore(comment, actor=actor, seen_revision=None),
        }
        return steps[choice.move]

    def values(self, thing: Comment) -> dict[str, Any]:
        looked_at = thing.submission.public_html is not None
        return {**plain(thing, _KEPT), "looked_at": looked_at}

    def restore(self, thing: Comment, before: Mapping[str, Any], actor: Actor) -> None:
        # Read first: a query in between would write down half of it, and a public comment without
        # its date is refused.
        answers = [] if before["looked_at"] else moderating.open_answers(thing)
        thing.hidden_reason = before["hidden_reason"]
        thing.public_proposed, thing.proposed_html = (
            before["public_proposed"],
            before["proposed_html"],
        )
        for name in _MOMENTS:
            setattr(thing, name, moment(before[name]))
        if not before["looked_at"]:
            for name in _SHOWN:
                setattr(thing.submission, name, None)
        for answer in answers:
            answer.public_text = None
        put_back(
            thing,
            actor=actor,
            stage=CommentStage(before["stage"]),
            visibility=Visibility(before["visibility"]),
        )


many = ManyComments()
