"""Sentences of ours are no campaign; a text that many people send is."""

import pytest

from app.comments.models import text_key_of
from app.comments.wording import OURS


@pytest.mark.parametrize("sentence", sorted(OURS))
def test_what_we_wrote_ourselves_is_nobodys_campaign(sentence: str) -> None:
    assert text_key_of(sentence) == ""


def test_the_same_words_have_the_same_key_whatever_their_marks() -> None:
    one = "Chúng tôi đề nghị giữ lại cánh đồng phía Đông cho con cháu."
    assert (
        text_key_of(one)
        == text_key_of("chung toi de nghi GIU LAI canh dong phia dong cho con chau")
        != ""
    )
