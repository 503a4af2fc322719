"""docs/events.md says who hears of what: made from the code, so that it stays true.

`UPDATE_DOCS=1 pytest tests/integration/test_events_document.py` writes it anew.
"""

import ast
import importlib
import inspect
import os
from pathlib import Path
from typing import Any

from flask import Flask

from app.kernel import events

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "events.md"
HEAD = """# Events

Made by `tests/integration/test_events_document.py` from the code; do not edit.

A service emits, the packages above it listen, in the same transaction, in the order of
`app/features.py`.
Listeners may only add rows: the outbox, a job, the record, the search index.
"""


def emitters() -> dict[str, list[str]]:
    """Where each event is emitted: «module.function» by the event's name."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and "emit" in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
                    and isinstance(node.args[0], ast.Call)
                ):
                    name = getattr(node.args[0].func, "id", "")
                    found.setdefault(name, []).append(f"{module}.{function.name}")
    return found


def kinds() -> list[type[Any]]:
    """Every class of the modules called «events» below app, and what else somebody listens to."""
    found = [one for one in events.LISTENERS if one.__module__.startswith("app.")]
    for path in sorted((ROOT / "app").rglob("events.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name)
        found += [
            one
            for _name, one in inspect.getmembers(module, inspect.isclass)
            if one.__module__ == name and name != events.__name__ and one not in found
        ]
    return sorted(found, key=lambda one: (one.__module__, one.__name__))


def written() -> str:
    emitted = emitters()
    lines = [HEAD]
    for event in kinds():
        places = list(dict.fromkeys(emitted.get(event.__name__, ())))
        if not places:
            continue
        about = (inspect.getdoc(event) or "").split("\n\n")[0].replace("\n", " ")
        lines += [f"## {event.__name__}", "", f"{about} (`{event.__module__}`)", ""]
        lines += [f"- emitted by `{place}`" for place in places]
        # By name: the order of telling is that of app/features.py, unless a test imported before.
        heard = sorted(
            f"{one.__module__}.{one.__qualname__}"
            for one in events.LISTENERS[event]
            if one.__module__.startswith("app.")
        )
        lines += [f"- heard by `{name}`" for name in heard]
        lines += ["- heard by nobody yet"] if not heard else []
        lines.append("")
    return "\n".join(lines)


def test_the_document_names_every_event_and_who_listens(app: Flask) -> None:
    text = written()
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text


def test_every_emitted_event_is_known_to_the_document(app: Flask) -> None:
    assert set(emitters()) <= {event.__name__ for event in kinds()}
