"""Alembic's environment: the app's engine and models, batch mode for SQLite."""

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from app.extensions import db
from app.kernel.db import in_metadata


def foreign_keys(connection: Connection, state: str) -> None:
    """On SQLite a table is changed by copying it, so that references are checked at the end instead
    of at each step.
    """
    if connection.dialect.name == "sqlite":
        # Straight to the driver: inside a transaction the pragma does nothing.
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


def check_references(connection: Connection) -> None:
    """Refuse to commit when a migration left a reference to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left references to nothing: {broken[:5]}")


def run_online() -> None:
    """Run migrations on the app's database."""
    options = dict(current_app.extensions["migrate"].configure_args)
    with db.engine.connect() as connection:
        foreign_keys(connection, "OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                include_object=in_metadata,
                **options,
            )
            with context.begin_transaction():
                context.run_migrations()
            check_references(connection)
            # Our engine begins every transaction itself, so the last one is ours to commit.
            connection.commit()
        finally:
            connection.rollback()
            foreign_keys(connection, "ON")


run_online()
