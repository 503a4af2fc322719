"""Loading the sample authority, all of it in one transaction: its organisation, its people, and
half a year of questions.
"""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.accounts.models import User
from app.config import Settings
from app.devtools.demo import consultations, mails, organisation, people, plan
from app.devtools.demo.asking import form_key, set_counter
from app.devtools.demo.days import Days
from app.devtools.demo.emptying import empty_tables
from app.devtools.demo.office import Office
from app.devtools.demo.plan import Planned, Profile
from app.devtools.demo.story import Story
from app.extensions import db
from app.kernel.clock import frozen, local, now
from app.kernel.errors import Refused
from app.notifications import service as notifications
from app.organisation.models import AgencyProfile
from app.questions.models import Question
from app.questions.queries import public as questions_public
from app.questions.service import samples
from app.questions.service.samples import Sample
from app.questions.states import Outcome, Visibility
from app.submissions.service import pin_of
from app.workdays import queries as workdays
from app.workdays import service as calendar

#: The office opened its portal so many working days before the day of loading.
_OPENED = 110
#: The working calendar was there before that.
_CALENDAR = dt.timedelta(days=200)
#: Answered, with progress lines and a promise: a good one to look up as its sender.
EXAMPLE = "014"
#: Who follows what: everything, or a topic.
_FOLLOWERS = (
    ("theodoi.tatca@hopthu.example", None),
    ("nongdan.tanhoi@hopthu.example", "nong-nghiep"),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is now; `fresh`: this call made it."""

    fresh: bool
    questions: int
    published: int
    #: The tracking code of a question to try the sender's side with; empty when this call made
    #: nothing.
    example: str = ""


def check_allowed() -> None:
    """Raise Refused unless this installation is for trying out."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.production:
        raise Refused(_("Không nạp dữ liệu mẫu vào hệ thống đang vận hành chính thức."))
    if not settings.demo:
        raise Refused(_("Dữ liệu mẫu đang tắt. Hãy đặt LANGNGHE_DEMO=true rồi chạy lại."))


def is_empty() -> bool:
    """Has nobody put anything into this database yet?"""
    return not any(
        db.session.scalar(sa.select(sa.exists(sa.select(table.id))))
        for table in (AgencyProfile, User, Question)
    )


def load(*, profile: str = "xa", fresh: bool = False) -> Loaded:
    """Make the sample authority, unless there is something already; `fresh` empties every table
    first.

    The caller commits. Raises Refused in a production configuration and where demo data is switched
    off.
    """
    check_allowed()
    if fresh:
        empty_tables()
    elif not is_empty():
        return _counted(fresh=False)
    office = _make(plan.profile(profile), plan.questions())
    return replace(_counted(fresh=True), example=office.questions[EXAMPLE].submission.code)


def example_pin(secret_key: str) -> str:
    """The PIN that belongs to the example."""
    return pin_of(secret_key, form_key(EXAMPLE))


def load_organisation(profile: Profile) -> None:
    """Only the calendar, the agency, its units, topics and places."""
    calendar.seed_days()
    organisation.load(profile)


def _make(profile: Profile, planned: list[Planned]) -> Office:
    moment = now()
    with frozen(moment - _CALENDAR):
        calendar.seed_days()
    days = Days(workdays.calendar(), moment)
    with frozen(days.moment(_OPENED, "07:45")):
        organisation.load(profile)
        office = _office(profile, days, planned)
        _write_templates(office)
        consultations.lay_ground(office)
        _follow(office)
    steps = [step for one in planned for step in Story(one, office).tell()] + consultations.steps(
        office
    )
    # The sort is stable: steps of one question or consultation at one moment keep their order.
    for step in sorted(steps, key=lambda step: step.at):
        with frozen(step.at):
            step.act()
            # Rows that the act only added take the time of their flush.
            db.session.flush()
    for year in {local(step.at).year for step in steps}:
        set_counter(
            f"{profile.agency['tracking_prefix']}-{year}", consultations.FIRST_NUMBER + len(steps)
        )
    mails.settle()
    return office


def _office(profile: Profile, days: Days, planned: list[Planned]) -> Office:
    units = organisation.units()
    answering = {organisation.unit_for(profile, units, one.unit).code for one in planned}
    staff = people.load(profile, units, answering=answering)
    return Office(profile, days, units, organisation.topics(), organisation.places(profile), staff)


def _write_templates(office: Office) -> None:
    for told in plan.templates():
        sample = Sample(
            title=told["title"],
            topic=office.topics[told["topic"]] if "topic" in told else None,
            short=told["short"],
            findings=told.get("findings", ""),
            resolution=told["resolution"],
            outcome=Outcome(told["outcome"]),
        )
        author = office.people.get(told["author"])
        if author is not None:
            samples.save_template(None, sample, actor=author)


def _follow(office: Office) -> None:
    for email, topic in _FOLLOWERS:
        asked = notifications.subscribe(
            email=email,
            secret_key=str(current_app.secret_key),
            topic_id=office.topics[topic].id if topic else None,
        )
        if asked is not None:
            notifications.confirm(asked[0])


def _counted(*, fresh: bool) -> Loaded:
    total = sa.select(sa.func.count()).select_from(Question)
    public = sa.select(sa.func.count()).select_from(
        questions_public.public(Question.id)
        .where(Question.visibility == Visibility.PUBLIC)
        .subquery()
    )
    return Loaded(fresh, db.session.scalar(total) or 0, db.session.scalar(public) or 0)
