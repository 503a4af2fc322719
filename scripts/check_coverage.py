"""The modules that decide — states, services, policies, the calendar — are covered line by line."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

WHOLE = (
    "/states.py",
    "/policy.py",
    "/service.py",
    "/service/",
    "workdays/calendar.py",
    "workdays/clock.py",
)


def main() -> int:
    """Print the lines of those modules that no test ran; 1 when there are any."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True
        )
        files = json.loads(report.read_text())["files"]
    missing = {
        name: found["missing_lines"]
        for name, found in files.items()
        if any(part in name for part in WHOLE) and found["missing_lines"]
    }
    for name, lines in sorted(missing.items()):
        print(f"{name}: lines not covered: {', '.join(map(str, lines))}")  # noqa: T201  (this is what it is for)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
