"""Upgrade an empty database to the newest migration and compare it with the models: nothing may
differ.

CHECK constraints are compared by name as well, since Alembic's comparison leaves them out.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sqlalchemy as sa  # noqa: E402  (the path comes first)
from alembic.autogenerate import compare_metadata  # noqa: E402
from alembic.migration import MigrationContext  # noqa: E402
from flask_migrate import upgrade  # noqa: E402

from app import create_app  # noqa: E402
from app.extensions import db  # noqa: E402
from app.kernel.db import in_metadata  # noqa: E402


def differences(engine: sa.Engine) -> list[str]:
    """What the database has and the models have not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": in_metadata}
        )
        found = [str(item) for item in compare_metadata(context, db.metadata)]
    inspector = sa.inspect(engine)
    for table in db.metadata.sorted_tables:
        wanted = {
            str(check.name)
            for check in table.constraints
            if isinstance(check, sa.CheckConstraint) and check.name
        }
        there = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        if missing := wanted - there:
            found.append(f"{table.name}: CHECK constraints missing: {sorted(missing)}")
        if extra := {name for name in there - wanted if name.startswith("ck_")}:
            found.append(f"{table.name}: CHECK constraints too many: {sorted(extra)}")
    return found


def main() -> int:
    """1 when there is a difference."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(folder, {"environment": "test", "secret_key": "x" * 40})
        with app.app_context():
            upgrade()
            found = differences(db.engine)
            db.session.remove()
            db.engine.dispose()
    for line in found:
        print(line)  # noqa: T201  (this is what it is for)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
