"""Write .br and .gz beside each static file, so that the server sends them as they are.

Run by `make setup`.
"""

import gzip
import sys
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent / "app" / "static"
ALREADY_SMALL = {".woff2", ".png", ".jpg", ".webp", ".br", ".gz"}


def main() -> int:
    """Compress what changed; returns the exit status."""
    for path in sorted(ROOT.rglob("*")):
        if not path.is_file() or path.suffix in ALREADY_SMALL:
            continue
        raw = path.read_bytes()
        for suffix, packed in (
            (".br", brotli.compress),
            (".gz", lambda data: gzip.compress(data, 9, mtime=0)),
        ):
            target = path.with_name(path.name + suffix)
            if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
                continue
            small = packed(raw)
            if len(small) < len(raw):
                target.write_bytes(small)
    return 0


if __name__ == "__main__":
    sys.exit(main())
