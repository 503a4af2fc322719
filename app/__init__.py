"""Lắng Nghe: a local authority that listens.

`create_app` puts the house together and does nothing else.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import config, extensions
from app.kernel import backup, display, doctor, logs, metrics, pagecache, static, web
from app.kernel import db as database

ROOT = Path(__file__).resolve().parent.parent


def create_app(
    instance: str | Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Flask:
    """An app for one instance folder.

    It keeps no state outside itself, so several can live in one process.
    """
    folder = Path(instance or config.default_instance(ROOT)).resolve()
    settings = config.load(folder, overrides=overrides)
    app = Flask(__name__, instance_path=str(folder), static_folder=None)
    app.config.update(config.flask_config(settings, folder))
    logs.init_app(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(
        app, extensions.db, directory=str(ROOT / "migrations"), render_as_batch=True
    )
    extensions.csrf.init_app(app)
    extensions.login_manager.init_app(app)
    extensions.mail.init_app(app)
    extensions.limiter.init_app(app)
    database.init_app(app)
    web.init_app(app)
    metrics.init_app(app)
    display.init_app(app)
    static.init_app(app)
    doctor.init_app(app)
    backup.init_app(app)
    for feature in import_module("app.features").FEATURES:
        feature.init_app(app)
    pagecache.init_app(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    return app
