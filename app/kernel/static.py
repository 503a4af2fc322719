"""Static files by WhiteNoise, under addresses that change with their content and may be kept for
ever.
"""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

STATIC = Path(__file__).resolve().parent.parent / "static"
COMPRESSED = {".br", ".gz"}


class Assets:
    """The address of each static file: /static/<content hash>/<path>."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = [
            path
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix not in COMPRESSED
        ]
        # One hash for all: a style sheet names its fonts by relative address, so they have to move
        # together.
        digest = hashlib.sha256()
        for path in files:
            digest.update(path.relative_to(root).as_posix().encode() + b"\x00" + path.read_bytes())
        self.version = digest.hexdigest()[:10]
        self.paths = {path.relative_to(root).as_posix() for path in files}

    def url(self, path: str) -> str:
        """The address of a static file. Raises KeyError for a file that is not there."""
        if path not in self.paths:
            raise KeyError(f"no static file {path!r}")
        return f"/static/{self.version}/{path}"


def init_app(app: Flask) -> None:
    """Serve app/static and give templates `asset(path)`."""
    assets = Assets(STATIC)

    def immutable(path: str, url: str) -> bool:
        return url.startswith(f"/static/{assets.version}/")

    def headers(response_headers: Any, path: str, url: str) -> None:
        response_headers["X-Content-Type-Options"] = "nosniff"
        response_headers["Content-Security-Policy"] = app.config["CSP"]
        if app.config["HSTS"]:
            response_headers["Strict-Transport-Security"] = app.config["HSTS"]

    wrapped = WhiteNoise(
        app.wsgi_app, max_age=3600, immutable_file_test=immutable, add_headers_function=headers
    )
    wrapped.add_files(str(STATIC), prefix=f"static/{assets.version}/")
    wrapped.add_files(str(STATIC), prefix="static/")
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
