"""The sample authority at work: who is who, which question is which, and the words for texts."""

from dataclasses import dataclass, field

from app.accounts.models import User
from app.devtools.demo import organisation, people
from app.devtools.demo.days import Days
from app.devtools.demo.plan import Planned, Profile
from app.kernel.display import vi_date
from app.organisation.models import Place, Topic, Unit
from app.questions.models import Question

#: The furthest working day after receipt that a text may name.
_FURTHEST = 40


@dataclass
class Office:
    """Everything that the stories of the questions need."""

    profile: Profile
    days: Days
    units: dict[str, Unit]
    topics: dict[str, Topic]
    places: dict[str, Place]
    people: dict[str, User]
    #: By number, once they have been asked.
    questions: dict[str, Question] = field(default_factory=dict)

    @property
    def moderator(self) -> User:
        """Who receives."""
        return self.people[people.MODERATOR]

    @property
    def leader(self) -> User:
        """Who approves."""
        return self.people[people.LEADER]

    @property
    def editor(self) -> User:
        """Who publishes what is to appear later."""
        return self.people[people.EDITOR]

    def unit_of(self, planned: Planned) -> Unit:
        """Which unit answers."""
        return organisation.unit_for(self.profile, self.units, planned.unit)

    def officer_of(self, planned: Planned) -> User:
        """Which officer answers."""
        return people.officer_of(self.people, self.unit_of(planned))

    def words(self, planned: Planned) -> dict[str, str]:
        """What the gaps of this question's texts are filled with."""
        unit = self.unit_of(planned)
        asked = self.days.today if planned.told["ago"] == 0 else self.days.back(planned.told["ago"])
        dates = {
            f"+{count}": vi_date(self.days.after(asked, count)) for count in range(1, _FURTHEST)
        }
        own = {
            "unit": unit.name,
            "code": unit.code,
            "phone": unit.phone,
            "local": self.profile.local(planned.place),
        }
        return {**self.profile.words, **own, **dates}

    def contact(self, planned: Planned) -> str:
        """Whom to ask about the answer: the unit, as the form proposes."""
        unit = self.unit_of(planned)
        return f"{unit.name}, điện thoại {unit.phone} (giờ hành chính)"
