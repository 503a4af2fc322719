"""The database's half of «append-only»: triggers that refuse to change, remove or fork the chain,
on both databases.

Tables made by create_all() get them by an event (models.py); a migration calls `create` with its
connection. What they guard since 0003 stands in _KEYED: the time that never goes back, and the key.
"""

from sqlalchemy.engine import Connection

_SQLITE = (
    """CREATE TRIGGER audit_record_next BEFORE INSERT ON audit_record
       WHEN NOT EXISTS (SELECT 1 FROM audit_head
                         WHERE id = 1 AND last_id + 1 = NEW.id AND last_hash = NEW.previous_hash
                           {not_earlier})
       BEGIN SELECT RAISE(ABORT, 'audit_record: not the next link of the chain'); END""",
    """CREATE TRIGGER audit_record_link AFTER INSERT ON audit_record
       BEGIN UPDATE audit_head SET last_id = NEW.id, last_hash = NEW.hash {moved}
             WHERE id = 1; END""",
    """CREATE TRIGGER audit_record_update BEFORE UPDATE ON audit_record
       BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END""",
    """CREATE TRIGGER audit_record_delete BEFORE DELETE ON audit_record
       WHEN EXISTS (SELECT 1 FROM audit_head WHERE sealed)
       BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END""",
    """CREATE TRIGGER audit_head_update BEFORE UPDATE OF last_id, last_hash {columns} ON audit_head
       WHEN NOT EXISTS (SELECT 1 FROM audit_record
                        WHERE id = NEW.last_id AND hash = NEW.last_hash
                           AND previous_hash = OLD.last_hash AND id = OLD.last_id + 1)
       BEGIN SELECT RAISE(ABORT, 'audit_head only moves forward'); END""",
    """CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head WHEN OLD.sealed
       BEGIN SELECT RAISE(ABORT, 'audit_head is append-only'); END""",
)

_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION audit_record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'INSERT' THEN
           IF NOT EXISTS (SELECT 1 FROM audit_head
                          WHERE id = 1 AND last_id + 1 = NEW.id AND last_hash = NEW.previous_hash
                            {not_earlier})
           THEN
             RAISE EXCEPTION 'audit_record: not the next link of the chain';
           END IF;
           RETURN NEW;
         END IF;
         IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM audit_head WHERE sealed) THEN
           RETURN OLD;
         END IF;
         RAISE EXCEPTION 'audit_record is append-only';
       END $$""",
    """CREATE OR REPLACE FUNCTION audit_record_link() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         UPDATE audit_head SET last_id = NEW.id, last_hash = NEW.hash {moved} WHERE id = 1;
         RETURN NULL;
       END $$""",
    """CREATE OR REPLACE FUNCTION audit_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' THEN
           IF OLD.sealed THEN
             RAISE EXCEPTION 'audit_head is append-only';
           END IF;
           RETURN OLD;
         END IF;
         IF (NEW.last_id, NEW.last_hash {new}) IS DISTINCT FROM (OLD.last_id, OLD.last_hash {old})
             AND NOT EXISTS (
           SELECT 1 FROM audit_record
           WHERE id = NEW.last_id AND hash = NEW.last_hash
              AND previous_hash = OLD.last_hash AND id = OLD.last_id + 1
         ) THEN
           RAISE EXCEPTION 'audit_head only moves forward';
         END IF;
         RETURN NEW;
       END $$""",
    """CREATE OR REPLACE FUNCTION audit_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         RAISE EXCEPTION 'the audit tables are append-only';
       END $$""",
    """CREATE TRIGGER audit_record_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_record
       FOR EACH ROW EXECUTE FUNCTION audit_record_guard()""",
    """CREATE TRIGGER audit_record_link AFTER INSERT ON audit_record FOR EACH ROW
       EXECUTE FUNCTION audit_record_link()""",
    """CREATE TRIGGER audit_head_guard BEFORE UPDATE OR DELETE ON audit_head FOR EACH ROW
       EXECUTE FUNCTION audit_head_guard()""",
    """CREATE TRIGGER audit_record_truncate BEFORE TRUNCATE ON audit_record FOR EACH STATEMENT
       EXECUTE FUNCTION audit_no_truncate()""",
    """CREATE TRIGGER audit_head_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT
       EXECUTE FUNCTION audit_no_truncate()""",
)

STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


_KEYED = {
    "not_earlier": "AND (last_at IS NULL OR last_at <= NEW.at)",
    "moved": ", last_at = NEW.at, last_key = NEW.key_id",
    "columns": ", last_at, last_key",
    "new": ", NEW.last_at, NEW.last_key",
    "old": ", OLD.last_at, OLD.last_key",
}


def create(connection: Connection, *, keyed: bool = True) -> None:
    """Make the triggers. Both tables exist; without `keyed` as they were before 0003."""
    parts = _KEYED if keyed else dict.fromkeys(_KEYED, "")
    for statement in STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement.format(**parts))


def drop(connection: Connection) -> None:
    """Take the triggers away, for a migration that goes back. The tables may still hold rows."""
    if connection.dialect.name == "sqlite":
        names = (
            "audit_record_next",
            "audit_record_link",
            "audit_record_update",
            "audit_record_delete",
            "audit_head_update",
            "audit_head_delete",
        )
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name in (
        "audit_record_guard",
        "audit_record_link",
        "audit_head_guard",
        "audit_no_truncate",
    ):
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name} CASCADE")
