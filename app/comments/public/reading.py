"""What people said, as far as it is shown, and the answers to the guiding questions once the last
day is over.

Pages for everybody: they hold no form and no token. Numbers wait for the closing day, so that
nobody follows the crowd.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.comments.queries import public, surveys
from app.comments.queries.public import PAGE, SIZES
from app.comments.states import SenderKind, Stance
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import Phase
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.kernel.text import clean_line

bp = Blueprint(
    "consultation_comments", __name__, url_prefix="/lay-y-kien", template_folder="../templates"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader of the list asked for, as it stands in the address."""

    url: str
    wanted: public.Wanted
    size: int

    @property
    def is_filtered(self) -> bool:
        """Is anything left out?"""
        return self.wanted != public.Wanted()

    def address(self, **changes: str | None) -> str:
        """The list with these changes; a hyphen in a name is written as an underscore."""
        values = {
            "muc": self.wanted.clause,
            "cong-trinh": self.wanted.project,
            "y-kien": self.wanted.stance.value if self.wanted.stance else "",
            "nguoi-gui": self.wanted.sender.value if self.wanted.sender else "",
            "so": str(self.size) if self.size != PAGE else "",
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return self.url + (f"?{query}" if query else "")


def _asked(c: PublicConsultation) -> Asked:
    stance, sender = request.args.get("y-kien", ""), request.args.get("nguoi-gui", "")
    size = request.args.get("so", "")
    wanted = public.Wanted(
        clause=clean_line(request.args.get("muc"))[:120],
        project=clean_line(request.args.get("cong-trinh"))[:30],
        stance=Stance(stance) if stance in set(Stance) else None,
        sender=SenderKind(sender) if sender in set(SenderKind) else None,
    )
    return Asked(f"{c.url}/y-kien", wanted, next((one for one in SIZES if str(one) == size), PAGE))


def over(c: PublicConsultation) -> bool:
    """Is the last day over? Only then are numbers shown."""
    return c.phase in {Phase.SUMMARISING, Phase.RESULT}


@bp.get("/<slug>/y-kien")
@cacheable(params=("muc", "cong-trinh", "y-kien", "nguoi-gui", "so", "sau", "truoc"))
def index(slug: str) -> ResponseReturnValue:
    """The comments that may be read now, the most recently shown first."""
    found = public.with_counts(slug)
    if found is None:
        raise NotFound
    c, counts = found
    asked, after, before = _asked(c), request.args.get("sau"), request.args.get("truoc")
    page = (
        public.shown(c, asked.wanted, after=after, before=before, size=asked.size)
        if c.comments_shown
        else None
    )
    return render_template(
        "comments/public_list.html",
        c=c,
        tab="y-kien",
        asked=asked,
        page=page,
        rows=page.items if page else [],
        counts=counts if over(c) else None,
        later=bool(after or before),
        stances=list(Stance),
        senders=list(SenderKind),
    )


@bp.get("/<slug>/khao-sat")
@cacheable()
def survey(slug: str) -> ResponseReturnValue:
    """The guiding questions, and after the last day what was answered."""
    found = surveys.with_questions(slug)
    if found is None:
        raise NotFound
    c, questions = found
    tallies = (
        surveys.tallies(c.id, questions)
        if over(c)
        else [surveys.Tally(row, 0) for row in questions]
    )
    return render_template(
        "comments/public_survey.html", c=c, tab="y-kien", tallies=tallies, over=over(c)
    )
