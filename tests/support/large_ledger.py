"""A ledger of any size, made by SQL: files of many claims, each with its decision and its entries."""

from string import Template
from typing import Final
from uuid import UUID

from tests.support.backbone import ORG_A
from tests.support.remittance import RemittanceBench

ENTRIES_OF: Final = 10
"""Entries of one claim: five of them its charge's, five its decision's."""
CLAIMS_OF: Final = 4_000
"""Claims of one file."""
FILE, REMITTANCE, REMIT_CLAIM, CLAIM, POSTING, BILLED = "123456"
_INDEXES: Final = """
  select indexname, indexdef from pg_indexes
   where schemaname = 'remittance' and tablename in ('ledger_entry', 'remit_claim') and indexname like '%\\_idx%'
"""
_IDS: Final = """
  create function pg_temp.a(kind text, at bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(at), 12, '0') || '70008' || lpad(kind, 15, '0'))::uuid
  $$
"""
_FILL: Final = Template("""
  set session_replication_role = replica;
  set synchronous_commit = off;
  insert into remittance_file (org_id, id, sha256, byte_count, content, source, state, received_at)
  select '$org', pg_temp.a('1', at), lpad(at::text, 64, '0'), 1, '', 'bench', 'posted', '2026-03-09'
    from generate_series(1, $files) as at;
  insert into remittance (org_id, id, file_id, set_ordinal, control_number, payer_id, payer_ids, payee_id, trace_number,
         trace_payer_id, payment_date, payment_cents, payment_method, handling, content_sha256, state, differences,
         claim_count, claims_posted, segment, byte_start, byte_end, registered_at)
  select '$org', pg_temp.a('2', at), pg_temp.a('1', at), 1, '1', 'P', '{P}', '', 'T' || at, '', '2026-03-09',
         12000 * least($each, $claims - (at - 1) * $each), 'ACH', 'I', '', 'posted', '[]', $each, $each, 1, 1, 2,
         '2026-03-09'
    from generate_series(1, $files) as at;
  insert into remittance_total (org_id, remittance_id, posted_cents, suspense_cents, provider_level_cents)
  select org_id, id, payment_cents / 10, 0, 0 from remittance, generate_series(1, 10);
  insert into remit_claim (org_id, id, remittance_id, ordinal, patient_control_number, claim_outcome_code,
         payer_claim_control_number, charge_cents, paid_cents, claim_id, submission_id, payer_order, matches, rung,
         standing, arrived_at, content)
  select '$org', pg_temp.a('3', at), pg_temp.a('2', (at - 1) / $each + 1), (at - 1) % $each + 1, 'N' || at, '1',
         'I' || at, 20000, 12000, pg_temp.a('4', at), pg_temp.a('6', at), 1,
         '[{"line":1,"rung":"code_charge","notes":[]},{"line":2,"rung":"code_charge","notes":[]}]', 'code_charge',
         'posted', '2026-03-09',
         jsonb_build_object('ordinal', (at - 1) % $each + 1, 'patient_control_number', '', 'claim_outcome_code', '1',
           'charge_cents', 20000, 'paid_cents', 12000, 'place', place, 'whole', place,
           'lines', jsonb_build_array(line, line))
    from generate_series(1, $claims) as at
   cross join (select jsonb_build_object('segment', 1, 'byte_start', 1, 'byte_end', 2) as place) placed
   cross join lateral (select jsonb_build_object('procedure_code', '99213', 'modifiers', '[]'::jsonb,
           'charge_cents', 10000, 'paid_cents', 6000, 'place', place, 'adjustments', jsonb_build_array(
             jsonb_build_object('group', 'CO', 'reason', '45', 'cents', 4000, 'place', place))) as line) lined;
  insert into posting
  select '$org', pg_temp.a('5', at * 2), 'billed_claim', pg_temp.a('6', at), '2026-03-01', '2026-03-01'
    from generate_series(1, $claims) as at;
  insert into posting
  select '$org', pg_temp.a('5', at * 2 + 1), 'remit_claim', pg_temp.a('3', at), '2026-03-09', '2026-03-09'
    from generate_series(1, $claims) as at;
  insert into ledger_entry (org_id, posting_id, ordinal, account, claim_id, payer_order, line, cents, artifact_id,
         segment, byte_start, byte_end)
  select '$org', pg_temp.a('5', at * 2 + of_payer), ordinal, account, pg_temp.a('4', at), payer_order, line, cents,
         case of_payer when 1 then pg_temp.a('1', (at - 1) / $each + 1) end, segment, segment, segment + 1
    from generate_series(1, $claims) as at
   cross join (values
     (0, 1, 'charges', null::int, 1, -10000, null::int), (0, 2, 'charges', null, 2, -10000, null),
     (0, 3, 'receivable.insurance', 1, 1, 10000, null), (0, 4, 'receivable.insurance', 1, 2, 5000, null),
     (0, 5, 'receivable.insurance', 1, 2, 5000, null), (1, 1, 'payments', 1, 1, 6000, 1),
     (1, 2, 'payments', 1, 2, 6000, 1), (1, 3, 'adjustment.contractual', 1, 1, 8000, 1),
     (1, 4, 'receivable.insurance', 1, 1, -10000, 1), (1, 5, 'receivable.insurance', 1, 2, -10000, 1)
   ) as entry(of_payer, ordinal, account, payer_order, line, cents, segment);
""")


def id_of(kind: str, number: int) -> UUID:
    """Return the id of one thing of a kind."""
    return UUID(f"{number:012x}70008{kind:0>15}")


async def fill(bench: RemittanceBench, entries: int) -> int:
    """Put entries into empty books, as their owner and without triggers, and return how many claims have them."""
    claims = entries // ENTRIES_OF
    files = (claims - 1) // CLAIMS_OF + 1
    script = _FILL.substitute(org=ORG_A, files=files, claims=claims, each=CLAIMS_OF)
    root = await bench.root()
    try:
        await root.execute(_IDS)
        indexes = await root.fetch(_INDEXES)
        for each in indexes:
            await root.execute(f"drop index {each['indexname']}")
        await root.execute(script, timeout=1800)
        for each in indexes:
            await root.execute(each["indexdef"], timeout=1800)
        await root.execute("vacuum analyze", timeout=1800)
    finally:
        await root.close()
    return claims
