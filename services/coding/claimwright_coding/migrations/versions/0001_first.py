"""One case a claim."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from claimwright.database.ddl import create_backbone, organization_table
from claimwright.http.ddl import create_edge

revision = "0001"
down_revision = None

SCHEMA = "coding"


def upgrade() -> None:
    """Make the first tables."""
    create_backbone(op, SCHEMA)
    create_edge(op, SCHEMA)
    op.create_table(
        "coding_case",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("claim_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("encounter_version", sa.Integer, nullable=False),
        sa.Column("is_stopped", sa.Boolean, nullable=False),
        sa.Column("findings", pg.JSONB, nullable=False),
        sa.Column("code_set", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.Column("clinical", sa.LargeBinary, nullable=False),
        sa.Column("financial", sa.LargeBinary, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "claim_id", name="pk_coding_case"),
        schema=SCHEMA,
    )
    organization_table(op, SCHEMA, "coding_case")
