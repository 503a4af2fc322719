"""The walking skeleton: everything that a question needs from a phone to a published answer.

The full-text index and the triggers of the record are no models; they are made with the statements of their modules.
"""

import sqlalchemy as sa
from alembic import op

from app.audit import triggers
from app.kernel import fulltext

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_profile",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_name", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "province", "district", "commune", "ward", "special_zone", "department", name="agencylevel", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("fax", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("licence", sa.String(length=255), nullable=False),
        sa.Column("citizen_reception_text", sa.Text(), nullable=False),
        sa.Column("tracking_prefix", sa.String(length=6), nullable=False),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_agency_profile_named")),
        sa.CheckConstraint("tracking_prefix <> ''", name=op.f("ck_agency_profile_has_prefix")),
        sa.CheckConstraint("id = 1", name=op.f("ck_agency_profile_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_profile")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Enum("off", "worked", name="daykind", native_enum=False, length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'worked')", name=op.f("ck_calendar_day_kind_known")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_calendar_day_named")),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_revision")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.Enum("ready", "running", "done", "dead", name="jobstate", native_enum=False, length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("dedupe_key", sa.String(length=200), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retried_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(state IN ('ready', 'running')) = (run_at IS NOT NULL)", name=op.f("ck_job_unfinished_has_time")),
        sa.CheckConstraint(
            "state <> 'running' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)", name=op.f("ck_job_running_has_lease")
        ),
        sa.CheckConstraint("state NOT IN ('done', 'dead') OR finished_at IS NOT NULL", name=op.f("ck_job_finished_has_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_due",
            ["run_at", "id"],
            unique=False,
            sqlite_where=sa.text("run_at IS NOT NULL"),
            postgresql_where=sa.text("run_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_job_state_id"), ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_job_dedupe_key",
            ["dedupe_key"],
            unique=True,
            sqlite_where=sa.text("dedupe_key IS NOT NULL"),
            postgresql_where=sa.text("dedupe_key IS NOT NULL"),
        )

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("about_kind", sa.String(length=40), nullable=True),
        sa.Column("about_id", sa.BigInteger(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "sent", "deferred", "rejected", "dead", "cancelled", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by", sa.String(length=64), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('ready', 'deferred')) = (available_at IS NOT NULL)", name=op.f("ck_outbox_message_waiting_has_time")
        ),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_outbox_message_sent_has_time")),
        sa.CheckConstraint("(available_at IS NULL) = (waiting_since IS NULL)", name=op.f("ck_outbox_message_waiting_is_whole")),
        sa.CheckConstraint("(locked_by IS NULL) = (locked_until IS NULL)", name=op.f("ck_outbox_message_lock_is_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_message_about_kind_about_id_id"), ["about_kind", "about_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_address_key_created_at_id"), ["address_key", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_outbox_message_due",
            ["available_at", "id"],
            unique=False,
            sqlite_where=sa.text("available_at IS NOT NULL"),
            postgresql_where=sa.text("available_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_outbox_message_remembered",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("forgotten_at IS NULL"),
            postgresql_where=sa.text("forgotten_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_outbox_message_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_state_id"), ["state", "id"], unique=False)
        batch_op.create_index(
            "ix_outbox_message_waiting",
            ["waiting_since"],
            unique=False,
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )

    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_run")),
    )
    with op.batch_alter_table("periodic_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_periodic_run_next_run_at"), ["next_run_at"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("slug <> '' AND name <> ''", name=op.f("ck_place_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("slug", name=op.f("uq_place_slug")),
    )
    op.create_table(
        "publication_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_revision")),
    )
    op.create_table(
        "runner_heartbeat",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_runner_heartbeat")),
    )
    with op.batch_alter_table("runner_heartbeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_runner_heartbeat_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column(
            "state", sa.Enum("clean", "pending", "quarantined", "refused", name="filestate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_kind", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(owner_kind IS NULL) = (owner_id IS NULL)", name=op.f("ck_stored_file_owner_whole")),
        sa.CheckConstraint("(width IS NULL) = (height IS NULL)", name=op.f("ck_stored_file_dimensions_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("blob", name=op.f("uq_stored_file_blob")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_created_at_owner_kind"), ["created_at", "owner_kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_owner_kind_owner_id_id"), ["owner_kind", "owner_id", "id"], unique=False)
        batch_op.create_index(
            "ix_stored_file_waiting",
            ["state", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'quarantined')"),
            postgresql_where=sa.text("state IN ('pending', 'quarantined')"),
        )

    op.create_table(
        "throttle_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle_event")),
    )
    with op.batch_alter_table("throttle_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttle_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_throttle_event_scope_key_at"), ["scope", "key", "at"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "leaders",
                "office",
                "department",
                "public_unit",
                "vertical",
                "utility",
                "commune",
                name="unitkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("hours", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.CheckConstraint("code <> '' AND slug <> '' AND name <> ''", name=op.f("ck_unit_named")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_not_own_parent")),
        sa.CheckConstraint("successor_id <> id", name=op.f("ck_unit_not_own_successor")),
        sa.CheckConstraint("successor_id IS NULL OR valid_to IS NOT NULL", name=op.f("ck_unit_successor_after_end")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_dates_in_order")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_unit_slug")),
    )
    op.create_table(
        "audit_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("about_kind", sa.String(length=40), nullable=True),
        sa.Column("about_id", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_about_kind_about_id_at_id"), ["about_kind", "about_id", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_actor_at_id"), ["actor", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_at_id"), ["at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_tag_at_id"), ["tag", "at", "id"], unique=False)

    op.create_table(
        "delivery_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "what",
            sa.Enum("sent", "deferred", "rejected", "given_up", "resent", "cancelled", name="happening", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_delivery_event_message_id_outbox_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
    )
    with op.batch_alter_table("delivery_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_event_message_id_id"), ["message_id", "id"], unique=False)

    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("default_unit_id", sa.Integer(), nullable=True),
        sa.Column("answer_working_days", sa.Integer(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("slug <> '' AND name <> ''", name=op.f("ck_topic_named")),
        sa.CheckConstraint("answer_working_days BETWEEN 1 AND 60", name=op.f("ck_topic_days_in_range")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_topic_dates_in_order")),
        sa.ForeignKeyConstraint(["default_unit_id"], ["unit.id"], name=op.f("fk_topic_default_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("slug", name=op.f("uq_topic_slug")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("totp_seed", sa.String(length=64), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.String(length=600), nullable=False),
        sa.CheckConstraint("username = lower(username)", name=op.f("ck_user_username_folded")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_search_text_id"), ["search_text", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "answer_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("short", sa.String(length=300), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("resolved", "in_progress", "noted", "guidance", "transferred", name="outcome", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_answer_template_named")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_answer_template_topic_id_topic")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_answer_template_unit_id_unit")),
        sa.ForeignKeyConstraint(["updated_by"], ["user.id"], name=op.f("fk_answer_template_updated_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    with op.batch_alter_table("answer_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_template_unit_id_title_id"), ["unit_id", "title", "id"], unique=False)

    op.create_table(
        "bulk_action",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_bulk_action_actor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_user_id", sa.Integer(), nullable=False),
        sa.Column("to_user_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_delegation_two_people")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_delegation_in_order")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_delegation_created_by_user")),
        sa.ForeignKeyConstraint(["from_user_id"], ["user.id"], name=op.f("fk_delegation_from_user_id_user")),
        sa.ForeignKeyConstraint(["to_user_id"], ["user.id"], name=op.f("fk_delegation_to_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_from_user_id"), ["from_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_to_user_id_ends_on"), ["to_user_id", "ends_on"], unique=False)

    op.create_table(
        "password_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Enum("reset", "invite", name="tokenpurpose", native_enum=False, length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_password_token_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_token_token_hash")),
    )
    with op.batch_alter_table("password_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_token_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_password_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id_code_hash"), ["user_id", "code_hash"], unique=True)

    op.create_table(
        "staff_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "signed_out",
                "replaced",
                "password",
                "role",
                "disabled",
                "second_factor",
                "by_owner",
                "by_administrator",
                name="sessionend",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("user_agent", sa.String(length=80), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", name=op.f("ck_staff_session_end_has_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_staff_session_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_session_user_id_ended_at"), ["user_id", "ended_at"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("pin_hash", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("web", "counter", "phone", "paper", "email", "meeting", name="channel", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("public_title", sa.String(length=300), nullable=True),
        sa.Column("public_body", sa.Text(), nullable=True),
        sa.Column("public_html", sa.Text(), nullable=True),
        sa.Column("redaction_reason", sa.String(length=300), nullable=True),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redacted_by", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name_display", sa.Enum("full", "initials", "hidden", name="namedisplay", native_enum=False, length=32), nullable=False),
        sa.Column("consent", sa.Enum("publish", "private", name="consent", native_enum=False, length=32), nullable=False),
        sa.Column("consent_text", sa.String(length=16), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("concern", sa.String(length=16), nullable=True),
        sa.Column("spam_points", sa.Integer(), nullable=False),
        sa.Column("spam_reasons", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL OR channel <> 'web'", name=op.f("ck_submission_reachable")
        ),
        sa.CheckConstraint("kind IN ('question', 'comment')", name=op.f("ck_submission_kind_known")),
        sa.ForeignKeyConstraint(["entered_by"], ["user.id"], name=op.f("fk_submission_entered_by_user")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_submission_place_id_place")),
        sa.ForeignKeyConstraint(["redacted_by"], ["user.id"], name=op.f("fk_submission_redacted_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("code", name=op.f("uq_submission_code")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_submission_idempotency_key")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_email_received_at"), ["email", "received_at"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "approver",
                "auditor",
                "complaints",
                "contributor",
                "editor",
                "head",
                "moderator",
                "officer",
                "publisher",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_role_role_user_id"), ["role", "user_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Enum("question", "incident", "proposal", name="questionkind", native_enum=False, length=32), nullable=False),
        sa.Column(
            "classification",
            sa.Enum("ordinary", "complaint", "denunciation", name="classification", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "unverified",
                "received",
                "needs_info",
                "assigned",
                "in_review",
                "answered",
                "closed",
                "spam",
                "refused",
                "duplicate",
                "transferred",
                "withdrawn",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "paused_from",
            sa.Enum(
                "unverified",
                "received",
                "needs_info",
                "assigned",
                "in_review",
                "answered",
                "closed",
                "spam",
                "refused",
                "duplicate",
                "transferred",
                "withdrawn",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "visibility",
            sa.Enum("private", "scheduled", "public", "hidden", "erased", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.Column("extension_reason", sa.String(length=500), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sort_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("took_days", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_year", sa.Integer(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(length=500), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "refusal",
            sa.Enum(
                "unclear",
                "out_of_scope",
                "complaint",
                "denunciation",
                "insult",
                "private_life",
                name="refusalreason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("refusal_text", sa.String(length=1000), nullable=True),
        sa.Column("transfer", sa.JSON(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_text", sa.String(length=1000), nullable=True),
        sa.Column("helpful_yes", sa.Integer(), nullable=False),
        sa.Column("helpful_no", sa.Integer(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spam_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("stage <> 'assigned' OR unit_id IS NOT NULL", name=op.f("ck_question_assigned_to_a_unit")),
        sa.CheckConstraint("stage <> 'duplicate' OR merged_into_id IS NOT NULL", name=op.f("ck_question_merged_into_something")),
        sa.CheckConstraint("stage <> 'needs_info' OR paused_from IS NOT NULL", name=op.f("ck_question_paused_from_somewhere")),
        sa.CheckConstraint("stage <> 'refused' OR refusal_text IS NOT NULL", name=op.f("ck_question_refused_says_why")),
        sa.CheckConstraint("stage NOT IN ('answered', 'closed') OR version_id IS NOT NULL", name=op.f("ck_question_answered_has_answer")),
        sa.CheckConstraint("visibility <> 'public' OR classification = 'ordinary'", name=op.f("ck_question_complaints_stay_private")),
        sa.CheckConstraint("visibility <> 'public' OR published_at IS NOT NULL", name=op.f("ck_question_public_has_date")),
        sa.CheckConstraint("visibility <> 'scheduled' OR publish_at IS NOT NULL", name=op.f("ck_question_scheduled_has_date")),
        sa.CheckConstraint(
            "visibility NOT IN ('public', 'scheduled') OR version_id IS NOT NULL", name=op.f("ck_question_public_has_answer")
        ),
        sa.CheckConstraint("extra_days BETWEEN 0 AND 10", name=op.f("ck_question_extension_at_most_ten")),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 3", name=op.f("ck_question_rating_known")),
        sa.CheckConstraint("working_days BETWEEN 1 AND 60", name=op.f("ck_question_working_days_sane")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["question.id"], name=op.f("fk_question_merged_into_id_question")),
        sa.ForeignKeyConstraint(["officer_id"], ["user.id"], name=op.f("fk_question_officer_id_user")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_question_submission_id_submission")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_question_topic_id_topic")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_question_unit_id_unit")),
        sa.ForeignKeyConstraint(["version_id"], ["answer_version.id"], name=op.f("fk_question_version_id_answer_version"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_question_submission_id")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_answered",
            ["answered_at", "id"],
            unique=False,
            sqlite_where=sa.text("stage IN ('answered', 'closed')"),
            postgresql_where=sa.text("stage IN ('answered', 'closed')"),
        )
        batch_op.create_index("ix_question_merged_into", ["merged_into_id"], unique=False)
        batch_op.create_index(
            "ix_question_open",
            ["sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.create_index(
            "ix_question_open_officer",
            ["officer_id", "sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.create_index(
            "ix_question_open_unit",
            ["unit_id", "sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.create_index(
            "ix_question_public",
            ["published_at", "id"],
            unique=False,
            sqlite_where=sa.text("visibility = 'public'"),
            postgresql_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_question_public_topic",
            ["topic_id", "published_at", "id"],
            unique=False,
            sqlite_where=sa.text("visibility = 'public'"),
            postgresql_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_question_public_unit",
            ["unit_id", "published_at", "id"],
            unique=False,
            sqlite_where=sa.text("visibility = 'public'"),
            postgresql_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_question_restricted",
            ["sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("classification <> 'ordinary'"),
            postgresql_where=sa.text("classification <> 'ordinary'"),
        )
        batch_op.create_index(
            "ix_question_scheduled",
            ["publish_at"],
            unique=False,
            sqlite_where=sa.text("visibility = 'scheduled'"),
            postgresql_where=sa.text("visibility = 'scheduled'"),
        )
        batch_op.create_index(
            "ix_question_spam",
            ["sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
        )
        batch_op.create_index(
            "ix_question_to_close",
            ["answered_at"],
            unique=False,
            sqlite_where=sa.text("stage = 'answered'"),
            postgresql_where=sa.text("stage = 'answered'"),
        )
        batch_op.create_index(
            "ix_question_unit_answered",
            ["unit_id", "answered_at", "id"],
            unique=False,
            sqlite_where=sa.text("stage IN ('answered', 'closed')"),
            postgresql_where=sa.text("stage IN ('answered', 'closed')"),
        )
        batch_op.create_index(
            "ix_question_unverified",
            ["sort_on", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
        )

    op.create_table(
        "submission_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.Enum("confirm", "track", name="tokenpurpose", native_enum=False, length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_token_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_submission_token_token_hash")),
    )
    with op.batch_alter_table("submission_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_token_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("short", sa.String(length=300), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("resolved", "in_progress", "noted", "guidance", "transferred", name="outcome", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.Column("letter", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_answer_author_id_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "answer_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("findings_html", sa.Text(), nullable=False),
        sa.Column("resolution_html", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approver_name", sa.String(length=120), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("self_approved", sa.Boolean(), nullable=False),
        sa.Column("short", sa.String(length=300), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("resolved", "in_progress", "noted", "guidance", "transferred", name="outcome", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.Column("letter", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["user.id"], name=op.f("fk_answer_version_approver_id_user")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_answer_version_author_id_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_answer_version_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_version")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_answer_version_question_id_number")),
    )
    op.create_table(
        "content_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["handled_by"], ["user.id"], name=op.f("fk_content_report_handled_by_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_content_report_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_report")),
    )
    with op.batch_alter_table("content_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_report_question_id"), ["question_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_presence_question_id_question")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_presence_user_id_user")),
        sa.PrimaryKeyConstraint("question_id", "user_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "progress_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_progress_note_author_id_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_progress_note_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_note")),
    )
    with op.batch_alter_table("progress_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_note_question_id"), ["question_id"], unique=False)

    op.create_table(
        "question_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "unverified",
                "received",
                "needs_info",
                "assigned",
                "in_review",
                "answered",
                "closed",
                "spam",
                "refused",
                "duplicate",
                "transferred",
                "withdrawn",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "unverified",
                "received",
                "needs_info",
                "assigned",
                "in_review",
                "answered",
                "closed",
                "spam",
                "refused",
                "duplicate",
                "transferred",
                "withdrawn",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_question_log_actor_id_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_log_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_log")),
    )
    with op.batch_alter_table("question_log", schema=None) as batch_op:
        batch_op.create_index("ix_question_log_question", ["question_id", "id"], unique=False)

    op.create_table(
        "question_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_citizen", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_question_message_author_id_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_message_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_message")),
    )
    with op.batch_alter_table("question_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_message_question_id"), ["question_id"], unique=False)

    op.create_table(
        "question_pause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_pause_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_pause")),
    )
    with op.batch_alter_table("question_pause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_pause_question_id"), ["question_id"], unique=False)

    op.create_table(
        "second_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.Enum("refuse", "hide", "unhide", name="act", native_enum=False, length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_second_person_two_people")),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_second_person_asked_by_user")),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_second_person_decided_by_user")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_second_person_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_person")),
    )
    with op.batch_alter_table("second_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_second_person_question_id"), ["question_id"], unique=False)
        batch_op.create_index(
            "uq_second_person_open",
            ["question_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("topic_id IS NULL OR question_id IS NULL", name=op.f("ck_subscription_one_scope")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_subscription_question_id_question")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_subscription_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_subscription_confirm_hash")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_email", ["email"], unique=False)
        batch_op.create_index(
            "ix_subscription_question",
            ["question_id"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_subscription_topic",
            ["topic_id"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )

    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # On SQLite it is part of the table already: a table there cannot get a constraint later.
        op.create_foreign_key("fk_question_version_id_answer_version", "question", "answer_version", ["version_id"], ["id"])
    triggers.create(connection, keyed=False)
    for statement in fulltext.CREATE_STATEMENTS[connection.dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in fulltext.DROP_STATEMENTS[connection.dialect.name]:
        op.execute(statement)
    triggers.drop(connection)
    if connection.dialect.name == "postgresql":
        op.drop_constraint("fk_question_version_id_answer_version", "question", type_="foreignkey")

    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_subscription_topic", sqlite_where=sa.text("confirmed_at IS NOT NULL"), postgresql_where=sa.text("confirmed_at IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_subscription_question",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_subscription_email")

    op.drop_table("subscription")
    with op.batch_alter_table("second_person", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_second_person_open", sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_second_person_question_id"))

    op.drop_table("second_person")
    with op.batch_alter_table("question_pause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_pause_question_id"))

    op.drop_table("question_pause")
    with op.batch_alter_table("question_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_message_question_id"))

    op.drop_table("question_message")
    with op.batch_alter_table("question_log", schema=None) as batch_op:
        batch_op.drop_index("ix_question_log_question")

    op.drop_table("question_log")
    with op.batch_alter_table("progress_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_note_question_id"))

    op.drop_table("progress_note")
    op.drop_table("presence")
    with op.batch_alter_table("content_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_report_question_id"))

    op.drop_table("content_report")
    op.drop_table("answer_version")
    op.drop_table("answer")
    with op.batch_alter_table("submission_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_token_submission_id"))

    op.drop_table("submission_token")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_question_unverified", sqlite_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"), postgresql_where=sa.text("stage = 'unverified' AND visibility <> 'erased'")
        )
        batch_op.drop_index(
            "ix_question_unit_answered", sqlite_where=sa.text("stage IN ('answered', 'closed')"), postgresql_where=sa.text("stage IN ('answered', 'closed')")
        )
        batch_op.drop_index(
            "ix_question_to_close", sqlite_where=sa.text("stage = 'answered'"), postgresql_where=sa.text("stage = 'answered'")
        )
        batch_op.drop_index(
            "ix_question_spam", sqlite_where=sa.text("stage = 'spam' AND visibility <> 'erased'"), postgresql_where=sa.text("stage = 'spam' AND visibility <> 'erased'")
        )
        batch_op.drop_index(
            "ix_question_restricted", sqlite_where=sa.text("classification <> 'ordinary'"), postgresql_where=sa.text("classification <> 'ordinary'")
        )
        batch_op.drop_index(
            "ix_question_scheduled", sqlite_where=sa.text("visibility = 'scheduled'"), postgresql_where=sa.text("visibility = 'scheduled'")
        )
        batch_op.drop_index(
            "ix_question_public_unit", sqlite_where=sa.text("visibility = 'public'"), postgresql_where=sa.text("visibility = 'public'")
        )
        batch_op.drop_index(
            "ix_question_public_topic", sqlite_where=sa.text("visibility = 'public'"), postgresql_where=sa.text("visibility = 'public'")
        )
        batch_op.drop_index(
            "ix_question_public", sqlite_where=sa.text("visibility = 'public'"), postgresql_where=sa.text("visibility = 'public'")
        )
        batch_op.drop_index(
            "ix_question_open_unit",
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.drop_index(
            "ix_question_open_officer",
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.drop_index(
            "ix_question_open",
            sqlite_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
            postgresql_where=sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')"),
        )
        batch_op.drop_index("ix_question_merged_into")
        batch_op.drop_index(
            "ix_question_answered", sqlite_where=sa.text("stage IN ('answered', 'closed')"), postgresql_where=sa.text("stage IN ('answered', 'closed')")
        )

    op.drop_table("question")
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_role_role_user_id"))

    op.drop_table("user_role")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_email_received_at"))

    op.drop_table("submission")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_user_id_ended_at"))
        batch_op.drop_index(batch_op.f("ix_staff_session_ends_at"))

    op.drop_table("staff_session")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_user_id_code_hash"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("password_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_token_user_id"))
        batch_op.drop_index(batch_op.f("ix_password_token_expires_at"))

    op.drop_table("password_token")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_to_user_id_ends_on"))
        batch_op.drop_index(batch_op.f("ix_delegation_from_user_id"))

    op.drop_table("delegation")
    op.drop_table("bulk_action")
    with op.batch_alter_table("answer_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_template_unit_id_title_id"))

    op.drop_table("answer_template")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_unit_id"))
        batch_op.drop_index(batch_op.f("ix_user_search_text_id"))

    op.drop_table("user")
    op.drop_table("topic")
    with op.batch_alter_table("delivery_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_event_message_id_id"))

    op.drop_table("delivery_event")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_tag_at_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_at_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_actor_at_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_about_kind_about_id_at_id"))

    op.drop_table("audit_record")
    op.drop_table("unit")
    with op.batch_alter_table("throttle_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_throttle_event_scope_key_at"))
        batch_op.drop_index(batch_op.f("ix_throttle_event_at"))

    op.drop_table("throttle_event")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_stored_file_waiting",
            sqlite_where=sa.text("state IN ('pending', 'quarantined')"),
            postgresql_where=sa.text("state IN ('pending', 'quarantined')"),
        )
        batch_op.drop_index(batch_op.f("ix_stored_file_owner_kind_owner_id_id"))
        batch_op.drop_index(batch_op.f("ix_stored_file_created_at_owner_kind"))

    op.drop_table("stored_file")
    with op.batch_alter_table("runner_heartbeat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runner_heartbeat_beat_at"))

    op.drop_table("runner_heartbeat")
    op.drop_table("publication_revision")
    op.drop_table("place")
    with op.batch_alter_table("periodic_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_periodic_run_next_run_at"))

    op.drop_table("periodic_run")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_message_waiting",
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_message_state_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_message_sent_at"))
        batch_op.drop_index(
            "ix_outbox_message_remembered", sqlite_where=sa.text("forgotten_at IS NULL"), postgresql_where=sa.text("forgotten_at IS NULL")
        )
        batch_op.drop_index(
            "ix_outbox_message_due", sqlite_where=sa.text("available_at IS NOT NULL"), postgresql_where=sa.text("available_at IS NOT NULL")
        )
        batch_op.drop_index(batch_op.f("ix_outbox_message_address_key_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_message_about_kind_about_id_id"))

    op.drop_table("outbox_message")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_dedupe_key", sqlite_where=sa.text("dedupe_key IS NOT NULL"), postgresql_where=sa.text("dedupe_key IS NOT NULL")
        )
        batch_op.drop_index(batch_op.f("ix_job_state_id"))
        batch_op.drop_index("ix_job_due", sqlite_where=sa.text("run_at IS NOT NULL"), postgresql_where=sa.text("run_at IS NOT NULL"))

    op.drop_table("job")
    op.drop_table("counter")
    op.drop_table("calendar_year")
    op.drop_table("calendar_revision")
    op.drop_table("calendar_day")
    op.drop_table("audit_head")
    op.drop_table("agency_profile")
