"""The service's own tables as SQLAlchemy Core describes them; `migrations/` makes them."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from claimwright.database.tables import org_column, service_metadata

METADATA: Final = service_metadata("submission")


def _moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


control_counter: Final = Table(
    "control_counter",
    METADATA,
    Column("sender", Text),
    Column("receiver", Text),
    Column("usage_indicator", Text),
    Column("interchange_number", BigInteger),
    Column("group_number", BigInteger),
    Column("set_number", BigInteger),
)

submission: Final = Table(
    "submission",
    METADATA,
    org_column(),
    Column("id", Uuid),
    Column("claim_id", Uuid),
    Column("payer_order", Integer),
    Column("frequency", Text),
    Column("patient_control_number", Text),
    Column("encounter_id", Uuid),
    Column("encounter_version", Integer),
    Column("queued_version", Integer),
    Column("route_id", Text),
    Column("usage_indicator", Text),
    Column("guide", Text),
    Column("charge_cents", BigInteger),
    Column("line_count", Integer),
    Column("payer_count", Integer),
    Column("billing_npi", Text),
    Column("stage", Text),
    Column("reason", Text),
    Column("owner", Text),
    _moment("due_at"),
    _moment("waiting_since"),
    _moment("adjudicated_at"),
    Column("adjudicated_by", Uuid),
    _moment("not_recognised_at"),
    Column("not_recognised_by", Uuid),
    Column("traceparent", Text),
    Column("content_version", Integer),
    Column("identity", LargeBinary),
    Column("clinical", LargeBinary),
    Column("financial", LargeBinary),
    _moment("created_at"),
    _moment("updated_at"),
)

artifact: Final = Table(
    "artifact",
    METADATA,
    org_column(),
    Column("id", Uuid),
    Column("route_id", Text),
    Column("usage_indicator", Text),
    Column("guide", Text),
    Column("sender", Text),
    Column("receiver", Text),
    Column("interchange_number", BigInteger),
    Column("group_number", BigInteger),
    Column("set_number", BigInteger),
    Column("sha256", Text),
    Column("byte_count", Integer),
    Column("claim_count", Integer),
    Column("charge_cents", BigInteger),
    Column("content", LargeBinary),
    Column("transport", Text),
    Column("tries", Integer),
    _moment("next_try_at"),
    _moment("lease_until"),
    Column("lease_token", Uuid),
    Column("clearinghouse_file_id", Text),
    Column("reason", Text),
    Column("owner", Text),
    _moment("due_at"),
    _moment("created_at"),
    _moment("sent_at"),
)

attempt: Final = Table(
    "attempt",
    METADATA,
    org_column(),
    Column("id", Uuid),
    Column("submission_id", Uuid),
    Column("artifact_id", Uuid),
    Column("ordinal", Integer),
    Column("encounter_version", Integer),
    Column("is_live", Boolean),
    Column("set_control", Text),
    Column("segment", Integer),
    Column("byte_start", Integer),
    Column("byte_end", Integer),
    _moment("created_at"),
)

answer: Final = Table(
    "answer",
    METADATA,
    org_column(),
    Column("id", Uuid),
    Column("route_id", Text),
    Column("came_by", Text),
    Column("sha256", Text),
    Column("byte_count", Integer),
    Column("content", LargeBinary),
    Column("state", Text),
    Column("kinds", ARRAY(Text)),
    Column("reasons", ARRAY(Text)),
    Column("owner", Text),
    _moment("due_at"),
    _moment("received_at"),
    _moment("read_at"),
)

callback: Final = Table(
    "callback",
    METADATA,
    org_column(),
    Column("route_id", Text),
    Column("message_id", Text),
    Column("answer_id", Uuid),
    _moment("received_at"),
)

acknowledgment: Final = Table(
    "acknowledgment",
    METADATA,
    org_column(),
    Column("id", Uuid),
    Column("answer_id", Uuid),
    Column("artifact_id", Uuid),
    Column("attempt_id", Uuid),
    Column("submission_id", Uuid),
    Column("kind", Text),
    Column("event_type", Text),
    Column("verdict", Text),
    Column("codes", ARRAY(Text)),
    Column("statuses", JSONB),
    Column("payer_claim_control_number", Text),
    Column("clearinghouse_trace_number", Text),
    Column("attempt_was_over", Boolean),
    Column("interchange_control", Text),
    Column("group_control", Text),
    Column("set_control", Text),
    Column("segment", Integer),
    Column("byte_start", Integer),
    Column("byte_end", Integer),
    _moment("answered_at"),
    _moment("recorded_at"),
)

artifact_answer: Final = Table(
    "artifact_answer",
    METADATA,
    org_column(),
    Column("artifact_id", Uuid),
    Column("answer_id", Uuid),
    Column("kind", Text),
    Column("verdict", Text),
    Column("byte_start", Integer),
    _moment("answered_at"),
)

mailbox_cursor: Final = Table(
    "mailbox_cursor",
    METADATA,
    org_column(),
    Column("route_id", Text),
    Column("kind", Text),
    Column("cursor", Text),
    Column("stuck_at", Text),
    Column("tries", Integer),
    _moment("moved_at"),
)
