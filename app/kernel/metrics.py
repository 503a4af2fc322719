"""Is it alive, is it ready, how much does it do: /healthz, /readyz, /metrics."""

import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.kernel.tokens import same

bp = Blueprint("metrics", __name__)
log = structlog.get_logger(__name__)
ADDRESSES = frozenset({"/healthz", "/readyz", "/metrics"})
#: What proxies add: a request with one of them came from elsewhere, whatever its last address is.
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """The counters of one app."""

    def __init__(self, app: Flask) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "langnghe_requests",
            "Requests by endpoint and class of answer",
            ["endpoint", "answer"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "langnghe_request_seconds", "Time in Flask", buckets=_BUCKETS, registry=self.registry
        )
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self._app = app
        self.registry.register(self)  # type: ignore[arg-type]

    def collect(self) -> Iterable[Metric]:
        """What is asked for only when somebody looks."""
        layer = self._app.extensions.get("page_cache")
        if layer is not None:
            yield CounterMetricFamily(
                "langnghe_page_cache_hits", "Finished pages handed out", value=layer.hits
            )
            yield CounterMetricFamily(
                "langnghe_page_cache_misses", "Pages that had to be made", value=layer.misses
            )
            yield CounterMetricFamily(
                "langnghe_page_cache_unchanged",
                "Readers who had the page already",
                value=layer.counts.unchanged,
            )
            yield CounterMetricFamily(
                "langnghe_page_cache_waits",
                "Readers who waited for a page being made",
                value=layer.counts.waits,
            )
            yield GaugeMetricFamily(
                "langnghe_page_cache_bytes", "Memory of finished pages", value=layer.shelf.bytes
            )
        for name, (text, read) in self.gauges.items():
            try:
                value = read()
            except SQLAlchemyError:
                # The other numbers are worth most when the database is gone.
                db.session.rollback()
                log.warning("gauge_unreadable", gauge=name)
            else:
                yield GaugeMetricFamily(name, text, value=value)


def add_gauge(app: Flask, name: str, text: str, read: Callable[[], float]) -> None:
    """A feature adds a number that is read when somebody looks, inside the app's context and in a
    transaction that only reads.
    """
    app.extensions["meters"].gauges[name] = (text, read)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process lives."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """It reaches a database that has been set up."""
    try:
        db.session.execute(sa.text("SELECT count(*) FROM publication_revision"))
    except SQLAlchemyError:
        return Response("database\n", status=503, content_type="text/plain")
    return Response("ready\n", content_type="text/plain")


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Numbers for Prometheus, from the machine itself or with the token; for others there is no
    such page.
    """
    if not _may_look():
        abort(404)
    return Response(
        generate_latest(current_app.extensions["meters"].registry),
        content_type="text/plain; version=0.0.4; charset=utf-8",
    )


def _may_look() -> bool:
    token = current_app.config["SETTINGS"].metrics_token
    if token and same(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    return _is_local(request.remote_addr, any(name in request.headers for name in _FORWARDED))


def _is_local(address: str | None, is_forwarded: bool) -> bool:
    """Does somebody on this machine ask? A proxy on it also comes from there, but says for whom."""
    try:
        return ip_address(address or "").is_loopback and not is_forwarded
    except ValueError:
        return False


class LocalHost:
    """WSGI: a monitor on the machine asks by its address, which is none of the host names that the
    site answers to.
    """

    def __init__(self, application: Any, host: str) -> None:
        self._application = application
        self._host = host

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Let such a request in under the site's own name."""
        forwarded = any("HTTP_" + name.upper().replace("-", "_") in environ for name in _FORWARDED)
        if environ.get("PATH_INFO") in ADDRESSES and _is_local(
            environ.get("REMOTE_ADDR"), forwarded
        ):
            environ["HTTP_HOST"] = self._host
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    meters: Meters = current_app.extensions["meters"]
    meters.requests.labels(request.endpoint or "none", f"{response.status_code // 100}xx").inc()
    if "started" in g:
        meters.seconds.observe(time.perf_counter() - g.started)
    return response


def init_app(app: Flask) -> None:
    """Add the three addresses and count requests."""
    app.extensions["meters"] = Meters(app)
    app.register_blueprint(bp)
    app.before_request(_start)
    app.after_request(_count)
    if hosts := app.config["TRUSTED_HOSTS"]:
        app.wsgi_app = LocalHost(app.wsgi_app, hosts[0].lstrip("."))  # type: ignore[method-assign]
