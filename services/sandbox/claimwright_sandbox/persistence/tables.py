"""What the clearinghouse remembers: files that came, answers that are due, files that go out, and its counters.

It knows submitters and no organizations; what a file holds is sealed with a key of its own.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata: Final = MetaData(schema="sandbox")

received_file: Final = Table(
    "received_file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("submitter_id", Text, nullable=False),
    Column("receiver_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("interchange_control", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="Sealed: the file as it came."),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("is_repeated_number", Boolean, nullable=False),
    UniqueConstraint("submitter_id", "sha256"),
    Index("received_file_by_number", "submitter_id", "interchange_control"),
)

due_answer: Final = Table(
    "due_answer",
    metadata,
    Column("file_id", Uuid, ForeignKey("sandbox.received_file.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Index("due_answer_waiting", "due_at", postgresql_where="answered_at IS NULL"),
)

payer_claim: Final = Table(
    "payer_claim",
    metadata,
    Column("submitter_id", Text, primary_key=True),
    Column("patient_control_number", Text, primary_key=True),
    Column("number", Text, nullable=False, comment="The payer's own number of the claim."),
)

outgoing_file: Final = Table(
    "outgoing_file",
    metadata,
    Column("cursor", BigInteger, Identity(), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("submitter_id", Text, nullable=False),
    Column("functional_id", Text, nullable=False, comment="FA, HN, HP or TA1."),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="Sealed: the file as it leaves."),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", DateTime(timezone=True), nullable=False),
    Column("delivered_at", DateTime(timezone=True)),
    Index("outgoing_file_waiting", "next_try_at", postgresql_where="delivered_at IS NULL"),
    Index("outgoing_file_of_submitter", "submitter_id", "cursor"),
)

counter: Final = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
