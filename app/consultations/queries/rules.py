"""The rows of the rule table as rules, and what they say about one consultation's dates."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from app.consultations import rules, shipped
from app.consultations.models import Consultation, ConsultationRule
from app.consultations.rules import LastDay, Rule
from app.consultations.states import ConsultationType, Stage
from app.extensions import db
from app.kernel.clock import local_date, today
from app.organisation import queries as organisation
from app.workdays import queries as workdays


def rows(kind: ConsultationType | None = None) -> Sequence[ConsultationRule]:
    """Every rule there is or was, by type, the newest first."""
    query = sa.select(ConsultationRule).order_by(
        ConsultationRule.type, ConsultationRule.valid_from.desc(), ConsultationRule.id
    )
    return db.session.scalars(query.where(ConsultationRule.type == kind) if kind else query).all()


def known() -> Sequence[Rule]:
    """Every rule; those that ship with the product while the table is empty, so that nothing goes
    unguarded.
    """
    found = [
        Rule(row.type, row.min_days, row.valid_from, row.valid_to, row.source, row.confidence)
        for row in rows()
    ]
    return found or shipped.rules(organisation.agency().level.value)


def in_force(kind: ConsultationType, posted_on: dt.date) -> list[Rule]:
    """The rules for what is posted on this day, the longest first."""
    return rules.in_force(known(), kind, posted_on)


def binding_today() -> dict[ConsultationType, list[Rule]]:
    """The rules that apply to each type when it is posted today, the longest first; types without
    any are left out.
    """
    everything = known()
    found = {kind: rules.in_force(everything, kind, today()) for kind in ConsultationType}
    return {kind: several for kind, several in found.items() if several}


def posted_on(consultation: Consultation) -> dt.date:
    """From which day its days are counted: the posting, or today while it is a draft."""
    if consultation.posted_at is None or consultation.stage is Stage.DRAFT:
        return today()
    return local_date(consultation.posted_at)


def proposed_last_day(kind: ConsultationType, opens_on: dt.date) -> LastDay:
    """The last day proposed when it opens on this day: the whole time from the opening, so that
    nobody gets less.
    """
    return rules.proposed(workdays.calendar(), in_force(kind, opens_on), opens_on)


def last_day_of(consultation: Consultation) -> LastDay | None:
    """Its last day with the reason; None while there is none."""
    if consultation.closes_on is None:
        return None
    return rules.last_day(
        workdays.calendar(),
        posted_on(consultation),
        consultation.wanted_closes_on or consultation.closes_on,
    )
