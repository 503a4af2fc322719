"""How the database would carry out what a function asks: for the tests that forbid scans and sorts
on hot paths.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.extensions import db


@dataclass(frozen=True)
class Plan:
    """One statement and the database's plan for it, line by line."""

    statement: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def scans(self, table: str) -> bool:
        """Does it read the whole table (an index that is walked in order is none of that)?"""
        return any(
            line.strip() == f"SCAN {table}" or f"Seq Scan on {table} " in line
            for line in self.lines
        )

    def sorts(self) -> bool:
        """Does it sort, or keep rows aside to sort them?"""
        return any(
            "TEMP B-TREE FOR ORDER BY" in line
            or line.strip().removeprefix("->").strip().startswith("Sort ")
            for line in self.lines
        )

    def uses(self, index: str) -> bool:
        return any(f" {index} " in f"{line} " for line in self.lines)


def plans(work: Callable[[], object], *, about: str) -> list[Plan]:
    """The plans of all statements that name this table.

    On PostgreSQL as if the table were too large to be read whole.
    """
    seen: list[tuple[str, Any]] = []

    def note(
        conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if f" {about} " in statement.replace("\n", " ") + " ":
            seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        for method in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{method} = off")
    explain, column = ("EXPLAIN ", 0) if postgres else ("EXPLAIN QUERY PLAN ", 3)
    return [
        Plan(
            statement,
            tuple(
                str(row[column])
                for row in connection.exec_driver_sql(explain + statement, parameters)
            ),
        )
        for statement, parameters in seen
    ]
