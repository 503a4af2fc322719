"""Addresses are kept for ever: one that disappears fails here until a redirect takes its place."""

import json
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parent.parent / "route-list.json"


def test_no_public_address_disappears_and_none_is_forgotten(make_app: Any) -> None:
    app = make_app(demo=True)
    here = sorted(
        {rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/can-bo")}
    )
    listed = json.loads(FILE.read_text())
    assert sorted(set(listed) - set(here)) == [], "an address disappeared: add a redirect"
    assert sorted(set(here) - set(listed)) == [], "a new address: add it to tests/route-list.json"


@pytest.mark.parametrize("rule", json.loads(FILE.read_text()) if FILE.exists() else [])
def test_addresses_are_slugs_without_database_ids(rule: str) -> None:
    assert rule == rule.lower()
    assert "<int:" not in rule
