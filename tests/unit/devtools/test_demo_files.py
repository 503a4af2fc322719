"""The files of the sample data: complete, in order of time, within the limits of the forms, and of
nobody's life.
"""

import re
import tomllib
from collections import Counter
from typing import Any

import pytest

from app.devtools.demo import plan
from app.devtools.demo.plan import Planned
from app.devtools.profiles import PROFILES
from app.questions.service.answering import SHORT_MAX, SHORT_MIN
from app.questions.service.intake import BODY_MIN
from app.questions.states import Outcome, RefusalReason
from app.submissions import redaction
from app.submissions.service import BODY_MAX
from app.submissions.states import Channel, NameDisplay

QUESTIONS = plan.questions()
ANSWERED = [one for one in QUESTIONS if "answer" in one.told]
WORDS = {
    "unit": "Phòng Kinh tế",
    "code": "KT",
    "phone": "",
    "promised": "01/12/2026",
    "local": "UBND xã",
}


def filled(text: str) -> str:
    dates = {f"+{count}": "24/11/2026" for count in range(1, 40)}
    return plan.fill(text, {**plan.profile("xa").words, **WORDS, **dates})


def by_number(one: Planned) -> str:
    return one.seq


def test_the_fifty_of_the_list_and_fourteen_newcomers() -> None:
    assert [one.seq for one in QUESTIONS] == [f"{number:03d}" for number in range(1, 65)]
    fifty = Counter(one.status for one in QUESTIONS[:50])
    assert fifty == {
        "published": 43,
        "rejected": 2,
        "answered_private": 1,
        "transferred": 1,
        "assigned": 1,
        "pending_approval": 1,
        "needs_info": 1,
    }
    assert Counter(one.result for one in QUESTIONS[:50] if one.status == "published") == {
        "guidance": 18,
        "resolved": 16,
        "in_progress": 5,
        "noted": 4,
    }
    told = tomllib.loads((plan.DATA / "questions.toml").read_text("utf-8"))
    assert list(told) == [f"q{one.seq}" for one in QUESTIONS]


def test_numbers_are_the_order_of_time() -> None:
    moments = [(-one.told["ago"], one.told["time"]) for one in QUESTIONS]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)


@pytest.mark.parametrize("one", QUESTIONS, ids=by_number)
def test_a_question_can_be_sent(one: Planned) -> None:
    body = one.told["body"].strip()
    assert BODY_MIN <= len(body) <= BODY_MAX
    assert "{" not in filled(body)
    assert one.told["name"]
    assert one.told.get("phone") or one.told.get("email")
    assert Channel(one.channel)
    assert NameDisplay(one.told.get("shown", "initials"))
    assert one.topic in {topic["slug"] for topic in plan.topics()}
    assert one.place in {"", *plan.profile("xa").places}


@pytest.mark.parametrize("one", ANSWERED, ids=by_number)
def test_an_answer_can_be_approved(one: Planned) -> None:
    told: dict[str, Any] = one.told["answer"]
    texts = {
        slot: filled(told.get(slot, "")) for slot in ("short", "findings", "resolution", "letter")
    }
    assert SHORT_MIN <= len(texts["short"]) <= SHORT_MAX, len(texts["short"])
    assert texts["resolution"]
    for slot, text in texts.items():
        assert not redaction.find(text), (slot, text)
        assert "{" not in text, (slot, text)
    assert Outcome(told.get("outcome") or one.result)
    assert ("promised" in told) == (one.result == "in_progress")


@pytest.mark.parametrize(
    "one", [one for one in ANSWERED if one.kind in {"incident", "complaint_service"}], ids=by_number
)
def test_incidents_say_what_was_found(one: Planned) -> None:
    assert one.told["answer"]["findings"]


@pytest.mark.parametrize("one", [one for one in ANSWERED if one.days is not None], ids=by_number)
def test_dates_of_an_answer_are_not_after_it(one: Planned) -> None:
    # What was found is past; only what is planned may lie ahead.
    findings = one.told["answer"].get("findings", "")
    assert all(int(name) <= (one.days or 0) for name in plan.gaps(findings) if name.startswith("+"))


def test_ratings_are_as_rare_and_mixed_as_in_life() -> None:
    assert Counter(one.told["rating"] for one in QUESTIONS if "rating" in one.told) == {
        3: 22,
        2: 6,
        1: 3,
    }


def test_people_and_numbers_are_invented() -> None:
    for one in QUESTIONS:
        assert re.fullmatch(r"0912000\d{3}", one.told.get("phone", "0912000000"))
        assert one.told.get("email", ".example").endswith(".example")
        for found in redaction.find(one.told["body"]):
            text = one.told["body"][found.start : found.end]
            assert found.kind not in {redaction.Kind.EMAIL}
            assert found.kind is not redaction.Kind.PHONE or re.sub(r"\D", "", text).startswith(
                "0912000"
            )
            assert found.kind is not redaction.Kind.CITIZEN_ID or re.fullmatch(
                rf"052\d{{3}}0001{one.seq[1:]}", text
            )


def test_reasons_for_refusing_are_of_the_list() -> None:
    told = [
        one.told[key]["as"]
        for one in QUESTIONS
        for key in ("refuse", "ask_refuse")
        if key in one.told
    ]
    assert told == ["denunciation", "unclear", "private_life"]
    assert all(RefusalReason(reason) for reason in told)


@pytest.mark.parametrize("name", PROFILES)
def test_every_unit_of_the_list_has_somebody_to_answer(name: str) -> None:
    from app.devtools.demo.organisation import unit_for

    profile = plan.profile(name)
    units: Any = {row["code"]: row["code"] for row in profile.units}
    assert {unit_for(profile, units, one.unit) for one in QUESTIONS} <= set(units)
    assert all(
        row["phone"].startswith("0253 3555 ") and row["email"].endswith("@anson.example")
        for row in profile.units
    )
    assert set(profile.words) == set(plan.profile("xa").words)


def test_templates_keep_their_gaps() -> None:
    templates = plan.templates()
    assert len(templates) == 4
    assert all(
        "{" in template["resolution"] and len(template["short"]) <= SHORT_MAX
        for template in templates
    )
