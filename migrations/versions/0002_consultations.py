"""Consultations: what people are asked about, what they say, and what becomes of it; following a consultation by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "land_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("confidence", sa.String(length=1), nullable=False),
        sa.CheckConstraint("confidence IN ('A', 'B', 'C', 'U')", name=op.f("ck_land_type_confidence_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_type")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_land_type_code_valid_from")),
    )
    op.create_table(
        "comment_bulk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_comment_bulk_actor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_bulk")),
    )
    with op.batch_alter_table("comment_bulk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_bulk_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "land_plan",
                "land_year_plan",
                "land_adjustment",
                "draft_text",
                "project",
                "budget",
                "other",
                name="consultationtype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_html", sa.Text(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column("notice_number", sa.String(length=60), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("wanted_closes_on", sa.Date(), nullable=True),
        sa.Column("first_closes_on", sa.Date(), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.String(length=500), nullable=False),
        sa.Column("receive_address", sa.String(length=300), nullable=False),
        sa.Column("receive_phone", sa.String(length=40), nullable=False),
        sa.Column("receive_email", sa.String(length=254), nullable=False),
        sa.Column("posting_place", sa.String(length=500), nullable=False),
        sa.Column("show_comments", sa.Enum("at_once", "after_closing", name="showcomments", native_enum=False, length=32), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("draft", "scheduled", "open", "closed", "answered", "archived", name="stage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "visibility", sa.Enum("private", "public", "hidden", "erased", name="visibility", native_enum=False, length=32), nullable=False
        ),
        sa.Column("hidden_reason", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_asked", sa.Text(), nullable=False),
        sa.Column("result_heard", sa.Text(), nullable=False),
        sa.Column("result_done", sa.Text(), nullable=False),
        sa.Column("table_opening", sa.Text(), nullable=False),
        sa.Column("result_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_days", sa.Integer(), nullable=False),
        sa.Column("project_summary", sa.JSON(), nullable=False),
        sa.Column("received_count", sa.Integer(), nullable=False),
        sa.Column("public_count", sa.Integer(), nullable=False),
        sa.Column("replied_count", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("extended_at IS NULL OR extension_reason <> ''", name=op.f("ck_consultation_extension_says_why")),
        sa.CheckConstraint("stage <> 'draft' OR visibility = 'private'", name=op.f("ck_consultation_draft_is_private")),
        sa.CheckConstraint(
            "stage = 'draft' OR (opens_on IS NOT NULL AND closes_on IS NOT NULL AND posted_at IS NOT NULL)",
            name=op.f("ck_consultation_scheduled_has_dates"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('answered', 'archived') OR result_published_at IS NOT NULL", name=op.f("ck_consultation_answered_has_result")
        ),
        sa.CheckConstraint("title <> '' AND slug <> '' AND code <> ''", name=op.f("ck_consultation_named")),
        sa.CheckConstraint("closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name=op.f("ck_consultation_dates_in_order")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_consultation_created_by_user")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_consultation_lead_unit_id_unit")),
        sa.ForeignKeyConstraint(["officer_id"], ["user.id"], name=op.f("fk_consultation_officer_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("code", name=op.f("uq_consultation_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_consultation_slug")),
    )
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consultation_public",
            ["closes_on", "id"],
            unique=False,
            sqlite_where=sa.text("visibility = 'public'"),
            postgresql_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(batch_op.f("ix_consultation_stage_closes_on"), ["stage", "closes_on"], unique=False)

    op.create_table(
        "consultation_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "land_plan",
                "land_year_plan",
                "land_adjustment",
                "draft_text",
                "project",
                "budget",
                "other",
                name="consultationtype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("min_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("confidence", sa.String(length=1), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confidence IN ('A', 'B', 'C', 'U')", name=op.f("ck_consultation_rule_confidence_known")),
        sa.CheckConstraint("min_days BETWEEN 0 AND 365", name=op.f("ck_consultation_rule_days_sane")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_consultation_rule_dates_in_order")),
        sa.ForeignKeyConstraint(["updated_by"], ["user.id"], name=op.f("fk_consultation_rule_updated_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_rule")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_certificate_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_certificate_created_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("consultation_id", "number", name=op.f("uq_certificate_consultation_id_number")),
    )
    op.create_table(
        "comment_reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.Enum("draft", "agreed", "final", name="replystage", native_enum=False, length=32), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "accepted", "partly_accepted", "explained", "transferred", "out_of_scope", name="decision", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("changed_where", sa.String(length=500), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("drafted_by", sa.Integer(), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_by", sa.Integer(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("self_approved", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("stage <> 'final' OR final_at IS NOT NULL", name=op.f("ck_comment_reply_final_has_date")),
        sa.CheckConstraint("stage = 'draft' OR (decision IS NOT NULL AND text <> '')", name=op.f("ck_comment_reply_agreed_says_something")),
        sa.CheckConstraint("final_by IS NULL OR final_by <> drafted_by OR self_approved", name=op.f("ck_comment_reply_two_people")),
        sa.ForeignKeyConstraint(["agreed_by"], ["user.id"], name=op.f("fk_comment_reply_agreed_by_user")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_comment_reply_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["drafted_by"], ["user.id"], name=op.f("fk_comment_reply_drafted_by_user")),
        sa.ForeignKeyConstraint(["final_by"], ["user.id"], name=op.f("fk_comment_reply_final_by_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_comment_reply_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_reply")),
    )
    with op.batch_alter_table("comment_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_reply_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "comment_theme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_comment_theme_named")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_comment_theme_consultation_id_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_theme")),
        sa.UniqueConstraint("consultation_id", "title", name=op.f("uq_comment_theme_consultation_id_title")),
    )
    op.create_table(
        "consultation_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum("draft", "scheduled", "open", "closed", "answered", "archived", name="stage", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum("draft", "scheduled", "open", "closed", "answered", "archived", name="stage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_consultation_log_actor_id_user")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_log_consultation_id_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_log")),
    )
    with op.batch_alter_table("consultation_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_log_consultation_id_id"), ["consultation_id", "id"], unique=False)

    op.create_table(
        "dossier_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "submission",
                "draft",
                "explanation",
                "summary",
                "map",
                "project_list",
                "tables",
                "slip",
                "other",
                name="dossierkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("light_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_dossier_item_named")),
        sa.CheckConstraint("light_of_id <> id", name=op.f("ck_dossier_item_not_own_light_version")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_dossier_item_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["light_of_id"], ["dossier_item.id"], name=op.f("fk_dossier_item_light_of_id_dossier_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_item")),
    )
    with op.batch_alter_table("dossier_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dossier_item_consultation_id_position_id"), ["consultation_id", "position", "id"], unique=False
        )

    op.create_table(
        "draft_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=150), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_draft_version_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_draft_version_created_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_version")),
        sa.UniqueConstraint("consultation_id", "number", name=op.f("uq_draft_version_consultation_id_number")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.Enum("draft", "projects", "layer", "slips", name="importkind", native_enum=False, length=32), nullable=False),
        sa.Column(
            "state", sa.Enum("queued", "running", "done", "failed", name="importstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("file_name", sa.String(length=150), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_import_run_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_import_run_created_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_consultation_id_id"), ["consultation_id", "id"], unique=False)

    op.create_table(
        "project_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("group_name", sa.String(length=120), nullable=False),
        sa.Column("land_code", sa.String(length=10), nullable=False),
        sa.Column("planned_ha", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("existing_ha", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("added_ha", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("map_text", sa.String(length=300), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("funding", sa.String(length=120), nullable=False),
        sa.Column("year", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> '' AND code <> ''", name=op.f("ck_project_item_named")),
        sa.CheckConstraint("planned_ha >= 0 AND existing_ha >= 0", name=op.f("ck_project_item_areas_not_negative")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_project_item_consultation_id_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_item")),
        sa.UniqueConstraint("consultation_id", "code", name=op.f("uq_project_item_consultation_id_code")),
    )
    with op.batch_alter_table("project_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_project_item_consultation_id_position_id"), ["consultation_id", "position", "id"], unique=False
        )

    op.create_table(
        "public_meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_public_meeting_consultation_id_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_meeting")),
    )
    with op.batch_alter_table("public_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_meeting_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "result_table",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_result_table_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["issued_by"], ["user.id"], name=op.f("fk_result_table_issued_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_table")),
        sa.UniqueConstraint("consultation_id", "number", name=op.f("uq_result_table_consultation_id_number")),
    )
    op.create_table(
        "survey_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("one", "many", "scale", "open", name="surveykind", native_enum=False, length=32), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("hint", sa.String(length=500), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_survey_question_asks_something")),
        sa.CheckConstraint("steps BETWEEN 3 AND 10", name=op.f("ck_survey_question_steps_sane")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_survey_question_consultation_id_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
    )
    with op.batch_alter_table("survey_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_survey_question_consultation_id_position_id"), ["consultation_id", "position", "id"], unique=False
        )

    op.create_table(
        "village_meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("agree", sa.Integer(), nullable=False),
        sa.Column("disagree", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("entry_key", sa.String(length=64), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("agree + disagree <= present", name=op.f("ck_village_meeting_counts_fit")),
        sa.CheckConstraint("present >= 0 AND agree >= 0 AND disagree >= 0", name=op.f("ck_village_meeting_counts_not_negative")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_village_meeting_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["entered_by"], ["user.id"], name=op.f("fk_village_meeting_entered_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_meeting")),
        sa.UniqueConstraint("entry_key", name=op.f("uq_village_meeting_entry_key")),
    )
    with op.batch_alter_table("village_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_village_meeting_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "clause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preamble",
                "chapter",
                "section",
                "article",
                "clause",
                "point",
                "paragraph",
                "annex",
                name="clausekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("anchor", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("full_label", sa.String(length=200), nullable=False),
        sa.Column("heading", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("doubtful", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["draft_version.id"], name=op.f("fk_clause_version_id_draft_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
        sa.UniqueConstraint("version_id", "anchor", name=op.f("uq_clause_version_id_anchor")),
    )
    with op.batch_alter_table("clause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clause_version_id_position"), ["version_id", "position"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("unverified", "received", "spam", "withdrawn", name="commentstage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "visibility", sa.Enum("private", "public", "hidden", "erased", name="visibility", native_enum=False, length=32), nullable=False
        ),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column(
            "target_kind", sa.Enum("whole", "clause", "project", "place", name="targetkind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("clause_anchor", sa.String(length=120), nullable=True),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("place_text", sa.String(length=300), nullable=False),
        sa.Column("stance", sa.Enum("agree", "amend", "disagree", "other", name="stance", native_enum=False, length=32), nullable=False),
        sa.Column("proposed_text", sa.Text(), nullable=False),
        sa.Column("public_proposed", sa.Text(), nullable=False),
        sa.Column("proposed_html", sa.Text(), nullable=False),
        sa.Column(
            "sender_kind",
            sa.Enum("landowner", "resident", "organisation", "agency", "other", name="senderkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("sheet", sa.String(length=20), nullable=False),
        sa.Column("parcel", sa.String(length=60), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("tax_code", sa.String(length=14), nullable=False),
        sa.Column("letter_number", sa.String(length=60), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(length=500), nullable=False),
        sa.Column("spam_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("target_kind <> 'clause' OR clause_anchor IS NOT NULL", name=op.f("ck_comment_clause_named")),
        sa.CheckConstraint("target_kind <> 'project' OR project_id IS NOT NULL", name=op.f("ck_comment_project_named")),
        sa.CheckConstraint(
            "visibility <> 'public' OR (published_at IS NOT NULL AND stage = 'received')", name=op.f("ck_comment_public_is_received")
        ),
        sa.CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name=op.f("ck_comment_place_whole")),
        sa.CheckConstraint("people >= 1", name=op.f("ck_comment_somebody")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_comment_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["meeting_id"], ["village_meeting.id"], name=op.f("fk_comment_meeting_id_village_meeting")),
        sa.ForeignKeyConstraint(["project_id"], ["project_item.id"], name=op.f("fk_comment_project_id_project_item")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_comment_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_comment_submission_id")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_consultation_id_id"), ["consultation_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "ix_comment_public",
            ["consultation_id", "published_at", "id"],
            unique=False,
            sqlite_where=sa.text("visibility = 'public'"),
            postgresql_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_comment_spam",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
        )
        batch_op.create_index(batch_op.f("ix_comment_text_key_consultation_id"), ["text_key", "consultation_id"], unique=False)
        batch_op.create_index(
            "ix_comment_unverified",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
        )
        batch_op.create_index(
            "ix_comment_waiting",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'received' AND visibility = 'private'"),
            postgresql_where=sa.text("stage = 'received' AND visibility = 'private'"),
        )

    op.create_table(
        "map_layer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.Enum("boundary", "land_use", "projects", name="layerkind", native_enum=False, length=32), nullable=False),
        sa.Column("state", sa.Enum("unconfirmed", "confirmed", name="layerstate", native_enum=False, length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=150), nullable=False),
        sa.Column("crs", sa.String(length=40), nullable=False),
        sa.Column("feature_count", sa.Integer(), nullable=False),
        sa.Column("bounds", sa.JSON(), nullable=False),
        sa.Column("inside_share", sa.Double(), nullable=True),
        sa.Column("geojson", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("better_crs", sa.Integer(), nullable=True),
        sa.Column("better_share", sa.Double(), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_map_layer_confirmed_has_date")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_map_layer_named")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user.id"], name=op.f("fk_map_layer_confirmed_by_user")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_map_layer_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["replaces_id"], ["map_layer.id"], name=op.f("fk_map_layer_replaces_id_map_layer")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_map_layer_run_id_import_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_layer")),
    )
    with op.batch_alter_table("map_layer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_map_layer_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "project_parcel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("parcel_from", sa.Integer(), nullable=True),
        sa.Column("parcel_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_project_parcel_consultation_id_consultation")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project_item.id"], name=op.f("fk_project_parcel_project_id_project_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_parcel")),
    )
    with op.batch_alter_table("project_parcel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_parcel_consultation_id_sheet"), ["consultation_id", "sheet"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_parcel_project_id"), ["project_id"], unique=False)

    op.create_table(
        "result_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("table_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=20), nullable=False),
        sa.Column("point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_result_row_counted_from_one")),
        sa.ForeignKeyConstraint(["table_id"], ["result_table.id"], name=op.f("fk_result_row_table_id_result_table")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_row")),
        sa.UniqueConstraint("table_id", "position", name=op.f("uq_result_row_table_id_position")),
    )
    with op.batch_alter_table("result_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_row_table_id_anchor"), ["table_id", "anchor"], unique=False)

    op.create_table(
        "comment_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum("unverified", "received", "spam", "withdrawn", name="commentstage", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum("unverified", "received", "spam", "withdrawn", name="commentstage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_comment_log_actor_id_user")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_log_comment_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_log")),
    )
    with op.batch_alter_table("comment_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_log_comment_id_id"), ["comment_id", "id"], unique=False)

    op.create_table(
        "comment_point",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("table_text", sa.Text(), nullable=True),
        sa.Column(
            "target_kind", sa.Enum("whole", "clause", "project", "place", name="targetkind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("clause_anchor", sa.String(length=120), nullable=True),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reply_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_comment_point_says_something")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_point_comment_id_comment")),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_comment_point_consultation_id_consultation")),
        sa.ForeignKeyConstraint(["project_id"], ["project_item.id"], name=op.f("fk_comment_point_project_id_project_item")),
        sa.ForeignKeyConstraint(["reply_id"], ["comment_reply.id"], name=op.f("fk_comment_point_reply_id_comment_reply")),
        sa.ForeignKeyConstraint(["theme_id"], ["comment_theme.id"], name=op.f("fk_comment_point_theme_id_comment_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_point")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_comment_point_comment_id_number")),
    )
    with op.batch_alter_table("comment_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_point_consultation_id_id"), ["consultation_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_point_reply_id"), ["reply_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_point_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "survey_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_survey_answer_comment_id_comment")),
        sa.ForeignKeyConstraint(["question_id"], ["survey_question.id"], name=op.f("fk_survey_answer_question_id_survey_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint("question_id", "comment_id", name=op.f("uq_survey_answer_question_id_comment_id")),
    )
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_answer_comment_id"), ["comment_id"], unique=False)

    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("new_consultations", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_subscription_one_scope"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_subscription_one_scope"),
            sa.text(
                "(topic_id IS NULL OR question_id IS NULL) AND (consultation_id IS NULL OR (topic_id IS NULL AND question_id IS NULL)) AND (NOT new_consultations OR (topic_id IS NULL AND question_id IS NULL AND consultation_id IS NULL))"
            ),
        )
        batch_op.create_index(
            "ix_subscription_consultation",
            ["consultation_id", "id"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_subscription_consultation_id_consultation"), "consultation", ["consultation_id"], ["id"])


def downgrade() -> None:
    # What follows a consultation has nothing to follow any more.
    op.execute("DELETE FROM subscription WHERE consultation_id IS NOT NULL OR new_consultations")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_subscription_consultation_id_consultation"), type_="foreignkey")
        batch_op.drop_index(
            "ix_subscription_consultation",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.drop_constraint(batch_op.f("ck_subscription_one_scope"), type_="check")
        batch_op.drop_column("new_consultations")
        batch_op.drop_column("consultation_id")
        batch_op.create_check_constraint(batch_op.f("ck_subscription_one_scope"), sa.text("topic_id IS NULL OR question_id IS NULL"))

    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_answer_comment_id"))

    op.drop_table("survey_answer")
    with op.batch_alter_table("comment_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_point_theme_id"))
        batch_op.drop_index(batch_op.f("ix_comment_point_reply_id"))
        batch_op.drop_index(batch_op.f("ix_comment_point_consultation_id_id"))

    op.drop_table("comment_point")
    with op.batch_alter_table("comment_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_log_comment_id_id"))

    op.drop_table("comment_log")
    with op.batch_alter_table("result_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_row_table_id_anchor"))

    op.drop_table("result_row")
    with op.batch_alter_table("project_parcel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_parcel_project_id"))
        batch_op.drop_index(batch_op.f("ix_project_parcel_consultation_id_sheet"))

    op.drop_table("project_parcel")
    with op.batch_alter_table("map_layer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_map_layer_consultation_id"))

    op.drop_table("map_layer")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_comment_waiting",
            sqlite_where=sa.text("stage = 'received' AND visibility = 'private'"),
            postgresql_where=sa.text("stage = 'received' AND visibility = 'private'"),
        )
        batch_op.drop_index(
            "ix_comment_unverified",
            sqlite_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'unverified' AND visibility <> 'erased'"),
        )
        batch_op.drop_index(batch_op.f("ix_comment_text_key_consultation_id"))
        batch_op.drop_index(
            "ix_comment_spam",
            sqlite_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
            postgresql_where=sa.text("stage = 'spam' AND visibility <> 'erased'"),
        )
        batch_op.drop_index(
            "ix_comment_public", sqlite_where=sa.text("visibility = 'public'"), postgresql_where=sa.text("visibility = 'public'")
        )
        batch_op.drop_index(batch_op.f("ix_comment_project_id"))
        batch_op.drop_index(batch_op.f("ix_comment_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_comment_consultation_id_id"))

    op.drop_table("comment")
    with op.batch_alter_table("clause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clause_version_id_position"))

    op.drop_table("clause")
    with op.batch_alter_table("village_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_village_meeting_consultation_id"))

    op.drop_table("village_meeting")
    with op.batch_alter_table("survey_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_question_consultation_id_position_id"))

    op.drop_table("survey_question")
    op.drop_table("result_table")
    with op.batch_alter_table("public_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_meeting_consultation_id"))

    op.drop_table("public_meeting")
    with op.batch_alter_table("project_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_item_consultation_id_position_id"))

    op.drop_table("project_item")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_run_consultation_id_id"))

    op.drop_table("import_run")
    op.drop_table("draft_version")
    with op.batch_alter_table("dossier_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_item_consultation_id_position_id"))

    op.drop_table("dossier_item")
    with op.batch_alter_table("consultation_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultation_log_consultation_id_id"))

    op.drop_table("consultation_log")
    op.drop_table("comment_theme")
    with op.batch_alter_table("comment_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_reply_consultation_id"))

    op.drop_table("comment_reply")
    op.drop_table("certificate")
    op.drop_table("consultation_rule")
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultation_stage_closes_on"))
        batch_op.drop_index(
            "ix_consultation_public", sqlite_where=sa.text("visibility = 'public'"), postgresql_where=sa.text("visibility = 'public'")
        )

    op.drop_table("consultation")
    with op.batch_alter_table("comment_bulk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_bulk_actor_id"))

    op.drop_table("comment_bulk")
    op.drop_table("land_type")
