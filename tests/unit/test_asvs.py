"""The count of docs/asvs.md, and what the standard asks of templates."""

import re

import pytest

from scripts.check_asvs import EXPECTED, ROOT, Requirement, problems, read, written

APP = ROOT / "app"
ROWS = read((ROOT / "docs" / "asvs.md").read_text("utf-8"))
KNOWN = written(ROOT / "tests")


def test_the_document_is_complete_and_names_real_tests() -> None:
    assert len(ROWS) == sum(EXPECTED.values())
    assert problems(ROWS, KNOWN) == []


@pytest.mark.parametrize(
    ("shown", "complaint"),
    [
        ("`test_asvs::test_that_nobody_wrote`", "there is no test_asvs::test_that_nobody_wrote"),
        ("not yet: `test_gone::test_gone`", "there is no test_gone::test_gone"),
        ("it simply holds", "names neither a test nor a reason"),
    ],
)
def test_a_row_without_proof_is_found(shown: str, complaint: str) -> None:
    rows = [*ROWS[1:], Requirement(ROWS[0].number, ROWS[0].level, shown)]
    (found,) = problems(rows, KNOWN)
    assert complaint in found


def test_a_row_too_few_or_twice_is_found() -> None:
    assert any("instead of" in sentence for sentence in problems(ROWS[1:], KNOWN))
    assert any("2 times" in sentence for sentence in problems([*ROWS, ROWS[0]], KNOWN))


def templates() -> dict[str, str]:
    return {
        path.relative_to(APP).as_posix(): path.read_text("utf-8")
        for path in sorted(APP.glob("**/templates/**/*.html"))
    }


def test_passwords_are_typed_unseen_and_may_be_pasted() -> None:
    """By the one macro, whose field is of type password and known to password managers."""
    found = 0
    fields = {
        field
        for path in (APP / "accounts").rglob("forms*.py")
        for field in re.findall(
            r"^    (\w+) = PasswordField", path.read_text("utf-8"), re.MULTILINE
        )
    }
    assert fields
    for name, text in templates().items():
        for call, field in re.findall(r"(f\.\w+)\(form\.(\w+)", text):
            if field in fields and name.startswith("accounts/"):
                assert call == "f.password", name
                found += 1
        assert "onpaste" not in text, name
        assert 'autocomplete="off"' not in text or "password" not in text, name
    assert found > 3
    assert "autocomplete='current-password'" in templates()["templates/macros/fields.html"]


def test_every_staff_page_has_a_way_out() -> None:
    frame = (APP / "templates" / "staff_base.html").read_text("utf-8")
    assert "Đăng xuất" in frame
    for name, text in templates().items():
        if '{% extends "staff_base.html" %}' in text:
            assert "block header_tools" not in text, name
