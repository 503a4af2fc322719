"""/api/v1/openapi.json, and everything below /api/v1 that there is not."""

import copy
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from app.feeds.api.base import PREFIX, bp, spec
from app.feeds.entries import link
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable


def described() -> dict[str, Any]:
    """The OpenAPI document. Errors are problem documents, which spectree would call plain JSON."""
    made: dict[str, Any] = copy.deepcopy(spec.spec)
    made["servers"] = [{"url": link("")}]
    for path in made["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status != "200":
                    answer["content"] = {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    }
    return made


@bp.get("/openapi.json")
@cacheable()
def openapi() -> ResponseReturnValue:
    """What there is and how it looks, for programs.

    There is no page for people: those load scripts from elsewhere.
    """
    return jsonify(described())


@bp.get("/<path:rest>")
def nothing(rest: str) -> ResponseReturnValue:
    """An address that there is not gets a problem document too."""
    raise NotFound(f"no {PREFIX}/{rest}")
