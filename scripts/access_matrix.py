"""Write tests/access-matrix.json anew: every address and method, and the roles that may come in.

Read the difference before you commit it: the file is what people agreed on, and the tests hold the
code to it.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask

from app import create_app
from app.access import ROLE_PERMISSIONS, P

TARGET = Path(__file__).resolve().parent.parent / "tests" / "access-matrix.json"


def roles_of(view: Any, rule: str) -> list[str] | str:
    """The roles that a view lets in, "anyone" for open addresses, "signed-in" for what every member
    of staff has.
    """
    if not rule.startswith("/can-bo") or getattr(view, "open_to_anyone", False):
        return "anyone"
    permissions = getattr(view, "permissions", ())
    if P.ACCOUNT_SELF in permissions:
        return "signed-in"
    return sorted(role.value for role, held in ROLE_PERMISSIONS.items() if held & set(permissions))


def matrix(app: Flask) -> dict[str, list[str] | str]:
    """Method and address of every route, with who may."""
    found: dict[str, list[str] | str] = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found[f"{method} {rule.rule}"] = roles_of(app.view_functions[rule.endpoint], rule.rule)
    return dict(sorted(found.items(), key=lambda item: item[0].split(" ")[::-1]))


def main() -> int:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(folder, {"environment": "test", "secret_key": "x" * 40, "demo": True})
        TARGET.write_text(json.dumps(matrix(app), indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
