"""What every address of the API shares: the blueprint, errors as problem documents, who may read
from where, how often.
"""

import datetime as dt
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from spectree import SpecTree
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from app.extensions import db
from app.feeds.api.schema import ListQuery, Problem, Shape
from app.kernel import errors, paging

PREFIX = "/api/v1"
#: Finished pages do not count: this is for whoever makes us build them anew each time.
LIMIT = "120 per minute"
#: What a view gives to spectree, which checks it against its shape: body, status, headers.
Given = tuple[Shape, int, dict[str, str]]
bp = Blueprint("api", __name__, url_prefix=PREFIX)


class BadQueryError(Exception):
    """A query parameter makes no sense; the message says which."""


def _refuse(asked: Any, response: Any, error: Any, instance: Any, adapter: Any) -> None:
    if error is not None:
        first = error.errors()[0]
        raise BadQueryError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


spec = SpecTree(
    "flask",
    before=_refuse,
    mode="strict",
    annotations=False,
    page_templates={},
    validation_error_model=Problem,
    # Short names: every shape is defined once, and none is named like another.
    naming_strategy=lambda model: model.__name__.replace("[", "Of").replace("]", ""),
    nested_naming_strategy=lambda _parent, child: child.replace("_", ""),
    title="Lắng Nghe",
    version="1",
    description="Published answers and consultations. Read only, no key, any origin; the same "
    "that the pages show.",
)


def query_of(model: type[ListQuery]) -> Any:
    """The checked query parameters.

    A cursor that is none of ours is an error here, where nobody types one by hand.
    """
    asked = request.context.query  # type: ignore[attr-defined]  # put there by spectree
    if asked.after and paging.decode(asked.after, 2) is None:
        raise BadQueryError("after: not a cursor")
    return asked


def dated(moments: Iterable[dt.datetime | None]) -> dict[str, str]:
    """Last-Modified, when there is anything to date it by. The ETag is the page cache's."""
    known = [moment for moment in moments if moment is not None]
    return {"Last-Modified": http_date(max(known))} if known else {}


def _problem(status: int, detail: str = "", **headers: str) -> ResponseReturnValue:
    db.session.rollback()
    body = Problem(
        type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail
    )
    return Response(
        body.model_dump_json(), status, headers, content_type="application/problem+json"
    )


@bp.errorhandler(errors.NotFound)
def _not_found(error: errors.NotFound) -> ResponseReturnValue:
    return _problem(404, error.message)


@bp.errorhandler(BadQueryError)
def _bad_query(error: BadQueryError) -> ResponseReturnValue:
    return _problem(422, str(error))


@bp.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    return _problem(code, "", **({"Retry-After": "60"} if code == 429 else {}))


@bp.before_request
def _no_cookie() -> None:
    g.no_cookie = True


@bp.after_request
def _from_anywhere(response: Response) -> Response:
    """Public data without cookies: any page may read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
