"""Counting statements, for the tests that hold pages to a constant number."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine


class StatementCounter:
    """Counts statements on an engine, for the tests that hold pages to a constant number."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.statements: list[str] = []

    def _note(
        self, conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if not statement.startswith(
            ("PRAGMA", "BEGIN", "SET TRANSACTION", "SAVEPOINT", "RELEASE", "ROLLBACK")
        ):
            self.statements.append(statement)

    def __enter__(self) -> "StatementCounter":
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)
