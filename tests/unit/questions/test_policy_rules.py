"""Who may do what: role, unit, stage and classification, on questions that never saw a database."""

from dataclasses import dataclass, field

import pytest

from app.access import ROLE_PERMISSIONS, P, Role
from app.access.actors import CITIZEN, SYSTEM
from app.questions import policy
from app.questions.models import Answer, Question
from app.questions.states import FLOW, MOVE_PERMISSIONS, Classification, Stage, Visibility

MOVES = sorted({move.name for move in FLOW.moves})
LAND, CULTURE = 1, 2


@dataclass(frozen=True)
class Person:
    roles: tuple[Role, ...]
    unit_id: int | None = LAND
    id: int = 1
    full_name: str = "Người thử"
    permissions: frozenset[P] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "permissions", frozenset().union(*(ROLE_PERMISSIONS[role] for role in self.roles))
        )

    def has(self, permission: P) -> bool:
        return permission in self.permissions


MODERATOR = Person((Role.MODERATOR,), unit_id=None)
OFFICER = Person((Role.OFFICER,))
OTHER_OFFICER = Person((Role.OFFICER,), unit_id=CULTURE)
HEAD = Person((Role.HEAD, Role.OFFICER))
APPROVER = Person((Role.APPROVER,), unit_id=None)
PUBLISHER = Person((Role.PUBLISHER,), unit_id=None)
AUDITOR = Person((Role.AUDITOR,), unit_id=None)
COMPLAINTS = Person((Role.COMPLAINTS,), unit_id=None)
ADMINISTRATOR = Person((Role.ADMINISTRATOR,), unit_id=None)
CONTRIBUTOR = Person((Role.CONTRIBUTOR,))
EVERYBODY = (
    MODERATOR,
    OFFICER,
    OTHER_OFFICER,
    HEAD,
    APPROVER,
    PUBLISHER,
    AUDITOR,
    COMPLAINTS,
    ADMINISTRATOR,
    CONTRIBUTOR,
)


def question(
    stage: Stage = Stage.ASSIGNED,
    *,
    unit_id: int | None = LAND,
    classification: Classification = Classification.ORDINARY,
) -> Question:
    return Question(
        stage=stage, unit_id=unit_id, classification=classification, visibility=Visibility.PRIVATE
    )


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize(
    "person", EVERYBODY, ids=lambda person: f"{person.roles[0].value}-{person.unit_id}"
)
def test_nobody_moves_without_the_permission_or_out_of_turn(
    person: Person, move: str, stage: Stage
) -> None:
    if policy.may_move(person, question(stage), move):
        assert FLOW.allows(stage, move)
        assert any(person.has(permission) for permission in MOVE_PERMISSIONS[move])


@pytest.mark.parametrize("move", MOVES)
def test_citizen_and_system_hold_no_permission(move: str) -> None:
    assert not policy.may_ever(CITIZEN, question(), move)
    assert not policy.may_ever(SYSTEM, question(), move)


def test_an_officer_sees_the_own_unit_only() -> None:
    assert policy.may_read(OFFICER, question())
    assert not policy.may_read(OTHER_OFFICER, question())
    assert not policy.may_read(OFFICER, question(Stage.RECEIVED, unit_id=None))
    assert policy.may_read(MODERATOR, question(Stage.RECEIVED, unit_id=None))
    assert not policy.may_read(CONTRIBUTOR, question())
    assert not policy.may_read(ADMINISTRATOR, question())


def test_an_officer_without_a_unit_sees_nothing() -> None:
    nobody = Person((Role.OFFICER,), unit_id=None)
    assert not policy.may_read(nobody, question(Stage.RECEIVED, unit_id=None))


@pytest.mark.parametrize("classification", [Classification.COMPLAINT, Classification.DENUNCIATION])
@pytest.mark.parametrize(
    "person",
    [person for person in EVERYBODY if person is not COMPLAINTS],
    ids=lambda person: person.roles[0].value,
)
def test_complaints_are_for_the_restricted_role_alone(
    person: Person, classification: Classification
) -> None:
    restricted = question(classification=classification)
    assert policy.is_restricted(restricted)
    assert not policy.may_read(person, restricted)
    assert not policy.may_see_contact(person, restricted)
    assert not policy.may_classify(person, restricted)
    assert not any(policy.may_ever(person, restricted, move) for move in MOVES if move != "erase")


@pytest.mark.parametrize("move", MOVES)
def test_the_restricted_role_guides_and_transfers_but_never_answers_or_publishes(move: str) -> None:
    restricted = question(classification=Classification.DENUNCIATION)
    assert policy.may_ever(COMPLAINTS, restricted, move) == (
        move in {"refuse", "transfer", "ask_more"}
    )
    assert policy.may_classify(COMPLAINTS, restricted)
    assert not policy.may_write_answer(COMPLAINTS, restricted)


def test_an_author_does_not_approve_the_own_answer() -> None:
    waiting = question(Stage.IN_REVIEW)
    both = Person((Role.OFFICER, Role.APPROVER))
    own, other = Answer(author_id=both.id), Answer(author_id=both.id + 1)
    assert not policy.may_approve(both, waiting, own, solo_office=False)
    assert policy.may_approve(both, waiting, own, solo_office=True)
    assert policy.may_approve(both, waiting, other, solo_office=False)
    assert not policy.may_approve(both, waiting, None, solo_office=True)
    assert not policy.may_approve(OFFICER, waiting, other, solo_office=True)
    assert not policy.may_approve(APPROVER, question(Stage.ASSIGNED), other, solo_office=False)


def test_only_the_unit_writes_the_answer_and_only_while_it_is_assigned() -> None:
    assert policy.may_write_answer(OFFICER, question())
    assert policy.may_write_answer(HEAD, question())
    assert not policy.may_write_answer(OTHER_OFFICER, question())
    assert not policy.may_write_answer(APPROVER, question())
    assert not policy.may_write_answer(OFFICER, question(Stage.IN_REVIEW))


def test_a_head_of_unit_assigns_and_extends_in_the_own_unit_only() -> None:
    for move in ("assign", "extend"):
        assert policy.may_move(HEAD, question(), move)
        assert not policy.may_move(HEAD, question(unit_id=CULTURE), move)
    assert policy.may_move(APPROVER, question(unit_id=CULTURE), "extend")
    assert not policy.may_move(OFFICER, question(), "assign")


def test_publishing_needs_an_answer_and_something_unpublished() -> None:
    answered = question(Stage.ANSWERED)
    assert policy.may_publish(PUBLISHER, answered)
    assert not policy.may_publish(APPROVER, answered)
    assert not policy.may_publish(PUBLISHER, question())
    answered.visibility = Visibility.HIDDEN
    assert not policy.may_publish(PUBLISHER, answered)


def test_the_sender_is_not_for_auditors_and_publishers() -> None:
    assert policy.may_see_contact(MODERATOR, question())
    assert policy.may_see_contact(OFFICER, question())
    assert not policy.may_see_contact(AUDITOR, question())
    assert not policy.may_see_contact(PUBLISHER, question())
    assert not policy.may_see_contact(OTHER_OFFICER, question())


def test_notes_are_for_those_who_work_on_it() -> None:
    assert policy.may_note(OFFICER, question())
    assert policy.may_note(PUBLISHER, question())
    assert not policy.may_note(AUDITOR, question())
    assert not policy.may_note(OTHER_OFFICER, question())


def test_only_the_administrator_erases_and_may_not_read_for_it() -> None:
    assert policy.may_move(ADMINISTRATOR, question(), "erase")
    assert not policy.may_move(MODERATOR, question(), "erase")
    assert not policy.may_read(ADMINISTRATOR, question())
