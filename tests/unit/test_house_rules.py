"""Each rule of scripts/check_rules.py finds what it is there for and leaves alone what is right."""

from pathlib import Path

import pytest

from scripts.check_rules import APP, REPORTED, RULES, breaches

WRONG = {
    "number-from-outside": [
        ("officer.py", "def view():\n    return int(request.args['trang'])"),
        (
            "officer.py",
            "def view():\n    page = request.args.get('trang', '').strip()\n    return int(page)",
        ),
        (
            "forms.py",
            "def seen(data):\n    return int(data) if data.isdigit() and len(data) < 10 else -1",
        ),
    ],
    "unbounded-text": [
        ("public.py", "def view():\n    return clean_line(request.args.get('q', ''))"),
        ("public.py", "def view():\n    return text.clean(request.form['body'])"),
        (
            "text.py",
            "def view():\n    return unicodedata.normalize('NFC', x) + clean(request.data)",
        ),
    ],
    "normalise": [("public.py", "word = unicodedata.normalize('NFD', word)")],
    "markup": [
        ("public.py", "answer = Markup(text)"),
        ("public.py", "answer = markupsafe.Markup('<b>') + text"),
    ],
    "safe": [
        ("templates/a.html", "<p>{{ question.body | safe }}</p>"),
        ("templates/a.html", "<p{{ ' id=x' | safe }}>{{ body|safe }}</p>"),
    ],
    "token-in-error": [
        ("templates/errors/419.html", '<input name="csrf_token" value="{{ csrf_token() }}">'),
        ("kernel/web.py", "def expired(error):\n    return page(generate_csrf())"),
    ],
}
RIGHT = [
    ("public.py", "def view():\n    return clean_line(request.args.get('q', '')[:200])"),
    (
        "public.py",
        "def view():\n    number = int_of(request.args.get('n'))\n    return int(number)",
    ),
    ("public.py", "def view():\n    return int(form.year.data)"),
    ("public.py", "n = int(data) if data.isascii() and data.isdigit() and len(data) < 10 else -1"),
    ("kernel/text.py", "text = unicodedata.normalize('NFC', text)"),
    ("kernel/html.py", "answer = Markup(cleaned)"),
    ("templates/a.html", "<li{{ ' aria-current=\"page\"' | safe if here }}>"),
    ("templates/form.html", '<input name="csrf_token" value="{{ csrf_token() }}">'),
]


def planted(root: Path, name: str, text: str) -> list[str]:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return [breach.rule for breach in breaches(root)]


@pytest.mark.parametrize(
    ("rule", "name", "text"), [(rule, *case) for rule, cases in WRONG.items() for case in cases]
)
def test_a_planted_breach_is_found(tmp_path: Path, rule: str, name: str, text: str) -> None:
    assert planted(tmp_path / "app", name, text) == [rule]


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_what_is_right_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert planted(tmp_path / "app", name, text) == []


def test_every_rule_has_an_example() -> None:
    assert set(WRONG) == set(RULES)


def test_the_house_keeps_the_rules_that_are_enforced() -> None:
    assert [str(breach) for breach in breaches(APP) if breach.rule not in REPORTED] == []
