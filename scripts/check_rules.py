"""Rules of this house that no linter knows: each stands for something that went wrong here once.

Exit code 1 when one is broken. Rules in REPORTED are only told of, while their last breaches are
being mended; take them out there as soon as the tree is clean.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

APP = Path(__file__).resolve().parent.parent / "app"

RULES = {
    "token-in-error": "an error page hands out a new CSRF token for a body that nobody verified",
    "number-from-outside": "int() on what a request brought: «²» is a digit and no number",
    "unbounded-text": "text of a request is normalised before its length is known",
    "normalise": "unicodedata.normalize belongs into kernel/text.py, which bounds the text",
    "markup": "Markup() belongs into kernel/html.py, behind the sanitiser",
    "safe": "|safe in a template on anything but a literal",
}
REPORTED = frozenset({"token-in-error", "unbounded-text"})
#: By file name, since folders move. legacy_text runs in a child process with limits of its own;
#: terms and suggestions take single words, the mailer's texts have a limit.
NORMALISERS = frozenset(
    {"text.py", "terms.py", "suggestions.py", "legacy_text.py", "mailer/service.py"}
)
#: maps/svg.py puts numbers and escaped texts into a drawing.
MARKUP_MAKERS = frozenset({"kernel/html.py", "maps/svg.py"})
_SAFE = re.compile(r"([^\s|{(]*)\s*\|\s*safe\b")
_TOKEN = re.compile(r"\bcsrf_token\s*\(|\bform\.hidden_tag\b")


class Breach(NamedTuple):
    """A rule, and where it is broken."""

    rule: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {RULES[self.rule]}"


def _name(node: ast.expr) -> str:
    """What is called: `clean` of both `clean(x)` and `text.clean(x)`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _outside(node: ast.AST, tainted: set[str]) -> bool:
    """Does this come straight from the request?"""
    return any(
        isinstance(part, ast.Name) and (part.id == "request" or part.id in tainted)
        for part in ast.walk(node)
    )


def _tainted(function: ast.AST) -> set[str]:
    """Names that hold text of the request: assigned from it and not yet read as something."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.NamedExpr) and _outside(node.value, set()):
            reader = node.value.func if isinstance(node.value, ast.Call) else None
            if reader is None or _name(reader) in {"get", "strip", "upper", "lower", "getlist"}:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _in_function(function: ast.AST) -> Iterator[tuple[str, int]]:
    tainted = _tainted(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args and _outside(node.args[0], tainted):
            if _name(node.func) == "int":
                yield "number-from-outside", node.lineno
            part = getattr(node.args[0], "slice", None)
            if _name(node.func) in {"normalize", "clean", "clean_line"} and not isinstance(
                part, ast.Slice
            ):
                yield "unbounded-text", node.lineno


def _digits(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """`int(x) if x.isdigit()` without `x.isascii()` in the same expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp):
            calls = {_name(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
            if {"int", "isdigit"} <= calls and "isascii" not in calls:
                yield "number-from-outside", node.lineno


def _in_module(tree: ast.AST, path: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from _in_function(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = _name(node.func)
            if name == "Markup" and not path.endswith(tuple(MARKUP_MAKERS)):
                yield "markup", node.lineno
            if ast.unparse(node.func) == "unicodedata.normalize" and not path.endswith(
                tuple(NORMALISERS)
            ):
                yield "normalise", node.lineno
            if name == "generate_csrf" and path.endswith("kernel/web.py"):
                yield "token-in-error", node.lineno
    yield from _digits(tree)


def _in_template(text: str, path: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if any(not match[1].endswith(("'", '"')) for match in _SAFE.finditer(line)):
            yield "safe", number
        if "/errors/" in path and _TOKEN.search(line):
            yield "token-in-error", number


def breaches(root: Path) -> list[Breach]:
    """Every place below this folder where a rule is broken, each once."""
    found: set[tuple[str, str, int]] = set()
    for file in [*root.rglob("*.py"), *root.rglob("*.html")]:
        path, text = file.relative_to(root.parent).as_posix(), file.read_text("utf-8")
        python = file.suffix == ".py"
        hits = _in_module(ast.parse(text), path) if python else _in_template(text, path)
        found |= {(path, rule, line) for rule, line in hits}
    return [Breach(rule, f"{path}:{line}") for path, rule, line in sorted(found)]


def main() -> int:
    """1 when a rule is broken that is not only reported."""
    found = breaches(APP)
    for breach in found:
        note = " (reported only)" if breach.rule in REPORTED else ""
        print(f"{breach}{note}")  # noqa: T201  (this is what it is for)
    return 1 if any(breach.rule not in REPORTED for breach in found) else 0


if __name__ == "__main__":
    sys.exit(main())
