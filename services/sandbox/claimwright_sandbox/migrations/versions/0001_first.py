"""Files in and out, answers due, the payers' claim numbers and the counters."""

import sqlalchemy as sa
from alembic import op

from claimwright.database import ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "sandbox"


def upgrade() -> None:
    """Make the tables of the clearinghouse; it has no organizations, so no row-level security either."""
    op.create_table(
        "received_file",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("submitter_id", sa.Text, nullable=False),
        sa.Column("receiver_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("interchange_control", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_repeated_number", sa.Boolean, nullable=False),
        sa.UniqueConstraint("submitter_id", "sha256"),
        schema=SCHEMA,
    )
    op.create_index("received_file_by_number", "received_file", ["submitter_id", "interchange_control"], schema=SCHEMA)
    op.create_table(
        "due_answer",
        sa.Column("file_id", sa.Uuid, sa.ForeignKey("sandbox.received_file.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        schema=SCHEMA,
    )
    op.create_index(
        "due_answer_waiting", "due_answer", ["due_at"], schema=SCHEMA, postgresql_where=sa.text("answered_at IS NULL")
    )
    op.create_table(
        "payer_claim",
        sa.Column("submitter_id", sa.Text, primary_key=True),
        sa.Column("patient_control_number", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "outgoing_file",
        sa.Column("cursor", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("submitter_id", sa.Text, nullable=False),
        sa.Column("functional_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        schema=SCHEMA,
    )
    op.create_index(
        "outgoing_file_waiting",
        "outgoing_file",
        ["next_try_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_index("outgoing_file_of_submitter", "outgoing_file", ["submitter_id", "cursor"], schema=SCHEMA)
    op.create_table(
        "counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    for table in ("received_file", "due_answer", "payer_claim", "outgoing_file", "counter"):
        ddl.service_table(op, SCHEMA, table, verbs="select, insert, update")
