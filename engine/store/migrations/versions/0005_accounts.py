"""People, accounts, roles at sites, care teams, sessions, tokens and emergencies. Every patient registered before is of the site `main`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("disabled", INSTANT, nullable=True),
        sa.CheckConstraint("id <> '' AND name <> ''", name=op.f("ck_person_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("password", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("totp", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("totp_confirmed", INSTANT, nullable=True),
        sa.Column("totp_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disabled", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('local', 'demonstration')", name=op.f("ck_account_kind")),
        sa.CheckConstraint("totp_confirmed IS NULL OR totp <> ''", name=op.f("ck_account_second_factor")),
        sa.CheckConstraint("login = lower(login)", name=op.f("ck_account_login")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_account_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_index(
        "uq_account_subject",
        "account",
        ["subject"],
        unique=True,
        sqlite_where=sa.text("subject <> ''"),
        postgresql_where=sa.text("subject <> ''"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires", INSTANT, nullable=False),
        sa.Column("revoked", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_api_token_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("reviewed", INSTANT, nullable=True),
        sa.Column("reviewed_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("(reviewed IS NULL) = (reviewed_by = '')", name=op.f("ck_break_glass_reviewed")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_break_glass_patient")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_break_glass_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_person_patient"), "break_glass", ["person", "patient"], unique=False)
    op.create_table(
        "care_team",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_care_team_patient")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_care_team_person")),
        sa.PrimaryKeyConstraint("patient", "person", name=op.f("pk_care_team")),
    )
    op.create_table(
        "patient_site",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_patient_site_site")),
        sa.PrimaryKeyConstraint("patient", name=op.f("pk_patient_site")),
    )
    op.create_index(op.f("ix_patient_site_site"), "patient_site", ["site"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted", INSTANT, nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_role_grant_person")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_role_grant_site")),
        sa.PrimaryKeyConstraint("person", "site", "role", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("used", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_recovery_code_account")),
        sa.PrimaryKeyConstraint("account", "hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("signed", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('second_factor', 'open')", name=op.f("ck_web_session_state")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_web_session_account")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_web_session_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_account"), "web_session", ["account"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_index(op.f("ix_web_session_account"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("recovery_code")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_patient_site_site"), table_name="patient_site")
    op.drop_table("patient_site")
    op.drop_table("care_team")
    op.drop_index(op.f("ix_break_glass_person_patient"), table_name="break_glass")
    op.drop_table("break_glass")
    op.drop_table("api_token")
    op.drop_index("uq_account_subject", table_name="account")
    op.drop_table("account")
    op.drop_table("site")
    op.drop_table("person")
