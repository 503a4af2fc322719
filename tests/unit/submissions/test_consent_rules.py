"""What its sender allows becomes narrower and never wider; how the name may be read.

No database.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.errors import Refused
from app.submissions import service, states
from app.submissions.models import Submission
from app.submissions.states import NAME_DISPLAY_ORDER, Channel, Consent, NameDisplay


@given(
    consent=st.sampled_from(Consent),
    display=st.sampled_from(NameDisplay),
    wanted=st.lists(
        st.tuples(st.none() | st.sampled_from(Consent), st.none() | st.sampled_from(NameDisplay)),
        max_size=6,
    ),
)
@settings(max_examples=60)
def test_consent_only_ever_becomes_narrower(
    consent: Consent, display: NameDisplay, wanted: list[Any]
) -> None:
    submission = Submission(consent=consent, name_display=display)
    for new_consent, new_display in wanted:
        before = (submission.consent, submission.name_display)
        opens = (new_consent is Consent.PUBLISH and before[0] is Consent.PRIVATE) or (
            new_display is not None
            and NAME_DISPLAY_ORDER.index(new_display) < NAME_DISPLAY_ORDER.index(before[1])
        )
        if opens:
            with pytest.raises(Refused):
                service.tighten(submission, consent=new_consent, name_display=new_display)
            assert (submission.consent, submission.name_display) == before
        else:
            service.tighten(submission, consent=new_consent, name_display=new_display)
            assert (submission.consent, submission.name_display) == (
                new_consent or before[0],
                new_display or before[1],
            )


@pytest.mark.parametrize(
    ("display", "shown"),
    [
        (NameDisplay.FULL, "Nguyễn Thị Ân"),
        (NameDisplay.INITIALS, "N.T.Â."),
        (NameDisplay.HIDDEN, ""),
    ],
)
def test_the_name_as_it_may_be_read(display: NameDisplay, shown: str) -> None:
    assert service.shown_name(Submission(name="Nguyễn Thị Ân", name_display=display)) == shown


@pytest.mark.parametrize(
    ("labels", "members"),
    [
        (states.CHANNEL_LABELS, Channel),
        (states.CONSENT_LABELS, Consent),
        (states.NAME_DISPLAY_LABELS, NameDisplay),
    ],
)
def test_everything_has_words_of_its_own(labels: dict[Any, Any], members: Any) -> None:
    assert set(labels) == set(members)
    assert len({str(label) for label in labels.values()}) == len(labels)


def test_from_open_to_closed_nothing_is_left_out() -> None:
    assert set(NAME_DISPLAY_ORDER) == set(NameDisplay)
