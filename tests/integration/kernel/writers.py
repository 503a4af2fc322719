"""One of the processes of the gate test: so many threads that read, count and insert.

Run as a module; prints what failed.
"""

import json
import os
import sys
import threading

import sqlalchemy as sa

from app import create_app
from app.extensions import db
from app.kernel.db import Counter, next_number
from app.kernel.throttle import note

NAME = "gate"


def main(instance: str, threads: int, times: int) -> int:
    """Write `threads` × `times` rows, each with the next number."""
    app = create_app(
        instance,
        {
            "environment": "test",
            "secret_key": "k" * 40,
            "page_cache": False,
            "database_url": os.environ["GATE_URL"],
        },
    )
    failures: list[str] = []
    barrier = threading.Barrier(threads)

    def write() -> None:
        barrier.wait()
        for _ in range(times):
            try:
                with app.app_context():
                    # Read first, as any real submission does: a deferred transaction would be
                    # refused or lose the count.
                    before = (
                        db.session.scalar(sa.select(Counter.value).where(Counter.name == NAME)) or 0
                    )
                    number = next_number(NAME)
                    note(NAME, str(number))
                    db.session.commit()
                    if number <= before:
                        failures.append(f"{number} came after {before}")
            except Exception as error:
                failures.append(repr(error))

    running = [threading.Thread(target=write) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(json.dumps(failures))
    return len(failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
